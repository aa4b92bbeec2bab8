"""What a reader has to say about a file: one sentence a line, the first few of a kind in full, then their number."""

from collections import Counter

LISTED = 10
"""So many sentences of one kind are told in full."""


class Notes:
    """Warnings, in any order; `sentences` puts them by line."""

    def __init__(self) -> None:
        self._told: list[tuple[int, str]] = []
        self._count: Counter[str] = Counter()

    def tell(self, line: int, what: str, detail: str = "") -> None:
        """Say of a line `what` is the matter; `detail` is what differs between lines of the same kind."""
        self._count[what] += 1
        if self._count[what] <= LISTED:
            self._told.append((line, f"Line {line}: {what}{detail}."))

    def add(self, what: str, lines: int) -> None:
        """Count further lines of a kind of which `LISTED` have been told."""
        self._count[what] += lines

    def sentences(self) -> tuple[str, ...]:
        """All there is to say, in the order of lines."""
        rest = sorted((what, lines - LISTED) for what, lines in self._count.items() if lines > LISTED)
        listed = [sentence for _, sentence in sorted(self._told)]
        return (*listed, *(f"Another {lines:,} {'line' if lines == 1 else 'lines'}: {what}." for what, lines in rest))
