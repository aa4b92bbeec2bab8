"""What becomes of funded projects: officers tell it after the outcome is published, and everybody reads it."""

from datetime import date
from typing import Annotated
from uuid import UUID

import msgspec

from schema.errors import NotCounted
from schema.outcome import granted
from schema.queries import Db
from schema.snapshot import Snapshot
from service.house import House
from service.reading import Reason
from service.store import deliveries, snapshots
from service.store.deliveries import Delivery, State
from service.store.roll import Officer
from service.store.rounds import Pot, Round
from service.verbs.projects import own_project
from service.verbs.rounds import RoundView, public_round, view_own_round

Spent = Annotated[int, msgspec.Meta(ge=0, le=10**15, description="minor units: öre, cents")]

_SNAPSHOT = msgspec.json.Decoder(Snapshot)


class DeliveryDraft(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an officer tells of a funded project. ``spent``: in all so far; ``expected_on``: when it will be done."""

    state: State
    says: Reason
    spent: Spent | None = None
    expected_on: date | None = None


class FollowedProject(msgspec.Struct, frozen=True):
    """A funded project, what it ``got`` of its cost (minor units), and what was told of it, the newest first."""

    id: UUID
    number: int
    title: str
    cost: int
    got: int
    deliveries: list[Delivery]

    @property
    def newest(self) -> Delivery | None:
        """What was told last."""
        return self.deliveries[0] if self.deliveries else None

    @property
    def spent(self) -> int | None:
        """The last sum that was told."""
        return next((each.spent for each in self.deliveries if each.spent is not None), None)


class FollowedPot(msgspec.Struct, frozen=True):
    """A pot with the projects that it funds, in the order of its ballot."""

    id: UUID
    name: str
    projects: list[FollowedProject]


class Following(msgspec.Struct, frozen=True):
    """A round whose outcome is published, and what becomes of it."""

    round: Round
    pots: list[FollowedPot]


async def follow_round(house: House, round_id: UUID) -> Following:
    """What became of a round's funded projects. Raises NotFound, NotCounted."""
    return await _following(house, await public_round(house, round_id))


async def follow_own_round(house: House, officer: Officer, round_id: UUID) -> Following:
    """The same, of a round of the officer's municipality."""
    return await _following(house, await view_own_round(house, officer, round_id))


async def tell_delivery(house: House, officer: Officer, project_id: UUID, draft: DeliveryDraft) -> Delivery:
    """Tell what becomes of a project. Raises NotFunded for one to which no published outcome gives money."""
    async with house.box.write() as db:
        project = await own_project(db, officer, project_id)
        said = (draft.state, draft.says, draft.spent, draft.expected_on)
        return await deliveries.insert_delivery(db, project.round_id, project_id, *said, officer.name)


async def _following(house: House, view: RoundView) -> Following:
    async with house.box.enter() as db:
        told = await deliveries.deliveries(db, view.round.id)
        return Following(view.round, [await _followed(db, view, pot, told) for pot in view.pots])


async def _followed(db: Db, view: RoundView, pot: Pot, told: list[Delivery]) -> FollowedPot:
    published = await snapshots.published_snapshot(db, pot.id)
    if published is None:
        raise NotCounted()
    gets = {each.project: granted(each) for each in _SNAPSHOT.decode(published.content).outcome.explanations}
    funded = [
        FollowedProject(
            id=project.id,
            number=project.number,
            title=project.title,
            cost=project.cost,
            got=gets[str(project.number)],
            deliveries=[each for each in told if each.project_id == project.id],
        )
        for project in view.projects
        if project.pot_id == pot.id and gets[str(project.number)]
    ]
    return FollowedPot(pot.id, pot.name, funded)
