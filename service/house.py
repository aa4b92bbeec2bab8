"""What a running service has: its settings and keys, one room per database role, a doorbell, limits."""

import msgspec

from schema.keys import Keys
from schema.settings import Settings
from service.casting import Casting
from service.doorbell import Doorbell
from service.limits import Limits
from service.ring import Ring
from service.room import Room


class House(msgspec.Struct, frozen=True):
    """Everything a verb may need."""

    settings: Settings
    keys: Keys
    ring: Ring
    roll: Room
    box: Room
    civic: Room
    doorbell: Doorbell
    limits: Limits
    casting: Casting
