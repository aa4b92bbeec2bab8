"""Reading forms: urlencoded bodies strictly, texts into the structs that the API uses, and faults as plain words."""

import re
from collections.abc import Mapping
from typing import TypeVar
from urllib.parse import parse_qsl

import msgspec
from litestar.datastructures import UploadFile
from litestar.exceptions import HTTPException, ValidationException

from schema.errors import Malformed, TooLarge, UnknownForm
from schema.faults import Fault
from service.languages import marked
from service.pages.words.times import read_moment
from service.reading import BODY_LIMIT, AnyRequest, read_body
from service.refusals.misshapen import fault_in_form

T = TypeVar("T")

FORM_LIMIT = 4 * BODY_LIMIT
"""Bytes: a proposal of 20 000 signs, each of which a form may write as twelve."""

_MAX_FIELDS = 1200
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_LABELS = {
    "title": marked("the title"),
    "about": marked("the description"),
    "address": marked("the e-mail address or telephone number"),
    "author_name": marked("your name"),
    "language": marked("the language"),
    "area": marked("the area"),
    "cost_guess": marked("the cost"),
    "cost": marked("the cost"),
    "name": marked("the name"),
    "lot_seed": marked("the words for lots"),
    "recipient": marked("the public key"),
    "ballots_floor": marked("the number from which single ballots are shown"),
    "appeal_days": marked("the number of days for appeals"),
    "choices": marked("a choice"),
    "roles": marked("a role"),
    "reason": marked("the reason"),
    "words": marked("what you write"),
    "side": marked("what it is"),
    "answer": marked("the answer"),
    "ground": marked("the ground"),
    "person": marked("the identity or code"),
    "reference": marked("the reference"),
    "place": marked("the place"),
    "number": marked("the number of the sheet"),
    "sheets": marked("the number of sheets"),
    "void": marked("the reason why it is void"),
    "page": marked("the scanned page"),
    "shown": marked("the document"),
    "closes_at": marked("the time"),
    "identity": marked("the identity"),
    "birth_year": marked("the year of birth"),
    "birth_month": marked("the month of birth"),
    "relations": marked("what you do here"),
    "state": marked("where the project is"),
    "says": marked("what residents should know"),
    "spent": marked("the sum that was spent"),
    "themes": marked("a theme"),
    "theme": marked("the theme"),
    "alt": marked("the description of the picture"),
    "expected_on": marked("the day when it is expected to be done"),
}


class Fields:
    """What a form sent: names with their texts, in order. A field that is not there is an empty text."""

    def __init__(self, texts: Mapping[str, list[str]]) -> None:
        self._texts = {name: sent for name, sent in texts.items() if sent}

    def text(self, name: str) -> str:
        """The one text of a field. Raises Malformed when it came twice."""
        texts = self._texts.get(name, [""])
        if len(texts) > 1:
            raise Malformed(fault=Fault("the field {name} stands twice in the form", name=name))
        return texts[0]

    def texts(self, name: str) -> list[str]:
        """All texts of a field."""
        return list(self._texts.get(name, []))

    def number(self, name: str) -> int:
        """The number in a field. Raises Malformed."""
        return _number(self.text(name), name)

    def number_or(self, name: str, default: T) -> int | T:
        """The number in a field that may be left empty. Raises Malformed."""
        return self.number(name) if self.text(name) else default

    def numbers(self, name: str) -> list[int]:
        """The numbers in a field."""
        return [_number(text, name) for text in self.texts(name)]

    def moment(self, name: str) -> str | None:
        """The time in a field, which is of the house's zone, as JSON has it."""
        text = self.text(name)
        return read_moment(text) if text else None

    def without(self, *names: str) -> "Fields":
        """The same without some."""
        return Fields({name: sent for name, sent in self._texts.items() if name not in names})

    def kept(self, names: tuple[str, ...]) -> list[tuple[str, str]]:
        """The pairs of these names that hold something, to be sent again with the next form."""
        return [(name, text) for name in names for text in self.texts(name) if text]


def _number(text: str, name: str) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise Malformed(fault=Fault("{what} is not a whole number", what=_label(name)))
    return int(text)


def decode_form(body: bytes) -> Fields:
    """The one reading of an urlencoded body. Raises Malformed."""
    try:
        pairs = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=bool(body),
            errors="strict",
            max_num_fields=_MAX_FIELDS,
        )
    except UnicodeError:
        raise Malformed(fault=marked("it is not UTF-8 text")) from None
    except ValueError:
        raise Malformed(fault=marked("it is not a form, or one with too many fields")) from None
    texts: dict[str, list[str]] = {}
    for name, text in pairs:
        if _CONTROL.search(text):
            raise Malformed(fault=marked("it holds a sign that is no text (a NUL or another control character)"))
        texts.setdefault(name, []).append(text.replace("\r\n", "\n"))
    return Fields(texts)


async def read_form(request: AnyRequest) -> Fields:
    """An urlencoded form of at most FORM_LIMIT bytes."""
    return decode_form(await read_body(request, "application/x-www-form-urlencoded", FORM_LIMIT))


async def read_upload(request: AnyRequest, name: str, limit: int) -> bytes:
    """The file that came in this field of a multipart form, of at most ``limit`` bytes."""
    file, _texts = await read_file_form(request, name, limit)
    return await file.read()


async def read_file_form(request: AnyRequest, name: str, limit: int) -> tuple[UploadFile, Fields]:
    """The same file, to be read piece by piece, and the texts that came with it."""
    files, fields = await read_files(request, limit)
    if name not in files:
        raise Malformed(fault=marked("no file was chosen"))
    return files[name], fields


async def read_files(request: AnyRequest, limit: int = FORM_LIMIT) -> tuple[dict[str, UploadFile], Fields]:
    """All files of a multipart form, by the names of their fields, and its texts."""
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        raise UnknownForm(expected="multipart/form-data")
    try:
        form = await request.form()
    except ValidationException:
        raise Malformed(fault=marked("it is not a form with a file")) from None
    except HTTPException as error:
        raise TooLarge(limit=limit) if error.status_code == 413 else Malformed(fault=marked("it is cut off")) from None
    except (ValueError, LookupError):
        raise Malformed(fault=marked("a text in it is not UTF-8")) from None
    files = {name: file for name in form if isinstance(file := form.get(name), UploadFile)}
    texts = {field: [text for text in form.getall(field) if isinstance(text, str)] for field in form}
    if any(_CONTROL.search(text) for sent in texts.values() for text in sent):
        raise Malformed(fault=marked("a text in it holds a sign that is no text"))
    return files, Fields(texts)


def shaped(values: Mapping[str, object], shape: type[T]) -> T:
    """Values of a form as the struct that the API reads as well. Raises Malformed in plain words."""
    try:
        return msgspec.convert(values, shape)
    except msgspec.ValidationError as error:
        raise Malformed(fault=fault_in_form(error, _label)) from None


def _label(path: str) -> Fault:
    """What a form calls the field at a path. What is asked of officers for two is one form: its act is not told."""
    found = re.match(r"(?:act\.)?(\w+)", path)
    name = found[1] if found else ""
    if name in _LABELS:
        return Fault(_LABELS[name])
    return Fault("the field {name}", name=name) if name else Fault("a field")
