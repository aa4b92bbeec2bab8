"""A house that looks like itself: its name, colours and logo on every page."""

from pathlib import Path

import msgspec
from litestar import Litestar

from tests.pages.visitor import Visitor
from tests.town import Town

PICTURE = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def branded(app: Litestar, folder: Path) -> None:
    """Give the house of this app a look of its own."""
    (folder / "logo.svg").write_bytes(PICTURE)
    file = folder / "brand.toml"
    file.write_text('name = "Hagaby <bostäder>"\ncolour = "#0a5b9c"\nlogo = "logo.svg"\n', encoding="utf-8")
    app.state.settings = msgspec.structs.replace(app.state.settings, brand=file)


async def test_a_house_shows_its_name_and_links_its_colours_after_ours(
    town: Town, visitor: Visitor, tmp_path: Path
) -> None:
    """The second stylesheet comes last, so its tokens hold; the name stands in the masthead and in the title."""
    branded(town.client.app, tmp_path)
    seen = await visitor.open("/")
    sheets = [link["href"].partition("?")[0] for link in seen.page.all("link") if link["rel"] == "stylesheet"]
    assert sheets == ["/static/byalag.css", "/static/brand.css"]
    assert seen.page.all("header")[0].text.startswith("Hagaby <bostäder>")
    assert seen.page.all("title")[0].text.endswith("· Hagaby <bostäder>")


async def test_its_stylesheet_and_logo_are_kept_by_version(town: Town, visitor: Visitor, tmp_path: Path) -> None:
    """Browsers keep both for ever, under an address that changes when they do."""
    branded(town.client.app, tmp_path)
    seen = await visitor.open("/")
    (picture,) = seen.page.all("img")
    links = [picture["src"], *(link["href"] for link in seen.page.all("link") if "brand.css" in link["href"])]
    for address in links:
        kept = await town.client.get(address)
        assert "immutable" in kept.headers["cache-control"]
        assert "immutable" not in (await town.client.get(address.partition("?")[0])).headers["cache-control"]


async def test_a_logo_runs_nothing(town: Town, tmp_path: Path) -> None:
    """A picture with a script in it, opened by itself, is under the policy that no script may run."""
    branded(town.client.app, tmp_path)
    answer = await town.client.get("/static/logo")
    assert answer.content == PICTURE
    assert answer.headers["content-security-policy"].startswith("default-src 'none'; style-src 'self'; img-src")


async def test_a_house_without_a_look_of_its_own_has_neither(town: Town) -> None:
    """There is nothing at these addresses then."""
    for address in ("/static/brand.css", "/static/logo"):
        assert (await town.client.get(address)).status_code == 404
