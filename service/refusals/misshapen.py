"""What a decoder finds wrong, as faults: it says so in English alone, and of the kinds of a program."""

import re
from collections.abc import Callable, Mapping
from functools import reduce

import msgspec

from schema.faults import Fault
from service.languages import marked

Name = Callable[[str], str | Fault]
"""What the reader calls the value at a path such as ``pots[0].name``; at an empty one, all that was sent."""

_KINDS = {
    "int": marked("a whole number"),
    "float": marked("a number with decimals"),
    "str": marked("text"),
    "bool": marked("true or false"),
    "null": marked("nothing"),
    "array": marked("a list"),
    "object": marked("an object"),
    "datetime": marked("a time"),
    "date": marked("a day"),
    "uuid": marked("an id"),
}

_FORMS: Mapping[str, Callable[[str | Fault, str], Fault]] = {
    r"`str` of length <= (\d+)": lambda what, most: Fault.counted(
        int(most), "{what} is longer than {number} sign", "{what} is longer than {number} signs", what=what
    ),
    r"`int` <= (-?\d+)": lambda what, most: Fault("{what} must be at most {limit}", what=what, limit=most),
    r"`int` >= (-?\d+)": lambda what, least: Fault("{what} must be at least {limit}", what=what, limit=least),
    r"length >= 1\b|missing()": lambda what, _: Fault("{what} is missing", what=what),
}
"""What somebody who fills in a form does wrong."""

_PROGRAMS: Mapping[str, Callable[[str | Fault, str], Fault]] = {
    r"Expected `((?:[a-z]+ \| )*[a-z]+`, got `[a-z]+)`": lambda what, kinds: Fault(
        "{what} must be {kind}, not {given}", what=what, kind=_kinds(kinds), given=_kinds(kinds.rpartition("`")[2])
    ),
    r"`(?:array|object)` of length <= (\d+)": lambda what, most: Fault.counted(
        int(most), "{what} has more than {number} part", "{what} has more than {number} parts", what=what
    ),
    r"`(?:array|object)` of length >= (\d+)": lambda what, least: Fault.counted(
        int(least), "{what} has fewer than {number} part", "{what} has fewer than {number} parts", what=what
    ),
    r"`str` of length >= (\d+)": lambda what, least: Fault.counted(
        int(least), "{what} is shorter than {number} sign", "{what} is shorter than {number} signs", what=what
    ),
    r"unknown field()": lambda what, _: Fault("{what} is not known here", what=what),
    r"Invalid (?:enum )?value()": lambda what, _: Fault("{what} is none of the words that may stand there", what=what),
    r"encoded datetime|timezone()": lambda what, _: Fault(
        "{what} is not a time with its zone, like 2026-11-27T18:00:00Z", what=what
    ),
    r"encoded date()": lambda what, _: Fault("{what} is not a day like 2026-11-27", what=what),
    r"Invalid UUID()": lambda what, _: Fault("{what} is not an id", what=what),
    r"out of range()": lambda what, _: Fault("{what} is too large a number", what=what),
}
"""What a program does wrong besides."""


def fault_in_form(error: msgspec.ValidationError, called: Name) -> Fault:
    """What is wrong with the values of a form; a struct that refuses them itself says so in words already."""
    own = error.__cause__
    return own if isinstance(own, Fault) else _fault(str(error), called, _FORMS)


def fault_in_body(error: msgspec.ValidationError) -> Fault:
    """What is wrong with a body of JSON, and where."""
    own, path = error.__cause__, _path(str(error))
    if not isinstance(own, Fault):
        return _fault(str(error), _written, {**_FORMS, **_PROGRAMS})
    return Fault("{place}: {fault}", place=path, fault=own) if path else own


def _written(path: str) -> str | Fault:
    return path or Fault("what was sent")


def _fault(said: str, called: Name, known: Mapping[str, Callable[[str | Fault, str], Fault]]) -> Fault:
    path = _path(said)
    if field := re.search(r" field `(\w+)`", said):
        path = f"{path}.{field[1]}".removeprefix(".")
    what = called(path)
    for pattern, fault in known.items():
        if found := re.search(pattern, said):
            return fault(what, found[1] or "")
    return Fault("{what} is empty or holds what does not belong there", what=what)


def _path(said: str) -> str:
    """Where it is: ``pots[0].name`` of `$.pots[0].name`."""
    found = re.search(r"`\$\.?([^`]*)`$", said)
    return found[1] if found else ""


def _kinds(names: str) -> Fault:
    """Kinds that a value may be of: ``int | null``, and what follows a back quote is none of them."""
    kinds = [Fault(_KINDS.get(name, name)) for name in names.partition("`")[0].split(" | ")]
    return reduce(lambda one, other: Fault("{one} or {other}", one=one, other=other), kinds)
