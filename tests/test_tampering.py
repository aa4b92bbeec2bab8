"""P12: whatever is changed in a bundle, both programs that check it see it; what neither can see is in the table too.

`python3 -m tests -k tampering -s` prints the table: what was done, what `byalag verify` says, what
`tests/verify_bundle.py` says.
"""

import asyncio
import base64
import contextlib
import hashlib
import io
import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
import pytest
from click.testing import CliRunner
from msgspec.structs import replace

from schema.bundle import read_snapshot
from schema.checkpoint import Head, read_checkpoint, sign_text, verification_key, write_checkpoint
from schema.keys import Signer
from schema.local.servers import Servers
from schema.minutes import Minutes, write_minutes
from schema.settings import Settings
from schema.snapshot import Inputs
from schema.tree import EMPTY, grow, root
from tests import verify_bundle
from tests.builders import ADDRESS, MASTER_KEY, House, cast, secret
from tests.conftest import TEMPLATE, new_database
from tests.town import Town, crowd, open_town, pot
from workers.seal import seal
from workers.store.snapshots import Pot, Project
from workers.verify import verify

Files = dict[str, bytes]
Step = Callable[[Files], None]
HOUSE: list[Signer] = []
"""The key of the house whose bundles are bent, once there is one: its owner is among the forgers."""
STRANGER = Signer(bytes(32))
VOTERS, SECOND = 36, 12
"""How many vote in the first pot and in the second."""
RULE = {"rule": "equal_shares", "step": 100, "completion": "votes"}
ONE, TWO = "pots/1", "pots/2"


# The bundle of a round


async def bundle_of(town: Town, database_url: str, floor: int) -> bytes:
    """A round that is over: changed and refused ballots, a head for every few, two pots by two rules."""
    chance = Random(floor)
    pots = [pot(), pot("The yard", rule=RULE)]
    ground = await town.open_round(register=crowd(VOTERS), pots=pots, ballots_floor=floor)
    await town.work("sequence")
    for number in range(VOTERS):
        for place in range(1 + (number < SECOND)):
            voter = await ground.voter(f"V{number}", place)
            for base in range(1 + (number % 5 == 0)):
                choices = chance.sample(range(1, 5), chance.randint(0 if number else 1, 3))
                assert (await voter.cast(*choices, base=base)).status_code == 201
        if number % 9 == 8:
            await town.work("judge", "sequence")
    db = await asyncpg.connect(database_url)
    await cast(db, House(UUID(int=0), UUID(ground.id), UUID(ground.pot)), "Carim", 1)
    await db.close()
    await ground.outcome()
    answer = await town.client.get(f"/api/rounds/{ground.id}/bundle")
    assert answer.status_code == 200, answer.text
    return answer.content


@pytest.fixture(scope="module")
def bundles(ground: Servers) -> dict[str, bytes]:
    """Rounds over HTTP: one with all of its ballots shown, one whose second pot has too few, and a neighbour's."""

    async def made() -> dict[str, bytes]:
        async with new_database(ground, TEMPLATE) as url:
            settings = Settings(url, ground.redis_url, MASTER_KEY, ADDRESS, limits=False)
            async with open_town(settings) as town:
                db = await asyncpg.connect(url)
                HOUSE.append(Signer(await secret(db, "checkpoints")))
                await db.close()
                floors = {"shown": 0, "withheld": SECOND + 1, "neighbour": 1}
                return {name: await bundle_of(town, url, floor) for name, floor in floors.items()}

    return asyncio.run(made())


def unpacked(packed: bytes) -> Files:
    """The files of a bundle."""
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(*files: tuple[str, bytes]) -> bytes:
    """A ZIP file of these, in this order."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in files:
            archive.writestr(zipfile.ZipInfo(name), content)
    return made.getvalue()


# How to change one


def edit(files: Files, name: str, change: Callable[[Any], object]) -> None:
    """Change what a JSON file says; it stays in the one form that it may have."""
    said = json.loads(files[name])
    change(said)
    files[name] = json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()


def put(*path: str | int, to: Any) -> Callable[[Any], None]:
    """Put something else in a place; a function makes it of what was there."""

    def change(said: Any) -> None:
        for step in path[:-1]:
            said = said[step]
        said[path[-1]] = to(said[path[-1]]) if callable(to) else to

    return change


def switch(*path: str | int, one: int = 0, other: int = -1) -> Callable[[Any], None]:
    """Let two in a list change places."""

    def change(said: Any) -> None:
        for step in path:
            said = said[step]
        said[one], said[other] = said[other], said[one]

    return change


def snapshot(change: Callable[[Any], object], folder: str = ONE) -> Step:
    """Change a pot's snapshot."""
    return lambda files: edit(files, f"{folder}/snapshot.json", change)


def inputs(change: Callable[[Any], object], folder: str = ONE) -> Step:
    """Change what a pot's outcome was made of."""
    return lambda files: edit(files, f"{folder}/inputs.json", change)


def manifest(change: Callable[[Any], object]) -> Step:
    """Change the manifest."""
    return lambda files: edit(files, "bundle.json", change)


def heads(change: Callable[[Any], object]) -> Step:
    """Change the list of signed heads."""
    return lambda files: edit(files, "checkpoints.json", change)


def leaves(change: Callable[[list[str]], object]) -> Step:
    """Change the list of leaves."""

    def changed(files: Files) -> None:
        lines = files["leaves.txt"].decode().splitlines()
        change(lines)
        files["leaves.txt"] = "".join(f"{line}\n" for line in lines).encode()

    return changed


def pabulib(old: str, new: str, folder: str = ONE) -> Step:
    """Change a pot's Pabulib file, in one place."""

    def changed(files: Files) -> None:
        text = files[f"{folder}/ballots.pb"].decode()
        assert old in text, text
        files[f"{folder}/ballots.pb"] = text.replace(old, new, 1).encode()

    return changed


def gone(name: str) -> Step:
    """Leave a file out."""
    return lambda files: files.__delitem__(name)


def smuggled(files: Files, *names: str) -> None:
    """Put ballots into a pot whose ballots are too few to be shown."""
    for name in names:
        files[f"{TWO}/{name}"] = files[f"{ONE}/{name}"]


def hash_anew(files: Files, folder: str = ONE) -> None:
    """Let the outcome name the inputs as they are now."""
    digest = hashlib.sha256(files[f"{folder}/inputs.json"]).hexdigest()
    edit(files, f"{folder}/snapshot.json", put("input_hash", to=digest))


def sign_anew(files: Files, signer: Signer | None = None, last: int = -1) -> None:
    """Let the house, or somebody else, sign the minutes of what there is now, over one of the heads."""
    signer = signer or HOUSE[0]
    manifest = json.loads(files["bundle.json"])
    note = json.loads(files["checkpoints.json"])[last]
    head = read_checkpoint(note, manifest["origin"], [signer.public_bytes])
    digests = [hashlib.sha256(files[f"{each['folder']}/snapshot.json"]).hexdigest() for each in manifest["pots"]]
    named = [(UUID(each["pot_id"]), digest) for each, digest in zip(manifest["pots"], digests, strict=True)]
    files["minutes.txt"] = write_minutes(manifest["origin"], Minutes(head, tuple(named)), signer).encode()


def grow_anew(files: Files, signer: Signer | None = None) -> None:
    """Let the house, or somebody else, sign a head of the leaves as they are now, in place of all but the first."""
    signer = signer or HOUSE[0]
    origin = json.loads(files["bundle.json"])["origin"]
    entries = [bytes.fromhex(line) for line in files["leaves.txt"].decode().splitlines()]
    tiles = grow({}, 0, entries)
    found = [(0, EMPTY), (len(entries), root(tiles, len(entries)))]
    notes = [write_checkpoint(origin, Head(*head), signer) for head in found]
    files["checkpoints.json"] = msgspec.json.encode(notes)
    for folder in (ONE, TWO):
        ledger = {"origin": origin, "size": len(entries), "root": found[1][1].hex()}
        edit(files, f"{folder}/snapshot.json", put("ledger", to=ledger))


def name_another_key(files: Files) -> None:
    """Name another key than the one that signed."""
    origin = json.loads(files["bundle.json"])["origin"]
    edit(files, "bundle.json", put("keys", to=[verification_key(origin, STRANGER.public_bytes)]))


def head_for_minutes(files: Files) -> None:
    """The last head in the place of the minutes."""
    files["minutes.txt"] = json.loads(files["checkpoints.json"])[-1].encode()


def by_another_key(files: Files) -> None:
    """Sign everything anew with another key, and name that key instead."""
    name_another_key(files)
    grow_anew(files, STRANGER)
    sign_anew(files, STRANGER)


def head_in_another_writing(note: str) -> str:
    """The same head with a zero before its size, signed by the house."""
    origin, size, root = note.split("\n")[:3]
    return sign_text(f"{origin}\n0{size}\n{root}\n", origin, HOUSE[0])


def head_of_another_ledger(note: str) -> str:
    """The same head under another ledger's name, signed by the house."""
    origin, size, root = note.split("\n")[:3]
    return sign_text(f"{origin}0\n{size}\n{root}\n", origin, HOUSE[0])


def add_key(name: str) -> Step:
    """Name one more key, of the ledger that is called so."""
    return manifest(lambda said: said["keys"].append(verification_key(name, STRANGER.public_bytes)))


def more_supporters(said: Any) -> None:
    """One more supporter for a project, also in its reason."""
    first = said["projects"][0]
    first["supporters"] += 1
    next(each for each in said["outcome"]["explanations"] if each["project"] == "1")["votes"] += 1


def forged(note: str) -> str:
    """A note with one bit of its signature changed."""
    start, _, encoded = note.rpartition(" ")
    signature = bytearray(base64.b64decode(encoded))
    signature[40] ^= 1
    return f"{start} {base64.b64encode(signature).decode()}\n"


def strange_head(note: str) -> str:
    """A head of the same size with another root, signed by the house."""
    origin, size, _ = note.split("\n")[:3]
    return write_checkpoint(origin, Head(int(size), bytes(32)), HOUSE[0])


def head_by_stranger(note: str) -> str:
    """The same head, signed with a key that the bundle does not name."""
    origin = note.partition("\n")[0]
    return write_checkpoint(origin, read_checkpoint(note, origin, [HOUSE[0].public_bytes]), STRANGER)


def other_choice(said: Any) -> None:
    """Let the ballots that choose only the first project choose only the second, or the other way round."""
    groups = {tuple(group["choices"]): group for group in said["ballots"]}
    groups[1,]["choices"], groups[2,]["choices"] = [2], [1]
    assert groups[1,]["voters"] != groups[2,]["voters"], "Nothing would change."
    said["ballots"].sort(key=lambda group: (group["choices"], group["voters"]))


def other_ballot(choices: list[int]) -> Callable[[Any], None]:
    """Let the last ballot have these choices, and stand where they belong."""

    def change(said: Any) -> None:
        said["ballots"][-1]["choices"] = choices
        said["ballots"].sort(key=lambda group: (group["choices"], group["voters"]))

    return change


def other_funded(said: Any) -> None:
    """Fund the last project instead of the first."""
    said["outcome"]["funded"][0] = said["outcome"]["explanations"][-1]["project"]


def change_places(said: Any) -> None:
    """Let the first project that is funded and the last that is not change places everywhere."""
    one, other = said["outcome"]["funded"][0], said["outcome"]["explanations"][-1]["project"]
    first, second = (next(each for each in said["projects"] if str(each["number"]) == name) for name in (one, other))
    first["supporters"], second["supporters"] = second["supporters"], first["supporters"]
    places = {f'"{one}"': f'"{other}"', f'"{other}"': f'"{one}"'}
    text = re.sub("|".join(places), lambda found: places[found[0]], json.dumps(said["outcome"]))
    said["outcome"] = json.loads(text)


def one_more(said: Any) -> None:
    """One more voter for the first ballot."""
    said["ballots"][0]["voters"] += 1


def one_more_of_many(said: Any) -> None:
    """Nine voters more for the first ballot."""
    said["ballots"][0]["voters"] += 9


def ballot_of_nobody(said: Any) -> None:
    """A ballot that nobody cast, in its place."""
    listed = [group["choices"] for group in said["ballots"]]
    new = next(choices for choices in ([1, 2, 4], [2, 3, 4], [1, 2, 3], [2, 3]) if choices not in listed)
    said["ballots"].append({"choices": new, "voters": 0, "points": []})
    said["ballots"].sort(key=lambda group: (group["choices"], group["voters"]))


def in_two(said: Any) -> None:
    """Let a ballot that several cast be listed as two."""
    several = next(group for group in said["ballots"] if group["voters"] > 2)
    several["voters"] -= 1
    said["ballots"].append({**several, "voters": 1})
    said["ballots"].sort(key=lambda group: (group["choices"], group["voters"]))


def one_less(said: Any) -> None:
    """One voter fewer for a ballot that several cast."""
    next(group for group in said["ballots"] if group["voters"] > 1)["voters"] -= 1


def adapted(files: Files) -> None:
    """Let the outcome name the supporters and the hash of the ballots as they are now, and the house sign that."""
    groups = json.loads(files[f"{ONE}/inputs.json"])["ballots"]

    def change(said: Any) -> None:
        for project in said["projects"]:
            project["supporters"] = sum(each["voters"] for each in groups if project["number"] in each["choices"])

    edit(files, f"{ONE}/snapshot.json", change)
    hash_anew(files)
    sign_anew(files)


def count_anew(change: Callable[[Any], object], **sums: int) -> Step:
    """Let the house change what it counts, and the sums, and make all the rest anew, to fit: the perfect forgery."""

    def changed(files: Files) -> None:
        inputs(change)(files)
        said, manifest = read_snapshot(files[f"{ONE}/snapshot.json"]), json.loads(files["bundle.json"])
        counted = msgspec.json.decode(files[f"{ONE}/inputs.json"], type=Inputs)
        facts = Pot(
            id=said.pot_id,
            name=said.pot,
            money=counted.money,
            style=counted.style,
            rule=counted.rule,
            criteria=counted.ties.criteria,
            round_id=said.round_id,
            round=said.round,
            municipality=said.municipality,
            currency=said.currency,
            lot_seed=counted.ties.seed,
            rules_version=1,
            ballots_floor=said.ballots_floor,
            opened_on=date.fromisoformat(manifest["opened_on"]),
            closed_on=date.fromisoformat(manifest["closed_on"]),
            close_number=1,
        )
        projects = [Project(each.number, each.title, each.cost) for each in said.projects]
        told = {name: getattr(said.sums, name) + number for name, number in sums.items()}
        more = replace(said.sums, **told, channels={"online": told.get("counted", said.sums.counted)})
        sealed = seal(facts, projects, counted.ballots, more, said.ledger, None)
        made = {"snapshot.json": sealed.content, "inputs.json": sealed.inputs, "ballots.pb": sealed.pb}
        files.update({f"{ONE}/{name}": content for name, content in made.items()})
        sign_anew(files)

    return changed


def sums(**more: int) -> Step:
    """Add to the sums of the first pot."""

    def change(said: Any) -> None:
        for name, number in more.items():
            said["sums"][name] += number
        said["sums"]["channels"] = {"online": said["sums"]["counted"]}

    return snapshot(change)


def refused(more: int) -> Step:
    """Add to the refused ballots of the first pot."""
    return snapshot(put("sums", "refused", "not-on-roll", to=lambda number: number + more))


def channels(**more: int) -> Step:
    """Add to the ways in which the counted ballots of the first pot came."""

    def change(said: Any) -> None:
        ways = said["sums"]["channels"]
        ways.update({name: ways.get(name, 0) + number for name, number in more.items()})

    return snapshot(change)


def without_ballots(files: Files) -> None:
    """Leave out a pot's ballots."""
    del files[f"{ONE}/inputs.json"], files[f"{ONE}/ballots.pb"]


def other_pots(files: Files) -> None:
    """Let two pots change places, but not in the minutes."""
    for name in ("snapshot.json", "inputs.json", "ballots.pb"):
        one, two = f"{ONE}/{name}", f"{TWO}/{name}"
        files[one], files[two] = files[two], files[one]


def with_last_leaf_gone(files: Files) -> None:
    """Take the last leaves away with the head that signs them."""
    notes = json.loads(files["checkpoints.json"])
    size = int(notes[-2].split("\n")[1])
    leaves(lambda lines: lines.__delitem__(slice(size, None)))(files)
    heads(lambda said: said.pop())(files)


# What is done to the files of a bundle whose ballots are all shown.
SEEN: dict[str, tuple[Step, ...]] = {
    "a ballot in inputs.json": (inputs(other_choice),),
    "a ballot in ballots.pb": (pabulib("\n36;", "\n36;1,"),),
    "a ballot in inputs.json, the hash made anew": (inputs(other_choice), hash_anew),
    "a ballot in both, the hash made anew": (inputs(other_choice), pabulib("\n36;", "\n36;1,"), hash_anew),
    "a ballot, the hash made anew, signed by the house": (inputs(other_choice), hash_anew, sign_anew),
    "a ballot, hash and supporters made anew, signed by the house": (inputs(other_choice), adapted),
    "an added ballot": (inputs(one_more),),
    "an added ballot, signed by the house": (inputs(one_more), adapted),
    "an added ballot, the sums adapted": (inputs(one_more), sums(revisions=1, counted=1, voters=1), adapted),
    "an added ballot in the place of a changed one": (inputs(one_more), sums(counted=1, superseded=-1), adapted),
    "a removed ballot": (inputs(one_less),),
    "a removed ballot, signed by the house": (inputs(one_less), adapted),
    "a removed ballot, called changed": (inputs(one_less), sums(counted=-1, superseded=1), adapted),
    "a ballot of nobody": (inputs(put("ballots", 0, "voters", to=0)), adapted),
    "a ballot of fewer than nobody": (inputs(put("ballots", 0, "voters", to=-2)), adapted),
    "a ballot with a point too many": (inputs(put("ballots", -1, "points", to=[0])), adapted),
    "a ballot with a project that is not there": (inputs(other_ballot([9])), adapted),
    "a ballot with more choices than allowed": (inputs(other_ballot([1, 2, 3, 4])), adapted),
    "ballots in another order": (inputs(switch("ballots")), adapted),
    "a ballot with more choices than allowed, all made anew": (count_anew(other_ballot([1, 2, 3, 4])),),
    "a ballot in another order, all made anew": (count_anew(other_ballot([2, 1])),),
    "an added ballot, all made anew but the sums": (count_anew(one_more),),
    "a ballot of nobody, all made anew": (count_anew(ballot_of_nobody),),
    "a ballot in two parts, all made anew": (count_anew(in_two),),
    "an added ballot, all made anew": (count_anew(one_more, counted=1, voters=1, revisions=1),),
    "an added ballot without a voter, all made anew": (count_anew(one_more_of_many, counted=9, superseded=-9),),
    "a dropped leaf": (leaves(lambda lines: lines.pop(5)),),
    "a dropped last leaf": (leaves(lambda lines: lines.pop()),),
    "a dropped leaf, all signed by the house": (leaves(lambda lines: lines.pop(5)), grow_anew, sign_anew),
    "an added leaf": (leaves(lambda lines: lines.append("ab" * 32)),),
    "an added leaf, all signed by the house": (leaves(lambda lines: lines.append("ab" * 32)), grow_anew, sign_anew),
    "a leaf twice instead of another, all signed": (
        leaves(lambda lines: put(3, to=lines[0])(lines)),
        grow_anew,
        sign_anew,
    ),
    "two leaves swapped": (leaves(switch(one=2, other=9)),),
    "a leaf that is too short": (leaves(put(0, to="ab")),),
    "the last head replaced by an older one": (heads(lambda notes: notes.__setitem__(-1, notes[-2])),),
    "the last head dropped": (heads(lambda notes: notes.pop()),),
    "the last head and its leaves dropped": (with_last_leaf_gone,),
    "the last head and its leaves dropped, signed by the house": (with_last_leaf_gone, sign_anew),
    "the first head dropped": (heads(lambda notes: notes.pop(0)),),
    "two heads in another order": (heads(switch(one=1, other=2)),),
    "two heads of one size": (heads(lambda notes: notes.insert(2, strange_head(notes[2]))),),
    "a head of another tree": (heads(put(2, to=strange_head)),),
    "a forged signature of a head": (heads(put(2, to=forged)),),
    "a head signed with another key": (heads(put(2, to=head_by_stranger)),),
    "a head in another writing, signed by the house": (heads(put(2, to=head_in_another_writing)),),
    "a head of another ledger, signed by the house": (heads(put(2, to=head_of_another_ledger)),),
    "no heads": (heads(lambda notes: notes.clear()),),
    "a forged signature of the minutes": (put("minutes.txt", to=lambda note: forged(note.decode()).encode()),),
    "minutes over an older head, signed by the house": (partial(sign_anew, last=-2),),
    "minutes without a signature": (put("minutes.txt", to=lambda note: note.rpartition(b"\n\n")[0]),),
    "a head for minutes": (head_for_minutes,),
    "a key of another ledger added": (add_key("elsewhere.example/api/log/1"),),
    "a key that is none": (manifest(lambda said: said["keys"].append("elsewhere+00000000+AAAA")),),
    "a key whose id is another's": (
        manifest(put("keys", 0, to=lambda key: re.sub(r"\+[0-9a-f]{8}\+", "+00000000+", key))),
    ),
    "no key": (manifest(put("keys", to=[])),),
    "another key named": (name_another_key,),
    "a funded project swapped": (snapshot(other_funded),),
    "a funded project swapped, signed by the house": (snapshot(other_funded), sign_anew),
    "the order of the funded projects, signed by the house": (snapshot(switch("outcome", "funded")), sign_anew),
    "two reasons swapped, signed by the house": (snapshot(switch("outcome", "explanations")), sign_anew),
    "a reason of no project, signed by the house": (
        snapshot(put("outcome", "explanations", 0, "project", to="x")),
        sign_anew,
    ),
    "a reason of another kind, signed by the house": (
        snapshot(put("outcome", "explanations", -1, "type", to="funded_by_votes")),
        sign_anew,
    ),
    "no reason, signed by the house": (snapshot(lambda said: said["outcome"]["explanations"].pop()), sign_anew),
    "money spent, signed by the house": (snapshot(put("outcome", "spent", to=1)), sign_anew),
    "a project funded in part, signed by the house": (snapshot(put("outcome", "partly", to="4")), sign_anew),
    "supporters": (snapshot(put("projects", 0, "supporters", to=99)),),
    "supporters, signed by the house": (snapshot(put("projects", 0, "supporters", to=99)), sign_anew),
    "supporters, also in the reason, signed by the house": (snapshot(more_supporters), sign_anew),
    "a title, signed by the house": (snapshot(put("projects", 0, "title", to="Another")), sign_anew),
    "the sum of all revisions": (sums(revisions=1),),
    "the sum of all revisions, signed by the house": (sums(revisions=1), sign_anew),
    "the sum of changed ballots, signed by the house": (sums(superseded=1), sign_anew),
    "two sums, signed by the house": (sums(superseded=1, revisions=1), sign_anew),
    "fewer voters than counted ballots, signed by the house": (sums(voters=-9), sign_anew),
    "more ballots online than counted, signed by the house": (channels(online=1), sign_anew),
    "fewer ballots by all ways than counted, signed by the house": (channels(online=-1), sign_anew),
    "ballots on paper below zero, signed by the house": (channels(online=3, paper=-3), sign_anew),
    "a way to vote that there is not, signed by the house": (channels(online=-2, pigeon=2), sign_anew),
    "a sum below zero, signed by the house": (sums(superseded=-20), refused(20), sign_anew),
    "a cost": (snapshot(put("projects", 0, "cost", to=1)),),
    "a cost, signed by the house": (snapshot(put("projects", 0, "cost", to=1)), sign_anew),
    "a cost in the inputs, signed by the house": (inputs(put("costs", 0, 1, to=1)), adapted),
    "the rule, signed by the house": (snapshot(put("rule", "misfit", to="stop")), sign_anew),
    "the rule everywhere, signed by the house": (
        snapshot(put("rule", "threshold", to=30)),
        inputs(put("rule", "threshold", to=30)),
        adapted,
    ),
    "the lot's seed, signed by the house": (snapshot(put("ties", "seed", to="x")), sign_anew),
    "the pot's money, signed by the house": (snapshot(put("money", to=90_000)), sign_anew),
    "the pot's money everywhere, signed by the house": (
        snapshot(put("money", to=30_000)),
        snapshot(put("outcome", "budget", to=30_000)),
        inputs(put("money", to=30_000)),
        adapted,
    ),
    "the hash of the inputs": (snapshot(put("input_hash", to="00" * 32)),),
    "the hash of the inputs, signed by the house": (snapshot(put("input_hash", to="00" * 32)), sign_anew),
    "the ledger of the count, signed by the house": (snapshot(put("ledger", "size", to=3)), sign_anew),
    "ballots.pb left out": (gone(f"{ONE}/ballots.pb"),),
    "inputs.json left out": (gone(f"{ONE}/inputs.json"),),
    "ballots left out": (without_ballots,),
    "ballots left out, the floor raised": (without_ballots, snapshot(put("ballots_floor", to=99))),
    "the floor raised, signed by the house": (snapshot(put("ballots_floor", to=99)), sign_anew),
    "another round named": (manifest(put("round", to="Another")),),
    "another pot named": (manifest(put("pots", 0, "pot", to="Another")),),
    "another municipality named": (manifest(put("municipality", to="Another")),),
    "two pots swapped": (other_pots,),
    "two pots swapped, signed by the house": (other_pots, sign_anew),
    "a pot left out": (
        lambda files: edit(files, "bundle.json", lambda said: said["pots"].pop()),
        *(gone(f"{TWO}/{name}") for name in ("snapshot.json", "inputs.json", "ballots.pb")),
        sign_anew,
    ),
    "another format": (manifest(put("format", to="byalag bundle 9")),),
    "another format of a snapshot, signed by the house": (snapshot(put("format", to="byalag snapshot 9")), sign_anew),
    "the round twice in the manifest": (put("bundle.json", to=lambda said: b'{"round":"Another",' + said[1:]),),
    "blanks in a snapshot": (put(f"{ONE}/snapshot.json", to=lambda content: content.replace(b":", b": ")),),
    "no JSON in a snapshot, signed by the house": (put(f"{ONE}/snapshot.json", to=b"{}"), sign_anew),
    "money in ballots.pb": (pabulib("budget;1000", "budget;2000"),),
    "a cost in ballots.pb": (pabulib("\n2;300;", "\n2;200;"),),
    "a name in ballots.pb": (pabulib("Project 3", "Project 9"),),
    "the rule in ballots.pb": (pabulib("rule;greedy", "rule;equalshares"),),
    "a funded project in ballots.pb": (pabulib("Project 1;1", "Project 1;0"),),
    "letters in ballots.pb": (pabulib("\n36;", "\n36;x"),),
    "no text in ballots.pb": (put(f"{ONE}/ballots.pb", to=b"\xff\xfe"),),
    "an added file": (put("more.txt", to=b"Hello"),),
    "a missing file": (gone("minutes.txt"),),
    "a missing snapshot": (gone(f"{ONE}/snapshot.json"),),
}

# The same for a bundle in which the second pot's ballots are too few to be shown.
SEEN_WITHHELD: dict[str, tuple[Step, ...]] = {
    "inputs of a withheld pot smuggled in": (lambda files: smuggled(files, "inputs.json"),),
    "ballots of a withheld pot smuggled in": (lambda files: smuggled(files, "inputs.json", "ballots.pb"),),
    "a withheld pot called shown, signed by the house": (snapshot(put("ballots_floor", to=0), TWO), sign_anew),
    "a withheld outcome": (snapshot(switch("outcome", "funded"), TWO),),
    "a withheld project that is not the one with the reason, signed by the house": (
        snapshot(other_funded, TWO),
        sign_anew,
    ),
    "a withheld outcome that spends too much, signed by the house": (
        snapshot(put("outcome", "spent", to=10**9), TWO),
        sign_anew,
    ),
    "a project of a withheld pot listed twice, signed by the house": (
        snapshot(lambda said: said["projects"].append(said["projects"][0]), TWO),
        sign_anew,
    ),
    "more counted ballots of a withheld pot": (snapshot(put("sums", "counted", to=11), TWO), sign_anew),
}

# What cannot be seen in a bundle alone, with the reason; and what shows it all the same.
UNSEEN: dict[str, tuple[Step, ...]] = {
    "a middle head dropped": (heads(lambda notes: notes.pop(2)),),
    "the READ-ME": (put("READ-ME.txt", to=b"Hello"),),
    "everything signed with another key": (by_another_key,),
    "another history, signed by the house": (leaves(switch(one=2, other=9)), grow_anew, sign_anew),
    "another ballot than was cast, all made anew": (count_anew(other_choice),),
    "a ballot called one on paper, signed by the house": (
        channels(online=-1, paper=1),
        sign_anew,
    ),
    "a changed ballot called refused, signed by the house": (
        sums(superseded=-1),
        refused(1),
        sign_anew,
    ),
}
UNSEEN_WITHHELD: dict[str, tuple[Step, ...]] = {
    "a withheld outcome, signed by the house": (snapshot(change_places, TWO), sign_anew),
}


# Both programs


Answer = tuple[int, list[str]]
Rows = list[tuple[str, str, str]]


def ours(file: Path, *options: str) -> Answer:
    """The exit code of ``byalag verify``, and what it says does not hold."""
    done = CliRunner().invoke(verify, [str(file), *options])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.output
    return done.exit_code, [line.partition("WRONG  ")[2] for line in done.output.splitlines() if "WRONG  " in line]


def theirs(file: Path, *options: str) -> Answer:
    """The same of the second program."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        code = verify_bundle.main([str(file), *options])
    return code, [line.removeprefix("WRONG  ") for line in said.getvalue().splitlines() if line.startswith("WRONG  ")]


@pytest.fixture(scope="module")
def table() -> Iterator[Rows]:
    """What was done, and what each program says of it first; printed at the end."""
    rows = [("what was done", "byalag verify", "tests/verify_bundle.py")]
    yield rows
    sys.stdout.write("\n" + "".join(f"| {' | '.join(row)} |\n" for row in rows))


def tampered(whole: bytes, *steps: Step) -> bytes:
    """A bundle after these changes."""
    files = unpacked(whole)
    before = dict(files)
    for step in steps:
        step(files)
    assert files != before
    return packed(*files.items())


def note(rows: Rows, what: str, answers: tuple[Answer, Answer]) -> None:
    """Remember what both said first."""
    one, other = (said[0] if said else "all holds" for _, said in answers)
    rows.append((what, one, other))


def rejected(file: Path, rows: Rows, what: str) -> None:
    """Both programs end with code 1 and a sentence."""
    answers = ours(file), theirs(file)
    note(rows, what, answers)
    for code, said in answers:
        assert (code, bool(said and said[0])) == (1, True), answers


@pytest.mark.parametrize("name", ["shown", "withheld", "neighbour"])
def test_what_nobody_touched_is_accepted(bundles: dict[str, bytes], tmp_path: Path, name: str) -> None:
    """By both, with the house's key named; and packing it again changes nothing."""
    file = tmp_path / "bundle.zip"
    for content in (bundles[name], packed(*unpacked(bundles[name]).items())):
        file.write_bytes(content)
        key = json.loads(unpacked(content)["bundle.json"])["keys"][0]
        assert (ours(file, "--key", key), theirs(file, "--key", key)) == ((0, []), (0, []))


def test_heads_may_be_signed_with_any_key_that_is_named(bundles: dict[str, bytes], tmp_path: Path) -> None:
    """A house that changed its key while people voted names both: accepted by both programs."""
    file = tmp_path / "bundle.zip"
    origin = json.loads(unpacked(bundles["shown"])["bundle.json"])["origin"]
    file.write_bytes(
        tampered(bundles["shown"], add_key(origin), *(heads(put(at, to=head_by_stranger)) for at in (0, 1)))
    )
    assert (ours(file), theirs(file)) == ((0, []), (0, []))


def test_the_second_program_needs_nothing_installed(bundles: dict[str, bytes], tmp_path: Path) -> None:
    """Python alone runs it, without any package, as a stranger would."""
    file = tmp_path / "bundle.zip"
    for content, code in ((bundles["shown"], 0), (tampered(bundles["shown"], heads(put(2, to=forged))), 1)):
        file.write_bytes(content)
        command = [sys.executable, "-I", "-S", verify_bundle.__file__, str(file)]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
        assert (done.returncode, done.stderr) == (code, ""), done.stdout


@pytest.mark.parametrize("what", SEEN)
def test_what_was_changed_is_seen(bundles: dict[str, bytes], tmp_path: Path, table: Rows, what: str) -> None:
    """By both."""
    file = tmp_path / "bundle.zip"
    file.write_bytes(tampered(bundles["shown"], *SEEN[what]))
    rejected(file, table, what)


@pytest.mark.parametrize("what", SEEN_WITHHELD)
def test_what_was_changed_is_seen_beside_withheld_ballots(
    bundles: dict[str, bytes], tmp_path: Path, table: Rows, what: str
) -> None:
    """By both."""
    file = tmp_path / "bundle.zip"
    file.write_bytes(tampered(bundles["withheld"], *SEEN_WITHHELD[what]))
    rejected(file, table, what)


@pytest.mark.parametrize("name", ["minutes.txt", "checkpoints.json", "leaves.txt", f"{ONE}/snapshot.json"])
def test_a_file_of_another_round_is_seen(bundles: dict[str, bytes], tmp_path: Path, table: Rows, name: str) -> None:
    """The same house signed it, in another round."""
    file = tmp_path / "bundle.zip"
    file.write_bytes(tampered(bundles["shown"], put(name, to=unpacked(bundles["neighbour"])[name])))
    rejected(file, table, f"{name} of another round")


def test_a_broken_file_is_seen(bundles: dict[str, bytes], tmp_path: Path, table: Rows) -> None:
    """A file twice in the archive, whichever of them is right; an archive that ends too early, wherever."""
    whole, file = bundles["shown"], tmp_path / "bundle.zip"
    files = unpacked(whole)
    twice = [("leaves.txt", b"ab" * 32), *files.items()]
    with pytest.warns(UserWarning, match="Duplicate name"):
        broken = {"a file twice": packed(*twice), "a file twice, the right one first": packed(*reversed(twice))}
    for what, content in (broken | {"an archive that ends too early": whole[:-30]}).items():
        file.write_bytes(content)
        rejected(file, table, what)
    for at in range(0, len(whole), len(whole) // 20):
        file.write_bytes(whole[:at])
        rejected(file, [], "cut")


def test_any_byte_that_matters_is_seen(bundles: dict[str, bytes], tmp_path: Path) -> None:
    """A byte of the archive changed by chance: both see it, or every file in it is as it was."""
    chance, file = Random(7), tmp_path / "bundle.zip"
    for _ in range(100):
        changed = bytearray(bundles["shown"])
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
        file.write_bytes(changed)
        codes = ours(file)[0], theirs(file)[0]
        assert codes == (1, 1) or (codes == (0, 0) and unpacked(bytes(changed)) == unpacked(bundles["shown"])), codes


@pytest.mark.parametrize("what", UNSEEN)
def test_what_a_bundle_cannot_show(bundles: dict[str, bytes], tmp_path: Path, table: Rows, what: str) -> None:
    """What is consistent in itself is accepted by both: only who knows more than the bundle sees it."""
    unseen(bundles["shown"], tmp_path, table, what, UNSEEN[what])


@pytest.mark.parametrize("what", UNSEEN_WITHHELD)
def test_what_a_bundle_without_ballots_cannot_show(
    bundles: dict[str, bytes], tmp_path: Path, table: Rows, what: str
) -> None:
    """An outcome cannot be counted again without its ballots: that takes the named auditor."""
    unseen(bundles["withheld"], tmp_path, table, what, UNSEEN_WITHHELD[what])


def unseen(whole: bytes, folder: Path, rows: Rows, what: str, steps: tuple[Step, ...]) -> None:
    """Both accept it."""
    file = folder / "bundle.zip"
    file.write_bytes(tampered(whole, *steps))
    answers = ours(file), theirs(file)
    note(rows, what, answers)
    assert answers == ((0, []), (0, []))


def test_who_knows_the_key_sees_that_another_signed(bundles: dict[str, bytes], tmp_path: Path, table: Rows) -> None:
    """With --key both reject what they would accept without."""
    file = tmp_path / "bundle.zip"
    file.write_bytes(tampered(bundles["shown"], by_another_key))
    key = json.loads(unpacked(bundles["shown"])["bundle.json"])["keys"][0]
    answers = ours(file, "--key", key), theirs(file, "--key", key)
    note(table, "everything signed with another key, --key given", answers)
    assert [code for code, _ in answers] == [1, 1]


def test_who_kept_a_head_sees_another_history(bundles: dict[str, bytes], tmp_path: Path, table: Rows) -> None:
    """With --head both reject what they would accept without, and accept the head of the history that was."""
    file, head = tmp_path / "bundle.zip", tmp_path / "head.txt"
    head.write_text(json.loads(unpacked(bundles["shown"])["checkpoints.json"])[2], encoding="utf-8")
    file.write_bytes(bundles["shown"])
    assert (ours(file, "--head", str(head))[0], theirs(file, "--head", str(head))[0]) == (0, 0)
    file.write_bytes(tampered(bundles["shown"], *UNSEEN["another history, signed by the house"]))
    answers = ours(file, "--head", str(head)), theirs(file, "--head", str(head))
    note(table, "another history, --head given", answers)
    assert [code for code, _ in answers] == [1, 1]
