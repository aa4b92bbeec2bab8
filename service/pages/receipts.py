"""Receipts: whoever has one finds its ballot in the round's ledger, without signing in."""

from typing import Any

from litestar import get
from litestar.params import FromQuery

from schema.errors import Malformed
from service.pages.shell import Page, private_page
from service.people import TheHouse
from service.verbs import ledger as verbs


@get("/receipts")
async def find_receipt(house: TheHouse, commitment: FromQuery[str] = "") -> Page:
    """The form for a receipt's fingerprint, and what the ledger says of the one that was asked for."""
    asked = "".join(commitment.split()).lower()
    try:
        standing = await verbs.view_standing(house, asked) if asked else None
    except Malformed:
        return private_page("find_receipt.html", 400, commitment=commitment, standing=None, malformed=True)
    return private_page("find_receipt.html", commitment=commitment, standing=standing, malformed=False)


handlers: list[Any] = [find_receipt]
