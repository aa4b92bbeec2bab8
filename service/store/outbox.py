"""The outbox: an event is written in the transaction of what it tells of, and told after the commit."""

from schema.events import Event, encode_event
from schema.queries import Db, queries, run

SQL = queries(__file__)


async def tell(db: Db, event: Event) -> None:
    """Leave an event for the workers."""
    await run(db, SQL.tell, event.lane, encode_event(event))
