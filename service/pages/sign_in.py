"""Signing in with the code of a letter, or one that is sent, and what somebody can do then."""

from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath

from schema.errors import (
    BadContact,
    CodeOfTest,
    GatewayAway,
    Malformed,
    NoGateway,
    NotOnRegister,
    TooFast,
    WrongCode,
    WrongOneTimeCode,
)
from service.house import House
from service.languages import marked, spoken
from service.pages import words
from service.pages.arguments import argument_page
from service.pages.ballots import Desk, ballot_page
from service.pages.choosing import chosen
from service.pages.declarations import declaration_form
from service.pages.forms import Fields, read_form, shaped
from service.pages.passes import KEPT, ask_code, ask_sent_code
from service.pages.pictures import pictures_page
from service.pages.proposing import begun_form, edit_form, own_drafts, own_proposals
from service.pages.shell import Page, private_page, public_page, wanted
from service.pages.supporting import backing
from service.pages.withdrawing import withdrawal_page
from service.people import TheHouse, caller_address
from service.reading import AnyRequest, uuid_or_malformed
from service.verbs import appeals as appeal_verbs
from service.verbs import contact_codes, readings
from service.verbs import sign_in as verbs
from service.verbs.contact_codes import Contact
from service.verbs.readings import RoundInWords
from service.verbs.sign_in import CodeSignIn, Passes


@get("/rounds/{round_id:uuid}/sign-in")
async def view_sign_in(request: AnyRequest, house: TheHouse, round_id: FromPath[UUID]) -> Page:
    """The form for a letter code, and the other ways that the house has."""
    view = await readings.read_round(house, round_id, spoken())
    return public_page(
        request, "sign_in.html", round=view.round, kept=[], carries="", alert=None, code="", contact=("", "")
    )


@post("/rounds/{round_id:uuid}/contact-codes")
async def send_contact_code(request: AnyRequest, house: TheHouse, round_id: FromPath[UUID]) -> Page:
    """Send a code to a contact, and ask for it. The page is the same whether or not the contact is known."""
    view = await readings.read_round(house, round_id, spoken())
    fields = await read_form(request)
    kept, typed = fields.kept(KEPT), _contact(fields)
    try:
        contact = shaped({"kind": typed[0], "address": typed[1]}, Contact)
        await contact_codes.send_contact_code(house, round_id, contact, caller_address(request))
    except (BadContact, GatewayAway, Malformed, NoGateway, TooFast) as refusal:
        return ask_code(view.round, kept, refusal, contact=typed)
    return ask_sent_code(view.round, typed, kept)


@post("/rounds/{round_id:uuid}/sign-in")
async def sign_in(request: AnyRequest, house: TheHouse, round_id: FromPath[UUID]) -> Page:
    """Take the code; lead on to what the form took along, or show what can be done."""
    fields = await read_form(request)
    view = await readings.read_round(house, round_id, wanted(request, fields.text("original")))
    kept, typed = fields.kept(KEPT), _contact(fields)
    sent_there = {"contact": {"kind": typed[0], "address": typed[1]}} if typed[0] else {}
    try:
        sent = shaped({"code": fields.text("code"), **sent_there}, CodeSignIn)
        passes = await verbs.sign_in_by_code(house, round_id, sent, caller_address(request))
    except CodeOfTest:
        return private_page("code_of_test.html", round=view.round, pots=view.pots, projects=view.projects, words=words)
    except (BadContact, NoGateway, NotOnRegister, TooFast, WrongCode, WrongOneTimeCode) as refusal:
        if typed[0]:
            return ask_sent_code(view.round, typed, kept, refusal, fields.text("code"))
        return ask_code(view.round, kept, refusal, fields.text("code"))
    if not passes.pots and "declared" in view.round.sources and view.round.phase not in {"counting", "published"}:
        return declaration_form(view, passes.slip, fields if fields.text("then") == "declaration" else None)
    # Where the box has an address of its own, ballots are opened there: whoever knows who signed in sees none.
    here = house.settings.separate_box_url is None
    match fields.text("then"):
        case "ballot" if here and (desk := _desk(view, fields, passes)) is not None:
            return await ballot_page(house, desk)
        case "choices" if here and (desk := _desk(view, fields, passes)) is not None:
            return await ballot_page(house, desk, chosen(fields, desk.pot.style), returned=True)
        case "proposal" if view.round.phase == "proposing":
            return await begun_form(house, view, passes.civic, fields)
        case "edit":
            return await edit_form(house, view, _proposal(fields), passes.civic, fields)
        case "withdrawal":
            return await withdrawal_page(house, view, _proposal(fields), passes.civic)
        case "pictures":
            return await pictures_page(house, view, passes.civic, _proposal(fields), fields.text("alt"))
        case "argument":
            return await argument_page(house, view, _proposal(fields), passes.civic, fields)
    return await can_do(house, view, passes)


def _proposal(fields: Fields) -> UUID:
    return uuid_or_malformed(fields.text("proposal"), marked("the proposal"))


def _contact(fields: Fields) -> tuple[str, str]:
    """The kind of a contact and what was typed; nothing on a form for a letter's code."""
    return fields.text("kind"), fields.text("address")


def _desk(view: RoundInWords, fields: Fields, passes: Passes) -> Desk | None:
    """The ballot that the form took along, when there is a pass for its pot."""
    tokens = {str(each.pot_id): each.token for each in passes.pots if each.token is not None}
    wanted = fields.text("pot")
    pot = next((each for each in view.pots if str(each.id) == wanted), None)
    if pot is None or wanted not in tokens:
        return None
    projects = [project for project in view.projects if project.pot_id == pot.id]
    others = [token for pot_id, token in tokens.items() if pot_id != wanted]
    return Desk(view.round, pot, projects, tokens[wanted], others, view.texts, bool(fields.text("easy")))


async def can_do(house: House, view: RoundInWords, passes: Passes) -> Page:
    """What somebody who signed in can do today, pot by pot, and why not where not."""
    pots = {pot.id: pot for pot in view.pots}
    tokens = [each.token for each in passes.pots if each.token is not None]
    supporting = view.round.phase == "supporting"
    return private_page(
        "can_do.html",
        round=view.round,
        texts=view.texts,
        pots=[
            (pots[each.pot_id], each.token, words.obstacle(each.reason, pots[each.pot_id]) if each.reason else None)
            for each in passes.pots
            if each.pot_id in pots
        ],
        tokens=tokens,
        civic=passes.civic,
        drafts=await own_drafts(house, passes.civic),
        proposals=await own_proposals(house, view, passes.civic),
        backing=await backing(house, view, passes.civic, None) if supporting else None,
        minutes=passes.seconds // 60,
        slip=passes.slip,
        appeals=await appeal_verbs.own_appeals(house, view.round.id, passes.slip),
        words=words,
        next_act=words.next_act(view.round),
    )


handlers: list[Any] = [view_sign_in, sign_in, send_contact_code]
