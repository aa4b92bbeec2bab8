"""One election played through: a round, a register, letters, ballots, the close, the count, the publication."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import msgspec

from schema.rules import TieOrder
from service.rehearsal.answers import RoundView
from service.rehearsal.booth import Booth
from service.rehearsal.bundle import bundle_path, check_bundle
from service.rehearsal.client import Client
from service.rehearsal.crowd import each, say
from service.rehearsal.election import Ballot, Election
from service.rehearsal.report import Result


class Voter(msgspec.Struct, frozen=True):
    """Somebody with a letter. ``ballots``: what they cast, one after the other; the last one is meant."""

    code: str
    ballots: tuple[Ballot, ...]


async def play(client: Client, election: Election, revisions: float, seed: int, at_once: int) -> Result:
    """Play an election through, ``revisions`` ballots per voter on average. Raises Refused or NoAnswer."""
    began = time.monotonic()
    ties = TieOrder(seed=f"replay {seed}")
    view = await prepare(client, election, ties, at_once)
    chance = Random(f"{seed} {election.name}")  # noqa: S311 - to be drawn again, not to be secret
    voters = await send_letters(client, view.round.id, election, revisions, chance)
    booth = Booth(client, view.pots[0].id, election.form(ties))

    async def vote(voter: Voter) -> None:
        passes = await client.sign_in(view.round.id, voter.code)
        await booth.cast(passes.pots[0].token or "", *voter.ballots)

    voting = await each("Voting", voters, vote, at_once)
    say("Ballots accepted", f"{len(booth.receipts):,}, {len(booth.receipts) / voting:.0f} per second")
    closed = time.monotonic()
    await client.close(view.round.id)
    await client.publish_when_counted(view.round.id)
    say("Closed, counted, published", f"{time.monotonic() - closed:.1f} s")
    snapshot = await client.snapshot(booth.pot_id)
    checks = (*await booth.check(snapshot), await check_bundle(client, view.round.id))
    return Result(
        election=election,
        funded=frozenset(map(int, snapshot.outcome.funded)),
        checks=checks,
        casts=len(booth.receipts),
        voting=voting,
        seconds=time.monotonic() - began,
        page=f"/pots/{booth.pot_id}/results",
        bundle=bundle_path(view.round.id),
    )


async def prepare(client: Client, election: Election, ties: TieOrder, at_once: int) -> RoundView:
    """The round with its pot and projects, a register of the file's voters, and a roll made of both."""
    view = await client.draft_round(round_draft(election, ties))
    pot_id = view.pots[0].id

    async def add(project: dict[str, Any]) -> None:
        await client.add_project(view.round.id, project)

    await each("Putting projects on the ballot", project_drafts(election, pot_id), add, at_once)
    await client.import_register(["identity", "area"], [(identity, election.place) for identity in election.identities])
    roll = await client.wait_for_roll(view.round.id)
    say("Register imported, roll built", f"{roll.entitled:,} may vote")
    return view


async def send_letters(
    client: Client, round_id: UUID, election: Election, revisions: float, chance: Random
) -> Sequence[Voter]:
    """Print everybody's code, decide who changes their mind, and open the vote."""
    codes = await client.issue_codes(round_id, election.identities)
    await client.schedule(round_id)
    return [
        Voter(codes[identity], (*first_thoughts(election, ballot, revisions, chance), ballot))
        for identity, ballot in zip(election.identities, election.ballots, strict=True)
    ]


def first_thoughts(election: Election, ballot: Ballot, revisions: float, chance: Random) -> list[Ballot]:
    """The ballots that a voter casts before the one they mean; ``revisions - 1`` on average."""
    whole, part = divmod(revisions - 1, 1)
    return [election.another(ballot, chance) for _ in range(int(whole) + (chance.random() < part))]


def round_draft(election: Election, ties: TieOrder) -> dict[str, Any]:
    """The round as the API takes it. Its voting opened a minute ago, so that scheduling opens it."""
    now = datetime.now(UTC)
    pot = {"name": "Projects", "money": election.money, "style": election.style, "rule": election.rule}
    return {
        "name": f"{election.place} {election.year}, again".strip(),
        "about": f"A rehearsal with the ballots of {election.name}.pb.",
        "currency": election.currency,
        "language": "en",
        "voting_at": now - timedelta(minutes=1),
        "closes_at": now + timedelta(days=1),
        "lot_seed": ties.seed,
        "ballots_floor": 0,
        "pots": [{**pot, "ties": ties.criteria}],
    }


def project_drafts(election: Election, pot_id: UUID) -> list[dict[str, Any]]:
    """The projects as the API takes them."""
    return [
        {
            "pot_id": pot_id,
            "number": project.number,
            "title": project.title,
            "cost": project.cost,
            "about": f"{project.name}\n\nProject {project.known_as} in the file.",
        }
        for project in election.projects
    ]
