"""What every page must have, whoever wrote it: ``inspect`` names the faults of an HTML page, each in a few words."""

from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import pairwise

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "rect", "source", "track", "wbr"}
INLINE = {"a", "bdi", "code", "em", "span", "strong", "time"}
UNLABELLED = {"hidden", "submit", "button", "image", "reset"}


class Element:
    """A node of a page: its tag, attributes, and what is in it."""

    def __init__(self, tag: str, attributes: dict[str, str]) -> None:
        self.tag = tag
        self.attributes = attributes
        self.parts: list[Element | str] = []

    def __getitem__(self, name: str) -> str:
        return self.attributes.get(name, "")

    def walk(self) -> Iterator["Element"]:
        """This element and all within it, in order."""
        yield self
        for part in self.parts:
            if isinstance(part, Element):
                yield from part.walk()

    def all(self, *tags: str) -> list["Element"]:
        """All elements of these tags within."""
        return [each for each in self.walk() if each.tag in tags]

    @property
    def text(self) -> str:
        """The text within, white space folded, with a blank around every block."""
        return " ".join("".join(self._texts()).split())

    def _texts(self) -> Iterator[str]:
        for part in self.parts:
            if isinstance(part, str):
                yield part
            else:
                yield from part._texts() if part.tag in INLINE else (" ", *part._texts(), " ")


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open = [Element("page", {})]
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        self.faults += [
            f"<{tag}> has the attribute {name} twice" for name, often in Counter(names).items() if often > 1
        ]
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].parts.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if self.open[-1].tag != tag:
            self.faults.append(f"</{tag}> closes <{self.open[-1].tag}>")
            return
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].parts.append(data)


def parse(html: str) -> Element:
    """The page as a tree."""
    return _read(html).open[0]


def _read(html: str) -> _Reader:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader


def inspect(html: str) -> list[str]:
    """The faults of a page; none is an empty list."""
    reader = _read(html)
    page = reader.open[0]
    left_open = [f"<{each.tag}> is never closed" for each in reader.open[1:]]
    return [*reader.faults, *left_open, *_outline(page), *_ids(page), *_script(page), *_names(page), *_fields(page)]


def _outline(page: Element) -> Iterator[str]:
    of_drawings = [each for drawing in page.all("svg") for each in drawing.all("title")]
    for tag, what in (("title", "title"), ("h1", "h1"), ("main", "main landmark")):
        found = [each for each in page.all(tag) if each not in of_drawings]
        if len(found) != 1:
            yield f"{len(found)} elements {what} instead of one"
        elif not found[0].text:
            yield f"the {what} is empty"
    for root in page.all("html"):
        if not root["lang"]:
            yield "html has no lang"
    levels = [int(each.tag[1]) for each in page.all("h1", "h2", "h3", "h4", "h5", "h6")]
    for above, below in pairwise(levels):
        if below > above + 1:
            yield f"an h{below} follows an h{above}"


def _ids(page: Element) -> Iterator[str]:
    ids = Counter(each["id"] for each in page.walk() if "id" in each.attributes)
    for name, often in ids.items():
        if often > 1 or not name:
            yield f"the id {name!r} stands {often} times"
    for each in page.walk():
        for attribute in ("for", "aria-labelledby", "aria-describedby"):
            for name in each[attribute].split():
                if name not in ids:
                    yield f"{attribute}={name!r} points nowhere"


def _script(page: Element) -> Iterator[str]:
    for each in page.walk():
        if each.tag == "style" or (each.tag == "script" and not each["src"]):
            yield f"inline <{each.tag}>"
        for name, value in each.attributes.items():
            if name == "style" or name.startswith("on"):
                yield f"<{each.tag}> has an inline {name}"
            if value.strip().lower().startswith("javascript:"):
                yield f"<{each.tag}> has script in {name}"


def _names(page: Element) -> Iterator[str]:
    for each in page.all("a", "button", "summary", "caption", "th", "label", "legend"):
        if not (each.text or each["aria-label"]):
            yield f"a <{each.tag}> has no text"
    for each in page.all("table"):
        if not each.all("caption"):
            yield "a table has no caption"
    for each in page.all("img"):
        if "alt" not in each.attributes:
            yield "an image has no alt"
    for each in page.all("svg"):
        if not (each["aria-label"] or each["aria-hidden"]):
            yield "a drawing has no name"
    for each in page.all("nav"):
        if not (each["aria-label"] or each["aria-labelledby"]):
            yield "a nav has no name"


def _fields(page: Element) -> Iterator[str]:
    labelled = {label["for"] for label in page.all("label")}
    for each in page.all("input", "select", "textarea"):
        if each["type"] in UNLABELLED and each.tag == "input":
            continue
        if each["id"] not in labelled and not (each["aria-label"] or each["aria-labelledby"]):
            yield f"the {each.tag} {each['name']!r} has no label"
