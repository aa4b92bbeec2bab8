"""Tranviken, a suburb of Gothenburg that does not exist, and what people there would like to have."""

from typing import Any

import msgspec

from schema.rules import EqualShares, GreedyByVotes, Rule
from schema.styles import Approval, Knapsack, Style

COMPANY, OFFICERS = "Bostads AB Tranviken", ("Dagny", "Fatima")
AREAS = LINGONBACKEN, SJOANGEN, SMEDJETORGET, EKHOJDEN = "Lingonbacken", "Sjöängen", "Smedjetorget", "Ekhöjden"
PEOPLE = (5, 3, 2, 2)
"""How many live in an area beside the others."""
EAGER = {LINGONBACKEN: 1.2, SJOANGEN: 1, SMEDJETORGET: 0.6, EKHOJDEN: 2}
"""How much more people of one area want to vote than those of another."""
CURRENCY, KRONA = "SEK", 100

CORNER = (1_190_000, 5_771_000)
"""The south-western corner of the suburb, in hundred thousandths of a degree; places are counted from it."""
# fmt: off
OUTLINES = {
    LINGONBACKEN: ((20, 760), (60, 1020), (380, 1120), (820, 1090), (1080, 980), (1010, 760), (1060, 600), (780, 540),
                   (420, 480), (130, 520)),
    SMEDJETORGET: ((1060, 600), (1010, 760), (1080, 980), (1420, 1010), (1550, 890), (1580, 640), (1480, 440),
                   (1180, 430)),
    SJOANGEN: ((1550, 890), (1420, 1010), (1700, 1120), (2100, 1080), (2380, 900), (2290, 700), (2060, 640),
               (2080, 480), (2330, 340), (2250, 130), (1850, 40), (1400, 90), (1120, 210), (1180, 430), (1480, 440),
               (1580, 640)),
    EKHOJDEN: ((130, 520), (420, 480), (780, 540), (1060, 600), (1180, 430), (1120, 210), (960, 60), (560, 0),
               (240, 110), (90, 300)),
}
# fmt: on
"""Where the areas lie: neighbours meet at the same places, and Sjöängen lies around a bay."""


def outlines_file() -> bytes:
    """The outlines as a GeoJSON file, as somebody who draws maps for the company would send it."""
    features = [
        {
            "type": "Feature",
            "properties": {"name": area},
            "geometry": {"type": "Polygon", "coordinates": [[_position(at) for at in (*places, places[0])]]},
        }
        for area, places in OUTLINES.items()
    ]
    return msgspec.json.encode({"type": "FeatureCollection", "features": features})


def _position(at: tuple[int, int]) -> list[float]:
    return [(corner + away) / 100_000 for corner, away in zip(CORNER, at, strict=True)]


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
ABOUT = "Hyresgästerna bestämmer själva: föreslå, stöd och rösta från det att du fyllt tolv."
THEMES = PATHS, GREEN, MEETING, PLAY = "Trygga vägar", "Grönt och vatten", "Mötas och dela", "Lek och rörelse"


class Idea(msgspec.Struct, frozen=True):
    """A proposal to come: ``cost`` in kronor; ``appeal`` from 0 to 1 is how likely people are to like it.

    ``at`` is its place on the map, from the corner. Of a picture there are the ``scene`` and what it shows in words.
    """

    author: str
    language: str
    title: str
    about: str
    cost: int
    appeal: float
    theme: str
    place: str | None = None
    at: tuple[int, int] | None = None
    area: str | None = None
    pot: str = ALL
    scene: str = ""
    alt: str = ""

    @property
    def point(self) -> tuple[int, int] | None:
        """Longitude and latitude in hundred thousandths of a degree."""
        return (CORNER[0] + self.at[0], CORNER[1] + self.at[1]) if self.at else None

    def draft(self) -> dict[str, Any]:
        """The proposal as the API takes it; residents guess its cost in tens of thousands."""
        words = {"title": self.title, "about": self.about, "language": self.language, "author_name": self.author}
        where = {"area": self.area, "place": self.place, "point": self.point}
        return {**words, **where, "theme": self.theme, "cost_guess": round(self.cost, -4) * KRONA}


# fmt: off
IDEAS = (
    Idea("Amina", "sv", "Belysning längs stigen till spårvagnen",
         "Tolv låga stolpar, så att man ser vägen hem på vintern.", 95_000, 0.9, PATHS,
         "Stigen mellan Ekhöjden och hållplatsen", (1040, 360),
         scene="lamps", alt="Stigen i mörker, med en rad låga lampor som lyser på den."),
    Idea("Björn", "en", "Repair café in the old laundry",
         "Tools, a sewing machine and two evenings a week with somebody who knows how.", 48_000, 0.66, MEETING,
         "The old laundry by the square", (1330, 640)),
    Idea("Fatuma", "sv", "Odlingslådor på gården",
         "Tjugo lådor med jord och en vattenpost, att dela på.", 32_000, 0.55, GREEN,
         "Den stora gården", (1830, 860), SJOANGEN,
         scene="beds", alt="Tre odlingslådor med gröna plantor framför husen."),
    Idea("Goran", "sv", "Cykelparkering med tak vid torget",
         "Plats för sextio cyklar, med tak, ljus och pump.", 120_000, 0.6, PATHS,
         "Torgets norra sida", (1390, 860), SMEDJETORGET),
    Idea("Hanna", "sv", "Grillplats vid dammen",
         "Två grillar, tre bord och en plats för askan.", 54_000, 0.7, GREEN,
         "Dammens södra strand", (1560, 270), SJOANGEN,
         scene="pond", alt="Dammen en kväll, med ett bord och en grill på stranden."),
    Idea("Ibrahim", "sv", "Ett bibliotek för verktyg",
         "Borrmaskiner, stegar och en kakelskärare, som ingen behöver mer än en gång om året.", 38_000, 0.66, MEETING),
    Idea("Jelena", "sv", "Utegym i backen",
         "Sex stationer av trä, även för den som sitter i rullstol.", 140_000, 0.65, PLAY,
         "Gläntan ovanför Lingonstigen", (300, 900), LINGONBACKEN),
    Idea("Karl-Erik", "sv", "Fler bänkar längs gångvägen",
         "Nio bänkar med ryggstöd och armstöd.", 27_000, 0.75, PATHS,
         "Gångvägen längs viken", (2010, 520),
         scene="benches", alt="Två bänkar vid gångvägen, med utsikt över viken."),
    Idea("Leyla", "sv", "Filmkvällar på gården",
         "En duk, en projektor och åtta kvällar i augusti.", 22_000, 0.62, MEETING,
         "Gården mellan tornen", (600, 260), EKHOJDEN,
         scene="film", alt="En filmduk lyser på gården, och folk sitter framför den."),
    Idea("Minh", "sv", "Nya basketkorgar",
         "Två korgar och nya linjer på planen bakom skolan.", 26_000, 0.8, PLAY,
         "Planen bakom skolan", (650, 960), LINGONBACKEN, YOUTH,
         scene="court", alt="Basketplanen med en ny korg."),
    Idea("Nadja", "sv", "Musikhörna på fritidsgården",
         "Ett keyboard, två mikrofoner och mattor på väggarna.", 31_000, 0.6, MEETING,
         "Fritidsgården", (830, 720), LINGONBACKEN, YOUTH),
    Idea("Oskar", "sv", "Skateramp av trä",
         "En låg ramp som vi bygger själva, med hjälp av en snickare.", 34_000, 0.7, PLAY,
         "Asfalten nedanför backen", (330, 620), LINGONBACKEN, YOUTH),
    Idea("Per", "en", "A fountain with golden swans",
         "Three swans, gilded, life-size.", 340_000, 0.3, GREEN,
         "In the middle of the square", (1300, 770)),
)
# fmt: on

TOLD: tuple[tuple[dict[str, Any], ...], ...] = (
    (
        {"state": "planned", "says": "Vi har bett tre firmor om anbud och bestämmer oss inom en månad."},
        {
            "state": "under-way",
            "says": "En firma är vald och det mesta är beställt. Vi säger till när det börjar synas.",
        },
    ),
    ({"state": "planned", "says": "Vi har bjudit in den som föreslog det, för att gå igenom hur det ska bli."},),
)
"""What the company tells of the projects that were funded first, step by step."""
SPENT, READY_IN = 0.3, 90
"""How much of a project's cost is spent once it is under way, and in how many days it is expected to be done."""

SUMMER_ROUND, SUMMER_ABOUT = "Sommar på gården", "En liten omröstning som är öppen nu, om sommarens fester."
SUMMER_POT = Pot("Sommarpotten", 15_000 * KRONA, Approval(2), GreedyByVotes())
SUMMER_PROJECTS = (
    ("Midsommarstång och musik", "Med dragspel från klockan tre.", 7_000),
    ("Glassvagn på fredagar", "Varje fredag i juli, en glass åt var och en.", 6_000),
    ("Loppis på torget", "Femtio bord och kaffe.", 3_500),
    ("Läsning i tält", "Böcker på nio språk och någon som läser högt.", 5_000),
)
"""A small round that stays open: title, about, cost in kronor."""

NEXT_ROUND = "Nya idéer för Tranviken"
NEXT_ABOUT = "Vad ska vi göra nästa år? Föreslå något, läs vad grannarna tycker och säg din mening."
# fmt: off
NEXT_IDEAS = (
    Idea("Ulla", "sv", "Holkar och insektshotell",
         "Trettio holkar som vi snickrar en lördag, och ett hotell för bin vid skolan.", 18_000, 0.5, GREEN,
         "Skogsbrynet ovanför skolan", (480, 1010), LINGONBACKEN,
         scene="birds", alt="En fågelholk på en björk, med husen i bakgrunden."),
    Idea("Samira", "ar", "طاولات شطرنج في الساحة",
         "أربع طاولات من الحجر مع مقاعد، ليلعب الكبار والصغار معًا.", 45_000, 0.5, MEETING,
         "أمام المكتبة", (1500, 760), SMEDJETORGET),
    Idea("Abdi", "so", "Saacadda sheekada carruurta",
         "Sabti kasta qof baa carruurta sheeko ugu akhriya afkooda hooyo.", 16_000, 0.5, MEETING),
    Idea("Dawit", "en", "A drinking fountain by the playground",
         "So that nobody has to go home in the middle of a game.", 39_000, 0.5, PLAY,
         "The playground by the bay", (1960, 300), SJOANGEN),
)
# fmt: on
DRAFT = {
    "title": "Bastu vid viken",
    "about": "Vedeldad, och öppen för alla på torsdagar. Jag ska ta reda på vad",
    "author_name": "",
    "language": "sv",
    "area": SJOANGEN,
    "theme": GREEN,
}
"""What somebody has begun to write, as the form sends it."""
