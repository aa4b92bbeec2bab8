"""``byalag bench results``: how long the results page of a large pot takes, made anew and had already."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from uuid import UUID

import click
import msgspec
from litestar.testing import RequestFactory

from schema.local.figures import keep, to_json
from schema.outcome import DidNotFit, Explanation, FundedByVotes, Outcome
from schema.rules import GreedyByVotes, TieOrder
from schema.settings import Settings
from schema.snapshot import CountedProject, Ledger, Snapshot, Sums, canonical
from schema.styles import Approval
from service.app import make_app
from service.languages import LANGUAGES, speak
from service.pages.results import Facts, page
from service.pages.shell import addresses, rendered_page
from service.store.translations import Reading

WHERE = UUID(int=1)


class Row(msgspec.Struct, frozen=True):
    """Medians in milliseconds of one language: made anew, as everybody gets it after that, and as 304."""

    language: str
    anew: float
    cached: float
    known: float
    kilobytes: float


@click.command()
@click.option("--projects", type=click.IntRange(2), default=300, show_default=True, help="Projects of the pot.")
@click.option("--times", type=click.IntRange(1), default=50, show_default=True, help="How often each is measured.")
@to_json
def results(projects: int, times: int, target: Path | None) -> None:
    """Make the page in each language, and answer from what is made: in this process, without network or database."""
    settings = Settings("postgresql://nowhere", "redis://nowhere", bytes(32), "http://127.0.0.1")
    content = canonical(snapshot_of(projects))
    published_at, at = datetime(2026, 11, 27, tzinfo=UTC), addresses(settings)
    requests = RequestFactory(app=make_app(settings))
    click.echo(f"{projects} projects, medians of {times}")
    rows = []
    for language in LANGUAGES:
        facts = Facts(content, published_at, None, None, at, settings.box_url, language, titles_of(projects))
        rows.append(_measured(requests, facts, language, times))
    for row in rows:
        click.echo(
            f"{row.language:4} {row.kilobytes:6.0f} kB  anew {row.anew:6.2f} ms  cached {row.cached:6.3f} ms"
            f" ({row.anew / row.cached:.0f} times as fast)  known {row.known:6.3f} ms"
        )
    keep(target, {"projects": projects, "rows": rows})


def _measured(requests: RequestFactory, facts: Facts, language: str, times: int) -> Row:
    speak(language)
    newcomer = requests.get("/")
    answer = rendered_page(newcomer, facts.at, page(facts, language))
    returning = requests.get("/", headers={"If-None-Match": str(answer.headers["ETag"])})
    return Row(
        language,
        anew=_median(lambda: page.__wrapped__(facts, language), times),
        cached=_median(lambda: rendered_page(newcomer, facts.at, page(facts, language)), times),
        known=_median(lambda: rendered_page(returning, facts.at, page(facts, language)), times),
        kilobytes=len(answer.content) / 1000,
    )


def _median(act: Callable[[], object], times: int) -> float:
    """Milliseconds of processor time."""
    taken = []
    for _ in range(times):
        begun = time.process_time()
        act()
        taken.append(1000 * (time.process_time() - begun))
    return median(taken)


def titles_of(projects: int) -> tuple[Reading, ...]:
    """Every title in another language, beside those of the round and the pot, which stay."""
    return tuple(
        Reading(
            UUID(int=number + 1),
            "project",
            number,
            None,
            "sv",
            f"Project {number}, in other words of the town",
            None,
            None,
            False,
        )
        for number in range(1, projects + 1)
    )


def snapshot_of(projects: int) -> Snapshot:
    """A pot that pays for the first half of its projects."""
    cost = 45_000_00
    half = projects // 2
    reasons: list[Explanation] = []
    for place in range(1, projects + 1):
        votes, left = 10_000 - 7 * place, max(0, half + 1 - place) * cost
        reasons.append(
            FundedByVotes(str(place), place, votes, votes, cost, left)
            if place <= half
            else DidNotFit(str(place), votes, votes, cost, 0, cost, further=7 * (place - half))
        )
    return Snapshot(
        municipality="Measured",
        round_id=WHERE,
        round="A measured round",
        pot_id=WHERE,
        pot="The pot",
        currency="SEK",
        money=half * cost,
        style=Approval(max_choices=10),
        rule=GreedyByVotes(),
        ties=TieOrder(seed="seed"),
        projects=tuple(
            CountedProject(number, f"Project {number} of the town", cost, reason.votes)
            for number, reason in enumerate(reasons, 1)
        ),
        sums=Sums(40_000, 12_000, 14_000, 11_900, 2_000, 50, {"too-many": 50}, {"online": 11_000, "paper": 900}),
        ballots_floor=5,
        ledger=Ledger("127.0.0.1/api/log/1", 14_000, "ab" * 32),
        input_hash="cd" * 32,
        outcome=Outcome(
            funded=tuple(str(place) for place in range(1, half + 1)),
            spent=half * cost,
            budget=half * cost,
            explanations=tuple(reasons),
            ties=(),
        ),
    )
