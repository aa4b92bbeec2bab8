"""What two officers can do together, as they read it."""

from datetime import datetime

import msgspec

from service.languages import _, marked, moment
from service.store.acts import Act
from service.store.rounds import Round


class Ask(msgspec.Struct, frozen=True):
    """What two officers can do together: the button that asks for it, and what it means."""

    title: str
    says: str


ASKS = {
    "open-early": Ask(
        marked("Open voting now"), marked("Voting opens at once, and not only at the time that was announced.")
    ),
    "close-early": Ask(marked("Close voting now"), marked("Nobody can vote after this.")),
    "prolong": Ask(marked("Prolong voting"), marked("Voting closes later than it would.")),
    "correct": Ask(
        marked("Correct a project"), marked("A project gets another title and description. Its cost stays.")
    ),
    "reopen": Ask(
        marked("Open voting again"),
        marked("Everybody can vote again, and change their ballots. All of it is counted anew then."),
    ),
    "publish": Ask(
        marked("Publish the outcome"),
        marked("Everybody sees the outcome of every pot at once. It cannot be undone."),
    ),
    "destroy-key": Ask(
        marked("Destroy the key"),
        marked("Nobody can find out any more who voted for what. It cannot be undone."),
    ),
    "void": Ask(
        marked("Void ballots"),
        marked("The ballots of a quarantine do not count. Their voters read why, and can appeal."),
    ),
    "release": Ask(marked("Release ballots"), marked("Ballots that were set aside count again.")),
    "admit": Ask(
        marked("Admit a resident"), marked("Somebody who appealed comes onto the roll, although it is frozen.")
    ),
    "delete-ballots": Ask(
        marked("Delete the ballots"), marked("The ballots go; ledger and outcome stay. It cannot be undone.")
    ),
}


def askable(found: Round, counted_all: bool, corrected: bool) -> list[str]:
    """What two officers may do in a round as it is now, by kind. ``corrected``: it was counted anew after that."""
    match found.phase:
        case "voting":
            return ["prolong", "correct", "close-early"]
        case "counting" if found.closed_at:
            return [*(["publish"] if counted_all else []), "reopen"]
        case "counting":
            return []
        case "published":
            return [*(["publish"] if corrected else []), "destroy-key", "delete-ballots"]
    return ["open-early", "correct"] if found.scheduled_at else []


def is_possible(act: Act, kinds: list[str]) -> bool:
    """Whether an act can still be done: what came too late, as to close what is closed, waits for nothing any more.

    What is asked for at the fraud desk can be done in many phases: it is looked at when it is confirmed.
    """
    return act.kind in kinds or act.kind in {"void", "release", "admit"}


def act_details(act: Act) -> str:
    """What exactly an act would do, beside what all of its kind do."""
    if closes_at := act.details.get("closes_at"):
        return _("Until {moment}.", moment=moment(datetime.fromisoformat(closes_at)))
    return _("“{title}”.", title=title) if (title := act.details.get("title")) else ""
