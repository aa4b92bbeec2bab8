"""What residents, and whoever reads, are refused."""

from schema import errors as e
from schema.errors import Refusal
from service.languages import marked
from service.refusals.problem import Problem

PROBLEMS: dict[type[Refusal], Problem] = {
    e.NotFound: Problem(
        404,
        marked("Not found"),
        marked("There is no {what} here. Check the address, or start from the front page."),
        marked("There is nothing at this address. Check it, or start from the front page."),
    ),
    e.Elsewhere: Problem(
        404,
        marked("Not at this address"),
        marked("This is done at {address}. Nothing was done here; go on there, or send it there."),
        marked("This is done at another address of this house. Nothing was done here; go on there, or send it there."),
    ),
    e.Malformed: Problem(
        400,
        marked("Not readable"),
        marked("What was sent cannot be read: {fault}. Nothing was changed; correct it and send it again."),
        marked("What was sent cannot be read. Nothing was changed; correct it and send it again."),
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
        marked("What was sent is longer than its address takes. Send less at a time."),
    ),
    e.UnknownForm: Problem(
        415,
        marked("Unknown form"),
        marked("This address reads {expected}. Send that, and say so in Content-Type."),
        marked("The address reads another form than the one that was sent. Send that, and say so in Content-Type."),
    ),
    e.NotAllowed: Problem(
        403,
        marked("Not allowed"),
        marked("This belongs to another municipality, or was sent from another site. Use your own pages."),
    ),
    e.NoPass: Problem(
        401,
        marked("No pass"),
        marked("Sign in with the code from your letter; the pass you get then is what is needed."),
    ),
    e.BadPass: Problem(
        401,
        marked("Not a valid pass"),
        marked("This pass is not valid here: {fault}. Sign in again with your code."),
        marked("The pass is not valid there. Sign in again with your code."),
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
        marked(
            "A newer letter was made for you, and the code of the old one stopped working. Use the newest letter;"
            " if you have none, ask the municipality."
        ),
    ),
    e.CodeVoid: Problem(
        401,
        marked("No longer good"),
        marked("The codes of this letter and others were made void. Ask {municipality} for a new one."),
        marked("The codes of this letter and others were made void. Ask the municipality for a new one."),
    ),
    e.CodeOfTest: Problem(
        401,
        marked("A test"),
        marked(
            "This code is right, and it is a test: it is on no roll, so nobody can vote with it. Use a letter"
            " that does not say TEST."
        ),
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
        marked(
            "Nothing was sent, because the address or the telephone number is not one. Correct it and ask for the"
            " code again."
        ),
    ),
    e.NoGateway: Problem(
        404,
        marked("Not a way to sign in here"),
        marked("Nobody signs in by {way} here. Use the code from your letter."),
        marked("Nobody signs in that way here. Use the code from your letter."),
    ),
    e.GatewayAway: Problem(
        503,
        marked("The code could not be sent"),
        marked(
            "Nothing was sent, because the way by {way} does not work at the moment. Try again in a minute, or"
            " use the code from your letter."
        ),
        marked(
            "Nothing was sent, because e-mail or SMS does not work at the moment. Try again in a minute, or use "
            "the code from your letter."
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
        marked(
            "The service that you sign in with does not answer at the moment. Try again in a minute, or use the "
            "code from your letter."
        ),
    ),
    e.ProviderRefused: Problem(
        400,
        marked("Not signed in"),
        marked("{provider} did not sign you in: {fault}. Begin again, or use the code from your letter."),
        marked("The service that you sign in with did not sign you in. Begin again, or use the code from your letter."),
    ),
    e.BadProof: Problem(
        502,
        marked("This proves nothing"),
        marked(
            "What {provider} answered does not prove who you are: {fault}. Nobody was signed in. Begin again;"
            " if it comes back, use the code from your letter and tell the municipality."
        ),
        marked(
            "What the service that you sign in with answered does not prove who you are. Nobody was signed in. "
            "Begin again; if it comes back, use the code from your letter and tell the municipality."
        ),
    ),
    e.SignInLapsed: Problem(
        400,
        marked("This sign-in has ended"),
        marked(
            "It took longer than a quarter of an hour, was used already, or was begun in another browser. Begin again."
        ),
    ),
    e.KeyDestroyed: Problem(
        410,
        marked("The key is destroyed"),
        marked(
            "The key of this round was destroyed on {destroyed_at} ({decision}), so nobody can sign in to it"
            " any more, and nobody can find out who voted for what. The outcome stays where it was published."
        ),
        marked(
            "The key of the round was destroyed, as two officers decided. Nobody can sign in to it any more, and "
            "nobody can find out who voted for what. The outcome stays where it was published."
        ),
    ),
    e.RoundKeyMissing: Problem(
        409,
        marked("No key"),
        marked("The key with which voters would sign in to this round is missing. Draft the round anew."),
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
        marked("Voting is not open yet, or has closed, so no ballot was taken. See the timeline of the round."),
    ),
    e.NotInPhase: Problem(
        409,
        marked("Not now"),
        marked("This round is in the phase “{phase}”; this can be done in the phase “{needed}”. See its timeline."),
        marked("This can be done in another phase of the round than the one it is in. See its timeline."),
    ),
    e.NotCounted: Problem(
        409, marked("Not counted yet"), marked("There is no outcome yet. Wait until counting has ended.")
    ),
    e.NotShown: Problem(
        409,
        marked("Not shown here"),
        marked(
            "What other rules would have made of the ballots is not shown in this round. Its officers can still decide"
            " to show it; until then, count the ballots yourself with the files on the page of results."
        ),
    ),
    e.Changed: Problem(
        409,
        marked("Changed meanwhile"),
        marked(
            "Somebody changed this while you worked; it is at revision {revision} now. Read it again and repeat"
            " your change."
        ),
        marked("Somebody changed this while you worked. Read it again and repeat your change."),
    ),
    e.Stale: Problem(
        409,
        marked("Your ballot was changed meanwhile"),
        marked(
            "Your ballot is at revision {revision} now, so this older one was not taken. Look at your ballot"
            " and decide again."
        ),
        marked(
            "Your ballot was changed meanwhile, so the older one was not taken. Look at your ballot and decide again."
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
        marked(
            "You are marked as having voted on paper, so no ballot was taken here. If you did not vote on paper, "
            "tell the municipality before voting closes."
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
        marked("This Idempotency-Key came with something else before. Use a new key for what is new."),
    ),
    e.UnknownProject: Problem(
        422,
        marked("Not on this ballot"),
        marked("Project {number} is not on this ballot. Choose among the projects that are listed."),
        marked("A project that you chose is not on this ballot. Choose among the projects that are listed."),
    ),
    e.ChosenTwice: Problem(
        422,
        marked("Chosen twice"),
        marked("Project {number} was chosen twice. Choose each project once."),
        marked("A project was chosen twice. Choose each project once."),
    ),
    e.TooMany: Problem(
        422,
        marked("Too many projects"),
        marked("You chose {chosen} projects; at most {limit} are allowed. Take some away."),
        marked("You chose more projects than are allowed. Take some away."),
    ),
    e.TooFew: Problem(
        422,
        marked("Too few projects"),
        marked("You chose {chosen} projects; at least {limit} are needed. Add some."),
        marked("You chose fewer projects than are needed. Add some."),
    ),
    e.TooCostly: Problem(
        422,
        marked("Over the limit"),
        marked(
            "Your projects cost {over} more than the {limit} there is (both in the smallest unit of money)."
            " Take one away."
        ),
        marked("Your projects cost more together than the ballot allows. Take some away."),
    ),
    e.PointsAmiss: Problem(
        422,
        marked("Points and projects do not match"),
        marked(
            "Your ballot gives points {given} times where it should {needed} times. Give points to each project"
            " that you choose if this ballot asks for points, and to none if it does not."
        ),
        marked(
            "Your ballot gives points where it should give none, or none where it should. Give points to each "
            "project that you choose if the ballot asks for points, and to none if it does not."
        ),
    ),
    e.NoPoints: Problem(
        422,
        marked("A choice without points"),
        marked("Project {number} is on your ballot without a point. Give it at least 1, or take it off."),
        marked("A project is on your ballot without a point. Give it at least 1, or take it off."),
    ),
    e.TooManyForOne: Problem(
        422,
        marked("Too many points for one project"),
        marked(
            "You gave {given} points to project {number}; at most {limit} are allowed for one project. Give it fewer."
        ),
        marked("You gave one project more points than are allowed for one. Give it fewer."),
    ),
    e.TooManyPoints: Problem(
        422,
        marked("Too many points"),
        marked("You gave {given} points in all, {over} more than the {limit} there are. Take some back."),
        marked("You gave more points than there are. Take some back."),
    ),
    e.NotYours: Problem(
        403, marked("Not yours"), marked("Only the one who wrote this can change it, take it back or answer for it.")
    ),
    e.PictureTooLarge: Problem(
        413,
        marked("The picture is too large"),
        marked(
            "A picture may have {megabytes} megabytes and {megapixels} million pixels at most, and nothing was added."
            " Make it smaller, or take a screenshot of it, and add that."
        ),
        marked(
            "The picture has more megabytes or pixels than it may have, and nothing was added. Make it smaller, or"
            " take a screenshot of it, and add that."
        ),
    ),
    e.PicturesFull: Problem(
        409,
        marked("No room for more pictures"),
        marked("A proposal has room for {most} pictures, and nothing was added. Take one away first."),
        marked("The proposal has no room for more pictures, and nothing was added. Take one away first."),
    ),
    e.OffTheMap: Problem(
        422,
        marked("Not on the map"),
        marked("The point is not on the map of this round. Point inside the map, or say in words where it is."),
    ),
    e.Settled: Problem(
        409,
        marked("Settled"),
        marked("This proposal is {state}, so this cannot be done, and nothing was changed."),
        marked("This proposal is withdrawn or decided about, so this cannot be done."),
    ),
    e.ArgumentSettled: Problem(
        409,
        marked("Settled"),
        marked("This is {state} already, so this cannot be done, and nothing was changed. Read the debate anew."),
        marked("This was hidden or taken back before, so this cannot be done. Read the debate anew."),
    ),
    e.TooManyArguments: Problem(
        409,
        marked("Enough arguments"),
        marked(
            "You have {limit} arguments about this proposal, as many as one may have. Take one back to write another."
        ),
        marked("You have as many arguments about this proposal as one may have. Take one back to write another."),
    ),
    e.HasAnswer: Problem(
        409,
        marked("Answered already"),
        marked("There is an answer of yours to this already. Take it back first if you want to answer in other words."),
    ),
    e.TooManyDrafts: Problem(
        409,
        marked("Enough drafts"),
        marked(
            "You have {limit} drafts in this round, as many as one may have. Put one forward or delete one, then save."
        ),
        marked("You have as many drafts in this round as one may have. Put one forward or delete one, then save."),
    ),
    e.Hidden: Problem(
        410,
        marked("A hidden proposal"),
        marked(
            "This proposal is hidden because {ground}. Its author reads more after signing in; if you think that this"
            " is wrong, tell the municipality."
        ),
        marked(
            "This proposal is hidden because it breaks the rules. Its author reads more after signing in; if you think"
            " that this is wrong, tell the municipality."
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
    e.WrongReceipt: Problem(
        404,
        marked("No such appeal"),
        marked("There is no appeal under this number in this round. Check each sign, or sign in with your code."),
    ),
    e.TooFast: Problem(
        429,
        marked("Too fast"),
        marked("This came too often in a short time, so nothing was done. Wait {seconds} s, then send it again."),
        marked("This came too often in a short time, so nothing was done. Wait a moment, then send it again."),
    ),
    e.Guessing: Problem(
        429,
        marked("Codes are being guessed"),
        marked(
            "So many wrong codes came for this round that none is looked at just now, and yours was not. Wait"
            " {seconds} s, then send it again."
        ),
        marked(
            "So many wrong codes came for this round that none is looked at just now, and yours was not. Wait a "
            "moment, then send it again."
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

THINGS = (
    marked("answer"),
    marked("area of that name in this round"),
    marked("argument"),
    marked("ballot of yours"),
    marked("draft of yours"),
    marked("file of that name"),
    marked("municipality with rounds"),
    marked("map of this round"),
    marked("page"),
    marked("picture"),
    marked("pot"),
    marked("pot of that id in this round"),
    marked("problem of that name"),
    marked("project"),
    marked("proposal"),
    marked("proposal in the round of your pass"),
    marked("round"),
    marked("theme of that name in this round"),
)
"""What may be missing where they look for it."""
