"""Refusals: situations a person can act on. They name the situation and carry its facts, and know no HTTP.

``service/refusals`` is the one table that turns each into an answer; a worker uses ``code`` as a verdict's reason.
"""

import re
from datetime import UTC, date, datetime

from schema.faults import Fault, Faults

Fact = str | int | date | Fault | Faults
"""A word of the code or a name that somebody gave, a number, a day or time, or what exactly is wrong."""


class Refusal(Exception):
    """Something that cannot be done, with the facts that its sentence needs."""

    code = "refusal"
    """The stable name, made of the class's: ``NotOpen`` is ``not-open``."""

    def __init__(self, **facts: Fact) -> None:
        super().__init__(self.code, facts)
        self.facts = facts

    @property
    def plain_facts(self) -> dict[str, str | int]:
        """The facts for programs: English, and days and times as RFC 3339 writes them."""
        return {name: _plain(fact) for name, fact in self.facts.items()}

    def __init_subclass__(cls) -> None:
        cls.code = re.sub(r"(?<!^)(?=[A-Z])", "-", cls.__name__).lower()


def _plain(fact: Fact) -> str | int:
    match fact:
        case str() | int():
            return fact
        case datetime():
            return fact.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        case date():
            return fact.isoformat()
    return str(fact)


class NotFound(Refusal):
    """There is no such thing, or none that the caller may see. Facts: what."""


class Elsewhere(Refusal):
    """The other room answers this. Facts: address (of that room)."""


class Malformed(Refusal):
    """What was sent cannot be read. Facts: fault."""


class WrongMethod(Refusal):
    """The address exists, and does not take this method."""


class TooLarge(Refusal):
    """What was sent is longer than any honest request. Facts: limit (bytes)."""


class UnknownForm(Refusal):
    """The content type is not the one this address reads. Facts: expected."""


class NotSignedIn(Refusal):
    """No officer's session, or one that has ended."""


class WrongPassword(Refusal):
    """The name and password do not belong together."""


class WrongOldPassword(Refusal):
    """Somebody who is signed in does not know the password that is to be replaced."""


class UnfitPassword(Refusal):
    """A new password that is too short, or was not typed alike twice. Facts: fewest (signs)."""


class TotpNeeded(Refusal):
    """The password was right, and the account asks for the code of an app as well."""


class WrongTotp(Refusal):
    """Not the code of the officer's app now, or one that was used before."""


class TotpLocked(Refusal):
    """Too many wrong codes came in a row for an account."""


class TotpDemanded(Refusal):
    """The municipality lets officers work only once they have set up an app for codes."""


class TotpConfirmed(Refusal):
    """The account has an app for codes already."""


class DirectoryDemanded(Refusal):
    """A municipality has its officers sign in with its directory, and a password was shown."""


class DirectoryFirst(Refusal):
    """An admin would shut out passwords who has not signed in with the directory herself."""


class DirectoryAway(Refusal):
    """A directory of officers cannot be asked now. Facts: provider."""


class DirectoryRefused(Refusal):
    """A directory did not sign an officer in. Facts: provider, fault."""


class DirectoryUnproven(Refusal):
    """What a directory answered proves nothing. Facts: provider, fault."""


class NoDirectory(Refusal):
    """The house knows no such directory, or not for this municipality."""


class AccountUnknown(Refusal):
    """A directory's account that is no officer's here. Facts: provider."""


class AccountTaken(Refusal):
    """A directory's account that is another officer's already. Facts: provider."""


class NoRoleThere(Refusal):
    """A directory says nothing of an officer that stands for a role. Facts: provider."""


class LinkEnded(Refusal):
    """A link that binds an account was used, is too old, or was replaced, or never was."""


class NotAllowed(Refusal):
    """A person who may not do this here."""


class RoleMissing(Refusal):
    """An officer whose roles do not include this. Facts: needed, roles."""


class LastAdmin(Refusal):
    """The municipality would be left without an admin."""


class NoPass(Refusal):
    """No pass was shown."""


class BadPass(Refusal):
    """A pass that is not ours, or is for another room, round or pot. Facts: fault."""


class PassExpired(Refusal):
    """A pass that was good and is no longer."""


class WrongCode(Refusal):
    """A letter code that is not one of this round's."""


class MistypedCode(WrongCode):
    """A text that no letter has: signs are missing, too many, misread or exchanged."""


class CodeReplaced(WrongCode):
    """A newer code was issued to the same person. Facts: municipality."""


class CodeVoid(WrongCode):
    """The letters of this batch were made void. Facts: municipality."""


class CodeOfTest(WrongCode):
    """A code of a test batch: right, and good for nothing but looking."""


class CodesTooLate(Refusal):
    """Codes that name nobody have to be on the roll, which scheduling froze."""


class BatchVoid(Refusal):
    """The batch was made void before."""


class BadAddressees(Refusal):
    """A file of people to write to, with faults. Facts: faults."""


class WrongOneTimeCode(Refusal):
    """A one-time code that was not sent there, has ended, was used, or was tried too often."""


class BadContact(Refusal):
    """Where a code should be sent is no place to send one to. Facts: fault."""


class NoGateway(Refusal):
    """The house sends no codes this way, or knows no such provider. Facts: way."""


class GatewayAway(Refusal):
    """What codes are sent through did not take this one. Facts: way."""


class NotOnRegister(Refusal):
    """Somebody proved who they are, and the register does not have them."""


class ProviderAway(Refusal):
    """A provider did not answer. Facts: provider."""


class ProviderRefused(Refusal):
    """A provider did not sign somebody in, or they stopped it. Facts: provider, fault."""


class BadProof(Refusal):
    """What a provider answered proves nothing. Facts: provider, fault."""


class SignInLapsed(Refusal):
    """A sign-in with a provider that has ended, or was begun in another browser."""


class SameOfficer(Refusal):
    """Two officers have to agree, and one came twice."""


class Undecided(Refusal):
    """Two officers have to decide this, and have not, or longer than a day ago."""


class ActSettled(Refusal):
    """An act that does not wait for a second officer any more. Facts: state (decided, done, withdrawn, expired)."""


class NotLater(Refusal):
    """A new end of voting that is over, or not later than the one there is."""


class KeyDestroyed(Refusal):
    """The round's key was destroyed, so nobody can sign in to it. Facts: destroyed_at (time), decision."""


class RoundKeyMissing(Refusal):
    """The round has no key, and none that was destroyed."""


class NoDeclarations(Refusal):
    """The round does not take a resident's own word for where she lives."""


class OnRollAlready(Refusal):
    """Somebody declares herself who is on the register, or whom a frozen roll has asked before."""


class NotOpen(Refusal):
    """Voting is not open. Facts: phase."""


class NotInPhase(Refusal):
    """This cannot be done in the round's phase. Facts: phase, needed."""


class Frozen(Refusal):
    """Rules, projects and costs no longer change."""


class TranslationStands(Refusal):
    """Somebody may have chosen by these words: they can be corrected, and no longer removed."""


class OnlyHigher(Refusal):
    """Less of what a scheduled round promised to those who vote. Facts: what (the setting)."""


class TooLateToRaise(Refusal):
    """More of what a round promised, when its time is over. Facts: what (the setting)."""


class NotWhole(Refusal):
    """The round lacks something it needs before it can be scheduled. Facts: missing (faults)."""


class OpensEarlier(Refusal):
    """Voting would open before the time for which the round was scheduled first. Facts: announced (time)."""


class RollNotReady(Refusal):
    """The roll is being built from the newest register and rules."""


class NotCounted(Refusal):
    """There is no outcome yet."""


class NotShown(Refusal):
    """What other rules would have made of a pot's ballots is not published, and no officer has decided that it is."""


class BallotsWithheld(Refusal):
    """The counted ballots of a pot are too few to be shown to everybody."""


class NotPublished(Refusal):
    """The round's outcome is not published."""


class NotFunded(Refusal):
    """A project to which no published outcome gives money."""


class Appealable(Refusal):
    """The outcome can still be appealed against. Facts: ends_at (time)."""


class OpeningsDeleted(Refusal):
    """The round's ballots were deleted when their time was over. Facts: deleted_at (time), decision."""


class Changed(Refusal):
    """Somebody else changed it in between. Facts: revision."""


class Stale(Refusal):
    """The ballot was changed since the voter last saw it. Facts: revision."""


class NothingToWithdraw(Refusal):
    """There is no ballot that could be taken back, or it was taken back before."""


class OnPaper(Refusal):
    """The voter is marked as having voted on paper in this pot. Facts: place."""


class HasBallot(Refusal):
    """A person who wants a paper has a ballot online in this pot. Facts: pot."""


class MarkedBefore(Refusal):
    """A person who wants a paper was given one in this pot. Facts: pot, place."""


class NotEntitled(Refusal):
    """A person at a clerk's desk may not vote in a pot that was asked for, or in any. Facts: reason."""


class NotMarked(Refusal):
    """There is no mark of this person in this batch and pot. Facts: pot."""


class HandedIn(Refusal):
    """A mark cannot be taken back, because there are as many sheets as marks. Facts: pot."""


class BatchClosed(Refusal):
    """A batch of papers is closed and no longer changes."""


class BatchNotWhole(Refusal):
    """A batch of papers cannot be closed. Facts: faults."""


class SheetSettled(Refusal):
    """A sheet was read alike by two clerks, or was decided. Facts: number."""


class OwnSheet(Refusal):
    """Who keyed a sheet does not decide it. Facts: number."""


class BlankIsBallot(Refusal):
    """A blank sheet is void only where the style takes no blank ballot."""


class SessionOpen(Refusal):
    """A clerk has not ended the session that they opened for somebody before."""


class NoKey(Refusal):
    """A ballot came without an idempotency key of 8 to 128 signs."""


class KeyReused(Refusal):
    """An idempotency key came back with other content."""


class UnknownProject(Refusal):
    """A choice that is not on this ballot. Facts: number."""


class ChosenTwice(Refusal):
    """A project chosen more than once. Facts: number."""


class TooMany(Refusal):
    """More projects than the style allows. Facts: limit, chosen."""


class TooFew(Refusal):
    """Fewer projects than the style asks for. Facts: limit, chosen."""


class TooCostly(Refusal):
    """Projects that together cost more than the style allows. Facts: limit, chosen, over (minor units)."""


class PointsAmiss(Refusal):
    """Points that do not go with the choices: one for each on a ballot that gives points, none on any other.

    Facts: needed, given (how many numbers).
    """


class NoPoints(Refusal):
    """A choice that is given no points. Facts: number."""


class TooManyForOne(Refusal):
    """More points to one project than the style allows. Facts: number, limit, given."""


class TooManyPoints(Refusal):
    """More points in all than the style allows. Facts: limit, given, over."""


class NotYours(Refusal):
    """Only the author may do this."""


class Settled(Refusal):
    """A proposal is in a state in which this cannot be done. Facts: state."""


class ProposalsClosed(Refusal):
    """The themes of a round change only as long as it takes proposals."""


class PictureTooLarge(Refusal):
    """A picture of more bytes or pixels than are looked at. Facts: megabytes, megapixels (what there may be)."""


class PicturesFull(Refusal):
    """A proposal has as many pictures as there is room for. Facts: most."""


class OffTheMap(Refusal):
    """A point that is not on the map of the round, or there is no map."""


class Hidden(Refusal):
    """A proposal that breaks the rules of conduct, whose words are shown to nobody but officers. Facts: ground."""


class ArgumentSettled(Refusal):
    """An argument is in a state in which this cannot be done. Facts: state."""


class TooManyArguments(Refusal):
    """A resident has as many arguments about a proposal as one may. Facts: limit."""


class HasAnswer(Refusal):
    """An argument was answered already by whoever answers it again."""


class TooManyDrafts(Refusal):
    """A resident has as many drafts in a round as one may. Facts: limit."""


class NameTaken(Refusal):
    """Another thing has this name or number already. Facts: what."""


class LineGone(Refusal):
    """What a line of the fraud desk's report told of is not there any more, or too few voters are behind it."""


class NothingToAppeal(Refusal):
    """Nothing was decided against this voter that could be appealed against."""


class Appealed(Refusal):
    """There is an appeal about this already."""


class Answered(Refusal):
    """An appeal that has its answer."""


class TakesTwo(Refusal):
    """One officer alone cannot do this. Facts: kind (of the act to ask for)."""


class WrongReceipt(Refusal):
    """A number or slip under which there is no appeal."""


class FaultyRegister(Refusal):
    """A register in which rows are wrong. Facts: number, faults (the first of them), import_id (where all are)."""


class NobodyInRegister(Refusal):
    """A register without a single person."""


class SourceFailed(Refusal):
    """The service that has the register did not answer as it must. Facts: fault."""


class ImportOutdated(Refusal):
    """The register is no longer what a file was compared with, or what was read of the file is gone."""


class ImportSettled(Refusal):
    """An import that was applied, discarded or found faulty. Facts: state."""


class BadAddress(Refusal):
    """An address to which nothing may be posted. Facts: fault."""


class TooManyWebhooks(Refusal):
    """A municipality has as many webhooks as it may. Facts: limit."""


class TooFast(Refusal):
    """The caller did this too often in a short time. Facts: seconds (to wait)."""


class Guessing(TooFast):
    """So many codes of a round were wrong that none is looked at for a while. Facts: seconds (to wait)."""


class Unavailable(Refusal):
    """The database did not answer in time. Nothing was accepted."""


class Unhandled(Refusal):
    """A fault of ours."""
