"""The page of the audit log."""

import re

import asyncpg
import pytest

from service.pages.words import COLUMNS, HAPPENED
from tests.pages.visitor import Visitor
from tests.town import Town, draft


async def test_changes_are_shown_by_whom_and_what(town: Town, dagny: Visitor) -> None:
    """Dagny sees her own acts, with what was before and after; the form narrows them to a round."""
    ground = await town.draw_round()
    await dagny.open(f"/officer/rounds/{ground.id}")
    await dagny.press("Announce")
    page = await dagny.open("/officer/audit")
    assert page.title == "What was changed"
    assert "· Dagny A round was changed By “Announce the round” · Our street 2026 · entry" in page.text
    assert "Before and after: entry" in page.text
    assert re.search(r"Announced nothing, then \d+ \w+ \d{4}, \d\d:\d\d", page.text)
    page = await dagny.press("Show these", round_id=ground.id, since="2026-01-01", until="2126-01-01")
    assert "A round was changed" in page.text
    assert "An officer came to the staff" not in page.text
    assert "Nothing was changed that fits this." in (await dagny.press("Show these", until="2025-12-31")).text


async def test_what_has_no_words_is_called_as_it_is(town: Town, dagny: Visitor, db: asyncpg.Connection) -> None:
    """A thing and an act that the page does not know are shown by their technical names."""
    await db.execute(
        "insert into roll.audit (municipality_id, officer, action, subject, subject_id, after) select id, 'Dagny',"
        ' \'lift_lid\', \'old_box\', \'1\', \'{"money": 5050, "open": true, "kept": {}, "of": ["a", "b"]}\''
        " from roll.municipality"
    )
    page = await dagny.open("/officer/audit")
    assert "old box: added lift_lid · entry" in page.text
    assert "Money 50,50 of a and b open yes" in page.text
    assert "kept" not in page.text


async def test_the_list_goes_on_on_the_next_page(town: Town, dagny: Visitor) -> None:
    """Older changes are one click away."""
    await town.draw_round(projects=60)
    page = await dagny.open("/officer/audit")
    (older,) = [link["href"] for link in page.page.all("a") if link.text == "Older changes"]
    assert "A pot was added" in (await dagny.open(older)).text


@pytest.mark.parametrize("question", ["round_id=1", "since=2026-13-01", "after=-1", "officer_id=x"])
async def test_what_cannot_be_read_is_said(dagny: Visitor, question: str) -> None:
    """An address with a slip is refused in plain words."""
    assert (await dagny.open(f"/officer/audit?{question}")).status == 400


async def test_the_page_says_that_all_is_as_it_was_signed(town: Town, dagny: Visitor) -> None:
    """In one sentence, with the heads under which it was read, and how many changes are too new."""
    await town.draw_round()
    await town.work("roll")
    page = await dagny.open("/officer/audit")
    assert "Every change shown here is as it was signed, and none that was signed is missing." in page.text
    assert "too new" not in page.text
    ledger_id = page.text.partition("/api/log/")[2].split()[0]
    assert (await town.client.get(f"/api/log/{ledger_id}/checkpoint")).text.split()[2] in page.text
    await town.act("POST", "/api/rounds", json=draft())
    assert "are too new to be signed" in (await dagny.open("/officer/audit")).text


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("update roll.audit set officer = 'Egil' where id = {number}", "Not as they were signed: {number}"),
        ("delete from roll.audit where id = {number}", "1 signed change is missing."),
        ("update box.audit_checkpoint set note = replace(note, E'\\n\\n', E'x\\n\\n')", "This log was altered."),
        ("delete from box.audit_tile where ledger_id <> {house}", "Not as they were signed: "),
    ],
)
async def test_the_page_says_that_the_log_was_altered(
    town: Town, dagny: Visitor, db: asyncpg.Connection, change: str, said: str
) -> None:
    """And no more that all is well."""
    await town.draw_round()
    await town.work("roll")
    number = await db.fetchval("select max(entry_id) from roll.audit_leaf")
    await db.execute("set session_replication_role = replica")
    await db.execute(change.format(number=number, house="'00000000-0000-0000-0000-000000000000'"))
    page = await dagny.open("/officer/audit")
    assert said.format(number=number) in page.text
    assert "This log was altered." in page.text
    assert "as it was signed, and none" not in page.text


async def test_every_column_that_can_be_noted_has_words(db: asyncpg.Connection) -> None:
    """Of each table with a trigger of the log, all but what the trigger leaves out; and its rows can be told at all."""
    noted = await db.fetch(
        "select c.relname as subject, a.attname as name from pg_trigger t join pg_class c on c.oid = t.tgrelid"
        " join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped"
        " where t.tgfoid = 'roll.note_audit'::regproc"
        " and a.attname <> all(string_to_array(encode(t.tgargs, 'escape'), '\\000'))"
    )
    assert {row["name"] for row in noted} - COLUMNS.keys() == set()
    assert COLUMNS.keys() - {row["name"] for row in noted} == set()
    assert {row["subject"] for row in noted} - {subject for subject, _how in HAPPENED} == set()
