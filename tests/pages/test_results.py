"""The results page says what the published snapshot holds, each reason as a sentence, and computes nothing."""

from uuid import UUID

import asyncpg

from schema.outcome import (
    Comparison,
    CostsMoreThanPot,
    DidNotFit,
    Explanation,
    FundedByCompletion,
    FundedByShares,
    FundedByVotes,
    Outcome,
    Shares,
    SupportersShort,
    TieBroken,
)
from schema.rules import EqualShares, TieOrder
from schema.snapshot import CountedProject, Snapshot, Sums, canonical
from schema.styles import Approval
from tests.builders import House, close, voting
from tests.pages.visitor import Visitor
from tests.town import Town

REASONS: tuple[Explanation, ...] = (
    FundedByVotes(project="1", position=1, votes=5, cost=300_00, left=1000_00),
    FundedByShares(project="2", position=2, votes=3, cost=100_00, rho="1/3", payment="10000/3"),
    FundedByCompletion(project="3", position=3, votes=2, cost=200_00, left=600_00),
    DidNotFit(project="4", votes=2, cost=900_00, left=400_00, missing=500_00),
    SupportersShort(project="5", votes=1, cost=450_00, held="20000", missing="25000", left=400_00),
    CostsMoreThanPot(project="6", votes=1, cost=2000_00, budget=1000_00),
)
SENTENCES = (
    "5 people chose it. When its turn came, 1 000 kr was left: enough.",
    "3 people chose it and paid for it from their shares, nobody more than about 33,33 kr.",
    "2 people chose it. It was paid from what the shares had left over, 600 kr at its turn.",
    "2 people chose it. When its turn came, only 400 kr was left, 500 kr too little.",
    "1 person chose it. Together they had 200 kr of their shares left for it, 250 kr too little."
    " What remained at the end, 400 kr, was too little as well.",
    "It costs more than the whole pot of 1 000 kr, so it could not be funded.",
    "Each voter’s share was then about 33,33 kr.",
    "4 voters got more of the money to what they chose by equal shares, 1 by votes, so the outcome by equal shares"
    " stands.",
    "“Project 4” and “Project 5” were level. “Project 4” came first, because more people chose it.",
    "9 of 12 residents on the roll voted. They sent 14 ballots",
    "replaced by a later ballot of the same voter 4",
    "not counted: with too many projects 1",
)


def snapshot(house: House, title: str = "Project") -> Snapshot:
    """A snapshot with every kind of reason."""
    return Snapshot(
        municipality="Brf Eken",
        round_id=house.round_id,
        round="Gården 2026",
        pot_id=house.pot_id,
        pot="Gården",
        currency="SEK",
        money=1000_00,
        style=Approval(max_choices=2),
        rule=EqualShares(step=1, fill=True, comparison=True),
        ties=TieOrder(seed="tärning"),
        projects=tuple(
            CountedProject(int(each.project), f"{title} {each.project}", each.cost, each.votes) for each in REASONS
        ),
        sums=Sums(electors=12, voters=9, revisions=14, counted=9, superseded=4, refused={"too-many": 1}),
        input_hash="ab" * 32,
        outcome=Outcome(
            funded=("1", "2", "3"),
            spent=600_00,
            budget=1000_00,
            explanations=REASONS,
            ties=(TieBroken(tied=("4", "5"), first="4", criterion="more_votes"),),
            shares=Shares(increments=7, share="10000/3", comparison=Comparison(1, 4, False)),
        ),
    )


async def published(db: asyncpg.Connection, title: str = "Project") -> House:
    """A round whose only pot has this snapshot, published."""
    house = await voting(db)
    await close(db, house)
    made: UUID = await db.fetchval(
        "insert into box.snapshot (round_id, pot_id, input_hash, content, pb) values ($1, $2, $3, $4, 'META')"
        " returning id",
        house.round_id,
        house.pot_id,
        bytes.fromhex("ab" * 32),
        canonical(snapshot(house, title)),
    )
    await db.execute("insert into box.publication (snapshot_id, round_id) values ($1, $2)", made, house.round_id)
    return house


async def test_every_reason_is_a_sentence(town: Town, visitor: Visitor, db: asyncpg.Connection) -> None:
    """Funded and not funded come in the snapshot's order, each with why, and the ballots add up."""
    house = await published(db)
    seen = await visitor.open(f"/pots/{house.pot_id}/results")
    text = seen.text.replace("\u202f", " ")
    for sentence in SENTENCES:
        assert sentence in text
    assert seen.title == "Gården: 3 projects funded"
    assert [each.text for each in seen.page.all("h3") if "No." in each.text] == [
        f"Project {number} No. {number}" for number in range(1, 7)
    ]
    links = {each["href"] for each in seen.page.all("a")}
    assert {f"/api/pots/{house.pot_id}/snapshot", f"/api/pots/{house.pot_id}/snapshot.pb"} <= links


async def test_a_page_that_is_known_is_not_sent_again(town: Town, visitor: Visitor, db: asyncpg.Connection) -> None:
    """An ETag answers 304, with the headers of a page and no body."""
    house = await published(db)
    for path in (f"/pots/{house.pot_id}/results", f"/rounds/{house.round_id}", "/"):
        tag = (await visitor.open(path)).headers["etag"]
        again = await town.client.get(path, headers={"If-None-Match": tag})
        assert (again.status_code, again.content) == (304, b"")
        assert "content-security-policy" in again.headers


async def test_before_publication_there_is_nothing_to_see(town: Town, visitor: Visitor, db: asyncpg.Connection) -> None:
    """An outcome that was not published is a problem page with the way back."""
    house = await voting(db)
    seen = await visitor.open(f"/pots/{house.pot_id}/results")
    assert (seen.status, seen.title) == (409, "Not counted yet")
    assert f"/rounds/{house.round_id}" in {each["href"] for each in seen.page.all("a")}


async def test_titles_are_text_on_the_results_page(town: Town, visitor: Visitor, db: asyncpg.Connection) -> None:
    """Nothing in a project's title becomes markup."""
    house = await published(db, "<img src=x onerror=alert(1)>")
    seen = await visitor.open(f"/pots/{house.pot_id}/results")
    assert "<img" not in seen.html
    assert "<img src=x onerror=alert(1)> 6" in seen.text
