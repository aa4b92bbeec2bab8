"""The bundle of a round that is over, given to the program with which anybody checks it.

It runs as a process of its own, on a saved file: service and workers stay strangers.
"""

import asyncio
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from service.rehearsal.checks import Check, check_verified
from service.rehearsal.client import Client


def bundle_path(round_id: UUID) -> str:
    """Where a house gives out a round's bundle."""
    return f"/api/rounds/{round_id}/bundle"


async def check_bundle(client: Client, round_id: UUID) -> Check:
    """``byalag verify`` accepts the published bundle, with the keys that the house names elsewhere (P12)."""
    packed, ledger = await client.bundle(round_id), await client.ledger(round_id)
    with TemporaryDirectory(prefix="byalag-") as folder:
        file = Path(folder) / "bundle.zip"
        await asyncio.to_thread(file.write_bytes, packed)
        keys = [part for key in ledger.verification_keys for part in ("--key", key)]
        command = ("-m", "schema.cli", "verify", str(file), "--json", *keys)
        process = await asyncio.create_subprocess_exec(
            sys.executable, *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
        )
        said, complained = await process.communicate()
    return check_verified(process.returncode, said, complained)
