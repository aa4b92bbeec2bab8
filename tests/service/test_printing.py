"""What is printed: read back from the PDF, in every language; and the command line, which prints by the thousand."""

import asyncio
import re
import stat
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any, cast
from uuid import UUID, uuid4

import asyncpg
import pypdf
import pytest
import segno
from click.testing import CliRunner, Result

from schema.codes import new_code, plain_code
from schema.rules import GreedyByVotes
from schema.styles import Approval, Cumulative, Knapsack, Ranked, Scored, Style
from service.cli import codes as codes_cli
from service.cli.codes import codes
from service.cli.printing import printing
from service.printing.ballots import print_ballot
from service.printing.booths import BoothRow, print_booth_list
from service.printing.letters import Letter, Letterhead, print_letters, sign_in_address
from service.printing.words import amount, known_language, languages
from service.store.projects import Project
from service.store.rounds import Pot, Round
from service.verbs.addressees import SHEETS, read_addressees
from tests.builders import MASTER_KEY
from tests.town import Ground, Town

CLOSES = datetime(2026, 12, 7, 19, 0, tzinfo=UTC)
PUBLIC = "https://vote.example.se"
LATIN = [code for code, words in languages().items() if not words.rtl]


def spring() -> Round:
    """A round as the store knows it."""
    opens = CLOSES.replace(day=1)
    return Round(
        uuid4(), uuid4(), "Hagaby kommun", "Vår gata 2026", "", "sv", "SEK", None, None, None, opens, CLOSES,
        0, "lot", 45, False, ("register",), 1, None, None, None, None, "voting",
    )  # fmt: skip


def pot_of(found: Round, style: Style, name: str = "Hela staden") -> Pot:
    """A pot of 500 000 kr."""
    return Pot(
        uuid4(), found.id, 1, name, 50_000_000, style, GreedyByVotes(), ("lot",), (), None, None, CLOSES.date(), ()
    )


def projects_of(pot: Pot, count: int) -> list[Project]:
    """Projects 1 … count at 12 345 kr each."""
    return [
        Project(uuid4(), pot.round_id, pot.id, number, f"Lekplats {number}", "", 1_234_500, None, None, None)
        for number in range(1, count + 1)
    ]


def pages(content: bytes) -> list[str]:
    """The text of each page, every kind of blank as one space."""
    return [re.sub(r"\s+", " ", page.extract_text()) for page in pypdf.PdfReader(BytesIO(content)).pages]


def named(text: str) -> set[str]:
    """The facts that a text names in braces."""
    return set(re.findall(r"\{(\w+)\}", text))


@pytest.mark.parametrize("code", languages())
def test_a_language_says_the_same_as_all_others(code: str) -> None:
    """No text is empty, each names the facts that the Swedish one names, and a year has twelve months."""
    words, swedish = languages()[code], languages()["sv"]
    for field in words.__struct_fields__:
        if field != "rtl":
            text = getattr(words, field)
            assert text.strip(), field
            assert named(text) == named(getattr(swedish, field)), field
    assert len(words.months.split()) == 12


@pytest.mark.parametrize(
    ("asked", "known"), [("sv", "sv"), ("NO", "nb"), ("nn", "nb"), ("sv-FI", "sv"), ("tlh", None), ("", None)]
)
def test_a_language_is_known_by_its_codes(asked: str, known: str | None) -> None:
    """Norwegian has three, and a country behind it says nothing."""
    assert known_language(asked) == known


@pytest.mark.parametrize("language", LATIN)
def test_a_letter_can_be_read_back(language: str) -> None:
    """Whom it is from and for, which round, until when, the code, where it is typed, whom to ask, whose it is."""
    found, code, words = spring(), new_code(), languages()[language]
    letter = Letter(7, code, language, "Åsa Čović", ("Storgatan 1", "123 45 Hagaby"))
    (text,) = pages(print_letters(Letterhead(found, {}, PUBLIC, False), [letter]))
    closes = re.sub(r"\s", " ", words.moment(CLOSES))
    says = ["Hagaby kommun", "Vår gata 2026", "Åsa Čović", "Storgatan 1", "123 45 Hagaby", code, closes]
    says += [sign_in_address(PUBLIC, found.id), words.number.format(number=7), words.how, words.personal]
    assert [said for said in says if said not in text] == []
    assert words.test not in text


def test_a_letter_calls_the_round_by_its_name_in_the_language() -> None:
    """Each of a batch by the one that its reader knows; the other as it was written."""
    letters = [Letter(1, new_code(), "da"), Letter(2, new_code(), "sv")]
    danish, swedish = pages(print_letters(Letterhead(spring(), {"da": "Vores gade"}, PUBLIC, False), letters))
    assert ("Vores gade" in danish, "Vår gata 2026" in danish) == (True, False)
    assert "Vår gata 2026" in swedish


def test_an_arabic_letter_has_its_code_from_left_to_right() -> None:
    """It is typed as it stands, whatever the direction of the text around it."""
    found, code = spring(), new_code()
    (text,) = pages(
        print_letters(Letterhead(found, {}, PUBLIC, False), [Letter(1, code, "ar", "أمينة", ("123 45 Hagaby",))])
    )
    assert code in text
    assert "123 45 Hagaby" in text
    assert re.search("[\u0600-\u06ff\ufb50-\ufefc]", text)


def test_a_letter_of_a_test_says_so() -> None:
    """Above everything else, in its language."""
    (text,) = pages(print_letters(Letterhead(spring(), {}, PUBLIC, True), [Letter(1, new_code(), "sv")]))
    assert languages()["sv"].test in text


def test_the_square_leads_to_the_sign_in_page_and_does_not_hold_the_code() -> None:
    """Module by module it is the QR code of that address alone."""
    found = spring()
    letters = [Letter(number, new_code(), "sv") for number in (1, 2)]
    for page in pypdf.PdfReader(BytesIO(print_letters(Letterhead(found, {}, PUBLIC, False), letters))).pages:
        (picture,) = page.images
        image = cast(Any, picture.image).convert("L")
        wide, high = image.size
        dark = [[image.getpixel((across, down)) < 128 for across in range(wide)] for down in range(high)]
        address = f"https://vote.example.se/rounds/{found.id}/sign-in"
        drawn = segno.make_qr(address, error="m").matrix_iter(scale=1, border=4)
        assert dark == [[bool(module) for module in row] for row in drawn]


STYLES: dict[str, Style] = {
    "Kryssa för högst 3 projekt. Välj minst 1 projekt.": Approval(3, 1),
    "Kryssa för projekt som tillsammans kostar högst 500 000 kr.": Knapsack(50_000_000),
    "Fördela högst 10 poäng. Ett projekt kan få högst 5 poäng. Ge poäng till högst 4 projekt.": Cumulative(10, 5, 4),
    "2 vid det näst bästa och så vidare. Ge en plats åt högst 3 projekt.": Ranked(3),
    "Ge varje projekt 0 till 5 poäng.": Scored(5),
}


@pytest.mark.parametrize(("said", "style"), STYLES.items(), ids=[type(style).__name__ for style in STYLES.values()])
def test_a_ballot_says_what_its_style_allows(said: str, style: Style) -> None:
    """On one page, with every project's number, title and cost."""
    found = spring()
    pot = pot_of(found, style)
    (text,) = pages(print_ballot(found, pot, projects_of(pot, 12), "sv"))
    assert said in text
    assert [number for number in range(1, 13) if f"{number} Lekplats {number} 12 345 kr" not in text] == []
    assert languages()["sv"].secret in text


@pytest.mark.parametrize("language", languages())
def test_a_ballot_of_many_projects_goes_on_on_another_page(language: str) -> None:
    """None of them is lost, in whichever direction it is read."""
    found = spring()
    pot = pot_of(found, Approval(3))
    printed = pages(print_ballot(found, pot, projects_of(pot, 40), language))
    assert len(printed) == 2
    assert [number for number in range(1, 41) if f"Lekplats {number}" not in " ".join(printed)] == []


def test_a_booth_list_has_a_line_for_each_person() -> None:
    """Of whoever is not on the roll it says so; the list goes on on a second page, with its head."""
    found = spring()
    big, small = pot_of(found, Approval(1), "Stora"), pot_of(found, Approval(1), "Lilla")
    rows = [BoothRow(f"Amina {number}", frozenset({big.id})) for number in range(40)]
    printed = pages(print_booth_list(found, [big, small], [*rows, BoothRow("Carim", None)], "sv"))
    assert len(printed) == 2
    assert all("1. Stora 2. Lilla" in text for text in printed)
    assert "Amina 39 –" in printed[1]
    assert "Carim finns inte i röstlängden" in printed[1]


def test_money_stands_on_paper_as_people_write_it() -> None:
    """Kronor by their own sign, other currencies by theirs."""
    assert (amount(4_500_000, "SEK"), amount(4_500_050, "EUR")) == ("45\u00a0000\u00a0kr", "45\u00a0000,50\u00a0EUR")


class Endless:
    """A file of people that never ends."""

    def __init__(self) -> None:
        self.lines = 0

    def readline(self) -> str:
        """Another person."""
        self.lines += 1
        return f"P-{self.lines},Person {self.lines}\n" if self.lines > 1 else "identity,name\n"

    def __iter__(self) -> Iterator[str]:
        while True:
            yield self.readline()


def test_a_file_of_people_is_read_as_it_is_needed() -> None:
    """The first thousand come before the rest is looked at: a file of any size takes the memory of a part of it."""
    file = Endless()
    part = next(read_addressees(cast(Any, file), lambda identity: identity.encode()))
    assert (len(part), part[-1].name, file.lines) == (SHEETS, f"Person {SHEETS + 1}", SHEETS + 1)


@pytest.fixture
async def house(town: Town, monkeypatch: pytest.MonkeyPatch) -> Ground:
    """A drafted round with seven people and no codes that work; the command line, where a file holds three letters."""
    monkeypatch.setenv("DATABASE_URL", town.settings.database_url)
    monkeypatch.setenv("REDIS_URL", town.settings.redis_url)
    monkeypatch.setenv("BYALAG_MASTER_KEY", MASTER_KEY.hex())
    monkeypatch.setenv("BYALAG_PUBLIC_URL", PUBLIC)
    monkeypatch.setattr(codes_cli, "SHEETS", 3)
    ground = await town.draw_round(register="identity,area\n" + "".join(f"P-{number},North\n" for number in range(7)))
    await run("void", await batch_of(town, ground), "--reason", "made by the test")
    return ground


async def run(*words: str) -> Result:
    """`byalag codes`, in a thread of its own because it runs a loop of its own."""
    return await asyncio.to_thread(lambda: CliRunner().invoke(codes, list(words)))


async def batch_of(town: Town, ground: Ground) -> str:
    """The id of the last batch."""
    found = await town.act("GET", f"/api/rounds/{ground.id}/code-batches")
    return str(found[-1]["id"])


def codes_in(file: Path) -> list[str]:
    """The codes of the letters in a file."""
    return [code for text in pages(file.read_bytes()) for code in map(plain_code, text.split()) if code]


async def sign_in(town: Town, ground: Ground, code: str) -> int:
    """The status of an attempt with a code."""
    answer = await town.client.post(f"/api/rounds/{ground.id}/sign-in", json={"code": code})
    return answer.status_code


async def test_letters_for_a_register_come_in_files_that_nobody_else_can_read(
    town: Town, house: Ground, tmp_path: Path
) -> None:
    """Everybody gets one code, each of them works, and the table has the same ones."""
    out, table = tmp_path / "letters.pdf", tmp_path / "codes.csv"
    done = await run("issue", house.id, "--register", "--language", "sv", "--out", str(out), "--csv", str(table))
    assert done.exit_code == 0, done.output
    files = [out, tmp_path / "letters-2.pdf", tmp_path / "letters-3.pdf"]
    found = [code for file in files for code in codes_in(file)]
    assert [len(codes_in(file)) for file in files] == [3, 3, 1]
    assert [await sign_in(town, house, code) for code in found] == [200] * 7
    lines = table.read_text(encoding="utf-8").splitlines()
    assert lines[0] == "number,code"
    assert [plain_code(line.split(",")[1]) for line in lines[1:]] == found
    assert {stat.S_IMODE(file.stat().st_mode) for file in [*files, table]} == {0o600}


async def test_a_run_that_stopped_half_way_goes_on_without_second_letters(
    town: Town, house: Ground, tmp_path: Path
) -> None:
    """A second file that cannot be written ends it; the first three letters are good, and four people still get one."""
    (tmp_path / "letters-2.pdf").touch()
    stopped = await run("issue", house.id, "--register", "--out", str(tmp_path / "letters.pdf"))
    assert (stopped.exit_code, "is there already" in stopped.output) == (1, True)
    first = codes_in(tmp_path / "letters.pdf")
    done = await run("issue", house.id, "--register", "--out", str(tmp_path / "rest.pdf"))
    assert "4 codes" in done.output
    rest = codes_in(tmp_path / "rest.pdf") + codes_in(tmp_path / "rest-2.pdf")
    assert [await sign_in(town, house, code) for code in first + rest] == [200] * 7
    again = await run("issue", house.id, "--register", "--out", str(tmp_path / "none.pdf"))
    assert "no letter was made" in again.output


async def test_letters_whose_codes_were_not_written_do_not_stay(
    house: Ground, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the database refuses them, the file goes as well."""

    async def refuse(*_: object) -> None:
        raise ConnectionError("the database went away")

    monkeypatch.setattr("service.verbs.codes.keep_sheet", refuse)
    done = await run("issue", house.id, "--register", "--out", str(tmp_path / "letters.pdf"))
    assert isinstance(done.exception, ConnectionError)
    assert not (tmp_path / "letters.pdf").exists()


async def test_letters_to_the_people_of_a_file_name_them_in_their_language(house: Ground, tmp_path: Path) -> None:
    """Who is not on the register gets none, and that is said."""
    people = tmp_path / "people.csv"
    people.write_text(
        "identity,name,address_1,language\nP-1,Aino,Katu 1,fi\nP-1,Aino,Katu 1,fi\nX-9,X,,\n", encoding="utf-8"
    )
    out = tmp_path / "letters.pdf"
    done = await run("issue", house.id, "--register", "--file", str(people), "--out", str(out))
    assert "1 people of the file are not in the register" in done.output
    (text,) = pages(out.read_bytes())
    assert "Aino Katu 1" in text
    assert languages()["fi"].how in text


async def test_a_list_is_listed_and_made_void(town: Town, house: Ground, tmp_path: Path) -> None:
    """Codes that name nobody: issued, shown without codes, void with a reason."""
    out = tmp_path / "list.pdf"
    assert (await run("issue", house.id, "--count", "2", "--out", str(out))).exit_code == 0
    batch = await batch_of(town, house)
    assert (await run("void", batch, "--reason", "Found in a bin")).exit_code == 0
    listed = (await run("list", house.id)).output
    assert f"{batch}  " in listed
    assert "2 list" in listed
    assert "Found in a bin" in listed
    assert [code for code in codes_in(out) if code in listed.replace("-", "")] == []
    assert [await sign_in(town, house, code) for code in codes_in(out)] == [401, 401]


async def test_ballots_and_booth_lists_are_printed(town: Town, tmp_path: Path, house: Ground) -> None:
    """From the round as it stands, and from the names that a clerk brings."""
    out, people = tmp_path / "paper.pdf", tmp_path / "people.csv"
    people.write_text("identity,name\nP-1,Amina\nX-9,Nobody\n", encoding="utf-8")

    async def print_it(*words: str) -> str:
        done = await asyncio.to_thread(lambda: CliRunner().invoke(printing, [*words, "--out", str(out)]))
        assert done.exit_code == 0, done.output
        return pages(out.read_bytes())[0]

    assert "1 Project 1 300 kr" in await print_it("ballots", house.id, house.pot, "--language", "sv")
    booth = await print_it("booth", house.id, "--file", str(people), "--language", "en")
    assert "Nobody is not on the roll" in booth


async def test_nothing_of_a_file_is_kept(house: Ground, tmp_path: Path, db: asyncpg.Connection) -> None:
    """Nor does the person whose letter was for a test get on the roll: her code is nobody's."""
    people = tmp_path / "people.csv"
    people.write_text("identity,name\nP-1,Amina\n", encoding="utf-8")
    words = ("issue", house.id, "--register", "--file", str(people), "--test", "--out", str(tmp_path / "test.pdf"))
    assert (await run(*words)).exit_code == 0
    known = (
        "select count(*) from roll.code c join roll.person p using (person_ref) where c.round_id = $1 and c.batch_id ="
    )
    newest = "(select id from roll.code_batch order by issued_at desc limit 1)"
    assert await db.fetchval(f"{known} {newest}", UUID(house.id)) == 0
