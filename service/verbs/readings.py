"""What residents read of a round, in their language where it is translated; else as it was written.

Whoever wants the originals asks with no language. Nothing that counts, signs or hashes goes through here.
"""

from collections.abc import Sequence
from functools import cached_property
from typing import Literal
from uuid import UUID

import msgspec

from schema.queries import Db
from schema.snapshot import Snapshot
from service.house import House
from service.languages import Text, _
from service.store import translations
from service.store.projects import Project
from service.store.proposals import Mark
from service.store.rounds import Pot, Round
from service.store.translations import Reading
from service.verbs.deliveries import FollowedPot, FollowedProject, Following, follow_round
from service.verbs.proposals import ProposalView, view_proposal
from service.verbs.rounds import RoundView, public_pot, public_round


class Texts(msgspec.Struct, frozen=True, dict=True):
    """How texts are read in a language, by the id of what they are of; as they were written, where there is none."""

    language: str
    found: dict[UUID, Reading]

    @property
    def translated_from(self) -> list[str]:
        """The languages of the originals of what is translated here."""
        return sorted(
            {each.written_in for each in self.found.values() if self._takes(each) and (each.title or each.about)}
        )

    def title(self, of_id: UUID, text: str) -> Text:
        """A title, or a name."""
        reading = self.found.get(of_id)
        return self._said(text, reading, reading.title if reading else None)

    def about(self, of_id: UUID, text: str) -> Text:
        """A description, or what was told."""
        reading = self.found.get(of_id)
        return self._said(text, reading, reading.about if reading else None)

    def area(self, name: str) -> Text:
        """The name of an area."""
        return self._named("area", name)

    def theme(self, name: str) -> Text:
        """The name of a theme."""
        return self._named("theme", name)

    def round(self, found: Round) -> Round:
        """A round in these words."""
        return msgspec.structs.replace(
            found, name=self.title(found.id, found.name), about=self.about(found.id, found.about)
        )

    def pot(self, pot: Pot) -> Pot:
        """A pot in these words."""
        areas = tuple(self.area(each) for each in pot.areas)
        return msgspec.structs.replace(pot, name=self.title(pot.id, pot.name), areas=areas)

    def project(self, project: Project) -> Project:
        """A project in these words."""
        return msgspec.structs.replace(
            project,
            title=self.title(project.id, project.title),
            about=self.about(project.id, project.about),
            area=self.area(project.area) if project.area else None,
        )

    def proposal(self, proposal: ProposalView) -> ProposalView:
        """A proposal in these words. One that was taken back has none of its own."""
        return msgspec.structs.replace(
            proposal,
            title=self.title(proposal.id, proposal.title) if proposal.title else _("A proposal that was taken back"),
            about=self.about(proposal.id, proposal.about),
            area=self.area(proposal.area) if proposal.area else None,
            theme=self.theme(proposal.theme) if proposal.theme else None,
        )

    @cached_property
    def _names(self) -> dict[tuple[str, str], Reading]:
        return {(each.noun, each.name): each for each in self.found.values() if each.name}

    def _named(self, noun: Literal["area", "theme"], name: str) -> Text:
        reading = self._names.get((noun, name))
        return self._said(name, reading, reading.title if reading else None)

    def _takes(self, reading: Reading) -> bool:
        """Whether a translation is wanted: what is written in the reader's language already needs none."""
        return bool(self.language) and reading.written_in != self.language

    def _said(self, text: str, reading: Reading | None, translation: str | None) -> Text:
        if reading is None:
            return Text(text, "", "")
        if text and translation and self._takes(reading):
            return Text(translation, self.language, reading.written_in, reading.corrected_at, reading.stale)
        return Text(text, reading.written_in, reading.written_in)


class RoundInWords(RoundView, frozen=True):
    """A round as its readers get it."""

    texts: Texts


class PotInWords(msgspec.Struct, frozen=True):
    """A pot as its readers get it, with its round and the projects on its ballot."""

    round: Round
    pot: Pot
    projects: list[Project]
    texts: Texts


async def round_texts(db: Db, round_id: UUID, language: str, pot_id: UUID | None = None) -> Texts:
    """How a round is read; of one pot only what stands on its ballot."""
    return _texts(language, await translations.readings(db, round_id, language, pot_id))


async def read_round(house: House, round_id: UUID, language: str) -> RoundInWords:
    """A round that was announced."""
    view = await public_round(house, round_id)
    async with house.box.enter() as db:
        texts = await round_texts(db, round_id, language)
    return RoundInWords(
        texts.round(view.round),
        [texts.pot(pot) for pot in view.pots],
        view.areas,
        view.themes,
        [texts.project(project) for project in view.projects],
        texts,
    )


async def read_pot(house: House, pot_id: UUID, language: str) -> PotInWords:
    """A pot of an announced round."""
    found, pot, projects = await public_pot(house, pot_id)
    async with house.box.enter() as db:
        texts = await round_texts(db, found.id, language, pot_id)
    return PotInWords(texts.round(found), texts.pot(pot), [texts.project(project) for project in projects], texts)


async def read_rounds(house: House, found: Sequence[Round], language: str) -> tuple[list[Round], Texts]:
    """Rounds by their names."""
    async with house.box.enter() as db:
        texts = _texts(language, await translations.readings_of_rounds(db, [each.id for each in found], language))
    return [texts.round(each) for each in found], texts


async def read_proposals(
    house: House, found: Sequence[ProposalView], of_round: Texts
) -> tuple[list[ProposalView], Texts]:
    """Proposals as somebody reads them who reads their round like this."""
    language = of_round.language
    async with house.civic.enter() as db:
        own = await translations.proposal_readings(db, [each.id for each in found], language)
    beside = [each for each in of_round.found.values() if each.noun in {"round", "area", "theme"}]
    texts = _texts(language, [*beside, *own])
    return [texts.proposal(each) for each in found], texts


async def read_proposal(house: House, proposal_id: UUID, language: str) -> tuple[ProposalView, RoundInWords]:
    """A proposal and its round. Raises NotFound, Hidden."""
    found, _activity = await view_proposal(house, proposal_id)
    view = await read_round(house, found.round_id, language)
    (proposal,), _own = await read_proposals(house, [found], view.texts)
    return proposal, view


async def read_marks(house: House, found: Sequence[Mark], language: str) -> list[Mark]:
    """Where proposals are, by their titles."""
    async with house.civic.enter() as db:
        texts = _texts(language, await translations.proposal_readings(db, [each.id for each in found], language))
    return [msgspec.structs.replace(each, title=texts.title(each.id, each.title)) for each in found]


async def read_following(house: House, round_id: UUID, language: str) -> tuple[Following, Texts]:
    """What became of a round's funded projects. Raises NotFound, NotCounted."""
    following = await follow_round(house, round_id)
    async with house.box.enter() as db:
        texts = await round_texts(db, round_id, language)
    pots = [
        FollowedPot(pot.id, texts.title(pot.id, pot.name), [_followed(texts, project) for project in pot.projects])
        for pot in following.pots
    ]
    return Following(texts.round(following.round), pots), texts


def _followed(texts: Texts, project: FollowedProject) -> FollowedProject:
    told = [msgspec.structs.replace(each, says=texts.about(each.id, each.says)) for each in project.deliveries]
    return msgspec.structs.replace(project, title=texts.title(project.id, project.title), deliveries=told)


async def titles_of_pot(house: House, pot_id: UUID, language: str) -> tuple[Reading, ...]:
    """How the names in a pot's outcome are read."""
    async with house.box.enter() as db:
        return tuple(await translations.titles_of_pot(db, pot_id, language))


def outcome_in_words(snapshot: Snapshot, titles: Sequence[Reading], language: str) -> tuple[Snapshot, Texts]:
    """A snapshot to be shown, never to be checked: its names as they are read."""
    texts = _texts(language, titles)
    ids = {each.number: each.of_id for each in titles if each.number is not None}
    shown = msgspec.structs.replace(
        snapshot,
        round=texts.title(snapshot.round_id, snapshot.round),
        pot=texts.title(snapshot.pot_id, snapshot.pot),
        projects=tuple(
            msgspec.structs.replace(project, title=texts.title(ids[project.number], project.title))
            if project.number in ids
            else project
            for project in snapshot.projects
        ),
    )
    return shown, texts


def _texts(language: str, found: Sequence[Reading]) -> Texts:
    return Texts(language, {each.of_id: each for each in found})
