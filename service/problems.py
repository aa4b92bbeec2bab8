"""The one error table: every refusal's status, stable type, title and plain sentence (RFC 9457 problem details).

A sentence says what happened and what to do next. ``{name}`` stands for a fact of the refusal.
"""

from http import HTTPStatus
from typing import Any

import msgspec
import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException
from litestar.openapi.datastructures import ResponseSpec

from schema import errors as e
from schema.errors import Refusal
from service.reading import BODY_LIMIT

log = structlog.get_logger("problem")

MEDIA_TYPE = "application/problem+json"


class Problem(msgspec.Struct, frozen=True):
    """A row of the table."""

    status: int
    title: str
    sentence: str


class ProblemDetails(msgspec.Struct, frozen=True):
    """RFC 9457. ``type`` is an address where a person can read more; ``facts`` are what the sentence was made of."""

    type: str
    title: str
    status: int
    detail: str
    facts: dict[str, str | int]


PROBLEMS: dict[type[Refusal], Problem] = {
    e.NotFound: Problem(404, "Not found", "There is no {what} here. Check the address, or start from the front page."),
    e.Elsewhere: Problem(
        404, "Not at this address", "This is done at {address}. Nothing was done here; go on there, or send it there."
    ),
    e.Malformed: Problem(
        400, "Not readable", "What was sent cannot be read: {fault}. Nothing was changed; correct it and send it again."
    ),
    e.WrongMethod: Problem(
        405,
        "Not this way",
        "This address does not take that method. /api/openapi.json says which ones each address takes.",
    ),
    e.TooLarge: Problem(
        413, "Too large", "What was sent is longer than the {limit} bytes this address takes. Send less at a time."
    ),
    e.UnknownForm: Problem(
        415, "Unknown form", "This address reads {expected}. Send that, and say so in Content-Type."
    ),
    e.NotSignedIn: Problem(401, "Not signed in", "This is for officers. Sign in and try again."),
    e.WrongPassword: Problem(
        401, "Wrong name or password", "The name and the password do not belong together. Check both and try again."
    ),
    e.WrongOldPassword: Problem(
        403, "Wrong password", "This is not the password that you have now, so it was not changed. Type it again."
    ),
    e.UnfitPassword: Problem(
        422,
        "Not a good password",
        "A new password has at least {fewest} signs and is typed twice alike. It was not changed; type both again.",
    ),
    e.TotpNeeded: Problem(
        401, "A code is needed", "Your account asks for a code as well. Type the one that your app shows now."
    ),
    e.WrongTotp: Problem(
        401,
        "Wrong code",
        "This is not the code that your app shows now, or it was used before. Wait for the next one and type that.",
    ),
    e.TotpLocked: Problem(
        403,
        "Too many wrong codes",
        "Ten wrong codes came in a row, so no more are taken. Use one of your recovery codes, or ask an admin to reset"
        " your app.",
    ),
    e.TotpDemanded: Problem(
        403,
        "Set up an app first",
        "Your municipality asks every officer for codes of an app. Set one up at /officer/account, then do this again.",
    ),
    e.TotpConfirmed: Problem(
        409, "An app is set up", "Your account has an app already. If you have lost it, ask an admin to reset it."
    ),
    e.NotAllowed: Problem(
        403, "Not allowed", "This belongs to another municipality, or was sent from another site. Use your own pages."
    ),
    e.RoleMissing: Problem(
        403,
        "Not your role",
        "This is for {needed}, and you are {roles} here. Let somebody do it who is, or ask an admin for the role.",
    ),
    e.LastAdmin: Problem(
        409, "The last admin", "Nobody would be left who can change the staff. Make somebody else an admin first."
    ),
    e.NoPass: Problem(
        401, "No pass", "Sign in with the code from your letter; the pass you get then is what is needed."
    ),
    e.BadPass: Problem(401, "Not a valid pass", "This pass is not valid here: {fault}. Sign in again with your code."),
    e.PassExpired: Problem(
        401,
        "Your sign-in has ended",
        "For your safety a sign-in lasts a quarter of an hour. Sign in again with your code.",
    ),
    e.WrongCode: Problem(
        401,
        "Unknown code",
        "This is not a code of this round. Look whether your letter is for this round; if it is, ask the municipality.",
    ),
    e.MistypedCode: Problem(
        401,
        "Mistyped code",
        "This cannot be the code of a letter: a sign is missing, too many or misread. Check each sign against your"
        " letter and try again.",
    ),
    e.CodeReplaced: Problem(
        401,
        "A newer code",
        "A newer letter was made for you, and the code of this one stopped working. Use the newest letter; if you have"
        " none, ask {municipality}.",
    ),
    e.CodeVoid: Problem(
        401, "No longer good", "The codes of this letter and others were made void. Ask {municipality} for a new one."
    ),
    e.CodeOfTest: Problem(
        401,
        "A test",
        "This code is right, and it is a test: it is on no roll, so nobody can vote with it. Use a letter that does not"
        " say TEST.",
    ),
    e.CodesTooLate: Problem(
        409,
        "Too late for such codes",
        "Who holds a code that names nobody has to be on the roll, and scheduling the round froze the roll. Take the"
        " scheduling back before voting opens, or issue codes to people on the register.",
    ),
    e.BatchVoid: Problem(
        409, "Void already", "These codes are void, and stay so. Issue new ones to whoever should have one."
    ),
    e.BadAddressees: Problem(
        422, "Faults in the file", "No code was issued. {faults}. Correct the file and send it again."
    ),
    e.WrongOneTimeCode: Problem(
        401,
        "This code does not work",
        "A code that was sent works once, for ten minutes and five tries, and only the newest one. Check it against the"
        " message, or have a new one sent.",
    ),
    e.BadContact: Problem(
        422, "No code can be sent there", "Nothing was sent: {fault}. Correct it and ask for the code again."
    ),
    e.NoGateway: Problem(
        404, "Not a way to sign in here", "Nobody signs in by {way} here. Use the code from your letter."
    ),
    e.GatewayAway: Problem(
        503,
        "The code could not be sent",
        "Nothing was sent, because the way by {way} does not work at the moment. Try again in a minute, or use the code"
        " from your letter.",
    ),
    e.NotOnRegister: Problem(
        403,
        "Not on the register",
        "You proved who you are, but the municipality's register does not have you. If you think this is wrong, tell"
        " the municipality.",
    ),
    e.ProviderAway: Problem(
        503,
        "No answer",
        "{provider} does not answer at the moment. Try again in a minute, or use the code from your letter.",
    ),
    e.ProviderRefused: Problem(
        400, "Not signed in", "{provider} did not sign you in: {fault}. Begin again, or use the code from your letter."
    ),
    e.BadProof: Problem(
        502,
        "This proves nothing",
        "What {provider} answered does not prove who you are: {fault}. Nobody was signed in. Begin again; if it comes"
        " back, use the code from your letter and tell the municipality.",
    ),
    e.SignInLapsed: Problem(
        400,
        "This sign-in has ended",
        "It took longer than a quarter of an hour, was used already, or was begun in another browser. Begin again.",
    ),
    e.SameOfficer: Problem(
        403,
        "One officer twice",
        "Two officers have to agree to this, and you are the one who asked. Let another officer confirm it.",
    ),
    e.Undecided: Problem(
        409,
        "Not decided",
        "Two officers have not decided this in the last day. Let one ask for it on the page of the round, and another"
        " confirm it.",
    ),
    e.ActSettled: Problem(
        409,
        "It does not wait any more",
        "This act is {state}, so it waits for nobody, and nothing was done. Ask anew if it is still needed.",
    ),
    e.NotLater: Problem(
        422, "Not later", "Voting must end in the future, and later than it would anyhow. Choose a later time."
    ),
    e.KeyDestroyed: Problem(
        410,
        "The key is destroyed",
        "The key of this round was destroyed on {destroyed_on} ({decision}), so nobody can sign in to it any more, and"
        " nobody can find out who voted for what. The outcome stays where it was published.",
    ),
    e.RoundKeyMissing: Problem(
        409, "No key", "The key with which voters would sign in to this round is missing. Draft the round anew."
    ),
    e.NotOnRoll: Problem(
        403, "Not on this roll", "You cannot vote here: {reason}. If you think this is wrong, tell the municipality."
    ),
    e.NoDeclarations: Problem(
        409,
        "Not by declaration",
        "This round finds its voters in another way. If you think that you should be one, ask the municipality.",
    ),
    e.OnRollAlready: Problem(
        409,
        "Known already",
        "The municipality knows you already, so what you declare changes nothing. Sign in to see where you may vote; if"
        " that is wrong, tell the municipality.",
    ),
    e.NotOpen: Problem(
        409, "Voting is not open", "This round is in the phase “{phase}”, so no ballot was taken. See its timeline."
    ),
    e.NotInPhase: Problem(
        409,
        "Not now",
        "This round is in the phase “{phase}”; this can be done in the phase “{needed}”. See its timeline.",
    ),
    e.Frozen: Problem(
        409,
        "Frozen",
        "The round is scheduled: its rules, projects and costs no longer change. Before voting opens an"
        " officer can take the scheduling back.",
    ),
    e.NotWhole: Problem(409, "Not whole yet", "The round cannot be scheduled yet: {missing}. Add this and try again."),
    e.OpensEarlier: Problem(
        409,
        "Earlier than announced",
        "When this round was scheduled, voting was announced for {announced}, and one officer alone cannot let it open"
        " before. Schedule it for that time or later. If it has to open earlier, ask for that act then, and let a"
        " second officer confirm it.",
    ),
    e.RollNotReady: Problem(
        409,
        "The roll is not ready",
        "The roll has not been built from the newest register and rules. Import a register"
        " if there is none; otherwise wait a moment and try again.",
    ),
    e.NotCounted: Problem(409, "Not counted yet", "There is no outcome yet. Wait until counting has ended."),
    e.BallotsWithheld: Problem(
        403,
        "Too few ballots to show",
        "So few ballots were counted here that showing them could tell how somebody voted. The outcome and its reasons"
        " are public; ask the municipality for a named auditor, who can check the ballots.",
    ),
    e.NotPublished: Problem(
        409, "Not published", "The outcome of this round is not published yet. Publish it, and wait for its appeals."
    ),
    e.Appealable: Problem(
        409,
        "Still open to appeals",
        "The outcome of this round can be appealed against until {ends_on}. Come back when that time is over.",
    ),
    e.OpeningsDeleted: Problem(
        410,
        "Deleted",
        "The ballots of this round were deleted on {deleted_on}, by decision {decision}. The ledger, the outcome and"
        " the counted ballots are still there.",
    ),
    e.Changed: Problem(
        409,
        "Changed meanwhile",
        "Somebody changed this while you worked; it is at revision {revision} now. Read it again"
        " and repeat your change.",
    ),
    e.Stale: Problem(
        409,
        "Your ballot was changed meanwhile",
        "Your ballot is at revision {revision} now, so this older one was not"
        " taken. Look at your ballot and decide again.",
    ),
    e.NothingToWithdraw: Problem(
        409,
        "Nothing to take back",
        "You have no ballot here that could be taken back. If you want to vote, cast one while voting is open.",
    ),
    e.OnPaper: Problem(
        409,
        "Voted on paper",
        "You are marked as having voted on paper at {place}, so no ballot was taken here. If you did not vote there,"
        " tell the municipality before voting closes.",
    ),
    e.HasBallot: Problem(
        409,
        "Has a ballot online",
        "This person has a ballot online in the pot “{pot}”, and it counts: give out no paper. Whoever wants to vote on"
        " paper takes the ballot online back first.",
    ),
    e.MarkedBefore: Problem(
        409,
        "Marked already",
        "This person is marked in the pot “{pot}” already, at {place}: give out no second paper. A mark made by mistake"
        " is taken back where it was made.",
    ),
    e.NotEntitled: Problem(
        422,
        "May not vote there",
        "This person may not vote: {reason}. Tell them why; if they think it wrong, they can turn to the municipality.",
    ),
    e.NotMarked: Problem(
        409,
        "No such mark",
        "This person has no mark of this batch in the pot “{pot}”, so there is none to take back. Check the identity.",
    ),
    e.HandedIn: Problem(
        409,
        "As many sheets as marks",
        "In the pot “{pot}” there are as many sheets as marks, so none can be taken back. If a sheet was keyed twice,"
        " let an officer remove it first.",
    ),
    e.BatchClosed: Problem(
        409,
        "Closed",
        "This batch is closed and no longer changes. Open another for people who come while voting is open.",
    ),
    e.BatchNotWhole: Problem(
        409, "The batch does not add up", "The batch cannot be closed yet: {faults}. Set this right and close it again."
    ),
    e.SheetSettled: Problem(
        409, "Settled", "Sheet {number} is settled and needs nothing more. Check the number, and key the next one."
    ),
    e.OwnSheet: Problem(
        409,
        "Keyed by you",
        "You have keyed sheet {number} yourself. Let somebody decide who has not, or key it once more.",
    ),
    e.BlankIsBallot: Problem(
        422,
        "A blank sheet is a ballot",
        "In this pot one may choose nothing, on paper as well: key the sheet without a number, and it counts as blank.",
    ),
    e.SessionOpen: Problem(
        409,
        "A session is still open",
        "The session that you opened before has not been ended. End it, and close its pages, before you open another.",
    ),
    e.NoKey: Problem(
        400,
        "No idempotency key",
        "Send an Idempotency-Key of 8 to 128 letters, digits, - or _, new for every ballot, so"
        " that sending again never counts twice.",
    ),
    e.KeyReused: Problem(
        422, "Key used before", "This Idempotency-Key came with another ballot before. Use a new key for a new ballot."
    ),
    e.UnknownProject: Problem(
        422, "Not on this ballot", "Project {number} is not on this ballot. Choose among the projects that are listed."
    ),
    e.ChosenTwice: Problem(422, "Chosen twice", "Project {number} was chosen twice. Choose each project once."),
    e.TooMany: Problem(
        422, "Too many projects", "You chose {chosen} projects; at most {limit} are allowed. Take some away."
    ),
    e.TooFew: Problem(422, "Too few projects", "You chose {chosen} projects; at least {limit} are needed. Add some."),
    e.TooCostly: Problem(
        422,
        "Over the limit",
        "Your projects cost {over} more than the {limit} there is (both in the smallest unit of money). Take one away.",
    ),
    e.PointsAmiss: Problem(
        422,
        "Points and projects do not match",
        "Your ballot gives points {given} times where it should {needed} times. Give points to each project that you"
        " choose if this ballot asks for points, and to none if it does not.",
    ),
    e.NoPoints: Problem(
        422,
        "A choice without points",
        "Project {number} is on your ballot without a point. Give it at least 1, or take it off.",
    ),
    e.TooManyForOne: Problem(
        422,
        "Too many points for one project",
        "You gave {given} points to project {number}; at most {limit} are allowed for one project. Give it fewer.",
    ),
    e.TooManyPoints: Problem(
        422,
        "Too many points",
        "You gave {given} points in all, {over} more than the {limit} there are. Take some back.",
    ),
    e.NotYours: Problem(403, "Not yours", "Only the one who put this forward can change it or take it back."),
    e.Settled: Problem(409, "Settled", "This proposal is {state} and no longer changes."),
    e.NameTaken: Problem(409, "Taken", "There is {what} like this already. Choose another."),
    e.LineGone: Problem(
        409,
        "Not in the report any more",
        "This line is not in the report any more: it is older than a day, or too few voters are behind it. Nothing was"
        " set aside. Look at the report again.",
    ),
    e.NothingToAppeal: Problem(
        409,
        "Nothing to appeal against",
        "Your ballot is neither set aside nor voided, so there is nothing to decide. Look at your ballot.",
    ),
    e.Appealed: Problem(
        409,
        "Appealed already",
        "There is an appeal of yours about this already. Sign in again to read what became of it.",
    ),
    e.Answered: Problem(
        409, "Answered already", "This appeal has its answer already, and an answer does not change. Look at it again."
    ),
    e.TakesTwo: Problem(
        409,
        "This takes two officers",
        "One officer alone cannot do this. Ask for the act “{kind}”, and let a second officer confirm it.",
    ),
    e.WrongReceipt: Problem(
        404,
        "No such appeal",
        "There is no appeal under this number in this round. Check each sign, or sign in with your code.",
    ),
    e.BadRegister: Problem(
        422, "Faults in the file", "Nothing was imported. {faults}. Correct the file and send it again."
    ),
    e.FaultyRegister: Problem(
        422,
        "Faults in the register",
        "Nothing was imported: {number} rows are wrong. {faults}. Correct them and send the register again.",
    ),
    e.NobodyInRegister: Problem(
        422,
        "Nobody in the register",
        "Nothing was imported: the register names nobody. Look whether it is the right file, and send that.",
    ),
    e.SourceFailed: Problem(
        502,
        "The source failed",
        "Nothing was imported: the service that has the register failed: {fault}. See to it, then import again.",
    ),
    e.ImportOutdated: Problem(
        409,
        "Compared with an older register",
        "Nothing was changed: the register is another than the one this file was compared with. Import the file again"
        " to see the difference to what holds now.",
    ),
    e.ImportSettled: Problem(
        409,
        "Done with",
        "This import is {state}, so nothing was changed. Import the file again if it is still to be applied.",
    ),
    e.BadAddress: Problem(
        422, "Not an address for heads", "Nothing can be posted to this address: {fault}. Correct it and send it again."
    ),
    e.TooManyWebhooks: Problem(
        409,
        "Too many webhooks",
        "There are {limit} webhooks already, and no more are taken. Remove one that is not needed any more.",
    ),
    e.TooFast: Problem(
        429,
        "Too fast",
        "This came too often in a short time, so nothing was done. Wait {seconds} s, then send it again.",
    ),
    e.Guessing: Problem(
        429,
        "Codes are being guessed",
        "So many wrong codes came for this round that none is looked at just now, and yours was not. Wait {seconds} s,"
        " then send it again.",
    ),
    e.Unavailable: Problem(
        503,
        "Busy",
        "The house is busy or being mended, and it is not certain that this was saved. Send the same again in"
        " a moment, with the same Idempotency-Key: it will not count twice.",
    ),
    e.Unhandled: Problem(
        500,
        "Something broke here",
        "This is our fault, and it was noted. Try again in a moment; nothing is counted twice.",
    ),
}

_BY_STATUS: dict[int, Refusal] = {
    401: e.NotSignedIn(),
    404: e.NotFound(what="page"),
    405: e.WrongMethod(),
}


def details(refusal: Refusal) -> ProblemDetails:
    """The problem details of a refusal."""
    problem = PROBLEMS[type(refusal)]
    return ProblemDetails(
        type=f"/problems/{refusal.code}",
        title=problem.title,
        status=problem.status,
        detail=problem.sentence.format_map(refusal.facts),
        facts=refusal.facts,
    )


def retry_after(refusal: Refusal | None) -> dict[str, str]:
    """The header that says when to come again (seconds), for a refusal that time alone mends."""
    match refusal:
        case e.TooFast(facts={"seconds": seconds}):
            return {"Retry-After": str(seconds)}
        case e.Unavailable():
            return {"Retry-After": "1"}
    return {}


def answers(*refusals: type[Refusal]) -> dict[int, ResponseSpec]:
    """What OpenAPI says of these refusals: one documented answer per status, with the types it may have."""
    by_status: dict[int, list[str]] = {}
    roles = (e.RoleMissing, e.TotpDemanded) if e.NotSignedIn in refusals else ()
    kinds: tuple[type[Refusal], ...] = (*refusals, *roles, e.Elsewhere, e.Unhandled)
    for refusal in kinds:
        by_status.setdefault(PROBLEMS[refusal].status, []).append(f"`{refusal.code}`")
    return {
        status: ResponseSpec(
            data_container=ProblemDetails,
            media_type=MEDIA_TYPE,
            description=f"{HTTPStatus(status).phrase}: {', '.join(codes)}",
            generate_examples=False,
        )
        for status, codes in by_status.items()
    }


def refusal_of(error: Exception) -> Refusal:
    """The refusal that an exception amounts to; our own faults are logged by kind and place, never with values."""
    match error:
        case Refusal():
            return error
        case ValidationException():
            return e.Malformed(fault="a part of the address or of its query is not of the kind it must be")
        case HTTPException(status_code=413):
            return e.TooLarge(limit=BODY_LIMIT)
        case HTTPException() if error.status_code in _BY_STATUS:
            return _BY_STATUS[error.status_code]
        case HTTPException() if error.status_code < 500:
            return e.Malformed(fault="it is not a request this house knows")
        case RecursionError():
            return e.Malformed(fault="it is nested too deeply")
    log.error("unhandled", exc_info=error)
    return e.Unhandled()


def answer_problem(_: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """The problem details answer to any exception in the API."""
    refusal = refusal_of(error)
    problem, headers = details(refusal), retry_after(refusal)
    if problem.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if problem.status == 405 and isinstance(error, HTTPException):
        headers |= error.headers or {}  # Allow, which the router knows
    return Response(
        content=msgspec.json.encode(problem), status_code=problem.status, media_type=MEDIA_TYPE, headers=headers
    )
