"""The form of a row in the table of refusals."""

import msgspec


class Problem(msgspec.Struct, frozen=True):
    """A refusal's status (HTTP), title and sentence. ``{name}`` in the sentence stands for a fact of the refusal.

    ``general`` says the same of no case in particular, and is only there where the sentence has facts.
    """

    status: int
    title: str
    sentence: str
    general: str = ""
