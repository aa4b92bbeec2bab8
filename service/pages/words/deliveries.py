"""What becomes of a funded project."""

from service.languages import marked
from service.store.deliveries import State

DELIVERIES: dict[State, str] = {
    "planned": marked("planned"),
    "under-way": marked("under way"),
    "done": marked("done"),
    "cancelled": marked("cancelled"),
}
"""Where a project is, in a word."""
