"""Pictures that people send, made anew: turned upright, small enough, and with nothing in them but what is seen.

What came is never kept. A photograph often says where it was taken, which may be somebody's home.
"""

import asyncio
import hashlib
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import IO

import msgspec
from PIL import Image, ImageOps

from schema.errors import Malformed, PictureTooLarge
from service.languages import marked

MEGABYTES = 8
LIMIT = MEGABYTES * 1024 * 1024
"""Bytes of a picture as it is sent."""

LONG = 1280
SHORT = 480
"""Pixels of the longer side of a picture, and of a small one, at most."""

MEGAPIXELS = 50
_DRAWING = 25
"""Million pixels that are decoded: a JPEG can be read at a fraction of its size, and the others only whole."""

AT_ONCE = 2
"""Pictures that one process decodes at once, each in a hundred megabytes or two at its worst. Others wait."""

_decoders = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="pictures")


class Rendition(msgspec.Struct, frozen=True):
    """A JPEG and its size in pixels."""

    content: bytes
    width: int
    height: int


class MadePicture(msgspec.Struct, frozen=True):
    """A picture in two sizes. ``name`` is the SHA-256 of the larger one, so the same file has the same name."""

    name: str
    large: Rendition
    small: Rendition


async def make_picture(file: IO[bytes]) -> MadePicture:
    """A JPEG, PNG or WebP made anew, by what is in it and whatever it is called. Raises Malformed, PictureTooLarge."""
    return await asyncio.get_running_loop().run_in_executor(_decoders, _made, file)


def _made(file: IO[bytes]) -> MadePicture:
    if file.seek(0, 2) > LIMIT:
        raise _too_large(MEGAPIXELS)
    file.seek(0)
    try:
        seen = _seen(file)
    except PictureTooLarge:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_large(MEGAPIXELS) from None
    except Exception:  # decoders raise whatever a hostile file leads them to
        raise Malformed(fault=marked("the file is no picture that can be read; choose a JPEG, PNG or WebP")) from None
    large = _rendition(seen)
    seen.thumbnail((SHORT, SHORT), Image.Resampling.LANCZOS)
    return MadePicture(hashlib.sha256(large.content).hexdigest(), large, _rendition(seen))


def _seen(file: IO[bytes]) -> Image.Image:
    """What is seen of a file, on white: a new image, which knows nothing of the old one but its colours."""
    with Image.open(file, formats=("JPEG", "PNG", "WEBP")) as sent:
        most = MEGAPIXELS if sent.format in {"JPEG", "MPO"} else _DRAWING
        if sent.width * sent.height > most * 1_000_000:
            raise _too_large(most)
        sent.draft("RGB", (LONG, LONG))
        upright: Image.Image = ImageOps.exif_transpose(sent)
        if upright.mode not in {"RGB", "RGBA"}:
            upright = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
        upright.thumbnail((LONG, LONG), Image.Resampling.LANCZOS, reducing_gap=2.0)
        seen = Image.new("RGB", upright.size, "white")
        seen.paste(upright, mask=upright.getchannel("A") if upright.mode == "RGBA" else None)
        return seen


def _rendition(seen: Image.Image) -> Rendition:
    written = BytesIO()
    seen.save(written, "JPEG", quality=82, optimize=True, progressive=True)
    return Rendition(written.getvalue(), seen.width, seen.height)


def _too_large(megapixels: int) -> PictureTooLarge:
    return PictureTooLarge(megabytes=MEGABYTES, megapixels=megapixels)
