"""What neighbours in Tranviken put forward and say about it, what they are answered, and how they come to do it."""

from collections.abc import Mapping, Sequence
from uuid import UUID

import msgspec

from service.rehearsal.crowd import each
from service.rehearsal.neighbours import Neighbours
from service.rehearsal.scenes import picture
from service.rehearsal.suburb import Idea


class Argument(msgspec.Struct, frozen=True):
    """An argument about the proposal ``on`` with this title, what its author and the company answer, if they do.

    ``reported`` is the ground on which somebody reports it.
    """

    on: str
    side: str
    name: str
    words: str
    language: str = "sv"
    from_author: str = ""
    from_company: str = ""
    reported: str = ""


class Proposed(msgspec.Struct, frozen=True):
    """An idea that was put forward: by whom, as the ``code`` of a letter, and the proposal's ``id``."""

    idea: Idea
    code: str
    id: UUID


async def put_forward(client: Neighbours, round_id: UUID, code: str, idea: Idea) -> Proposed:
    """Somebody proposes, and adds a picture if there is one."""
    passes = await client.sign_in(round_id, code)
    made = await client.propose(passes.civic, round_id, idea.draft())
    if idea.scene:
        await client.add_picture(passes.civic, made.id, picture(idea.scene), idea.alt)
    return Proposed(idea, code, made.id)


async def hold_debate(
    label: str,
    client: Neighbours,
    round_id: UUID,
    said: Sequence[Argument],
    proposed: Mapping[str, Proposed],
    codes: Sequence[str],
    at_once: int,
) -> None:
    """Each argument is written by somebody else, with one of these codes; those about one proposal in their order."""
    turns: dict[str, list[tuple[Argument, str]]] = {}
    for argument, code in zip(said, codes, strict=False):
        turns.setdefault(argument.on, []).append((argument, code))

    async def talk(title: str) -> None:
        for argument, code in turns[title]:
            await _argue(client, round_id, code, argument, proposed[title])

    await each(label, list(turns), talk, at_once)


async def _argue(client: Neighbours, round_id: UUID, code: str, argument: Argument, on: Proposed) -> None:
    passes = await client.sign_in(round_id, code)
    words = {"words": argument.words, "author_name": argument.name, "language": argument.language}
    argument_id = await client.argue(passes.civic, on.id, {**words, "side": argument.side})
    if argument.from_author:
        author = await client.sign_in(round_id, on.code)
        answer = {"words": argument.from_author, "author_name": on.idea.author, "language": on.idea.language}
        await client.answer(author.civic, argument_id, answer)
    if argument.from_company:
        await client.answer_officially(argument_id, {"words": argument.from_company, "language": "sv"})
    if argument.reported:
        await client.report(argument_id, argument.reported)


LIGHTS, GRILL, CAFE, GYM = (
    "Belysning längs stigen till spårvagnen",
    "Grillplats vid dammen",
    "Repair café in the old laundry",
    "Utegym i backen",
)
BEDS, SWANS, NESTS = "Odlingslådor på gården", "A fountain with golden swans", "Holkar och insektshotell"

# fmt: off
SAID = (
    Argument(LIGHTS, "for", "Rosa", "Mina barn vågar gå hem själva från träningen om det är ljust."),
    Argument(LIGHTS, "for", "Ahmed", "أعود من العمل بعد منتصف الليل، وهذا الطريق هو الوحيد.", "ar"),
    Argument(LIGHTS, "question", "Lennart", "Lyser de hela natten? Jag bor på bottenvåningen.",
             from_author="Nej, tanken är att de dämpas efter elva.",
             from_company="Stolparna är 90 centimeter höga och lyser nedåt. Efter klockan 23 sänks ljuset till en "
                          "tredjedel."),
    Argument(LIGHTS, "against", "Viveka", "På sommaren är det ljust ändå. Lägg pengarna på något som vi har glädje av "
                                          "hela året."),
    Argument(GRILL, "for", "Yasmin", "We could finally eat together without carrying tables down three floors.", "en"),
    Argument(GRILL, "against", "Torsten", "Röken drar rakt in på balkongerna när det blåser från väster.",
             from_author="Vi kan ställa grillarna på andra sidan, bort från husen."),
    Argument(GRILL, "question", "Hodan", "Yaa nadiifin doona dambaska?", "so",
             from_company="Fastighetsskötaren tömmer asktunnan varje måndag."),
    Argument(CAFE, "for", "Mats", "Jag har lagat symaskiner i trettio år och ställer gärna upp."),
    Argument(CAFE, "question", "Zeynep", "Får man komma med en cykel?",
             from_author="Yes, as long as it fits through the door."),
    Argument(GYM, "for", "Irma", "Äntligen något som även vi med rullator kan använda."),
    Argument(GYM, "against", "Noah", "Det är dyrt. Det blir för lite kvar till allt annat."),
    Argument(BEDS, "question", "Sara", "Hur bestäms vem som får en låda?",
             from_company="Vi lottar i april, en låda per hushåll."),
    Argument(SWANS, "against", "Gun", "Svanar har vi redan, i viken, och de är gratis."),
)
"""In the round that is over."""
SAID_NEXT = (
    Argument(NESTS, "for", "Elsa", "Vi kan bygga dem på fritids också, om vi får brädor."),
    Argument(NESTS, "question", "Roya", "Vem rensar holkarna på hösten?"),
    Argument(NESTS, "for", "Kenta", "Holkar säljes billigt! Titta förbi i mitt garage, varje dag efter fem.",
             reported="advertising"),
)
"""In the round whose debate is open."""
# fmt: on
