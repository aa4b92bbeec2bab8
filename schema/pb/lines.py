"""The lines of a file that comes in chunks of bytes: taken one by one as text, or many at once as they are."""

from collections.abc import Iterable
from typing import Self

from schema.pb.form import PbError

MARK = b"\xef\xbb\xbf"
"""What some editors put at the start of UTF-8 text."""


class Lines:
    """An iterator over lines with their ends (LF, CRLF or CR). `number`: that of the last line taken, from 1."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self.number = 0
        self._chunks = iter(chunks)
        self._text = b""
        self._start = 0  # of what is not taken yet
        self._break = -1  # the first LF from there on, if it is not behind
        self._ended = False

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> str:
        while (end := self._line_end()) < 0:
            self._read()
        if end == self._start:
            raise StopIteration
        line, self._start = self._text[self._start : end], end
        if self.number == 0:
            line = line.removeprefix(MARK)
        self.number += 1
        if b"\0" in line:
            raise PbError(f"Line {self.number}: there is a NUL character. Save the file as UTF-8 text.")
        try:
            return line.decode()
        except UnicodeDecodeError as error:
            raise PbError(f"Line {self.number}: this is not UTF-8 text. Save the file as UTF-8.") from error

    def ahead(self, least: int = 1) -> tuple[bytes, int, int]:
        """Bytes with the place of the next line and of the end of the last whole one in them; alike at the end.

        At least `least` bytes of lines lie there if there are so many to come. `taken` must tell which were used.
        """
        while len(self._text) - self._start < least and not self._ended:
            self._read()
        while (end := self._text.rfind(b"\n", self._start) + 1) == 0 and not self._ended:
            self._read()
        return self._text, self._start, len(self._text) if self._ended else end

    def taken(self, end: int, lines: int) -> None:
        """Go on behind `lines` lines that were used up to `end`, a place in what `ahead` gave."""
        self._start = end
        self.number += lines

    def _line_end(self) -> int:
        """The place behind the next line; -1 if it has not come yet."""
        if self._break < self._start:
            self._break = self._text.find(b"\n", self._start)
        if self._break < 0:
            return self._start if self._ended else -1
        single = self._text.find(b"\r", self._start, self._break) + 1
        return single if 0 < single < self._break else self._break + 1

    def _read(self) -> None:
        """Get one more chunk; at the end of the file let its last line end like the others."""
        rest, self._start, self._break = self._text[self._start :], 0, -1
        chunk = next(self._chunks, None)
        self._ended = chunk is None
        end = b"\n" if self._ended and rest and not rest.endswith(b"\n") else b""
        self._text = rest + (chunk or end)
