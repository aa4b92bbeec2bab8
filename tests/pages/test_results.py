"""The results page says what the published snapshot holds, each reason as a sentence, and computes nothing."""

import asyncpg
import pytest

from schema.outcome import (
    Comparison,
    Explanation,
    FundedByCompletion,
    FundedByShares,
    FundedByVotes,
    FundedInPart,
    NotReached,
    Shares,
    SupportersShort,
    TieBroken,
)
from schema.rules import EqualShares, GreedyByVotes, TieOrder
from schema.snapshot import Snapshot, canonical
from tests.builders import ADDRESS, House, close, decision, voting
from tests.pages.outcomes import snapshot
from tests.pages.visitor import Visit, Visitor
from tests.town import Ground, Town

REASONS: tuple[Explanation, ...] = (
    FundedByShares("1", position=1, votes=3, cost=100_00, rho="1/3", payment="10000/3"),
    FundedByCompletion("2", position=2, votes=2, cost=200_00, left=600_00),
    SupportersShort("3", votes=1, cost=450_00, held="20000", missing="25000", further=3, left=400_00),
)
SENTENCES = (
    "300 kr of 1 000 kr go to 2 projects.",
    "3 people chose it and paid for it from their shares, nobody more than about 33,33 kr.",
    "2 people chose it. It was paid from what the shares had left over, 600 kr at its turn.",
    "1 person chose it. Together they had 200 kr of their shares left for it, 250 kr too little."
    " What remained at the end, 400 kr, was too little as well.",
    "Each voter’s share was then about 33,33 kr.",
    "4 voters got more of the money to what they chose by equal shares, 1 by votes, so the outcome by equal shares"
    " stands.",
    "“Project 2” and “Project 3” were level. “Project 2” came first, because more people chose it.",
    "9 of 12 residents on the roll took part.",
    "Voters sent 14 ballots",
    "online 6 75%",
    "on paper 2 25%",
    "all that were counted 8",
    "replaced by a later ballot of the same voter 4",
    "sent to take the one before back, with none after it 1",
    "not counted: with too many projects 1",
    "Text of the lot",
)


def by_shares(house: House, title: str = "Project") -> Snapshot:
    """A snapshot of all that equal shares say."""
    return snapshot(
        REASONS,
        EqualShares(step=1, completion="votes", comparison=True),
        round_id=house.round_id,
        pot_id=house.pot_id,
        title=title,
        funded=("1", "2"),
        spent=300_00,
        ties=(TieBroken(tied=("2", "3"), first="2", criterion="more_votes"),),
        shares=Shares(increments=7, share="10000/3", comparison=Comparison(1, 4, False)),
    )


async def publish(db: asyncpg.Connection, house: House, found: Snapshot) -> None:
    """Publish this snapshot of the only pot of a round."""
    await close(db, house)
    await db.execute(
        "insert into box.snapshot (round_id, pot_id, rules_version, close_number, input_hash, inputs, content, pb,"
        " withheld) values ($1, $2, 1, 1, $3, '', $4, 'META', false)",
        house.round_id,
        house.pot_id,
        bytes.fromhex("ab" * 32),
        canonical(found),
    )
    decided = await decision(db, house.round_id, "publish")
    assert await db.fetchval("select box.publish_round($1, $2)", house.round_id, decided) == "published"


@pytest.fixture
async def house(db: asyncpg.Connection) -> House:
    """A round that was counted by equal shares, published."""
    made = await voting(db)
    await publish(db, made, by_shares(made))
    return made


@pytest.fixture
async def counted(town: Town) -> Ground:
    """A round of four projects, of which the pot pays three, in which two people voted; counted."""
    made = await town.open_round(shows_what_if=True)
    await (await made.voter("AMINA-1")).cast(1, 2)
    await (await made.voter("BJORN-2")).cast(2)
    await made.count()
    return made


def headings(seen: Visit) -> list[str]:
    """The titles of the sections."""
    return [each.text for each in seen.page.all("h2")]


async def test_every_reason_is_a_sentence(town: Town, visitor: Visitor, house: House) -> None:
    """Funded and not funded come in the snapshot's order, each with why, and the ballots add up."""
    seen = await visitor.open(f"/pots/{house.pot_id}/results")
    for sentence in SENTENCES:
        assert sentence in seen.text
    assert seen.title == "Gården: 2 projects funded"
    assert [each.text for each in seen.page.all("h3") if "No." in each.text] == [
        f"Project {number} No. {number}" for number in range(1, 4)
    ]
    links = {each["href"] for each in seen.page.all("a")}
    assert {f"/api/pots/{house.pot_id}/snapshot", f"/api/pots/{house.pot_id}/snapshot.pb"} <= links


async def test_a_project_funded_in_part_says_how_much(town: Town, visitor: Visitor, db: asyncpg.Connection) -> None:
    """It stands with those that get money, and the heading counts it by itself."""
    house = await voting(db)
    reasons = (
        FundedByVotes("1", position=1, votes=5, score=5, cost=600_00, left=1000_00),
        FundedInPart("2", votes=4, score=4, cost=900_00, left=400_00),
        NotReached("3", votes=1, score=1, cost=100_00, ended_at="2", further=3),
    )
    rule, tie_order = GreedyByVotes(partial_percent=40), TieOrder(seed="tärning", criteria=("lower_cost", "id"))
    await publish(
        db,
        house,
        snapshot(
            reasons,
            rule,
            round_id=house.round_id,
            pot_id=house.pot_id,
            funded=("1",),
            spent=1000_00,
            partly="2",
            tie_order=tie_order,
        ),
    )
    seen = await visitor.open(f"/pots/{house.pot_id}/results")
    assert seen.title == "Gården: 1 project funded, one in part"
    assert "400 kr of 900 kr" in seen.text
    assert "Text of the lot" not in seen.text


async def test_other_rules_are_compared_when_that_is_worked_out(visitor: Visitor, counted: Ground) -> None:
    """The outcome stands without it; then a table of what each rule makes of the ballots, which can be had whole."""
    await counted.publish()
    page = f"/pots/{counted.pot}/results"
    assert "By other rules" not in headings(await visitor.open(page))
    await counted.town.work("compare")
    seen = await visitor.open(page)
    assert "By other rules" in headings(seen)
    assert "changes nothing about the outcome" in seen.text
    assert f"/api/pots/{counted.pot}/what-if" in {each["href"] for each in seen.page.all("a")}


async def test_other_rules_are_not_compared_unless_an_officer_says_so(town: Town, visitor: Visitor) -> None:
    """The table comes with her decision."""
    made = await town.open_round()
    await (await made.voter("AMINA-1")).cast(1, 2)
    await made.outcome()
    await town.work("compare")
    page = f"/pots/{made.pot}/results"
    assert "By other rules" not in headings(await visitor.open(page))
    await made.officer("POST", "what-if-publication")
    assert "By other rules" in headings(await visitor.open(page))


async def test_the_table_of_other_rules_reads_aloud(visitor: Visitor, counted: Ground) -> None:
    """Each rule heads its figures, each figure has a column; the rule of the pot comes first and is marked."""
    await counted.publish()
    await counted.town.work("compare")
    seen = await visitor.open(f"/pots/{counted.pot}/results")
    (table,) = [each for each in seen.page.all("table") if "by-rules" in each["class"]]
    assert [each["scope"] for each in table.all("thead")[0].all("th")] == ["col"] * 4
    rows = [(body.all("th")[0], [each.text for each in body.all("td")]) for body in table.all("tbody")]
    assert {(head["scope"], head["colspan"]) for head, _ in rows} == {("rowgroup", "4")}
    assert [(head.text, figures) for head, figures in rows] == [
        ("By votes while the money lasts the outcome", ["3", "900 kr", "100%", "3"]),
        ("Equal shares: every voter gives out the same amount", ["3", "900 kr", "100%", "3"]),
        ("Growing shares: what its supporters can pay first comes first", ["2", "600 kr", "100%", "2"]),
        ("By votes for what a project costs, while the money lasts", ["3", "900 kr", "100%", "3"]),
    ]


async def test_nothing_is_compared_before_publication(visitor: Visitor, counted: Ground) -> None:
    """A comparison that is ready waits for the outcome."""
    await counted.town.work("compare")
    seen = await visitor.open(f"/pots/{counted.pot}/results")
    assert (seen.status, seen.title) == (409, "Not counted yet")
    assert "By other rules" not in seen.text


async def test_a_page_that_is_known_is_not_sent_again(town: Town, visitor: Visitor, house: House) -> None:
    """An ETag answers 304, with the headers of a page and no body."""
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
    house = await voting(db)
    await publish(db, house, by_shares(house, "<img src=x onerror=alert(1)>"))
    seen = await visitor.open(f"/pots/{house.pot_id}/results")
    assert "<img" not in seen.html
    assert "<img src=x onerror=alert(1)> 3" in seen.text


async def test_ballots_that_are_too_few_are_not_offered(town: Town, visitor: Visitor) -> None:
    """The page says why they are not shown and who can check them, and links to no file of them."""
    made = await town.open_round(ballots_floor=3)
    await (await made.voter("AMINA-1")).cast(1, 2)
    await made.count()
    await made.publish()
    seen = await visitor.open(f"/pots/{made.pot}/results")
    assert "fewer than 3 were counted" in seen.text
    links = {each["href"] for each in seen.page.all("a")}
    assert f"/api/pots/{made.pot}/snapshot.pb" not in links
    assert f"/api/rounds/{made.id}/bundle" in links
    refused = await town.client.get(f"/api/pots/{made.pot}/snapshot.pb")
    assert refused.json()["type"] == "/problems/ballots-withheld"


async def test_the_projects_stand_side_by_side(town: Town, visitor: Visitor, house: House) -> None:
    """The one with the most support first, each with two figures and a link to its reason."""
    seen = await visitor.open(f"/pots/{house.pot_id}/results")
    (table,) = [each for each in seen.page.all("table") if each["class"] == "beside"]
    rows = [(body.all("a")[0]["href"], [each.text for each in body.all("td")]) for body in table.all("tbody")]
    assert rows == [("#p-1", ["3", "100 kr"]), ("#p-2", ["2", "200 kr"]), ("#p-3", ["1", "450 kr"])]
    assert [each.text for each in table.all("span")] == ["funded", "funded"]
    assert {"p-1", "p-2", "p-3"} <= {each["id"] for each in seen.page.all("li")}


async def test_the_way_of_the_money_ends_at_what_is_left(town: Town, visitor: Visitor, house: House) -> None:
    """Each step says what the pot paid and what it held after that, down to what the page says is left."""
    seen = await visitor.open(f"/pots/{house.pot_id}/results")
    (table,) = seen.page.all("details")[0].all("table")
    assert [[each.text for each in body.all("th", "td")] for body in table.all("tbody")] == [
        ["Project 1", "100 kr", "900 kr"],
        ["Project 2", "200 kr", "700 kr"],
    ]
    assert "left in the pot: 700 kr" in seen.text


async def test_no_drawing_says_what_no_figure_says(town: Town, visitor: Visitor, house: House) -> None:
    """Drawings are hidden from who listens: the text of every table is whole without them, and they have no words."""
    seen = await visitor.open(f"/pots/{house.pot_id}/results")
    drawings = seen.page.all("svg")
    assert {each["aria-hidden"] for each in drawings} == {"true"}
    assert {each.text for each in drawings} == {""}
    assert all("text" not in {inner.tag for inner in each.walk()} for each in drawings)


async def test_the_addresses_of_files_are_there_for_paper(town: Town, visitor: Visitor, house: House) -> None:
    """Whoever has the page in print can type where the files are."""
    seen = await visitor.open(f"/pots/{house.pot_id}/results")
    said = [each.text for each in seen.page.all("span") if each["class"] == "paper-only"]
    assert f"{ADDRESS}/api/pots/{house.pot_id}/outcome.csv" in said
