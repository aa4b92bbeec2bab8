"""Problem details (RFC 9457): how a refusal is answered, in the language of whoever is refused."""

from http import HTTPStatus

import msgspec
import structlog
from litestar import Response
from litestar.exceptions import HTTPException, ValidationException
from litestar.openapi.datastructures import ResponseSpec

from schema import errors as e
from schema.errors import Refusal
from service.languages import _, marked, spoken
from service.reading import BODY_LIMIT, AnyRequest, listen
from service.refusals import PROBLEMS, told

log = structlog.get_logger("problem")

MEDIA_TYPE = "application/problem+json"


class ProblemDetails(msgspec.Struct, frozen=True):
    """RFC 9457. ``type`` is an address where a person can read more; ``facts`` are what the sentence was made of."""

    type: str
    title: str
    status: int
    detail: str
    facts: dict[str, str | int]


_BY_STATUS: dict[int, Refusal] = {
    401: e.NotSignedIn(),
    404: e.NotFound(what="page"),
    405: e.WrongMethod(),
}


def details(refusal: Refusal) -> ProblemDetails:
    """The problem details of a refusal."""
    problem = PROBLEMS[type(refusal)]
    return ProblemDetails(
        type=f"/problems/{refusal.code}",
        title=_(problem.title),
        status=problem.status,
        detail=_(problem.sentence, **told(refusal)),
        facts=refusal.plain_facts,
    )


def retry_after(refusal: Refusal | None) -> dict[str, str]:
    """The header that says when to come again (seconds), for a refusal that time alone mends."""
    match refusal:
        case e.TooFast(facts={"seconds": seconds}):
            return {"Retry-After": str(seconds)}
        case e.Unavailable():
            return {"Retry-After": "1"}
    return {}


def answers(*refusals: type[Refusal]) -> dict[int, ResponseSpec]:
    """What OpenAPI says of these refusals: one documented answer per status, with the types it may have."""
    by_status: dict[int, list[str]] = {}
    roles = (e.RoleMissing, e.TotpDemanded) if e.NotSignedIn in refusals else ()
    kinds: tuple[type[Refusal], ...] = (*refusals, *roles, e.Elsewhere, e.Unhandled)
    for refusal in kinds:
        by_status.setdefault(PROBLEMS[refusal].status, []).append(f"`{refusal.code}`")
    return {
        status: ResponseSpec(
            data_container=ProblemDetails,
            media_type=MEDIA_TYPE,
            description=f"{HTTPStatus(status).phrase}: {', '.join(codes)}",
            generate_examples=False,
        )
        for status, codes in by_status.items()
    }


def refusal_of(error: Exception) -> Refusal:
    """The refusal that an exception amounts to; our own faults are logged by kind and place, never with values."""
    match error:
        case Refusal():
            return error
        case ValidationException():
            return e.Malformed(fault=marked("a part of the address or of its query is not of the kind it must be"))
        case HTTPException(status_code=413):
            return e.TooLarge(limit=BODY_LIMIT)
        case HTTPException() if error.status_code in _BY_STATUS:
            return _BY_STATUS[error.status_code]
        case HTTPException() if error.status_code < 500:
            return e.Malformed(fault=marked("it is not a request this house knows"))
        case RecursionError():
            return e.Malformed(fault=marked("it is nested too deeply"))
    log.error("unhandled", exc_info=error)
    return e.Unhandled()


def answer_problem(request: AnyRequest, error: Exception) -> Response[bytes]:
    """The problem details answer to any exception in the API."""
    listen(request)
    refusal = refusal_of(error)
    problem, headers = details(refusal), {"Content-Language": spoken(), **retry_after(refusal)}
    if problem.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if problem.status == 405 and isinstance(error, HTTPException):
        headers |= error.headers or {}  # Allow, which the router knows
    return Response(
        content=msgspec.json.encode(problem), status_code=problem.status, media_type=MEDIA_TYPE, headers=headers
    )
