"""What everybody can see of a round besides its outcome: looked up over HTTP, and held against what was sent."""

import asyncio
from collections import Counter
from collections.abc import Collection, Mapping
from uuid import UUID

from service.rehearsal.answers import Argument, Proposal, RoundView, Turnout
from service.rehearsal.checks import Check
from service.rehearsal.debate import SAID, Proposed
from service.rehearsal.neighbours import Neighbours
from service.rehearsal.suburb import AREAS


async def check_shown(client: Neighbours, round_id: UUID, proposed: Mapping[str, Proposed]) -> list[Check]:
    """Proposals, what is said about them, translations and turnout are there to be seen."""
    debates = await asyncio.gather(*(client.arguments(each.id) for each in proposed.values()))
    return [
        check_proposals(await client.proposals(round_id), proposed.values()),
        check_debate([argument for debate in debates for argument in debate]),
        check_translations(await client.view_draft(round_id)),
        check_turnout(await client.turnout_by_area(round_id)),
    ]


def check_proposals(found: Collection[Proposal], sent: Collection[Proposed]) -> Check:
    """Each proposal has its theme, its place and its picture."""
    there = {each.title: (each.theme, each.point, len(each.pictures)) for each in found}
    ideas = [each.idea for each in sent]
    holds = there == {idea.title: (idea.theme, idea.point, bool(idea.scene)) for idea in ideas}
    places, pictures = sum(bool(point) for _, point, _ in there.values()), sum(count for *_, count in there.values())
    return Check(
        holds, f"Of {len(found)} proposals with a theme {places} are on the map and {pictures} have a picture."
    )


def check_debate(found: Collection[Argument]) -> Check:
    """Each argument and each answer is there."""
    answers = sum(len(argument.answers) for argument in found)
    sent = sum(bool(each.from_author) + bool(each.from_company) for each in SAID)
    holds = (len(found), answers) == (len(SAID), sent)
    return Check(holds, f"{len(found)} of {len(SAID)} arguments can be read, and {answers} of {sent} answers to them.")


def check_translations(view: RoundView) -> Check:
    """Each pot and project was translated into three languages, also where it came from a proposal."""
    into = Counter(each.of_id for each in view.translations)
    texts = [view.round.id, *(pot.id for pot in view.pots), *(project.id for project in view.projects)]
    whole = sum(into[of_id] == 3 for of_id in texts)
    return Check(whole == len(texts), f"Of {len(texts)} texts on the ballot {whole} can be read in four languages.")


def check_turnout(found: Turnout) -> Check:
    """Each area stands by itself."""
    alone = {line.areas[0] for line in found.lines if len(line.areas) == 1}
    return Check(alone == set(AREAS), f"Who took part is shown for {len(alone)} of {len(AREAS)} areas.")
