"""Days and times, as the reader's language writes them."""

from datetime import UTC, date, datetime

from babel.dates import format_date, format_time

from service.languages import HARD, _, locale_of, spoken


def day(at: datetime) -> str:
    """7 December 2026."""
    return dated(at.astimezone(UTC).date())


def dated(on: date) -> str:
    """A date: 7 December 2026."""
    return format_date(on, "long", locale_of(spoken())).replace(" ", HARD)


def moment(at: datetime) -> str:
    """7 December 2026, 14:02 UTC."""
    there = at.astimezone(UTC)
    time = f"{format_time(there, 'short', locale=locale_of(spoken()))}{HARD}UTC"
    return _("{day}, {time}", day=dated(there.date()), time=time)
