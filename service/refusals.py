"""The one table of refusals: each one's status, title and plain sentence, and the words in which its facts are said.

A sentence says what happened and what to do next; ``{name}`` stands for a fact of the refusal. Facts are English, or
words of the code: ``told`` says them in the reader's language, as far as they are from a closed set.
"""

import re

import msgspec

from schema import errors as e
from schema.errors import Refusal
from service.languages import _, listed, marked


class Problem(msgspec.Struct, frozen=True):
    """A row of the table."""

    status: int
    title: str
    sentence: str


PROBLEMS: dict[type[Refusal], Problem] = {
    e.NotFound: Problem(
        404, marked("Not found"), marked("There is no {what} here. Check the address, or start from the front page.")
    ),
    e.Elsewhere: Problem(
        404,
        marked("Not at this address"),
        marked("This is done at {address}. Nothing was done here; go on there, or send it there."),
    ),
    e.Malformed: Problem(
        400,
        marked("Not readable"),
        marked("What was sent cannot be read: {fault}. Nothing was changed; correct it and send it again."),
    ),
    e.WrongMethod: Problem(
        405,
        marked("Not this way"),
        marked("This address does not take that method. /api/openapi.json says which ones each address takes."),
    ),
    e.TooLarge: Problem(
        413,
        marked("Too large"),
        marked("What was sent is longer than the {limit} bytes this address takes. Send less at a time."),
    ),
    e.UnknownForm: Problem(
        415, marked("Unknown form"), marked("This address reads {expected}. Send that, and say so in Content-Type.")
    ),
    e.NotSignedIn: Problem(401, marked("Not signed in"), marked("This is for officers. Sign in and try again.")),
    e.WrongPassword: Problem(
        401,
        marked("Wrong name or password"),
        marked("The name and the password do not belong together. Check both and try again."),
    ),
    e.TotpNeeded: Problem(
        401,
        marked("A code is needed"),
        marked("Your account asks for a code as well. Type the one that your app shows now."),
    ),
    e.WrongTotp: Problem(
        401,
        marked("Wrong code"),
        marked(
            "This is not the code that your app shows now, or it was used before. Wait for the next one and type that."
        ),
    ),
    e.TotpLocked: Problem(
        403,
        marked("Too many wrong codes"),
        marked(
            "Ten wrong codes came in a row, so no more are taken. Use one of your recovery codes, or ask an"
            " admin to reset your app."
        ),
    ),
    e.TotpDemanded: Problem(
        403,
        marked("Set up an app first"),
        marked(
            "Your municipality asks every officer for codes of an app. Set one up at /officer/account, then do"
            " this again."
        ),
    ),
    e.TotpConfirmed: Problem(
        409,
        marked("An app is set up"),
        marked("Your account has an app already. If you have lost it, ask an admin to reset it."),
    ),
    e.NotAllowed: Problem(
        403,
        marked("Not allowed"),
        marked("This belongs to another municipality, or was sent from another site. Use your own pages."),
    ),
    e.RoleMissing: Problem(
        403,
        marked("Not your role"),
        marked(
            "This is for {needed}, and you are {roles} here. Let somebody do it who is, or ask an admin for the role."
        ),
    ),
    e.LastAdmin: Problem(
        409,
        marked("The last admin"),
        marked("Nobody would be left who can change the staff. Make somebody else an admin first."),
    ),
    e.NoPass: Problem(
        401,
        marked("No pass"),
        marked("Sign in with the code from your letter; the pass you get then is what is needed."),
    ),
    e.BadPass: Problem(
        401, marked("Not a valid pass"), marked("This pass is not valid here: {fault}. Sign in again with your code.")
    ),
    e.PassExpired: Problem(
        401,
        marked("Your sign-in has ended"),
        marked("For your safety a sign-in lasts a quarter of an hour. Sign in again with your code."),
    ),
    e.WrongCode: Problem(
        401,
        marked("Unknown code"),
        marked(
            "This is not a code of this round. Look whether your letter is for this round; if it is, ask the"
            " municipality."
        ),
    ),
    e.MistypedCode: Problem(
        401,
        marked("Mistyped code"),
        marked(
            "This cannot be the code of a letter: a sign is missing, too many or misread. Check each sign"
            " against your letter and try again."
        ),
    ),
    e.CodeReplaced: Problem(
        401,
        marked("A newer code"),
        marked(
            "A newer letter was made for you, and the code of this one stopped working. Use the newest letter;"
            " if you have none, ask {municipality}."
        ),
    ),
    e.CodeVoid: Problem(
        401,
        marked("No longer good"),
        marked("The codes of this letter and others were made void. Ask {municipality} for a new one."),
    ),
    e.CodeOfTest: Problem(
        401,
        marked("A test"),
        marked(
            "This code is right, and it is a test: it is on no roll, so nobody can vote with it. Use a letter"
            " that does not say TEST."
        ),
    ),
    e.CodesTooLate: Problem(
        409,
        marked("Too late for such codes"),
        marked(
            "Who holds a code that names nobody has to be on the roll, and scheduling the round froze the roll."
            " Take the scheduling back before voting opens, or issue codes to people on the register."
        ),
    ),
    e.BatchVoid: Problem(
        409,
        marked("Void already"),
        marked("These codes are void, and stay so. Issue new ones to whoever should have one."),
    ),
    e.BadAddressees: Problem(
        422, marked("Faults in the file"), marked("No code was issued. {faults}. Correct the file and send it again.")
    ),
    e.WrongOneTimeCode: Problem(
        401,
        marked("This code does not work"),
        marked(
            "A code that was sent works once, for ten minutes and five tries, and only the newest one. Check it"
            " against the message, or have a new one sent."
        ),
    ),
    e.BadContact: Problem(
        422,
        marked("No code can be sent there"),
        marked("Nothing was sent: {fault}. Correct it and ask for the code again."),
    ),
    e.NoGateway: Problem(
        404,
        marked("Not a way to sign in here"),
        marked("Nobody signs in by {way} here. Use the code from your letter."),
    ),
    e.GatewayAway: Problem(
        503,
        marked("The code could not be sent"),
        marked(
            "Nothing was sent, because the way by {way} does not work at the moment. Try again in a minute, or"
            " use the code from your letter."
        ),
    ),
    e.NotOnRegister: Problem(
        403,
        marked("Not on the register"),
        marked(
            "You proved who you are, but the municipality's register does not have you. If you think this is"
            " wrong, tell the municipality."
        ),
    ),
    e.ProviderAway: Problem(
        503,
        marked("No answer"),
        marked("{provider} does not answer at the moment. Try again in a minute, or use the code from your letter."),
    ),
    e.ProviderRefused: Problem(
        400,
        marked("Not signed in"),
        marked("{provider} did not sign you in: {fault}. Begin again, or use the code from your letter."),
    ),
    e.BadProof: Problem(
        502,
        marked("This proves nothing"),
        marked(
            "What {provider} answered does not prove who you are: {fault}. Nobody was signed in. Begin again;"
            " if it comes back, use the code from your letter and tell the municipality."
        ),
    ),
    e.SignInLapsed: Problem(
        400,
        marked("This sign-in has ended"),
        marked(
            "It took longer than a quarter of an hour, was used already, or was begun in another browser. Begin again."
        ),
    ),
    e.SameOfficer: Problem(
        403,
        marked("One officer twice"),
        marked("Two officers have to agree to this, and you are the one who asked. Let another officer confirm it."),
    ),
    e.Undecided: Problem(
        409,
        marked("Not decided"),
        marked(
            "Two officers have not decided this in the last day. Let one ask for it on the page of the round,"
            " and another confirm it."
        ),
    ),
    e.ActSettled: Problem(
        409,
        marked("It does not wait any more"),
        marked("This act is {state}, so it waits for nobody, and nothing was done. Ask anew if it is still needed."),
    ),
    e.NotLater: Problem(
        422,
        marked("Not later"),
        marked("Voting must end in the future, and later than it would anyhow. Choose a later time."),
    ),
    e.KeyDestroyed: Problem(
        410,
        marked("The key is destroyed"),
        marked(
            "The key of this round was destroyed on {destroyed_on} ({decision}), so nobody can sign in to it"
            " any more, and nobody can find out who voted for what. The outcome stays where it was published."
        ),
    ),
    e.RoundKeyMissing: Problem(
        409,
        marked("No key"),
        marked("The key with which voters would sign in to this round is missing. Draft the round anew."),
    ),
    e.NotOnRoll: Problem(
        403,
        marked("Not on this roll"),
        marked("You cannot vote here: {reason}. If you think this is wrong, tell the municipality."),
    ),
    e.NoDeclarations: Problem(
        409,
        marked("Not by declaration"),
        marked(
            "This round finds its voters in another way. If you think that you should be one, ask the municipality."
        ),
    ),
    e.OnRollAlready: Problem(
        409,
        marked("Known already"),
        marked(
            "The municipality knows you already, so what you declare changes nothing. Sign in to see where you"
            " may vote; if that is wrong, tell the municipality."
        ),
    ),
    e.NotOpen: Problem(
        409,
        marked("Voting is not open"),
        marked("This round is in the phase “{phase}”, so no ballot was taken. See its timeline."),
    ),
    e.NotInPhase: Problem(
        409,
        marked("Not now"),
        marked("This round is in the phase “{phase}”; this can be done in the phase “{needed}”. See its timeline."),
    ),
    e.Frozen: Problem(
        409,
        marked("Frozen"),
        marked(
            "The round is scheduled: its rules, projects and costs no longer change. Before voting opens an"
            " officer can take the scheduling back."
        ),
    ),
    e.NotWhole: Problem(
        409, marked("Not whole yet"), marked("The round cannot be scheduled yet: {missing}. Add this and try again.")
    ),
    e.RollNotReady: Problem(
        409,
        marked("The roll is not ready"),
        marked(
            "The roll has not been built from the newest register and rules. Import a register if there is"
            " none; otherwise wait a moment and try again."
        ),
    ),
    e.NotCounted: Problem(
        409, marked("Not counted yet"), marked("There is no outcome yet. Wait until counting has ended.")
    ),
    e.BallotsWithheld: Problem(
        403,
        marked("Too few ballots to show"),
        marked(
            "So few ballots were counted here that showing them could tell how somebody voted. The outcome and"
            " its reasons are public; ask the municipality for a named auditor, who can check the ballots."
        ),
    ),
    e.NotPublished: Problem(
        409,
        marked("Not published"),
        marked("The outcome of this round is not published yet. Publish it, and wait for its appeals."),
    ),
    e.Appealable: Problem(
        409,
        marked("Still open to appeals"),
        marked("The outcome of this round can be appealed against until {ends_on}. Come back when that time is over."),
    ),
    e.OpeningsDeleted: Problem(
        410,
        marked("Deleted"),
        marked(
            "The ballots of this round were deleted on {deleted_on}, by decision {decision}. The ledger, the"
            " outcome and the counted ballots are still there."
        ),
    ),
    e.Changed: Problem(
        409,
        marked("Changed meanwhile"),
        marked(
            "Somebody changed this while you worked; it is at revision {revision} now. Read it again and repeat"
            " your change."
        ),
    ),
    e.Stale: Problem(
        409,
        marked("Your ballot was changed meanwhile"),
        marked(
            "Your ballot is at revision {revision} now, so this older one was not taken. Look at your ballot"
            " and decide again."
        ),
    ),
    e.NothingToWithdraw: Problem(
        409,
        marked("Nothing to take back"),
        marked("You have no ballot here that could be taken back. If you want to vote, cast one while voting is open."),
    ),
    e.OnPaper: Problem(
        409,
        marked("Voted on paper"),
        marked(
            "You are marked as having voted on paper at {place}, so no ballot was taken here. If you did not"
            " vote there, tell the municipality before voting closes."
        ),
    ),
    e.HasBallot: Problem(
        409,
        marked("Has a ballot online"),
        marked(
            "This person has a ballot online in the pot “{pot}”, and it counts: give out no paper. Whoever"
            " wants to vote on paper takes the ballot online back first."
        ),
    ),
    e.MarkedBefore: Problem(
        409,
        marked("Marked already"),
        marked(
            "This person is marked in the pot “{pot}” already, at {place}: give out no second paper. A mark"
            " made by mistake is taken back where it was made."
        ),
    ),
    e.NotEntitled: Problem(
        422,
        marked("May not vote there"),
        marked(
            "This person may not vote: {reason}. Tell them why; if they think it wrong, they can turn to the"
            " municipality."
        ),
    ),
    e.NotMarked: Problem(
        409,
        marked("No such mark"),
        marked(
            "This person has no mark of this batch in the pot “{pot}”, so there is none to take back. Check the"
            " identity."
        ),
    ),
    e.HandedIn: Problem(
        409,
        marked("As many sheets as marks"),
        marked(
            "In the pot “{pot}” there are as many sheets as marks, so none can be taken back. If a sheet was"
            " keyed twice, let an officer remove it first."
        ),
    ),
    e.BatchClosed: Problem(
        409,
        marked("Closed"),
        marked("This batch is closed and no longer changes. Open another for people who come while voting is open."),
    ),
    e.BatchNotWhole: Problem(
        409,
        marked("The batch does not add up"),
        marked("The batch cannot be closed yet: {faults}. Set this right and close it again."),
    ),
    e.SheetSettled: Problem(
        409,
        marked("Settled"),
        marked("Sheet {number} is settled and needs nothing more. Check the number, and key the next one."),
    ),
    e.OwnSheet: Problem(
        409,
        marked("Keyed by you"),
        marked("You have keyed sheet {number} yourself. Let somebody decide who has not, or key it once more."),
    ),
    e.BlankIsBallot: Problem(
        422,
        marked("A blank sheet is a ballot"),
        marked(
            "In this pot one may choose nothing, on paper as well: key the sheet without a number, and it"
            " counts as blank."
        ),
    ),
    e.SessionOpen: Problem(
        409,
        marked("A session is still open"),
        marked(
            "The session that you opened before has not been ended. End it, and close its pages, before you"
            " open another."
        ),
    ),
    e.NoKey: Problem(
        400,
        marked("No idempotency key"),
        marked(
            "Send an Idempotency-Key of 8 to 128 letters, digits, - or _, new for every ballot, so that sending"
            " again never counts twice."
        ),
    ),
    e.KeyReused: Problem(
        422,
        marked("Key used before"),
        marked("This Idempotency-Key came with another ballot before. Use a new key for a new ballot."),
    ),
    e.UnknownProject: Problem(
        422,
        marked("Not on this ballot"),
        marked("Project {number} is not on this ballot. Choose among the projects that are listed."),
    ),
    e.ChosenTwice: Problem(
        422, marked("Chosen twice"), marked("Project {number} was chosen twice. Choose each project once.")
    ),
    e.TooMany: Problem(
        422,
        marked("Too many projects"),
        marked("You chose {chosen} projects; at most {limit} are allowed. Take some away."),
    ),
    e.TooFew: Problem(
        422, marked("Too few projects"), marked("You chose {chosen} projects; at least {limit} are needed. Add some.")
    ),
    e.TooCostly: Problem(
        422,
        marked("Over the limit"),
        marked(
            "Your projects cost {over} more than the {limit} there is (both in the smallest unit of money)."
            " Take one away."
        ),
    ),
    e.PointsAmiss: Problem(
        422,
        marked("Points and projects do not match"),
        marked(
            "Your ballot gives points {given} times where it should {needed} times. Give points to each project"
            " that you choose if this ballot asks for points, and to none if it does not."
        ),
    ),
    e.NoPoints: Problem(
        422,
        marked("A choice without points"),
        marked("Project {number} is on your ballot without a point. Give it at least 1, or take it off."),
    ),
    e.TooManyForOne: Problem(
        422,
        marked("Too many points for one project"),
        marked(
            "You gave {given} points to project {number}; at most {limit} are allowed for one project. Give it fewer."
        ),
    ),
    e.TooManyPoints: Problem(
        422,
        marked("Too many points"),
        marked("You gave {given} points in all, {over} more than the {limit} there are. Take some back."),
    ),
    e.NotYours: Problem(
        403, marked("Not yours"), marked("Only the one who put this forward can change it or take it back.")
    ),
    e.Settled: Problem(409, marked("Settled"), marked("This proposal is {state} and no longer changes.")),
    e.NameTaken: Problem(409, marked("Taken"), marked("There is {what} like this already. Choose another.")),
    e.LineGone: Problem(
        409,
        marked("Not in the report any more"),
        marked(
            "This line is not in the report any more: it is older than a day, or too few voters are behind it."
            " Nothing was set aside. Look at the report again."
        ),
    ),
    e.NothingToAppeal: Problem(
        409,
        marked("Nothing to appeal against"),
        marked("Your ballot is neither set aside nor voided, so there is nothing to decide. Look at your ballot."),
    ),
    e.Appealed: Problem(
        409,
        marked("Appealed already"),
        marked("There is an appeal of yours about this already. Sign in again to read what became of it."),
    ),
    e.Answered: Problem(
        409,
        marked("Answered already"),
        marked("This appeal has its answer already, and an answer does not change. Look at it again."),
    ),
    e.TakesTwo: Problem(
        409,
        marked("This takes two officers"),
        marked("One officer alone cannot do this. Ask for the act “{kind}”, and let a second officer confirm it."),
    ),
    e.WrongReceipt: Problem(
        404,
        marked("No such appeal"),
        marked("There is no appeal under this number in this round. Check each sign, or sign in with your code."),
    ),
    e.BadRegister: Problem(
        422, marked("Faults in the file"), marked("Nothing was imported. {faults}. Correct the file and send it again.")
    ),
    e.FaultyRegister: Problem(
        422,
        marked("Faults in the register"),
        marked("Nothing was imported: {number} rows are wrong. {faults}. Correct them and send the register again."),
    ),
    e.NobodyInRegister: Problem(
        422,
        marked("Nobody in the register"),
        marked("Nothing was imported: the register names nobody. Look whether it is the right file, and send that."),
    ),
    e.SourceFailed: Problem(
        502,
        marked("The source failed"),
        marked(
            "Nothing was imported: the service that has the register failed: {fault}. See to it, then import again."
        ),
    ),
    e.ImportOutdated: Problem(
        409,
        marked("Compared with an older register"),
        marked(
            "Nothing was changed: the register is another than the one this file was compared with. Import the"
            " file again to see the difference to what holds now."
        ),
    ),
    e.ImportSettled: Problem(
        409,
        marked("Done with"),
        marked("This import is {state}, so nothing was changed. Import the file again if it is still to be applied."),
    ),
    e.BadAddress: Problem(
        422,
        marked("Not an address for heads"),
        marked("Nothing can be posted to this address: {fault}. Correct it and send it again."),
    ),
    e.TooManyWebhooks: Problem(
        409,
        marked("Too many webhooks"),
        marked("There are {limit} webhooks already, and no more are taken. Remove one that is not needed any more."),
    ),
    e.TooFast: Problem(
        429,
        marked("Too fast"),
        marked("This came too often in a short time, so nothing was done. Wait {seconds} s, then send it again."),
    ),
    e.Guessing: Problem(
        429,
        marked("Codes are being guessed"),
        marked(
            "So many wrong codes came for this round that none is looked at just now, and yours was not. Wait"
            " {seconds} s, then send it again."
        ),
    ),
    e.Unavailable: Problem(
        503,
        marked("Busy"),
        marked(
            "The house is busy or being mended, and it is not certain that this was saved. Send the same again"
            " in a moment, with the same Idempotency-Key: it will not count twice."
        ),
    ),
    e.Unhandled: Problem(
        500,
        marked("Something broke here"),
        marked("This is our fault, and it was noted. Try again in a moment; nothing is counted twice."),
    ),
}

PHASES = {
    "draft": marked("Draft"),
    "framing": marked("Announced"),
    "proposing": marked("Proposing"),
    "reviewing": marked("Reviewing"),
    "supporting": marked("Supporting"),
    "voting": marked("Voting"),
    "counting": marked("Counting"),
    "published": marked("Published"),
}
"""The titles of a round's phases."""

ROLES = {
    "admin": marked("admin"),
    "officer": marked("officer"),
    "reviewer": marked("reviewer"),
    "clerk": marked("clerk"),
    "auditor": marked("auditor"),
    "moderator": marked("moderator"),
}
"""What somebody is for a municipality."""

THINGS = (
    marked("act"),
    marked("appeal in this round"),
    marked("appeal in this round that waits for an answer"),
    marked("area of that name in this round"),
    marked("auditor"),
    marked("ballot in quarantine in this pot, so no other outcome,"),
    marked("ballot of yours"),
    marked("batch"),
    marked("batch of codes"),
    marked("file of that name"),
    marked("import"),
    marked("ledger"),
    marked("officer"),
    marked("officer of that name"),
    marked("page"),
    marked("pot"),
    marked("pot in this round"),
    marked("pot of that id in this round"),
    marked("pot of this round with that id"),
    marked("problem of that name"),
    marked("project"),
    marked("project of that id in this round"),
    marked("proposal"),
    marked("proposal in the round of your pass"),
    marked("quarantine in this round that waits for a decision"),
    marked("round"),
    marked("session of yours"),
    marked("sheet of that number to be decided"),
    marked("tile"),
    marked("webhook"),
)
"""What may be missing where somebody looks for it."""

_WORDS = {
    **PHASES,
    **ROLES,
    "admit": marked("Admit a resident"),
    "release": marked("Release ballots"),
    "scheduled": marked("Scheduled"),
    "shortlisted": marked("shortlisted"),
    "withdrawn": marked("withdrawn"),
    "decided": marked("decided"),
    "done": marked("done"),
    "expired": marked("expired"),
}
"""Words of the code, as people say them."""

_FAULTS = (
    marked("it is not a pass"),
    marked("it was not signed by this house"),
    marked("it was signed with a key that had been retired"),
    marked("it was issued at another address"),
    marked("it comes from the future"),
    marked("the e-mail address is not one, such as amina@example.se"),
    marked("the telephone number is not one with its country, such as +46 70 123 45 67"),
)
"""Faults that the ground finds, which knows no language."""

_NAMES = frozenset({"address", "pot", "place", "municipality", "provider", "decision", "expected"})
"""Facts that somebody else wrote, and that are never translated."""


def told(refusal: Refusal) -> dict[str, str | int]:
    """The facts of a refusal in the reader's language."""
    return {
        name: fact if name in _NAMES or isinstance(fact, int) else _told(fact) for name, fact in refusal.facts.items()
    }


def _told(fact: str) -> str:
    words = re.split(", | or | and ", fact)
    if all(word in _WORDS for word in words):
        return listed([_(_WORDS[word]) for word in words], "and" if " and " in fact else "or")
    return "; ".join(_(part) for part in fact.split("; "))
