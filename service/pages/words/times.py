"""Days and times, as the reader's language writes them, in the zone of the house."""

from datetime import date, datetime

from babel.dates import format_date, format_time

from service.languages import HARD, _, local_zone, locale_of, spoken


def day(at: datetime) -> str:
    """7 December 2026."""
    return dated(at.astimezone(local_zone()).date())


def dated(on: date) -> str:
    """A date: 7 December 2026."""
    return format_date(on, "long", locale_of(spoken())).replace(" ", HARD)


def moment(at: datetime) -> str:
    """7 December 2026, 15:02 CET."""
    there = at.astimezone(local_zone())
    time = f"{format_time(there, 'short', there.tzinfo, locale_of(spoken()))}{HARD}{there:%Z}"
    return _("{day}, {time}", day=dated(there.date()), time=time)


def moment_field(at: datetime) -> str:
    """A time as a browser's field holds it, to the minute."""
    return f"{at.astimezone(local_zone()):%Y-%m-%dT%H:%M}"


def read_moment(text: str) -> str:
    """What a browser sends for such a field, as JSON has it; what is no time stays as it is, and is refused later."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=local_zone()).isoformat()
    except ValueError:
        return text


def zone_name() -> str:
    """What the zone is called where its hours are chosen: Europe/Stockholm."""
    return str(local_zone())
