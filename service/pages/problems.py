"""Problem pages: one for each kind of refusal, and the one that a refused request is answered with."""

from typing import Any

from litestar import get
from litestar.params import FromPath

from schema.errors import Elsewhere, NotFound, Refusal, TooFast, Unavailable
from service.languages import _, spoken
from service.pages import words
from service.pages.shell import Page, PrivatePage, again, here, private_page, public_page
from service.problems import answer_problem, details, refusal_of, retry_after
from service.reading import AnyRequest, listen
from service.refusals import PROBLEMS

_BY_CODE = {refusal.code: problem for refusal, problem in PROBLEMS.items()}


@get("/problems/{slug:str}")
async def view_problem(request: AnyRequest, slug: FromPath[str]) -> Page:
    """What a kind of problem means, without the facts of one case."""
    problem = _BY_CODE.get(slug)
    if problem is None:
        raise NotFound(what="problem of that name")
    said = _(problem.general or problem.sentence)
    return public_page(
        request, "problem.html", title=_(problem.title), said=said, status=problem.status, code=slug, back=None
    )


def answer_problem_page(request: AnyRequest, error: Exception) -> Page:
    """The answer to an exception outside the API: a page for browsers, problem details for everybody else."""
    listen(request)
    wanted = request.headers.get("accept", "")
    if "text/html" not in wanted or request.url.path.startswith("/api"):
        return answer_problem(request, error)
    refusal = refusal_of(error)
    if isinstance(refusal, Elsewhere):
        path = request.url.path if request.method == "GET" else "/"
        asked = (again(request) or "").removesuffix("&")
        there = here(request).there(str(refusal.facts["address"]), f"{path}?{asked}" if asked else path)
        return problem_page(refusal, (there, _("Go on there")))
    return problem_page(refusal)


def problem_page(refusal: Refusal, back: tuple[str, str] | None = None) -> PrivatePage:
    """A refusal as a page of its own; ``back`` is the address and name of where to go on."""
    problem = details(refusal)
    passing = isinstance(refusal, TooFast | Unavailable)  # their words in the API are for those who write programs
    answer = private_page(
        "problem.html",
        problem.status,
        title=problem.title,
        said=words.sentence(refusal, "") if passing else problem.detail,
        status=problem.status,
        code=refusal.code,
        back=back,
    )
    answer.headers.update({"Content-Language": spoken(), **retry_after(refusal)})
    return answer


handlers: list[Any] = [view_problem]
