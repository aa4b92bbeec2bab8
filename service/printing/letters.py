"""Letters: what the round is, how and until when to vote, and a code that stands here and nowhere else.

The square leads to the sign-in page and does not hold the code. In a query the code would lie in the logs of every
proxy. In a fragment it would reach no log, but our pages run no script that could read it: it would help nobody, and
lie in the history of the telephone and in every link that is passed on.
"""

from collections.abc import Mapping, Sequence
from io import BytesIO
from uuid import UUID

import msgspec
import segno
from PIL import Image

from service.printing.paper import CODE, MARGIN, Paper
from service.store.rounds import Round

_WINDOW = 108.0, 42.0
"""Where the window of an envelope is."""

_SQUARE = 36.0


class Letter(msgspec.Struct, frozen=True):
    """One sheet: its number in the batch, a code as it is printed, whom it is for if that is known."""

    number: int
    code: str
    language: str
    name: str = ""
    address: tuple[str, ...] = ()


class Letterhead(msgspec.Struct, frozen=True):
    """What all letters of a batch have in common. ``public_url`` is where residents sign in.

    ``names``: what the round is called in the languages that its name is translated into.
    """

    round: Round
    names: Mapping[str, str]
    public_url: str
    is_test: bool

    @property
    def sign_in(self) -> str:
        """The address that the square leads to."""
        return sign_in_address(self.public_url, self.round.id)


def sign_in_address(public_url: str, round_id: UUID) -> str:
    """Where a code of this round is typed."""
    return f"{public_url}/rounds/{round_id}/sign-in"


def print_letters(head: Letterhead, letters: Sequence[Letter]) -> bytes:
    """A PDF with a page for each letter."""
    paper, square = Paper(), _square(head.sign_in)
    for letter in letters:
        paper.speak(letter.language)
        _write(paper, head, letter, square)
    return paper.closed()


def _write(paper: Paper, head: Letterhead, letter: Letter, square: Image.Image) -> None:
    words, found = paper.words, head.round
    facts = {"municipality": found.municipality, "round": head.names.get(letter.language, found.name)}
    paper.add_page()
    paper.say(found.municipality, 12, bold=True)
    paper.say(words.number.format(number=letter.number), 9)
    _address(paper, letter)
    paper.set_y(84)
    if head.is_test:
        paper.say(words.test, 12, bold=True, gap=3)
    paper.say(words.title.format_map(facts), 17, bold=True, gap=3)
    paper.say(words.what.format_map(facts), 11.5, gap=2.5)
    paper.say(
        words.when.format(opens=words.moment(found.voting_at), closes=words.moment(found.closes_at)), 11.5, gap=2.5
    )
    paper.say(words.how, 11.5, gap=4)
    paper.say(f"{words.code}:", 11.5, bold=True, gap=1)
    _big(paper, letter.code, 27)
    paper.say(f"{words.address}:", 11.5, bold=True, gap=1)
    _big(paper, head.sign_in, 9)
    paper.image(square, x=MARGIN, w=_SQUARE, h=_SQUARE, alt_text=head.sign_in)
    paper.ln(3)
    paper.say(words.personal, 11.5, gap=2.5)
    paper.say(words.ask.format_map(facts), 11.5)


def _big(paper: Paper, text: str, size: float) -> None:
    """What is read sign by sign, from left to right in every language."""
    paper.set_font(CODE, "B", size)
    paper.multi_cell(0, size * 0.5, text, align="L", new_x="LMARGIN", new_y="NEXT")
    paper.ln(3)


def _address(paper: Paper, letter: Letter) -> None:
    across, down = _WINDOW
    paper.script(11.5)
    for place, line in enumerate(filter(None, (letter.name, *letter.address))):
        paper.set_xy(across, down + 5.5 * place)
        paper.cell(0, 5.5, line)


def _square(address: str) -> Image.Image:
    """The QR code of an address, four light modules around it. One picture for all pages of a file."""
    written = BytesIO()
    segno.make_qr(address, error="m").save(written, kind="png", scale=1, border=4)
    return Image.open(written)
