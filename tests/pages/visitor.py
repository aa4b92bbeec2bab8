"""Somebody with a browser that runs no script: opens addresses, fills in forms, presses buttons, inspects each page."""

from collections.abc import Sequence
from urllib.parse import urlencode, urljoin, urlsplit

from httpx import AsyncClient, Response

from tests.inspector import Element, inspect, parse

HTML = {"Accept": "text/html,application/xhtml+xml"}
CSP = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'{};"
    " base-uri 'none'; frame-ancestors 'none'"
)

Fields = list[tuple[str, str]]


class Visit:
    """An answer, inspected: no page with a fault gets past this."""

    def __init__(self, answer: Response) -> None:
        self.answer = answer
        self.status = answer.status_code
        self.headers = answer.headers
        self.html = answer.text
        policy = self.headers["content-security-policy"]
        self.form_targets = policy.partition("form-action 'self'")[2].partition(";")[0]
        runs = "; script-src 'self'" if "<script" in self.html else ""
        runs += "; connect-src 'self'" if "data-live" in self.html and runs else ""
        assert policy == CSP.format(self.form_targets) + runs
        assert self.headers["x-content-type-options"] == "nosniff"
        assert inspect(self.html) == [], answer.request.url.path
        self.page = parse(self.html)
        officers = any(form["action"].startswith("/officer") for form in self.page.all("form"))
        assert self.headers["referrer-policy"] == ("same-origin" if officers else "no-referrer")
        if 'name="pass"' in self.html or "officer/sign-out" in self.html:
            assert self.headers["cache-control"] == "no-store"

    @property
    def text(self) -> str:
        """The words of the page, each kind of blank as one space."""
        return self.page.all("main")[0].text

    @property
    def title(self) -> str:
        """The heading."""
        return self.page.all("h1")[0].text

    @property
    def alert(self) -> str:
        """What the page says that went wrong."""
        return " ".join(each.text for each in self.page.walk() if each["role"] == "alert")

    @property
    def buttons(self) -> list[str]:
        """What can be pressed in the main part."""
        return [button.text for button in self.page.all("main")[0].all("button")]

    def form(self, button: str) -> tuple[Element, Element]:
        """The form and the first button of this text."""
        for form in self.page.all("form"):
            for each in form.all("button"):
                if each.text.startswith(button):
                    return form, each
        raise AssertionError(f"no button {button!r} among {self.buttons}")

    def checked(self) -> list[str]:
        """The values of all boxes that are ticked."""
        return [each["value"] for each in self.page.all("input") if "checked" in each.attributes]


def filled(form: Element) -> Fields:
    """What a browser would send for a form as it stands."""
    fields: Fields = []
    for each in form.all("input", "textarea", "select"):
        if each.tag == "select":
            options = each.all("option")
            chosen = [option for option in options if "selected" in option.attributes] or options[:1]
            fields += [(each["name"], option["value"]) for option in chosen]
        elif each.tag == "textarea":
            fields.append((each["name"], "".join(part for part in each.parts if isinstance(part, str)).lstrip("\n")))
        elif each["type"] not in {"file", "image"} and (
            each["type"] not in {"checkbox", "radio"} or "checked" in each.attributes
        ):
            fields.append((each["name"], each["value"]))
    return fields


class Visitor:
    """A browser with one page open."""

    def __init__(self, client: AsyncClient) -> None:
        self.client = client
        self.at = "/"
        self.seen: Visit | None = None

    async def open(self, path: str, **headers: str) -> Visit:
        """Go to an address."""
        answer = await self.client.get(path, headers=HTML | headers, follow_redirects=True)
        return self._arrived(answer)

    async def press(
        self,
        button: str,
        ticks: Sequence[int] | None = None,
        files: dict[str, bytes] | None = None,
        token: str | None = None,
        **changes: str,
    ) -> Visit:
        """Press a button on the page; ``ticks`` are the boxes that are ticked then, ``changes`` what is typed.

        ``token`` takes the place of the pass in the form.
        """
        assert self.seen is not None
        form, pressed = self.seen.form(button)
        fields = filled(form)
        boxes = {each["name"] for each in form.all("input") if each["type"] in {"checkbox", "radio"}}
        fields += [(name, "") for name in boxes & set(changes) - {name for name, _ in fields}]
        known = {name for name, _ in fields}
        assert set(changes) <= known, f"no field {set(changes) - known}"
        if ticks is not None:
            fields = [pair for pair in fields if pair[0] != "choices"] + [("choices", str(tick)) for tick in ticks]
        fields = [(name, changes.get(name, value)) for name, value in fields]
        if token is not None:
            fields = [(name, token if name == "pass" else value) for name, value in fields]
        if pressed["name"]:
            fields.append((pressed["name"], pressed["value"]))
        if form["method"] == "get":
            return await self.open(f"{form['action']}?{urlencode(fields)}")
        return await self.send(pressed["formaction"] or form["action"], fields, files)

    async def cast(self, ticks: Sequence[int] | None = None, token: str | None = None) -> Visit:
        """Cast the ballot that is open: look at it once more, where it is not refused at once, and cast it then."""
        seen = await self.press("Cast my ballot", ticks, token=token)
        return await self.press("Cast this ballot") if "Cast this ballot" in seen.buttons else seen

    async def send(self, action: str, fields: Fields, files: dict[str, bytes] | None = None) -> Visit:
        """Send a form to an address of this site, or to one that the page may send forms to."""
        assert (
            self.seen is None or not urlsplit(action).netloc or action.startswith(self.seen.form_targets.strip() + "/")
        )
        address = urljoin(self.at, action)
        sent: dict[str, list[str]] = {}
        for name, value in fields:
            sent.setdefault(name, []).append(value)
        upload = {name: ("file.csv", content, "text/csv") for name, content in (files or {}).items()}
        headers = HTML if files or sent else HTML | {"Content-Type": "application/x-www-form-urlencoded"}
        answer = await self.client.post(
            address, data=sent, files=upload or None, headers=headers, follow_redirects=True
        )
        return self._arrived(answer)

    def _arrived(self, answer: Response) -> Visit:
        self.at = str(answer.url)
        self.seen = Visit(answer)
        return self.seen
