"""The doorbell: one RQ job without content, which says that something waits in a lane.

What waits lies in ``post.outbox``; Redis may lose every bell, and the clock rings again.
"""

from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry as RedisRetry
from rq import Queue, Retry
from rq.serializers import JSONSerializer

from schema.events import Lane

ANSWER = "workers.lanes.answer"
JOB_SECONDS: dict[Lane, int] = {
    "roll": 900,
    "judge": 300,
    "sequence": 300,
    "spread": 300,
    "count": 3600,
    "compare": 3600,
    "civic": 300,
}
FAILURE_SECONDS = 86400
REDIS_SECONDS = 1.0


def connect_redis(url: str) -> Redis:
    """A client that gives up after about two seconds; its calls raise redis.RedisError. It connects when first used."""
    return Redis.from_url(
        url,
        socket_timeout=REDIS_SECONDS,
        socket_connect_timeout=REDIS_SECONDS,
        health_check_interval=15,
        retry=RedisRetry(NoBackoff(), 1),  # said, because from_url would not retry at all
    )


def queue_name(lane: Lane) -> str:
    """The name of a lane's RQ queue."""
    return f"byalag-{lane}"


def ring(client: Redis, lane: Lane) -> None:
    """Tell a lane's worker that something was committed. Raises redis.RedisError.

    A bell that waits already will be answered after our commit as well, so a second one is not needed.
    """
    queue = Queue(queue_name(lane), connection=client, serializer=JSONSerializer)
    if client.llen(queue.key):
        return
    queue.enqueue_call(
        ANSWER,
        args=(lane,),
        timeout=JOB_SECONDS[lane],
        result_ttl=0,
        failure_ttl=FAILURE_SECONDS,
        retry=Retry(max=3),  # without it RQ gives up a bell whose worker died between taking and starting it
        description=lane,
    )
