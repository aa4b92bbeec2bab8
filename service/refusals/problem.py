"""The form of a row in the table of refusals."""

import msgspec


class Problem(msgspec.Struct, frozen=True):
    """A refusal's status (HTTP), title and sentence. ``{name}`` in the sentence stands for a fact of the refusal."""

    status: int
    title: str
    sentence: str
