"""Who works for the municipality: admins make officers, give and take roles, and reset apps."""

from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath, FromQuery

from schema.errors import DirectoryFirst, LastAdmin, Malformed, NameTaken, NoDirectory, Refusal
from service.house import House
from service.languages import _, marked
from service.pages import words
from service.pages.forms import read_form, shaped
from service.pages.shell import Page, officer_form, see_other
from service.people import TheHouse, TheOfficer
from service.reading import AnyRequest
from service.store.roll import Officer
from service.verbs import directories
from service.verbs import staff as verbs
from service.verbs.staff import Opening, Roles, StaffDraft

NOTES = {
    "roles": marked("The roles are changed. The officer signs in anew."),
    "reset": marked("The app is forgotten. The officer signs in with name and password, and can set up another."),
    "demanded": marked("The rule on apps is changed."),
    "directory": marked("The rule on signing in is changed."),
}
"""What the page says after an act, by the name in its address."""


@get("/staff")
async def view_staff(house: TheHouse, officer: TheOfficer, done: FromQuery[str] = "") -> Page:
    """Everybody who works or worked here."""
    return await _page(house, officer, note=_(NOTES.get(done, "")))


async def _page(
    house: House,
    officer: Officer,
    *,
    note: str | None = None,
    refusal: Refusal | None = None,
    typed: str = "",
    ticked: tuple[str, ...] = (),
    way: str = "",
    made: tuple[str, Opening] | None = None,
) -> Page:
    return officer_form(
        "officer_staff.html",
        refusal,
        "",
        officer=officer,
        members=await verbs.list_members(house, officer),
        roles=words.ROLES,
        note=note,
        typed=typed,
        ticked=ticked,
        way=way,
        made=made,
        directories=directories.directories_of(house, officer.municipality),
        called=directories.names_by_issuer(house),
        mapped=directories.mapped_issuers(house),
    )


@post("/staff")
async def add_member(request: AnyRequest, house: TheHouse, officer: TheOfficer) -> Page:
    """Make an officer; the password, or the link, is shown this once."""
    fields = await read_form(request)
    name, roles, way = fields.text("name"), fields.texts("role"), fields.text("directory")
    try:
        draft = shaped({"name": name, "roles": roles, "directory": way}, StaffDraft)
        opening = await verbs.add_member(house, officer, draft)
    except (Malformed, NameTaken, NoDirectory) as refusal:
        return await _page(house, officer, refusal=refusal, typed=name, ticked=tuple(roles), way=way)
    return await _page(house, officer, made=(name, opening))


@post("/staff/{officer_id:uuid}/invitation")
async def invite_member(request: AnyRequest, house: TheHouse, officer: TheOfficer, officer_id: FromPath[UUID]) -> Page:
    """Make a link by which an officer binds an account at a directory; it is shown this once."""
    fields = await read_form(request)
    try:
        member, link = await directories.invite(house, officer, officer_id, fields.text("directory"))
    except NoDirectory as refusal:
        return await _page(house, officer, refusal=refusal)
    return await _page(house, officer, made=(member.name, Opening(link=link)))


@post("/staff/{officer_id:uuid}/roles")
async def give_roles(request: AnyRequest, house: TheHouse, officer: TheOfficer, officer_id: FromPath[UUID]) -> Page:
    """Give an officer the roles that are ticked, and no others."""
    fields = await read_form(request)
    try:
        roles = shaped({"roles": fields.texts("role")}, Roles).roles
        await verbs.give_roles(house, officer, officer_id, roles)
    except (Malformed, LastAdmin) as refusal:
        return await _page(house, officer, refusal=refusal)
    return see_other("/officer/staff?done=roles")


@post("/staff/{officer_id:uuid}/totp-reset")
async def reset_totp(house: TheHouse, officer: TheOfficer, officer_id: FromPath[UUID]) -> Page:
    """Forget the app of somebody who lost it."""
    await verbs.reset_totp(house, officer, officer_id)
    return see_other("/officer/staff?done=reset")


@post("/staff/totp")
async def demand_totp(request: AnyRequest, house: TheHouse, officer: TheOfficer) -> Page:
    """Ask every officer for codes of an app, or no longer."""
    await verbs.demand_totp(house, officer, (await read_form(request)).text("demanded") == "yes")
    return see_other("/officer/staff?done=demanded")


@post("/staff/directory")
async def demand_directory(request: AnyRequest, house: TheHouse, officer: TheOfficer) -> Page:
    """Take no passwords any more, or take them again."""
    try:
        await directories.demand_directory(house, officer, (await read_form(request)).text("demanded") == "yes")
    except DirectoryFirst as refusal:
        return await _page(house, officer, refusal=refusal)
    return see_other("/officer/staff?done=directory")


handlers: list[Any] = [
    view_staff,
    add_member,
    invite_member,
    give_roles,
    reset_totp,
    demand_totp,
    demand_directory,
]
