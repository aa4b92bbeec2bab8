"""Auditors: named by an officer, given every ballot under their own key, once the outcome is published."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import asyncpg
import msgspec
import pyrage
import pytest
from click.testing import CliRunner, Result
from httpx import Response
from msgspec.structs import replace

from schema.bundle import unpack
from schema.openings import Opening, Openings, lock, unlock
from tests.town import Ground, Town, crowd, pot
from workers.audit import Finding
from workers.audit_openings import audit_openings
from workers.verify import verify

SECRET = pyrage.x25519.Identity.generate()
RECIPIENT = str(SECRET.to_public())


async def name(ground: Ground, recipient: str = RECIPIENT, who: str = "Elin") -> Response:
    """Dagny names an auditor."""
    path = f"/api/rounds/{ground.id}/auditors"
    return await ground.town.client.post(path, json={"name": who, "recipient": recipient}, headers=ground.town.badge())


async def fetch(ground: Ground) -> Response:
    """Dagny fetches what lies ready for the first auditor."""
    listed = (await ground.town.client.get(f"/api/rounds/{ground.id}/auditors")).json()
    path = f"/api/rounds/{ground.id}/auditors/{listed[0]['id']}/openings"
    return await ground.town.client.get(path, headers=ground.town.badge())


async def voted(town: Town, **changes: Any) -> Ground:
    """Eight voters in two pots, one of whom thinks again; published, with an auditor."""
    ground = await town.open_round(register=crowd(8), pots=[pot(), pot("The small pot")], **changes)
    assert (await name(ground)).status_code == 200
    for number in range(8):
        voter = await ground.voter(f"V{number}", number % 2)
        await voter.cast(1, 2)
        if number == 3:
            await voter.cast(3, base=1)
    await ground.count()
    await ground.publish()
    await town.work("count")
    return ground


@pytest.fixture
async def published(town: Town) -> Ground:
    """A round whose ballots are too few to be shown to everybody."""
    return await voted(town, ballots_floor=200)


async def bundle_of(ground: Ground) -> bytes:
    """The round's public bundle."""
    return (await ground.town.client.get(f"/api/rounds/{ground.id}/bundle")).content


async def test_only_the_auditor_reads_the_openings(published: Ground) -> None:
    """What lies ready opens with the auditor's key and shows each leaf; no choice can be read without it."""
    answer = await fetch(published)
    assert answer.content.startswith(b"age-encryption.org/v1")
    assert b"choices" not in answer.content
    opened = unlock(answer.content, str(SECRET))
    assert [opening.position for opening in opened.openings] == list(range(9))


async def test_nothing_lies_ready_before_publication(town: Town) -> None:
    """P8: an auditor who was named early waits, also after the count."""
    ground = await town.open_round()
    await name(ground)
    await (await ground.voter("AMINA-1")).cast(1)
    await ground.count()
    assert (await fetch(ground)).json()["type"] == "/problems/not-counted"


async def test_whoever_is_named_late_gets_the_same(published: Ground) -> None:
    """An auditor named after publication has the openings a moment later."""
    later = pyrage.x25519.Identity.generate()
    await name(published, str(later.to_public()), "Late")
    await published.town.work("count")
    listed = (await published.town.client.get(f"/api/rounds/{published.id}/auditors")).json()
    assert [(row["name"], row["made_at"] is not None) for row in listed] == [("Elin", True), ("Late", True)]


async def test_naming_twice_is_naming_once(town: Town) -> None:
    """The same key is one auditor."""
    ground = await town.open_round()
    await name(ground)
    assert len((await name(ground)).json()) == 1


async def revoke(ground: Ground) -> Response:
    """Dagny revokes the first auditor."""
    listed = (await ground.town.client.get(f"/api/rounds/{ground.id}/auditors")).json()
    path = f"/api/rounds/{ground.id}/auditors/{listed[0]['id']}"
    return await ground.town.client.delete(path, headers=ground.town.badge())


async def test_a_revoked_auditor_has_nothing_any_more(published: Ground, db: asyncpg.Connection) -> None:
    """What lay ready is gone, also from the database; that they were named and revoked stays for everybody to see."""
    assert (await revoke(published)).status_code == 200
    assert (await fetch(published)).status_code == 404
    assert await db.fetchval("select count(*) from box.openings") == 0
    (row,) = (await published.town.client.get(f"/api/rounds/{published.id}/auditors")).json()
    assert (row["name"], row["revoked_by"], row["made_at"]) == ("Elin", "Dagny", None)
    assert (await revoke(published)).status_code == 404


async def test_for_a_revoked_auditor_nothing_is_made(town: Town, db: asyncpg.Connection) -> None:
    """Neither at publication nor when somebody else is named; not even when the worker had begun."""
    ground = await town.open_round()
    await name(ground)
    await revoke(ground)
    await (await ground.voter("AMINA-1")).cast(1)
    await ground.count()
    await ground.publish()
    await town.work("count")
    late = await db.execute("insert into box.openings (auditor_id, locked) select id, '' from box.auditor")
    assert late == "INSERT 0 0"
    assert await db.fetchval("select count(*) from box.openings") == 0


async def test_a_key_that_was_revoked_can_be_named_again(town: Town) -> None:
    """As another auditor; the one who was revoked stays so."""
    ground = await town.open_round()
    await name(ground)
    await revoke(ground)
    rows = (await name(ground)).json()
    assert [row["revoked_at"] is None for row in rows] == [False, True]


async def test_a_revocation_is_not_taken_back(town: Town, db: asyncpg.Connection) -> None:
    """Not even in the database."""
    ground = await town.open_round()
    await name(ground)
    await revoke(ground)
    with pytest.raises(asyncpg.PostgresError, match="once and for good"):
        await db.execute("update box.auditor set revoked_at = null, revoked_by = null")


async def test_a_wrong_key_is_refused(town: Town) -> None:
    """One letter wrong in a recipient is seen at once, not by an auditor who cannot open anything."""
    ground = await town.open_round()
    bent = RECIPIENT[:-1] + ("q" if RECIPIENT[-1] != "q" else "p")
    assert (await name(ground, bent)).json()["type"] == "/problems/malformed"


async def test_another_municipality_names_nobody(published: Ground) -> None:
    """An officer names auditors of their own rounds, and fetches nobody else's openings."""
    stranger = published.town.badge(await published.town.hire("Stranger", "Elsewhere"))
    sent = {"name": "Me", "recipient": RECIPIENT}
    client = published.town.client
    named = await client.post(f"/api/rounds/{published.id}/auditors", json=sent, headers=stranger)
    listed = (await client.get(f"/api/rounds/{published.id}/auditors")).json()
    fetched = await client.get(f"/api/rounds/{published.id}/auditors/{listed[0]['id']}/openings", headers=stranger)
    revoked = await client.delete(f"/api/rounds/{published.id}/auditors/{listed[0]['id']}", headers=stranger)
    assert (named.status_code, fetched.status_code, revoked.status_code) == (403, 403, 403)


def run_verify(folder: Path, bundle: bytes, locked: bytes, secret: str) -> Result:
    """`byalag verify` with an auditor's files."""
    for file, content in {
        "bundle.zip": bundle,
        "openings.age": locked,
        "key.txt": f"# mine\n{secret}\n".encode(),
    }.items():
        (folder / file).write_bytes(content)
    options = ["--openings", str(folder / "openings.age"), "--identity", str(folder / "key.txt")]
    return CliRunner().invoke(verify, [str(folder / "bundle.zip"), *options])


async def test_verify_counts_again_what_is_withheld(published: Ground, tmp_path: Path) -> None:
    """With the openings, ballots that nobody else sees are counted again and give the published outcome."""
    done = run_verify(tmp_path, await bundle_of(published), (await fetch(published)).content, str(SECRET))
    assert done.exit_code == 0, done.output
    assert "give the same outcome again" in done.output


async def test_verify_refuses_a_strangers_key(published: Ground, tmp_path: Path) -> None:
    """Another key opens nothing, and that is not taken for a check that held."""
    other = str(pyrage.x25519.Identity.generate())
    done = run_verify(tmp_path, await bundle_of(published), (await fetch(published)).content, other)
    assert done.exit_code == 1
    assert "encrypted to another key" in done.output


def changed(openings: Openings, at: int, **facts: Any) -> Openings:
    """The openings with one of them changed."""
    rows = list(openings.openings)
    rows[at] = replace(rows[at], **facts)
    return replace(openings, openings=tuple(rows))


def without(openings: Openings, at: int) -> Openings:
    """The openings without one of them, the others moved up."""
    rows = [row for row in openings.openings if row.position != at]
    return replace(openings, openings=tuple(replace(row, position=place) for place, row in enumerate(rows)))


def first(openings: Openings, revision: int) -> Opening:
    """The first opening of a revision with this number."""
    return next(opening for opening in openings.openings if opening.revision == revision)


BENT: dict[str, tuple[Callable[[Openings], Openings], str]] = {
    "another choice": (lambda it: changed(it, 0, choices=(4,)), "commits to another ballot"),
    "another nonce": (lambda it: changed(it, 0, nonce="00" * 32), "commits to another ballot"),
    "a leaf without an opening": (lambda it: without(it, 0), "not exactly one opening"),
    "a refusal that is none": (lambda it: changed(it, 0, reason="too-many"), "wrongly"),
    "taken off the roll": (lambda it: changed(it, 0, reason="not-on-roll"), "sums are not those"),
    "a voter's tag on another's ballot": (
        lambda it: changed(it, first(it, 2).position, tag="ab" * 32),
        "not numbered from 1",
    ),
    "a revision that comes first": (lambda it: changed(it, first(it, 2).position, revision=3), "not numbered from 1"),
}


@pytest.mark.parametrize("bent", BENT)
async def test_an_auditor_sees(published: Ground, bent: str) -> None:
    """Each way of bending openings is found, with the reason."""
    change, reason = BENT[bent]
    bundle = unpack(await bundle_of(published))
    openings = unlock((await fetch(published)).content, str(SECRET))
    assert all(finding.holds for finding in audit_openings(bundle, openings))
    findings: list[Finding] = list(audit_openings(bundle, change(openings)))
    assert any(not finding.holds and reason in finding.sentence for finding in findings), findings


async def test_openings_read_back_as_they_were(published: Ground) -> None:
    """Locked and unlocked, nothing changes."""
    opened = unlock((await fetch(published)).content, str(SECRET))
    assert unlock(lock(opened, RECIPIENT), str(SECRET)) == opened
    assert msgspec.json.encode(opened.header)
