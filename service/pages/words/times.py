"""Days and times, as the reader's language writes them, in the zone of the house."""

from datetime import datetime

from service.languages import dated, local_zone


def day(at: datetime) -> str:
    """7 December 2026."""
    return dated(at.astimezone(local_zone()).date())


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
