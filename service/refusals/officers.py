"""What officers, and programs of theirs, are refused."""

from schema import errors as e
from schema.errors import Refusal
from service.languages import marked
from service.refusals.problem import Problem

PROBLEMS: dict[type[Refusal], Problem] = {
    e.NotSignedIn: Problem(401, marked("Not signed in"), marked("This is for officers. Sign in and try again.")),
    e.WrongPassword: Problem(
        401,
        marked("Wrong name or password"),
        marked("The name and the password do not belong together. Check both and try again."),
    ),
    e.WrongOldPassword: Problem(
        403,
        marked("Wrong password"),
        marked("This is not the password that you have now, so it was not changed. Type it again."),
    ),
    e.UnfitPassword: Problem(
        422,
        marked("Not a good password"),
        marked(
            "A new password has at least {fewest} signs and is typed twice alike. It was not changed; type both again."
        ),
        marked("A new password is long enough and typed twice alike. It was not changed; type both again."),
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
    e.DirectoryDemanded: Problem(
        403,
        marked("Not with a password"),
        marked(
            "Your municipality has its officers sign in with its own directory, so a password opens nothing here."
            " Choose that way on the page for officers. If it does not work, ask an admin."
        ),
    ),
    e.DirectoryFirst: Problem(
        409,
        marked("Sign in with it yourself first"),
        marked(
            "Passwords would be refused at once, and yours is how you came in. Sign in with the directory first, so"
            " that you know that it works, and do this then."
        ),
    ),
    e.DirectoryAway: Problem(
        503,
        marked("No answer"),
        marked("{provider} does not answer at the moment. Try again in a minute."),
        marked("The directory that you sign in with does not answer at the moment. Try again in a minute."),
    ),
    e.DirectoryRefused: Problem(
        400,
        marked("Not signed in"),
        marked("{provider} did not sign you in: {fault}. Begin again, or ask an admin."),
        marked("The directory did not sign you in. Begin again, or ask an admin."),
    ),
    e.DirectoryUnproven: Problem(
        502,
        marked("This proves nothing"),
        marked(
            "What {provider} answered does not prove who you are: {fault}. Nobody was signed in. Begin again; if it"
            " comes back, tell an admin."
        ),
        marked(
            "What the directory answered does not prove who you are. Nobody was signed in. Begin again; if it comes"
            " back, tell an admin."
        ),
    ),
    e.NoDirectory: Problem(
        404,
        marked("Not a way to sign in here"),
        marked("No directory of this name is known here for your municipality. Choose another way to sign in."),
    ),
    e.AccountUnknown: Problem(
        403,
        marked("Nobody’s account here"),
        marked(
            "{provider} says who you are, but that account is no officer’s here. Ask an admin for a link that makes it"
            " yours, and open that first."
        ),
        marked(
            "The directory says who you are, but that account is no officer’s here. Ask an admin for a link that makes"
            " it yours, and open that first."
        ),
    ),
    e.AccountTaken: Problem(
        409,
        marked("Another officer’s account"),
        marked(
            "This account at {provider} is another officer’s already, and one person cannot be two. Sign in there as"
            " yourself and open the link again, or ask an admin to remove the other officer."
        ),
        marked(
            "This account at the directory is another officer’s already, and one person cannot be two. Sign in there as"
            " yourself and open the link again, or ask an admin to remove the other officer."
        ),
    ),
    e.NoRoleThere: Problem(
        403,
        marked("No role for you"),
        marked(
            "{provider} gives you no role here, so you are not signed in, and no session of yours goes on. If you"
            " should have one, ask whoever looks after the directory, and sign in again."
        ),
        marked(
            "The directory gives you no role here, so you are not signed in, and no session of yours goes on. If you"
            " should have one, ask whoever looks after the directory, and sign in again."
        ),
    ),
    e.LinkEnded: Problem(
        410,
        marked("This link has ended"),
        marked(
            "The link was used already, is older than three days, or was replaced by another one. If your account is"
            " not bound yet, ask an admin for a new link."
        ),
    ),
    e.RoleMissing: Problem(
        403,
        marked("Not your role"),
        marked(
            "This is for {needed}, and you are {roles} here. Let somebody do it who is, or ask an admin for the role."
        ),
        marked(
            "This is for officers with another role than yours. Let somebody do it who has that role, or ask an "
            "admin for it."
        ),
    ),
    e.LastAdmin: Problem(
        409,
        marked("The last admin"),
        marked("Nobody would be left who can change the staff. Make somebody else an admin first."),
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
        422,
        marked("Faults in the file"),
        marked("No code was issued. {faults}. Correct the file and send it again."),
        marked("No code was issued, because something is wrong in the file. Correct it and send it again."),
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
        marked(
            "This act is done, taken back or too old, so it waits for nobody, and nothing was done. Ask anew if "
            "it is still needed."
        ),
    ),
    e.NotLater: Problem(
        422,
        marked("Not later"),
        marked("Voting must end in the future, and later than it would anyhow. Choose a later time."),
    ),
    e.Frozen: Problem(
        409,
        marked("Frozen"),
        marked(
            "The round is scheduled: its rules, projects and costs no longer change. Before voting opens an"
            " officer can take the scheduling back."
        ),
    ),
    e.ProposalsClosed: Problem(
        409,
        marked("Proposals are closed"),
        marked("The themes of a round can change until its proposals close. Leave them as they were, and save again."),
    ),
    e.TranslationStands: Problem(
        409,
        marked("The translation stands"),
        marked(
            "Voting has opened, and somebody may have chosen by these words, so they cannot be removed. Correct them:"
            " readers see that and when they were corrected."
        ),
    ),
    e.OnlyHigher: Problem(
        409,
        marked("Only higher"),
        marked(
            "The round is scheduled and residents rely on this, so {what} can only be raised. Write the number that it"
            " has, or a higher one."
        ),
        marked(
            "The round is scheduled and residents rely on this setting, so it can only be raised. Write the number that"
            " it has, or a higher one."
        ),
    ),
    e.TooLateToRaise: Problem(
        409,
        marked("Too late to raise"),
        marked("The time in which {what} could be raised is over. Write the number that it has, and leave it at that."),
        marked(
            "The time in which this setting could be raised is over. Write the number that it has, and leave it at"
            " that."
        ),
    ),
    e.NotWhole: Problem(
        409,
        marked("Not whole yet"),
        marked("The round cannot be scheduled yet: {missing}. Add this and try again."),
        marked(
            "The round cannot be scheduled yet, because something is missing; its page says what. Add this and "
            "try again."
        ),
    ),
    e.OpensEarlier: Problem(
        409,
        marked("Earlier than announced"),
        marked(
            "When this round was scheduled, voting was announced for {announced}, and one officer alone cannot let it"
            " open before. Schedule it for that time or later. If it has to open earlier, ask for that act then, and"
            " let a second officer confirm it."
        ),
        marked(
            "When this round was scheduled, voting was announced for a later time, and one officer alone cannot "
            "let it open before. Schedule it for that time or later. If it has to open earlier, ask for that act "
            "then, and let a second officer confirm it."
        ),
    ),
    e.RollNotReady: Problem(
        409,
        marked("The roll is not ready"),
        marked(
            "The roll has not been built from the newest register and rules. Import a register if there is"
            " none; otherwise wait a moment and try again."
        ),
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
        marked("The outcome of this round is not published yet. Publish it first; that takes two officers."),
    ),
    e.NotFunded: Problem(
        409,
        marked("Not funded"),
        marked("No published outcome gives money to this project. Choose one that is funded."),
    ),
    e.Appealable: Problem(
        409,
        marked("Still open to appeals"),
        marked("The outcome of this round can be appealed against until {ends_at}. Come back when that time is over."),
        marked("The outcome of this round can still be appealed against. Come back when that time is over."),
    ),
    e.OpeningsDeleted: Problem(
        410,
        marked("Deleted"),
        marked(
            "The ballots of this round were deleted on {deleted_at}, by decision {decision}. The ledger, the"
            " outcome and the counted ballots are still there."
        ),
        marked(
            "The ballots of this round were deleted, as two officers decided. The ledger, the outcome and the "
            "counted ballots are still there."
        ),
    ),
    e.HasBallot: Problem(
        409,
        marked("Has a ballot online"),
        marked(
            "This person has a ballot online in the pot “{pot}”, and it counts: give out no paper. Whoever"
            " wants to vote on paper takes the ballot online back first."
        ),
        marked(
            "This person has a ballot online in this pot, and it counts: give out no paper. Whoever wants to vote"
            " on paper takes the ballot online back first."
        ),
    ),
    e.MarkedBefore: Problem(
        409,
        marked("Marked already"),
        marked(
            "This person is marked in the pot “{pot}” already, at {place}: give out no second paper. A mark"
            " made by mistake is taken back where it was made."
        ),
        marked(
            "This person is marked in this pot already: give out no second paper. A mark made by mistake is taken"
            " back where it was made."
        ),
    ),
    e.NotEntitled: Problem(
        422,
        marked("May not vote there"),
        marked(
            "This person may not vote: {reason}. Tell them why; if they think it wrong, they can turn to the"
            " municipality."
        ),
        marked("This person may not vote. Tell them why; if they think it wrong, they can turn to the municipality."),
    ),
    e.NotMarked: Problem(
        409,
        marked("No such mark"),
        marked(
            "This person has no mark of this batch in the pot “{pot}”, so there is none to take back. Check the"
            " identity."
        ),
        marked("This person has no mark of this batch in this pot, so there is none to take back. Check the identity."),
    ),
    e.HandedIn: Problem(
        409,
        marked("As many sheets as marks"),
        marked(
            "In the pot “{pot}” there are as many sheets as marks, so none can be taken back. If a sheet was"
            " keyed twice, let an officer remove it first."
        ),
        marked(
            "There are as many sheets as marks in this pot, so no mark can be taken back. If a sheet was keyed "
            "twice, let an officer remove it first."
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
        marked(
            "The batch cannot be closed yet, because it does not add up; its page says what is missing. Set this "
            "right and close it again."
        ),
    ),
    e.SheetSettled: Problem(
        409,
        marked("Settled"),
        marked("Sheet {number} is settled and needs nothing more. Check the number, and key the next one."),
        marked("This sheet is settled and needs nothing more. Check the number, and key the next one."),
    ),
    e.OwnSheet: Problem(
        409,
        marked("Keyed by you"),
        marked("You have keyed sheet {number} yourself. Let somebody decide who has not, or key it once more."),
        marked("You have keyed this sheet yourself. Let somebody decide who has not, or key it once more."),
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
    e.NameTaken: Problem(
        409,
        marked("Taken"),
        marked("There is {what} like this already. Choose another."),
        marked("There is one with this name already. Choose another."),
    ),
    e.LineGone: Problem(
        409,
        marked("Not in the report any more"),
        marked(
            "This line is not in the report any more: it is older than a day, or too few voters are behind it."
            " Nothing was set aside. Look at the report again."
        ),
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
        marked(
            "One officer alone cannot do this. Ask for the act on the page of the round, and let a second officer"
            " confirm it."
        ),
    ),
    e.FaultyRegister: Problem(
        422,
        marked("Faults in the register"),
        marked("Nothing was imported: {number} rows are wrong. {faults}. Correct them and send the register again."),
        marked("Nothing was imported, because some rows are wrong. Correct them and send the register again."),
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
        marked("Nothing was imported, because the service that has the register failed. See to it, then import again."),
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
        marked(
            "This import was applied, discarded or found faulty, so nothing was changed. Import the file again if"
            " it is still to be applied."
        ),
    ),
    e.BadAddress: Problem(
        422,
        marked("Not an address for heads"),
        marked("Nothing can be posted to this address: {fault}. Correct it and send it again."),
        marked("Nothing can be posted to this address. Correct it and send it again."),
    ),
    e.TooManyWebhooks: Problem(
        409,
        marked("Too many webhooks"),
        marked("There are {limit} webhooks already, and no more are taken. Remove one that is not needed any more."),
        marked("There are as many webhooks as can be, and no more are taken. Remove one that is not needed any more."),
    ),
}

THINGS = (
    marked("act"),
    marked("admin of that name"),
    marked("appeal in this round"),
    marked("appeal in this round that waits for an answer"),
    marked("auditor"),
    marked("ballot in quarantine in this pot, so no other outcome,"),
    marked("batch"),
    marked("batch of codes"),
    marked("import"),
    marked("ledger"),
    marked("officer"),
    marked("officer of that name"),
    marked("quarantine in this round that waits for a decision"),
    marked("session of yours"),
    marked("sheet of that number to be decided"),
    marked("tile"),
    marked("webhook"),
    marked("project of that id in this round"),
    marked("pot in this round"),
    marked("pot of this round with that id"),
)
"""What may be missing where they look for it."""
