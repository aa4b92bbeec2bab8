"""What a running service has: settings, keys, the rooms it may enter, a doorbell, limits, traces, hints, providers."""

import msgspec

from schema.database import Role
from schema.gateways import Directory, Provider
from schema.keys import Keys
from schema.settings import Settings
from service.casting import Casting
from service.doorbell import Doorbell
from service.hints import Hints
from service.limits import Limits
from service.openid import OpenId
from service.ring import Ring
from service.room import Room
from service.traces import Traces


class NotOpened(RuntimeError):
    """A handler wants what this process did not open: ``service/floorplan.py`` puts it into the wrong room."""


class House(msgspec.Struct, frozen=True):
    """Everything a verb may need. ``rooms`` has those that this process opened, and ``ballot_box`` is for the box's.

    ``providers`` of residents and ``directories`` of officers are by the word that stands for them in addresses.
    """

    settings: Settings
    keys: Keys
    ring: Ring
    rooms: dict[Role, Room]
    ballot_box: Casting | None
    doorbell: Doorbell
    limits: Limits
    traces: Traces
    hints: Hints
    providers: dict[str, OpenId[Provider]]
    directories: dict[str, OpenId[Directory]]

    @property
    def roll(self) -> Room:
        """Where people are known. Raises NotOpened in a process of the box."""
        return self._opened("byalag_roll")

    @property
    def box(self) -> Room:
        """Where rounds and ballots are."""
        return self._opened("byalag_box")

    @property
    def civic(self) -> Room:
        """Where the debate is. Raises NotOpened in a process of the box."""
        return self._opened("byalag_civic")

    @property
    def casting(self) -> Casting:
        """Where ballots are cast. Raises NotOpened in a process of the roll."""
        if self.ballot_box is None:
            raise NotOpened("this process takes no ballots")
        return self.ballot_box

    def _opened(self, role: Role) -> Room:
        try:
            return self.rooms[role]
        except KeyError:
            raise NotOpened(f"this process opened no connection as {role}") from None
