"""What exactly is wrong: a message with its facts, written in English. The service says it as its reader speaks."""

from __future__ import annotations

from collections.abc import Sequence


class Fault(ValueError):
    """A message with a place in braces for each of its facts: ``Fault("line {line} is too long", line=7)``.

    It is raised where something is checked, and a fact itself of the refusal that comes of it. A text among its facts
    is said as it is (of ``language``, a code, the name), so a word that has to be translated is a fault of its own.
    """

    def __init__(self, message: str, /, **facts: str | int | Fault | Faults) -> None:
        super().__init__(message, facts)
        self.message, self.more, self.number, self.facts = message, "", 0, facts

    @classmethod
    def counted(cls, number: int, one: str, more: str, /, **facts: str | int | Fault | Faults) -> Fault:
        """A message with a ``{number}``, in its form for one and for more."""
        fault = cls(one, **facts)
        fault.more, fault.number = more, number
        return fault

    def __str__(self) -> str:
        message = self.more if self.more and self.number != 1 else self.message
        facts = {"number": self.number} | self.facts
        return message.format(**facts) if self.facts or self.more else message

    def __eq__(self, other: object) -> bool:
        """Whether the other says the same."""
        return isinstance(other, Fault) and (self.args, self.more, self.number) == (
            other.args,
            other.more,
            other.number,
        )

    __hash__ = ValueError.__hash__


class Faults(tuple[Fault, ...]):
    """Several things that are wrong together, one after the other."""

    @classmethod
    def first(cls, shown: int, found: Sequence[Fault], all_of_them: int = 0) -> Faults:
        """The first ones, and how many more there are."""
        more = max(all_of_them, len(found)) - len(found[:shown])
        return cls([*found[:shown], *([Fault("and {more} more", more=more)] if more else [])])

    def __str__(self) -> str:
        return "; ".join(map(str, self))
