"""A housing company's round from first word to outcome, with everybody in it calling the public API."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import msgspec

from schema.rules import TieOrder
from schema.snapshot import Inputs, Snapshot
from service.rehearsal import suburb
from service.rehearsal.answers import Project
from service.rehearsal.booth import Booth
from service.rehearsal.bundle import check_bundle
from service.rehearsal.checks import Check
from service.rehearsal.crowd import each, say
from service.rehearsal.debate import SAID, Proposed, hold_debate, put_forward
from service.rehearsal.election import Ballot
from service.rehearsal.neighbours import Neighbours
from service.rehearsal.residents import Resident, make_residents, register_rows
from service.rehearsal.shown import check_shown
from service.rehearsal.suburb import ALL, CHOICES, IDEAS, KRONA, YOUTH, Idea
from service.rehearsal.translations import Text, texts_of, translate
from service.rehearsal.wire import NoAnswer

RESIDENTS, VOTERS = 400, 250
INTERESTED, SUPPORTERS = 270, 180
"""Those who are the most eager vote; somewhat more of them may support, and so many do."""
SUPPORTS_NEEDED = 5
CHANGED = 0.15
"""The share of voters who cast another ballot first."""
STEPS = ("proposing_at", "reviewing_at", "supporting_at", "voting_at")


class Turn(msgspec.Struct, frozen=True):
    """Somebody at the vote: their letter's code, and by pot what they cast, one after the other."""

    code: str
    ballots: dict[str, list[Ballot]]


class Finish(msgspec.Struct, frozen=True):
    """A pot's outcome, and what had to hold."""

    snapshot: Snapshot
    checks: tuple[Check, ...]


class Season:
    """One round of the company. Its public methods are called in the order in which they stand here."""

    def __init__(self, client: Neighbours, seed: int, at_once: int) -> None:
        self._client = client
        self._at_once = at_once
        self._chance = Random(seed)  # noqa: S311 - the same seed makes the same season
        self._ties = TieOrder(seed=f"Tranviken {seed}")
        self._codes: dict[str, str] = {}
        self._numbers: dict[str, dict[str, int]] = {ALL: {}, YOUTH: {}}
        self._proposed: dict[str, Proposed] = {}
        self._booths: dict[str, Booth] = {}
        self.residents = make_residents(RESIDENTS, self._chance)
        self._eager = sorted(self.residents, key=lambda who: -who.eager)
        self.checks: list[Check] = []

    @property
    def argued(self) -> UUID:
        """The proposal about which most is said."""
        return self._proposed[SAID[0].on].id

    async def open_round(self) -> None:
        """The company draws its areas, drafts a round, imports its register, and sends everybody a letter."""
        await self._client.draw_areas(suburb.outlines_file())
        self.view = await self._client.draft_round(self._draft("proposing_at"))
        rows = register_rows(self.residents, datetime.now(UTC).year)
        await self._client.import_register(["identity", "area", "birth_year", "birth_month"], rows)
        roll = await self._client.wait_for_roll(self.view.round.id)
        self._codes = await self._client.issue_codes(self.view.round.id, [who.identity for who in self.residents])
        await self._client.announce(self.view.round.id)
        say("Register imported, letters sent", f"{roll.persons} residents, {roll.entitled} may vote")

    async def propose(self) -> None:
        """Residents put forward what they would like, with its place and pictures."""

        async def propose(pair: tuple[Idea, Resident]) -> None:
            idea, author = pair
            code = self._codes[author.identity]
            self._proposed[idea.title] = await put_forward(self._client, self.view.round.id, code, idea)

        await each("Residents propose", list(zip(IDEAS, self.residents, strict=False)), propose, self._at_once)

    async def debate(self) -> None:
        """Other residents argue about it, and are answered."""
        codes = [self._codes[who.identity] for who in self.residents[len(IDEAS) :]]
        await hold_debate(
            "Residents argue", self._client, self.view.round.id, SAID, self._proposed, codes, self._at_once
        )

    async def translate(self) -> None:
        """Officers translate the round and what was proposed, which goes on the ballot with its translations."""
        proposals = [Text("proposal", each.id, title) for title, each in self._proposed.items()]
        done = await translate(self._client, [*await texts_of(self._client, self.view.round.id), *proposals])
        say("Officers translate", f"{done} translations: the round, its pots and all proposals")

    async def support(self) -> None:
        """Residents back what they like, the workers count, and the officer admits what enough of them back."""
        self.view = await self._client.edit_round(self.view, self._draft("supporting_at"))
        supporters = self._chance.sample(self._eager[:INTERESTED], SUPPORTERS)
        given = [(who, who.favourites(self._chance.randint(1, 4))) for who in supporters]

        async def back(pair: tuple[Resident, list[Idea]]) -> None:
            passes = await self._client.sign_in(self.view.round.id, self._codes[pair[0].identity])
            for idea in pair[1]:
                await self._client.support(passes.civic, self._proposed[idea.title].id)

        await each("Residents support", given, back, self._at_once)
        await self._shortlist(await self._supports(sum(len(ideas) for _, ideas in given)))

    async def vote(self) -> None:
        """The vote opens, and residents cast; some change their minds, and some try what is not allowed."""
        self.view = await self._client.edit_round(self.view, self._draft("voting_at"))
        await self._client.wait_for_roll(self.view.round.id)
        await self._client.schedule(self.view.round.id)
        self._booths = self._set_up_booths()
        *turns, hurried, greedy, wavering = [self._turn(who) for who in self._eager[:VOTERS]]

        async def take(turn: Turn) -> None:
            tokens = await self._tokens(turn.code)
            for pot, ballots in turn.ballots.items():
                await self._booths[pot].cast(tokens[pot], *ballots)

        await each("Residents vote", turns, take, self._at_once)
        self.checks += [
            await self._send_twice(hurried),
            await self._choose_too_many(greedy),
            await self._take_back(wavering),
            await self._go_astray(),
        ]
        say("Ballots accepted", f"{sum(len(booth.receipts) for booth in self._booths.values())}, in two pots")

    async def finish(self) -> list[Finish]:
        """The vote closes, the workers count, the company publishes, and everybody checks."""
        began = time.monotonic()
        await self._client.close(self.view.round.id)
        await self._client.publish_when_counted(self.view.round.id)
        say("Closed, counted, published", f"{time.monotonic() - began:.1f} s")
        finished = []
        for booth in self._booths.values():
            snapshot = await self._client.snapshot(booth.pot_id)
            finished.append(Finish(snapshot, await booth.check(snapshot)))
        self.verified = await check_bundle(self._client, self.view.round.id)
        return finished

    async def tell(self, snapshot: Snapshot) -> None:
        """The company tells how the first funded projects of a pot get on, in its language and others."""
        view = await self._client.view_draft(self.view.round.id)
        funded = [
            project
            for project in view.projects
            if project.pot_id == snapshot.pot_id and str(project.number) in snapshot.outcome.funded
        ]
        said = []
        for project, steps in zip(funded, suburb.TOLD, strict=False):
            for step in steps:
                told = step | self._spent(project) if step["state"] == "under-way" else step
                said.append(Text("delivery", await self._client.tell(project.id, told), step["says"]))
        await translate(self._client, said)

    async def look(self) -> None:
        """Everybody looks at what was proposed, said and translated, and at who took part."""
        self.checks += await check_shown(self._client, self.view.round.id, self._proposed)

    def _spent(self, project: Project) -> dict[str, Any]:
        """What is said of money and time once a project is under way."""
        ready = datetime.now(UTC).date() + timedelta(days=suburb.READY_IN)
        return {"spent": round(project.cost * suburb.SPENT), "expected_on": ready}

    def _draft(self, begun: str) -> dict[str, Any]:
        """The round, with a timeline that has reached this step."""
        now, reached = datetime.now(UTC), STEPS.index(begun)
        times = {
            step: now + (timedelta(minutes=at - 10) if at <= reached else timedelta(days=at))
            for at, step in enumerate(STEPS)
        }
        words = {
            "name": f"{suburb.ROUND} {now.year}",
            "about": suburb.ABOUT,
            "currency": suburb.CURRENCY,
            "language": "sv",
        }
        parts = {"areas": suburb.AREAS, "themes": suburb.THEMES, "pots": suburb.POTS}
        count = {"lot_seed": self._ties.seed, "shows_what_if": True}
        return {**words, **parts, **count, **times, "closes_at": now + timedelta(days=14)}

    async def _supports(self, sent: int) -> dict[str, int]:
        """How many back each proposal, by title, once all that was sent is counted."""
        end = time.monotonic() + 60
        while time.monotonic() < end:
            proposals = await self._client.proposals(self.view.round.id)
            if sum(proposal.supports for proposal in proposals) == sent:
                return {proposal.title: proposal.supports for proposal in proposals}
            await asyncio.sleep(0.05)
        raise NoAnswer("the supports were not counted within a minute: are the workers running?")

    async def _shortlist(self, supports: dict[str, int]) -> None:
        pots = {pot.name: pot.id for pot in self.view.pots}
        chosen = [idea for idea in IDEAS if supports[idea.title] >= SUPPORTS_NEEDED]
        for idea in chosen:
            number = self._numbers[idea.pot][idea.title] = len(self._numbers[idea.pot]) + 1
            into = {"pot_id": pots[idea.pot], "cost": idea.cost * KRONA, "number": number}
            await self._client.shortlist(self._proposed[idea.title].id, into)
        say("Officer shortlists", f"{len(chosen)} of {len(IDEAS)}: those that at least {SUPPORTS_NEEDED} support")

    def _set_up_booths(self) -> dict[str, Booth]:
        costs = {idea.title: idea.cost * KRONA for idea in IDEAS}
        booths = {}
        for pot, drafted in zip(self.view.pots, suburb.POTS, strict=True):
            ballot = tuple((number, costs[title]) for title, number in self._numbers[pot.name].items())
            form = Inputs(drafted.money, drafted.rule, self._ties, drafted.style, ballot, ())
            booths[pot.name] = Booth(self._client, pot.id, form)
        return booths

    def _turn(self, who: Resident) -> Turn:
        """What a resident will cast, in the pots that are open to them."""
        first = [Ballot(who.approve(self._numbers[ALL], 1))] if self._chance.random() < CHANGED else []
        ballots = {ALL: [*first, Ballot(who.approve(self._numbers[ALL], self._chance.randint(2, CHOICES)))]}
        if who.area == suburb.AREAS[0]:
            ballots[YOUTH] = [Ballot(who.pack(self._numbers[YOUTH], suburb.POTS[1].money))]
        return Turn(self._codes[who.identity], ballots)

    async def _tokens(self, code: str) -> dict[str, str]:
        """Sign in; a pass for each pot in which this person may vote."""
        passes = await self._client.sign_in(self.view.round.id, code)
        return {granted.pot: granted.token for granted in passes.pots if granted.token}

    async def _send_twice(self, turn: Turn) -> Check:
        """Somebody's connection breaks, so they send their ballot again."""
        tokens = await self._tokens(turn.code)
        same = await self._booths[ALL].cast_twice(tokens[ALL], turn.ballots[ALL][-1])
        return Check(same, "A ballot sent twice with the same key got the same receipt twice, and counts once.")

    async def _choose_too_many(self, turn: Turn) -> Check:
        """Somebody chooses everything, reads why that is refused, and casts what is allowed."""
        tokens, everything = await self._tokens(turn.code), tuple(sorted(self._numbers[ALL].values()))
        why = await self._booths[ALL].try_in_vain(tokens[ALL], Ballot(everything))
        await self._booths[ALL].cast(tokens[ALL], Ballot(everything[:CHOICES]))
        return Check(bool(why), f"Too many choices were refused: “{why}”")

    async def _take_back(self, turn: Turn) -> Check:
        """Somebody would rather not vote after all."""
        tokens = await self._tokens(turn.code)
        same = await self._booths[ALL].take_back(tokens[ALL], turn.ballots[ALL][-1])
        return Check(same, "A ballot was taken back: its voter has a receipt for that, and does not count.")

    async def _go_astray(self) -> Check:
        """Somebody from another area tries to vote in the pot of Lingonbacken."""
        who = next(person for person in self.residents if person.area not in suburb.POTS[1].areas)
        passes = await self._client.sign_in(self.view.round.id, self._codes[who.identity])
        reason = next(granted.reason for granted in passes.pots if granted.pot == YOUTH)
        why = await self._booths[YOUTH].try_in_vain(passes.pots[0].token or "", Ballot((1,)))
        return Check(bool(reason and why), f"Somebody from {who.area} got no pass for Lingonbacken ({reason}): “{why}”")
