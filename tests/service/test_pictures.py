"""Pictures of proposals: made anew, three at most, by their authors, and shown as long as their proposal is."""

import asyncio
import struct
import zlib
from io import BytesIO
from typing import Any

import pytest
from httpx import Response
from PIL import Image, PngImagePlugin

from schema.errors import Malformed, PictureTooLarge
from service.limits import PICTURING
from service.pictures import LIMIT, LONG, SHORT, make_picture
from tests.people import owner
from tests.service.test_limits import empty, member, too_fast
from tests.service.test_proposals import TEXT, proposing, send
from tests.service.test_reviews import HIDE
from tests.town import Ground, Town

CANARY = b"59.32981N 18.06871E at home"


def picture(
    kind: str = "JPEG", size: tuple[int, int] = (64, 48), colour: tuple[int, ...] = (20, 90, 60), **how: Any
) -> bytes:
    """A file of one colour."""
    written = BytesIO()
    Image.new("RGBA" if len(colour) == 4 else "RGB", size, colour).save(written, kind, **how)
    return written.getvalue()


def telling(kind: str) -> bytes:
    """A picture that says in every way it can where it was taken."""
    exif = Image.Exif()
    exif[0x010E] = CANARY.decode()
    exif.get_ifd(0x8825).update({1: "N", 2: (59.0, 19.0, 47.3), 3: "E", 4: (18.0, 4.0, 7.4), 28: CANARY})
    how: dict[str, Any] = {"exif": exif.tobytes(), "icc_profile": b"profile " + CANARY}
    if kind == "PNG":
        words = PngImagePlugin.PngInfo()
        words.add_text("Comment", CANARY.decode())
        words.add_itxt("XML:com.adobe.xmp", CANARY.decode())
        how |= {"pnginfo": words}
    else:
        how |= {"xmp": b"<x>" + CANARY + b"</x>"}
    if kind == "JPEG":
        how |= {"comment": CANARY}
    return picture(kind, **how) + CANARY


async def proposed(town: Town) -> tuple[Ground, str]:
    """A round that takes proposals, and the address of Amina's."""
    ground = await proposing(town)
    made = (await send(ground, "AMINA-1", "POST", f"/api/rounds/{ground.id}/proposals", TEXT)).json()
    return ground, f"/api/proposals/{made['id']}"


async def add(
    ground: Ground, path: str, content: bytes, alt: str = "A bench by the water.", who: str = "AMINA-1"
) -> Response:
    """Send a picture."""
    passes = await ground.sign_in(who)
    headers = {"Authorization": f"Bearer {passes['civic']}", "Content-Type": "application/octet-stream"}
    return await ground.town.client.post(f"{path}/pictures", params={"alt": alt}, content=content, headers=headers)


def address(path: str, name: str, small: bool = False) -> str:
    """Where a picture of a proposal is read."""
    return f"{path.removeprefix('/api')}/pictures/{name}{'-small' if small else ''}.jpg"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
async def test_nothing_hidden_in_a_file_comes_through(kind: str) -> None:
    """Where a photograph was taken may be somebody's home: of it nothing is left."""
    sent = telling(kind)
    assert sent.count(CANARY) >= 3
    assert Image.open(BytesIO(sent)).getexif().get_ifd(0x8825)
    made = await make_picture(BytesIO(sent))
    for rendition in (made.large, made.small):
        assert CANARY not in rendition.content
        read = Image.open(BytesIO(rendition.content))
        assert not read.getexif()
        assert set(read.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density", "progressive", "progression"}


async def test_a_picture_is_made_small_enough() -> None:
    """Its longer side is bounded, its shape is kept, and there is a smaller one for lists."""
    made = await make_picture(BytesIO(picture(size=(4000, 3000))))
    assert (made.large.width, made.large.height) == (LONG, LONG * 3 // 4)
    assert (made.small.width, made.small.height) == (SHORT, SHORT * 3 // 4)
    assert Image.open(BytesIO(made.large.content)).size == (LONG, LONG * 3 // 4)


async def test_a_small_picture_stays_as_small() -> None:
    """Nothing is blown up."""
    made = await make_picture(BytesIO(picture(size=(30, 20))))
    assert (made.large.width, made.large.height, made.small.width) == (30, 20, 30)


async def test_a_picture_is_turned_upright() -> None:
    """A telephone that was held upright says so in the file, and what it says is gone afterwards."""
    exif = Image.Exif()
    exif[0x0112] = 6
    lying = Image.new("RGB", (200, 100), "white")
    lying.paste((255, 0, 0), (0, 0, 100, 100))
    written = BytesIO()
    lying.save(written, "JPEG", exif=exif.tobytes(), quality=95)
    made = await make_picture(BytesIO(written.getvalue()))
    read = Image.open(BytesIO(made.large.content))
    assert read.size == (100, 200)
    above, below = read.getpixel((50, 30)), read.getpixel((50, 170))
    assert isinstance(above, tuple)
    assert isinstance(below, tuple)
    assert above[1] < 60 < below[1]


async def test_what_can_be_seen_through_lies_on_white() -> None:
    """A drawing without ground is not black."""
    made = await make_picture(BytesIO(picture("PNG", colour=(0, 0, 0, 0))))
    assert Image.open(BytesIO(made.large.content)).getpixel((5, 5)) == (255, 255, 255)


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it is this large."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = [(b"IHDR", head), (b"IDAT", zlib.compress(b"\0" * 1000)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body)) for name, body in parts
    )


@pytest.mark.parametrize(("width", "height"), [(6000, 5000), (12_000, 12_000), (100_000, 100_000)])
async def test_a_picture_of_too_many_pixels_is_refused_before_it_is_decoded(width: int, height: int) -> None:
    """A small file may unpack to more than a machine has."""
    with pytest.raises(PictureTooLarge):
        await make_picture(BytesIO(bomb(width, height)))


async def test_a_file_of_too_many_bytes_is_refused() -> None:
    """Whatever is in it."""
    with pytest.raises(PictureTooLarge):
        await make_picture(BytesIO(picture() + bytes(LIMIT)))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no picture",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        picture("GIF"),
        picture("BMP"),
        picture("TIFF"),
        picture()[:300],
        picture("PNG", (200, 200))[:60],
        picture("WEBP")[:40],
        bomb(100, 100),
    ],
    ids=[
        "nothing",
        "text",
        "svg",
        "gif",
        "bmp",
        "tiff",
        "half a jpeg",
        "half a png",
        "half a webp",
        "a png without rows",
    ],
)
async def test_what_is_no_picture_of_these_kinds_is_refused(content: bytes) -> None:
    """By what is in the file: also what other kinds there are, and what breaks off."""
    with pytest.raises(Malformed):
        await make_picture(BytesIO(content))


async def test_a_picture_is_added_and_read(town: Town) -> None:
    """It is listed with its description and sizes, and anybody reads both sizes."""
    ground, path = await proposed(town)
    answer = await add(ground, path, picture(size=(2000, 1000)))
    assert answer.status_code == 201, answer.text
    (told,) = answer.json()["pictures"]
    assert (told["alt"], told["width"], told["height"], told["small_width"]) == (
        "A bench by the water.",
        1280,
        640,
        480,
    )
    for small, width in ((False, 1280), (True, 480)):
        read = await town.client.get(address(path, told["name"], small))
        assert (read.status_code, read.headers["content-type"]) == (200, "image/jpeg")
        assert Image.open(BytesIO(read.content)).width == width


async def test_a_picture_is_kept_by_browsers_and_by_nobody_between(town: Town) -> None:
    """For ever, because another one has another name; and it is no page, whatever a browser thinks."""
    ground, path = await proposed(town)
    told = (await add(ground, path, picture())).json()["pictures"][0]
    read = await town.client.get(address(path, told["name"]))
    assert read.headers["cache-control"] == "private, max-age=31536000, immutable"
    assert read.headers["x-content-type-options"] == "nosniff"
    assert read.headers["content-security-policy"] == "default-src 'none'; sandbox; frame-ancestors 'none'"
    assert "vary" not in read.headers
    again = await town.client.get(address(path, told["name"]), headers={"If-None-Match": read.headers["etag"]})
    assert again.status_code == 304


async def test_the_same_picture_twice_is_one(town: Town) -> None:
    """Whoever taps twice adds one picture, and a better description takes the place of the first."""
    ground, path = await proposed(town)
    await add(ground, path, picture())
    told = (await add(ground, path, picture(), "Two benches.")).json()["pictures"]
    assert [each["alt"] for each in told] == ["Two benches."]
    await town.work("civic")
    activity = (await town.client.get(path)).json()["activity"]
    assert [each["what"] for each in activity] == ["submitted", "pictured"]


async def test_there_is_room_for_three(town: Town) -> None:
    """A fourth is refused, until one is taken away."""
    ground, path = await proposed(town)
    for shade in (0, 60, 120):
        told = (await add(ground, path, picture(colour=(shade, 0, 0)))).json()["pictures"]
    refused = await add(ground, path, picture(colour=(180, 0, 0)))
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/pictures-full")
    await send(ground, "AMINA-1", "DELETE", f"{path}/pictures/{told[0]['name']}")
    assert len((await add(ground, path, picture(colour=(180, 0, 0)))).json()["pictures"]) == 3


async def test_five_at_once_are_three(town: Town) -> None:
    """Whoever comes at the same moment waits in line."""
    ground, path = await proposed(town)
    await ground.sign_in("AMINA-1")
    answers = await asyncio.gather(*(add(ground, path, picture(colour=(40 * at, 0, 0))) for at in range(5)))
    assert sorted(answer.status_code for answer in answers) == [201, 201, 201, 409, 409]
    assert len((await town.client.get(path)).json()["proposal"]["pictures"]) == 3


async def test_a_picture_is_taken_away(town: Town) -> None:
    """It is gone at once; twice is once."""
    ground, path = await proposed(town)
    name = (await add(ground, path, picture())).json()["pictures"][0]["name"]
    for _ in range(2):
        answer = await send(ground, "AMINA-1", "DELETE", f"{path}/pictures/{name}")
        assert (answer.status_code, answer.json()["pictures"]) == (200, [])
    assert (await town.client.get(address(path, name))).status_code == 404


async def test_what_is_no_name_of_a_picture_is_not_looked_up(town: Town) -> None:
    """Not in the database, which takes no NUL."""
    ground, path = await proposed(town)
    for name in ("bench.jpg", "%00", "x" * 64):
        assert (await send(ground, "AMINA-1", "DELETE", f"{path}/pictures/{name}")).status_code == 404, name


async def test_nobody_else_changes_the_pictures_of_a_proposal(town: Town) -> None:
    """Björn neither adds one nor takes one away."""
    ground, path = await proposed(town)
    name = (await add(ground, path, picture())).json()["pictures"][0]["name"]
    added = await add(ground, path, picture(colour=(1, 1, 1)), who="BJORN-2")
    taken = await send(ground, "BJORN-2", "DELETE", f"{path}/pictures/{name}")
    assert {answer.json()["type"] for answer in (added, taken)} == {"/problems/not-yours"}
    assert (await town.client.get(address(path, name))).status_code == 200


async def test_pictures_come_as_long_as_proposals_can_be_changed(town: Town) -> None:
    """When supporting has begun none is added, but whoever is in one may still mind."""
    ground, path = await proposed(town)
    name = (await add(ground, path, picture())).json()["pictures"][0]["name"]
    await owner(town, "update box.round set supporting_at = clock_timestamp() - interval '1 minute'")
    refused = await add(ground, path, picture(colour=(1, 1, 1)))
    assert refused.json()["facts"] == {"phase": "supporting", "needed": "proposing or reviewing"}
    answer = await send(ground, "AMINA-1", "DELETE", f"{path}/pictures/{name}")
    assert answer.json()["pictures"] == []


async def test_a_picture_without_a_description_is_refused(town: Town) -> None:
    """Somebody cannot see it."""
    ground, path = await proposed(town)
    for alt in ("", " ", "x" * 301, "a\nb"):
        assert (await add(ground, path, picture(), alt)).status_code == 400, alt


async def test_pictures_of_a_hidden_proposal_are_hidden(town: Town) -> None:
    """They are told away as the proposal is; its officers still see them, and once it is reopened so does everybody."""
    ground, path = await proposed(town)
    name = (await add(ground, path, picture())).json()["pictures"][0]["name"]
    await town.act("POST", f"{path}/review", json=HIDE)
    gone, proposal = await town.client.get(address(path, name)), await town.client.get(path)
    assert gone.status_code == proposal.status_code != 200
    officers = await town.client.get(f"/officer{address(path, name)}", headers=town.badge())
    assert (officers.status_code, officers.headers["cache-control"]) == (200, "no-store")
    kept = await send(ground, "AMINA-1", "DELETE", f"{path}/pictures/{name}")
    assert kept.json()["type"] == "/problems/settled"
    await town.act("POST", f"{path}/review", json={"state": "reopened", "reason": "A mistake."})
    assert (await town.client.get(address(path, name))).status_code == 200


async def test_officers_of_another_municipality_see_no_hidden_picture(town: Town) -> None:
    """Nor do residents by that address."""
    ground, path = await proposed(town)
    name = (await add(ground, path, picture())).json()["pictures"][0]["name"]
    await town.act("POST", f"{path}/review", json=HIDE)
    other = await town.hire("Ester", "Tomby")
    assert (await town.client.get(f"/officer{address(path, name)}", headers=town.badge(other))).status_code == 403
    assert (await town.client.get(f"/officer{address(path, name)}")).status_code == 401


async def test_who_takes_a_proposal_back_takes_its_pictures_back(town: Town) -> None:
    """Nothing of them is kept."""
    ground, path = await proposed(town)
    name = (await add(ground, path, picture())).json()["pictures"][0]["name"]
    await send(ground, "AMINA-1", "DELETE", path)
    assert (await town.client.get(address(path, name))).status_code == 404
    assert await owner(town, "select from civic.picture") == []


async def test_adding_pictures_is_limited_by_member(town: Town) -> None:
    """Each is work."""
    ground, path = await proposed(town)
    empty(town, PICTURING, member(town, await ground.voter("AMINA-1")))
    assert too_fast(await add(ground, path, picture()))
