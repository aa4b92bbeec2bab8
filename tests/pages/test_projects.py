"""An officer's page of a pot's projects: change, remove, order, and a file out and in."""

from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema.errors import Malformed
from service.pages.project_files import guarded, read, unguarded, written
from service.verbs.projects import ProjectDraft
from tests.pages.visitor import HTML, Visit, Visitor
from tests.town import Ground, Town, pot

HEAD = "number;title;cost;area;about\r\n"


async def on_page(dagny: Visitor, ground: Ground) -> Visit:
    """The projects of the first pot."""
    return await dagny.open(f"/officer/pots/{ground.pot}/projects")


def listed(page: Visit) -> list[tuple[str, str, str]]:
    """Number, title and cost of each project on the page."""
    rows = [[cell.text for cell in row.all("td", "th")] for row in page.page.all("tr")[1:]]
    return [(row[0], row[1], row[2].replace("\xa0", " ")) for row in rows]


async def test_projects_are_added_changed_and_removed(town: Town, dagny: Visitor) -> None:
    """Each through a form, with the next number."""
    ground = await town.draw_round(projects=1)
    await on_page(dagny, ground)
    page = await dagny.press("Put on the ballot", title="Bänkar", cost="4 500,50", area="North", about="Vid ån.")
    assert listed(page)[1] == ("2", "Bänkar", "4 500,50 kr")
    link = next(each["href"] for each in page.page.all("a") if each.text == "Bänkar")
    await dagny.open(link)
    page = await dagny.press("Save the project", title="Fler bänkar", cost="5 000")
    assert listed(page)[1] == ("2", "Fler bänkar", "5 000 kr")
    await dagny.open(link)
    assert "The project is off the ballot." in (await dagny.press("Take it off the ballot")).text
    assert [row[0] for row in listed(await on_page(dagny, ground))] == ["1"]


async def test_a_refused_project_stays_in_the_form(town: Town, dagny: Visitor) -> None:
    """What was typed is there, beside the reason."""
    ground = await town.draw_round(projects=1)
    await on_page(dagny, ground)
    page = await dagny.press("Put on the ballot", title="Bänkar", cost="much")
    assert (page.status, "the cost is not a sum of money" in page.alert) == (400, True)
    assert 'value="Bänkar"' in page.html


async def sent(dagny: Visitor, ground: Ground, text: str) -> Visit:
    """A file is looked at and its rows are taken."""
    await on_page(dagny, ground)
    await dagny.press("Look at the file", files={"file": text.encode()})
    assert dagny.seen is not None
    return await dagny.press("Take") if "Take" in " ".join(dagny.seen.buttons) else dagny.seen


async def test_translations_go_out_and_in_with_the_file(town: Town, dagny: Visitor) -> None:
    """Two columns for each language; an empty cell leaves what is there."""
    ground = await town.draw_round(projects=2)
    head = "number;title;cost;about;title:ar;about:ar;title:so\n"
    done = await sent(dagny, ground, head + "1;Benches;300;By the water.;مقاعد;قرب الماء;\n2;Lamps;300;;;;Nalal\n")
    assert "All rows of the file are on the ballot." in done.text
    await sent(dagny, ground, "number;title;cost;about;title:ar\n1;Benches;300;By the water.;\n")
    file = (await dagny.client.get(f"/officer/pots/{ground.pot}/projects.csv", headers=town.badge())).text
    assert file.lstrip("\ufeff").splitlines() == [
        "number;title;cost;area;about;title:so;about:so;title:ar;about:ar",
        "1;Benches;300;;By the water.;;;مقاعد;قرب الماء",
        "2;Lamps;300;;;Nalal;;;",
    ]


@pytest.mark.parametrize(
    ("column", "cell", "fault"),
    [
        ("title:xx", "a", "no page is written in the language of the column title:xx"),
        ("title:ar", "x" * 201, "the title is longer than 200 signs"),
        ("title:en", "Benches", "Benches is written in English already"),
        ("about:ar", "وصف", "Benches has no description to be translated"),
    ],
)
async def test_translations_that_cannot_be_are_refused(
    town: Town, dagny: Visitor, column: str, cell: str, fault: str
) -> None:
    """With what is wrong, and nothing of the file is taken."""
    ground = await town.draw_round(projects=1)
    refused = await sent(dagny, ground, f"number;title;cost;{column}\n1;Benches;300;{cell}\n")
    assert (refused.status, fault in refused.text.replace("\xa0", " ")) == (400, True)
    assert listed(await on_page(dagny, ground))[0][1] == "Project 1"


async def test_projects_change_places(town: Town, dagny: Visitor) -> None:
    """Down lets a project change numbers with the next one; the first has no way up."""
    ground = await town.draw_round(projects=3)
    page = await on_page(dagny, ground)
    assert "Up: Project 1" not in page.buttons
    page = await dagny.press("Down: Project 1")
    assert [row[1] for row in listed(page)] == ["Project 2", "Project 1", "Project 3"]
    page = await dagny.press("Up: Project 3")
    assert [row[:2] for row in listed(page)] == [("1", "Project 2"), ("2", "Project 3"), ("3", "Project 1")]


async def test_numbers_that_a_rule_names_stay(town: Town, dagny: Visitor) -> None:
    """Another order would be another rule."""
    rule = {"rule": "greedy_by_votes", "exclusive": [["1", "2"]]}
    ground = await town.draw_round(projects=2, pots=[pot(rule=rule)])
    page = await on_page(dagny, ground)
    assert "Down: Project 1" not in page.buttons
    first = next(each["href"] for each in page.page.all("a") if each.text == "Project 1")
    assert (await dagny.send(f"{first}/down", [])).status == 400


async def test_projects_of_a_scheduled_round_are_only_read(town: Town, dagny: Visitor) -> None:
    """P9: no form is there, and one that was open is refused."""
    ground = await town.draw_round(projects=1)
    await on_page(dagny, ground)
    await ground.officer("POST", "schedule")
    refused = await dagny.press("Put on the ballot", title="Bänkar", cost="5")
    assert refused.status == 409
    page = await on_page(dagny, ground)
    assert ("its projects are frozen" in page.text, page.buttons) == (True, [])


async def test_an_officer_of_another_town_sees_nothing(town: Town, dagny: Visitor) -> None:
    """Projects are their municipality's."""
    ground = await town.draw_round(projects=1)
    town.client.cookies.clear()
    town.client.cookies.set("officer", await town.hire("Olle", "Elsewhere"))
    for path in ("projects", "projects.csv"):
        answer = await town.client.get(f"/officer/pots/{ground.pot}/{path}", headers=HTML, follow_redirects=False)
        assert answer.status_code == 403, path


async def test_a_file_goes_out_and_comes_back(town: Town, dagny: Visitor) -> None:
    """Semicolons and a sign for UTF-8 first; a formula is disarmed on the way out and itself again on the way in."""
    ground = await town.draw_round(projects=1)
    await on_page(dagny, ground)
    await dagny.press("Put on the ballot", title="=1+1", cost="500", about='Lamps;\n"new"', area="South")
    answer = await town.client.get(f"/officer/pots/{ground.pot}/projects.csv", headers=HTML)
    file = answer.content
    assert file.startswith(b"\xef\xbb\xbfnumber;title;cost;area;about\r\n1;Project 1;300;;\r\n2;'=1+1;500;South;")
    assert answer.headers["content-disposition"] == 'attachment; filename="projects.csv"'
    await on_page(dagny, ground)
    page = await dagny.press("Look at the file", files={"file": file})
    assert page.text.count("the same") == 2
    page = await dagny.press("Take all 2 rows")
    assert ("All rows of the file are on the ballot." in page.text, listed(page)[1][1]) == (True, "=1+1")


async def test_a_file_is_shown_before_it_is_taken(town: Town, dagny: Visitor) -> None:
    """New, changed and unchanged rows are told apart; what is not in the file stays."""
    ground = await town.draw_round(projects=3)
    await on_page(dagny, ground)
    file = 'Title,Cost,Number\nProject 1,300,1\nPlay,"1 200,50",2\nTrees,70,\n'
    page = await dagny.press("Look at the file", files={"file": file.encode()})
    assert [row.all("td")[1].text for row in page.page.all("tr")[1:]] == ["the same", "changed", "new"]
    assert [row[1] for row in listed(await on_page(dagny, ground))] == ["Project 1", "Project 2", "Project 3"]
    await dagny.press("Look at the file", files={"file": file.encode()})
    page = await dagny.press("Take all 3 rows")
    assert listed(page) == [
        ("1", "Project 1", "300 kr"),
        ("2", "Play", "1 200,50 kr"),
        ("3", "Project 3", "300 kr"),
        ("4", "Trees", "70 kr"),
    ]


async def test_one_faulty_row_takes_none(town: Town, dagny: Visitor) -> None:
    """Every faulty row is named by its line and reason, and there is no button."""
    ground = await town.draw_round(projects=1)
    await on_page(dagny, ground)
    rows = ["9;Good;5;;", "x;A;5;;", "9;B;5;;", ";;5;;", ";C;much;;", ";D;5;Mars;", ";E;5", ";F;0;;"]
    page = await dagny.press("Look at the file", files={"file": (HEAD + "\r\n".join(rows)).encode()})
    assert page.status == 400
    assert [each.text for each in page.page.all("main")[0].all("li")] == [
        "Line 3: the number is not a whole number",
        "Line 4: the number 9 stands in the file twice",
        "Line 5: the title is missing",
        "Line 6: the cost is not a sum of money (write it like 45 000)",
        "Line 7: the round has no area “Mars”",
        "Line 8: it has 3 values, and the first line names 5",
        "Line 9: the cost must be at least 1",
    ]
    assert page.buttons == []
    forced = HEAD + "9;Good;5;;\r\nx;A;5;;"
    assert (await dagny.send(f"/officer/pots/{ground.pot}/projects/rows", [("file", forced)])).status == 400
    assert len(listed(await on_page(dagny, ground))) == 1


@pytest.mark.parametrize("sign", "=+-@\t\r")
def test_what_looks_like_a_formula_is_disarmed(sign: str) -> None:
    """An apostrophe stands before it; one that stood there already is kept."""
    assert guarded(f"{sign}cmd|' /C calc'!A0") == f"'{sign}cmd|' /C calc'!A0"
    assert guarded(f"'{sign}x") == f"''{sign}x"
    assert guarded(f"a{sign}") == f"a{sign}"


@given(st.text(alphabet="'=+-@ab\t\n", max_size=6))
def test_disarming_can_be_taken_back(cell: str) -> None:
    """Whatever a cell holds."""
    assert unguarded(guarded(cell)) == cell


TEXT = st.text(st.characters(blacklist_categories=["Cc", "Cs"]), min_size=1, max_size=20).map(str.strip).filter(bool)


@given(
    st.lists(
        st.builds(
            ProjectDraft,
            pot_id=st.just(uuid4()),
            title=TEXT,
            cost=st.integers(1, 10**12),
            about=st.text(st.sampled_from("a;,\"'=\n\t å"), max_size=20),
            area=st.sampled_from([None, "North"]),
            number=st.integers(1, 100_000),
        ),
        unique_by=lambda draft: draft.number,
        min_size=1,
        max_size=5,
    )
)
def test_a_written_file_is_read_as_it_was(drafts: list[ProjectDraft]) -> None:
    """Nothing of a project is lost or changed on the way through a file."""
    sheet = read(written(drafts).encode("utf-8-sig"), drafts[0].pot_id, ["North"])
    assert sheet.faults == []
    assert [draft for _line, draft in sheet.rows] == drafts


@pytest.mark.parametrize("body", [b"", b"a;b\n1;2\n", b"title;title;cost\n", "title;cost\nÅ;1".encode("latin-1")])
def test_what_is_no_file_of_projects_is_refused(body: bytes) -> None:
    """In a sentence about the file, not about its rows."""
    with pytest.raises(Malformed):
        read(body, uuid4(), [])
