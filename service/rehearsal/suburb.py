"""Tranviken, a suburb of Gothenburg that does not exist, and what people there would like to have."""

import msgspec

from schema.rules import EqualShares, GreedyByVotes, Rule
from schema.styles import Approval, Knapsack, Style

COMPANY, OFFICERS = "Bostads AB Tranviken", ("Dagny", "Fatima")
AREAS = LINGONBACKEN, SJOANGEN, SMEDJETORGET = "Lingonbacken", "Sjöängen", "Smedjetorget"
CURRENCY, KRONA = "SEK", 100


class Pot(msgspec.Struct, frozen=True):
    """A pot as the API takes it; ``money`` in minor units."""

    name: str
    money: int
    style: Style
    rule: Rule
    areas: tuple[str, ...] = ()
    min_age: int | None = None


CHOICES = 4
ALL, YOUTH = "Hela Tranviken", "Ungdomspotten i Lingonbacken"
POTS = (
    Pot(ALL, 350_000 * KRONA, Approval(CHOICES), EqualShares(step=KRONA, completion="votes"), min_age=12),
    Pot(YOUTH, 60_000 * KRONA, Knapsack(60_000 * KRONA), GreedyByVotes(), (LINGONBACKEN,), min_age=12),
)
ROUND = "Tillsammans i Tranviken"
ABOUT = (
    "Hyresgästerna bestämmer själva: föreslå, stöd och rösta från det att du fyllt tolv.\n\n"
    "Tenants decide: propose, support and vote from the age of twelve."
)


class Idea(msgspec.Struct, frozen=True):
    """A proposal to come: ``cost`` in kronor; ``appeal`` from 0 to 1 is how likely people are to like it."""

    author: str
    language: str
    title: str
    about: str
    cost: int
    appeal: float
    area: str | None = None
    pot: str = ALL


# fmt: off
IDEAS = (
    Idea("Amina", "sv", "Belysning längs stigen till spårvagnen",
         "Tolv låga stolpar, så att man ser vägen hem på vintern.", 95_000, 0.9),
    Idea("Björn", "en", "Repair café in the old laundry",
         "Tools, a sewing machine and two evenings a week with somebody who knows how.", 48_000, 0.66),
    Idea("Fatuma", "sv", "Odlingslådor på gården",
         "Tjugo lådor med jord och en vattenpost, att dela på.", 32_000, 0.55, SJOANGEN),
    Idea("Goran", "en", "Covered bicycle parking by the square",
         "Room for sixty bicycles, with a roof, light and a pump.", 120_000, 0.6, SMEDJETORGET),
    Idea("Hanna", "sv", "Grillplats vid dammen",
         "Två grillar, tre bord och en plats för askan.", 54_000, 0.7, SJOANGEN),
    Idea("Ibrahim", "en", "A lending library of tools",
         "Drills, ladders and a tile cutter that nobody needs more than once a year.", 38_000, 0.66),
    Idea("Jelena", "sv", "Utegym i backen",
         "Sex stationer av trä, även för den som sitter i rullstol.", 140_000, 0.65, LINGONBACKEN),
    Idea("Karl-Erik", "sv", "Fler bänkar längs gångvägen",
         "Nio bänkar med ryggstöd och armstöd.", 27_000, 0.75),
    Idea("Leyla", "en", "Film evenings in the courtyard",
         "A screen, a projector and eight evenings in August.", 22_000, 0.62),
    Idea("Minh", "sv", "Nya basketkorgar",
         "Två korgar och nya linjer på planen bakom skolan.", 26_000, 0.8, LINGONBACKEN, YOUTH),
    Idea("Nadja", "en", "A music corner in the youth club",
         "A keyboard, two microphones and carpets on the walls.", 31_000, 0.6, LINGONBACKEN, YOUTH),
    Idea("Oskar", "sv", "Skateramp av trä",
         "En låg ramp som vi bygger själva, med hjälp av en snickare.", 34_000, 0.7, LINGONBACKEN, YOUTH),
    Idea("Per", "en", "A fountain with golden swans",
         "Three swans, gilded, life-size.", 340_000, 0.3),
)
# fmt: on

SUMMER_ROUND = "Sommar på gården"
SUMMER_POT = Pot("Sommarpotten", 15_000 * KRONA, Approval(2), GreedyByVotes())
SUMMER_PROJECTS = (
    ("Midsommarstång och musik", "Med dragspel från klockan tre.", 7_000),
    ("An ice cream cart on Fridays", "Every Friday in July, one for each.", 6_000),
    ("Loppis på torget", "Femtio bord och kaffe.", 3_500),
    ("A summer reading tent", "Books in nine languages and somebody who reads aloud.", 5_000),
)
"""A small round that stays open: title, about, cost in kronor."""
