"""The walk-through: one round from the first proposal to the published outcome, as the README tells it."""

import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

from schema.ballots import Receipt, receipt_holds
from tests import verify_bundle
from tests.town import REGISTER, Ground, Town, draft, moment, pot

HOUR = timedelta(hours=1)


async def move(ground: Ground, **timeline: str) -> None:
    """Dagny moves the round along by editing its timeline."""
    view = await ground.town.act("GET", f"/api/rounds/{ground.id}/draft")
    changed = draft(pots=[pot(rule={"rule": "equal_shares", "step": 100, "completion": "votes"})], **timeline)
    await ground.town.act("PUT", f"/api/rounds/{ground.id}?revision={view['round']['revision']}", json=changed)


async def propose(ground: Ground, who: str, title: str) -> str:
    """A resident puts a proposal forward; answers its id."""
    voter = await ground.sign_in(who)
    sent = {"title": title, "about": "For all of us.", "author_name": who.title(), "language": "en"}
    headers = {"Authorization": f"Bearer {voter['civic']}"}
    answer = await ground.town.client.post(f"/api/rounds/{ground.id}/proposals", json=sent, headers=headers)
    assert answer.status_code == 201, answer.text
    proposal_id: str = answer.json()["id"]
    return proposal_id


async def support(ground: Ground, who: str, proposal_id: str) -> None:
    """A resident supports a proposal."""
    passes = await ground.sign_in(who)
    headers = {"Authorization": f"Bearer {passes['civic']}"}
    answer = await ground.town.client.put(f"/api/proposals/{proposal_id}/support", headers=headers)
    assert answer.status_code == 204, answer.text


async def shortlist(ground: Ground, proposal_id: str, cost: int) -> int:
    """Dagny admits a proposal to the ballot; answers its number there."""
    into = {"pot_id": ground.pot, "cost": cost}
    project = await ground.town.act("POST", f"/api/proposals/{proposal_id}/shortlisting", json=into)
    number: int = project["number"]
    return number


def verified(bundle: Path) -> list[str]:
    """What `byalag verify` says of a bundle in the end, and what a program that shares no code with it says."""
    programs = (("-m", "schema.cli", "verify"), (verify_bundle.__file__,))
    runs = [
        subprocess.run([sys.executable, *program, str(bundle)], capture_output=True, text=True, check=False)
        for program in programs
    ]
    return [run.stdout.splitlines()[-1] for run in runs if run.returncode == 0]


async def test_a_round_from_its_first_proposal_to_its_outcome(town: Town, tmp_path: Path) -> None:
    """Residents propose, support and cast; workers judge and count; an officer publishes; anybody reads why."""
    # Dagny drafts a round, imports the register, and has letters made.
    await town.hire("Dagny")
    far = {"voting_at": moment(2 * HOUR), "closes_at": moment(3 * HOUR)}
    view = await town.act("POST", "/api/rounds", json=draft(proposing_at=moment(-HOUR), **far))
    ground = Ground(town, view["round"]["id"], [view["pots"][0]["id"]])
    await town.import_register(REGISTER)
    await town.work("roll")
    await town.issue_codes(ground.id, REGISTER)
    await ground.officer("POST", "announcement")
    assert await ground.phase() == "proposing"

    # Amina and Björn sign in with their codes and propose; they support each other.
    benches = await propose(ground, "AMINA-1", "Benches by the square")
    trees = await propose(ground, "BJORN-2", "Twelve trees")
    await move(ground, proposing_at=moment(-2 * HOUR), supporting_at=moment(-HOUR), **far)
    assert await ground.phase() == "supporting"
    await support(ground, "AMINA-1", trees)
    await support(ground, "BJORN-2", trees)
    await town.work("civic")
    listed = (await town.client.get(f"/api/rounds/{ground.id}/proposals")).json()["items"]
    assert {row["title"]: row["supports"] for row in listed} == {"Benches by the square": 0, "Twelve trees": 2}

    # Dagny puts both on the ballot with a cost, and schedules: now nothing changes any more, and voting is open.
    numbers = [await shortlist(ground, benches, 60_000), await shortlist(ground, trees, 70_000)]
    await move(ground, supporting_at=moment(-HOUR), voting_at=moment(-HOUR / 60), closes_at=moment(HOUR))
    await town.work("roll")
    await ground.officer("POST", "schedule")
    assert await ground.phase() == "voting"

    # Amina casts; Björn casts, takes it back and thinks again; each keeps a receipt that this house signed.
    amina, bjorn = await ground.voter("AMINA-1"), await ground.voter("BJORN-2")
    answers = [await amina.cast(numbers[1]), await bjorn.cast(*numbers)]
    answers += [await bjorn.withdraw(1), await bjorn.cast(numbers[1], base=2)]
    receipts = [Receipt(**answer.json()["receipt"]) for answer in answers]
    assert all(receipt_holds(receipt, town.ring.receipts) for receipt in receipts)

    # The events of the ballots wait in the outbox; the workers judge each revision.
    await town.work("judge")
    assert (await bjorn.ballot()).json() | {"judged": True, "reason": None} == (await bjorn.ballot()).json()

    # Each revision becomes a leaf of the round's ledger; whoever has a receipt finds it there, under a signed head.
    waiting = await town.client.get(f"/api/receipts/{receipts[0].commitment}")
    await town.work("sequence")
    found = await town.client.get(f"/api/receipts/{receipts[0].commitment}")
    assert (waiting.json()["status"], found.json()["status"], found.json()["size"]) == ("waiting", "included", 4)

    # Two officers close; the count waits for verdicts and leaves, and keeps a snapshot that is hidden at first.
    await ground.close()
    await town.work("count")
    hidden = await town.client.get(f"/api/pots/{ground.pot}/snapshot")
    assert hidden.json()["type"] == "/problems/not-counted"
    await ground.publish()

    # Everybody reads the outcome, with the reason for each project, and may count the ballots again.
    snapshot: dict[str, Any] = (await town.client.get(f"/api/pots/{ground.pot}/snapshot")).json()
    assert snapshot["outcome"]["funded"] == [str(numbers[1])]
    assert snapshot["sums"]["counted"] == 2
    assert {row["project"] for row in snapshot["outcome"]["explanations"]} == {str(number) for number in numbers}
    ballots = await town.client.get(f"/api/pots/{ground.pot}/snapshot.pb")
    assert ballots.text.startswith("META")
    assert await ground.phase() == "published"

    # An auditor takes the round's bundle home and checks all of it, with our program and with another (P12).
    bundle = tmp_path / "bundle.zip"
    bundle.write_bytes((await town.client.get(f"/api/rounds/{ground.id}/bundle")).content)
    assert verified(bundle) == ["Everything holds.", "All of this holds."]
