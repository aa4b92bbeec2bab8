"""Casting: promises P1 to P4 at the service's door."""

import asyncio
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from schema.ballots import Receipt, commitment, receipt_holds
from tests.town import Town, crowd


async def _rows(town: Town, sql: str, *values: Any) -> list[asyncpg.Record]:
    db = await asyncpg.connect(town.settings.database_url)
    try:
        return list(await db.fetch(sql, *values))
    finally:
        await db.close()


def _receipt(answer: Any) -> Receipt:
    return Receipt(**answer.json()["receipt"])


async def test_an_accepted_ballot_has_a_receipt_that_this_house_signed(town: Town) -> None:
    """P1: 201 comes with a receipt whose signature holds."""
    amina = await (await town.open_round()).voter("AMINA-1")
    answer = await amina.cast(1, 2)
    assert answer.status_code == 201
    assert receipt_holds(_receipt(answer), town.ring.receipts)


async def test_a_receipt_holds_neither_choices_nor_nonce(town: Town) -> None:
    """A receipt proves nothing to somebody who would buy a ballot."""
    amina = await (await town.open_round()).voter("AMINA-1")
    answer = await amina.cast(1, 2)
    assert set(answer.json()["receipt"]) == {
        "origin", "round_id", "pot_id", "commitment", "accepted_at", "key_id", "signature",
    }  # fmt: skip


async def test_sending_again_with_the_same_key_answers_the_same_receipt(town: Town) -> None:
    """P4: a replay gives the same receipt and no second revision."""
    amina = await (await town.open_round()).voter("AMINA-1")
    first = await amina.cast(1, key="the-same-key")
    again = await amina.cast(1, key="the-same-key")
    assert (again.status_code, again.json()) == (200, first.json())
    assert len(await _rows(town, "select from box.ballot")) == 1


async def test_a_replay_is_answered_after_the_close_as_well(town: Town) -> None:
    """P4: whoever lost the first answer gets their receipt, however late."""
    ground = await town.open_round()
    amina = await ground.voter("AMINA-1")
    first = await amina.cast(1, key="the-same-key")
    await ground.close()
    assert (await amina.cast(1, key="the-same-key")).json() == first.json()


async def test_a_key_that_comes_back_with_another_ballot_is_refused(town: Town) -> None:
    """A key stands for one ballot."""
    amina = await (await town.open_round()).voter("AMINA-1")
    await amina.cast(1, key="the-same-key")
    assert (await amina.cast(2, key="the-same-key")).json()["type"] == "/problems/key-reused"


async def test_a_change_becomes_the_next_revision(town: Town) -> None:
    """Björn votes twice, and the last one is his ballot."""
    bjorn = await (await town.open_round()).voter("BJORN-2")
    await bjorn.cast(1)
    changed = await bjorn.cast(2, 3, base=1)
    assert changed.json()["revision"] == 2
    assert (await bjorn.ballot()).json()["choices"] == [2, 3]


async def test_a_late_retry_of_an_older_ballot_does_not_overwrite_a_newer_one(town: Town) -> None:
    """P4: the base revision says what the voter had seen."""
    bjorn = await (await town.open_round()).voter("BJORN-2")
    await bjorn.cast(1)
    await bjorn.cast(2, base=1)
    late = await bjorn.cast(3, base=1)
    assert (late.status_code, late.json()["facts"]) == (409, {"revision": 2})


async def test_the_outcome_counts_the_last_revision_of_each_voter_once(town: Town) -> None:
    """P2: one person, one counted ballot."""
    ground = await town.open_round()
    bjorn = await ground.voter("BJORN-2")
    await bjorn.cast(1)
    await bjorn.cast(2, base=1)
    snapshot = await ground.outcome()
    assert [project["supporters"] for project in snapshot["projects"]] == [0, 1, 0, 0]
    assert snapshot["sums"] | {"electors": 2} == {
        "electors": 2, "voters": 1, "revisions": 2, "counted": 1, "superseded": 1, "withdrawn": 0, "refused": {},
        "channels": {"online": 1},
    }  # fmt: skip


async def test_a_ballot_is_taken_back(town: Town) -> None:
    """Amina gets a receipt for her withdrawal, sees that she has no ballot any more, and is not counted."""
    ground = await town.open_round()
    amina = await ground.voter("AMINA-1")
    await amina.cast(1)
    answer = await amina.withdraw(1)
    assert (answer.status_code, answer.json()["revision"]) == (201, 2)
    assert receipt_holds(_receipt(answer), town.ring.receipts)
    seen = (await amina.ballot()).json()
    assert (seen["revision"], seen["choices"], seen["withdrawn"]) == (2, [], True)
    sums = (await ground.outcome())["sums"]
    assert (sums["voters"], sums["counted"], sums["superseded"], sums["withdrawn"]) == (1, 0, 1, 1)
    seen = (await amina.ballot()).json()
    assert (seen["judged"], seen["reason"]) == (True, None)


async def test_a_receipt_does_not_tell_whether_somebody_voted(town: Town) -> None:
    """The receipt of a withdrawal has the parts of a ballot's, so it proves nothing to somebody who would buy one."""
    amina = await (await town.open_round()).voter("AMINA-1")
    cast, withdrawn = await amina.cast(1), await amina.withdraw(1)
    differ = {name for name, said in cast.json()["receipt"].items() if withdrawn.json()["receipt"][name] != said}
    assert {"commitment", "signature"} <= differ <= {"commitment", "signature", "accepted_at"}


async def test_the_commitment_of_a_withdrawal_binds_that_there_is_no_ballot(town: Town) -> None:
    """It opens with the stored nonce and without choices."""
    ground = await town.open_round()
    amina = await ground.voter("AMINA-1")
    await amina.cast(1)
    receipt = _receipt(await amina.withdraw(1))
    (row,) = await _rows(town, "select nonce from box.ballot where withdrawn")
    opened = commitment(UUID(ground.id), amina.pot_id, "approval", row["nonce"], None)
    assert opened.hex() == receipt.commitment


async def test_who_took_a_ballot_back_can_vote_again(town: Town) -> None:
    """A ballot after a withdrawal is the next revision, and is counted."""
    ground = await town.open_round()
    amina = await ground.voter("AMINA-1")
    await amina.cast(1)
    await amina.withdraw(1)
    assert (await amina.cast(2, base=2)).json()["revision"] == 3
    assert (await amina.ballot()).json()["withdrawn"] is False
    snapshot = await ground.outcome()
    assert [project["supporters"] for project in snapshot["projects"]] == [0, 1, 0, 0]


async def test_a_blank_ballot_is_no_withdrawal(town: Town) -> None:
    """Whoever chooses nothing is counted as a voter."""
    ground = await town.open_round()
    amina = await ground.voter("AMINA-1")
    await amina.cast()
    assert (await amina.ballot()).json()["withdrawn"] is False
    sums = (await ground.outcome())["sums"]
    assert (sums["counted"], sums["withdrawn"]) == (1, 0)


async def test_a_withdrawal_sent_again_gives_the_same_receipt(town: Town) -> None:
    """P4: also after she voted again, and after the close."""
    ground = await town.open_round()
    amina = await ground.voter("AMINA-1")
    await amina.cast(1)
    first = await amina.withdraw(1, key="the-same-key")
    await amina.cast(2, base=2)
    await ground.close()
    again = await amina.withdraw(1, key="the-same-key")
    assert (again.status_code, again.json()) == (200, first.json())
    assert len(await _rows(town, "select from box.ballot")) == 3


async def test_a_key_stands_for_a_ballot_or_for_a_withdrawal(town: Town) -> None:
    """One that came with a blank ballot is refused with a withdrawal, and the other way round."""
    amina = await (await town.open_round()).voter("AMINA-1")
    await amina.cast(key="key-of-a-ballot")
    await amina.withdraw(1, key="key-of-a-withdrawal")
    for answer in (
        await amina.withdraw(0, key="key-of-a-ballot"),
        await amina.cast(base=1, key="key-of-a-withdrawal"),
    ):
        assert (answer.status_code, answer.json()["type"]) == (422, "/problems/key-reused")


@pytest.mark.parametrize("before", ["nothing", "a withdrawal"])
async def test_without_a_ballot_there_is_nothing_to_take_back(town: Town, before: str) -> None:
    """Who has none is told so, and no revision is made of it."""
    amina = await (await town.open_round()).voter("AMINA-1")
    if before == "a withdrawal":
        await amina.cast(1)
        await amina.withdraw(1)
    kept = await _rows(town, "select from box.ballot")
    answer = await amina.withdraw(len(kept))
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/nothing-to-withdraw")
    assert await _rows(town, "select from box.ballot") == kept


async def test_a_late_withdrawal_does_not_take_back_a_newer_ballot(town: Town) -> None:
    """P4: Björn withdrew what he saw, and not what he cast since in another window."""
    bjorn = await (await town.open_round()).voter("BJORN-2")
    await bjorn.cast(1)
    await bjorn.cast(2, base=1)
    late = await bjorn.withdraw(1)
    assert (late.status_code, late.json()["type"], late.json()["facts"]) == (409, "/problems/stale", {"revision": 2})


async def test_after_the_close_nothing_is_taken_back(town: Town) -> None:
    """P3: what was committed before the close event counts."""
    ground = await town.open_round()
    amina = await ground.voter("AMINA-1")
    await amina.cast(1)
    await ground.close()
    assert (await amina.withdraw(1)).json()["type"] == "/problems/not-open"
    assert (await ground.outcome())["sums"]["counted"] == 1


async def test_two_casts_of_one_person_at_once_are_one_ballot_and_one_refusal(crowded_town: Town) -> None:
    """Five hundred times: one current ballot, two revisions or one refusal, never two ballots (P2)."""
    ground = await crowded_town.open_round(register=crowd(500))
    voters = [await ground.voter(f"V{number}") for number in range(500)]
    for voter in voters:
        answers = await asyncio.gather(voter.cast(1), voter.cast(2))
        assert sorted(answer.status_code for answer in answers) == [201, 409]
    per_voter = await _rows(
        crowded_town, "select count(*) as ballots, max(revision) as last from box.ballot group by tag"
    )
    assert [(row["ballots"], row["last"]) for row in per_voter] == [(1, 1)] * 500


async def test_a_cast_and_a_close_at_once_leave_no_ballot_after_the_close(crowded_town: Town) -> None:
    """Two hundred times (P3): what was acknowledged is counted, and what was refused is not there."""
    await crowded_town.open_round(projects=1, register=crowd(4))
    await crowded_town.second()
    for _ in range(200):
        ground = await crowded_town.open_round(projects=1, register=None)
        voters = [await ground.voter(f"V{number}") for number in range(4)]
        closing = crowded_town.confirm((await ground.ask("close-early"))["id"])
        *answers, _closed = await asyncio.gather(*(voter.cast(1) for voter in voters), closing)
        acknowledged = {answer.json()["receipt"]["commitment"] for answer in answers if answer.status_code == 201}
        refused = [answer.json()["type"] for answer in answers if answer.status_code != 201]
        kept = await _rows(
            crowded_town, "select encode(commitment, 'hex') as it from box.ballot where round_id = $1", ground.id
        )
        assert {row["it"] for row in kept} == acknowledged
        assert set(refused) <= {"/problems/not-open"}


async def test_a_ballot_that_does_not_count_shows_its_voter_why(town: Town) -> None:
    """P11: the reason is beside the ballot, and in the published sum."""
    ground = await town.open_round()
    amina = await ground.voter("AMINA-1")
    await amina.cast(1)
    db = await asyncpg.connect(town.settings.database_url)
    await db.execute("delete from box.elector where tag = $1", amina.tag)
    await db.close()
    await town.work("judge")
    assert (await amina.ballot()).json()["reason"] == "not-on-roll"
    assert (await ground.outcome())["sums"]["refused"] == {"not-on-roll": 1}
