"""Projects over HTTP: what officers put on the ballots. Everybody reads them with their round."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Router, delete, post, put
from litestar.params import FromPath

from service.api.replies import OFFICER
from service.api.rounds import ACT, WRITE
from service.openapi import json_body
from service.people import TheHouse, TheOfficer
from service.reading import AnyRequest, read_json
from service.store.projects import Project
from service.verbs import projects as verbs
from service.verbs.projects import ProjectDraft

_PROJECT = msgspec.json.Decoder(ProjectDraft)


@post(
    "/rounds/{round_id:uuid}/projects",
    operation_class=json_body(ProjectDraft),
    responses=WRITE,
    security=OFFICER,
    tags=["projects"],
)
async def add_project(request: AnyRequest, house: TheHouse, officer: TheOfficer, round_id: FromPath[UUID]) -> Project:
    """Put a project on a ballot. Body: ProjectDraft."""
    return await verbs.add_project(house, officer, round_id, await read_json(request, _PROJECT))


@put(
    "/projects/{project_id:uuid}",
    operation_class=json_body(ProjectDraft),
    responses=WRITE,
    security=OFFICER,
    tags=["projects"],
)
async def edit_project(
    request: AnyRequest, house: TheHouse, officer: TheOfficer, project_id: FromPath[UUID]
) -> Project:
    """Change a project's words and cost. Body: ProjectDraft."""
    return await verbs.edit_project(house, officer, project_id, await read_json(request, _PROJECT))


@delete("/projects/{project_id:uuid}", responses=ACT, security=OFFICER, tags=["projects"])
async def remove_project(house: TheHouse, officer: TheOfficer, project_id: FromPath[UUID]) -> None:
    """Take a project off a ballot."""
    await verbs.remove_project(house, officer, project_id)


router: Any = Router(path="", route_handlers=[add_project, edit_project, remove_project])
