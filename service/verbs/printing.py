"""Ballots for paper, and lists for booths. The names of a list come from a clerk's file and are forgotten."""

import asyncio
from collections.abc import Callable
from typing import TextIO
from uuid import UUID

from schema.errors import BadAddressees, NotFound
from schema.faults import Fault
from schema.queries import Db
from service.printing.ballots import print_ballot
from service.printing.booths import BoothRow, print_booth_list
from service.store import printing as store
from service.store import projects, rounds
from service.verbs.addressees import read_rows
from service.verbs.readings import round_texts

MOST_NAMES = 20_000
"""More than that no booth has."""


async def print_pot(box: Db, round_id: UUID, pot_id: UUID, language: str) -> bytes:
    """A pot's ballot in a language (PDF, one page where the projects have room on it). Raises NotFound."""
    found, pot = await rounds.round_by_id(box, round_id), await rounds.pot_by_id(box, pot_id)
    if found is None or pot is None or pot.round_id != round_id:
        raise NotFound(what="pot in this round")
    texts = await round_texts(box, round_id, language, pot_id)
    on_it = [texts.project(each) for each in await projects.projects_of_pot(box, pot_id)]
    return await asyncio.to_thread(print_ballot, texts.round(found), texts.pot(pot), on_it, language)


async def print_booth(
    roll: Db, round_id: UUID, file: TextIO, person_ref: Callable[[str], bytes], language: str
) -> bytes:
    """The persons of a CSV file (identity, name) in its order, and in which pots each of them may vote (PDF).

    Raises NotFound, Malformed and BadAddressees.
    """
    found, pots = await rounds.round_by_id(roll, round_id), await rounds.pots(roll, round_id)
    if found is None:
        raise NotFound(what="round")
    names = [(person_ref(row["identity"]), row["name"].strip()) for _, row in read_rows(file, {"identity", "name"})]
    if not 1 <= len(names) <= MOST_NAMES:
        raise BadAddressees(
            faults=Fault(
                "The file names {number} people, and a list has 1 to {limit}", number=len(names), limit=MOST_NAMES
            )
        )
    may = await store.entitlements(roll, round_id, [ref for ref, _ in names])
    rows = [BoothRow(name, may.get(ref)) for ref, name in names]
    texts = await round_texts(roll, round_id, language)
    shown = [texts.pot(each) for each in pots]
    return await asyncio.to_thread(print_booth_list, texts.round(found), shown, rows, language)
