"""Every address of the house, read from the application itself, with what to fill in, whom to ask as, and what to send.

A route with a parameter that is not known here fails a test, so that no new one is forgotten.
"""

from collections.abc import Iterator
from itertools import product
from urllib.parse import urlencode

import msgspec
from litestar import Litestar
from litestar.routes import HTTPRoute

from schema.settings import Settings
from service.app import make_app
from service.pages.shell import STATIC
from tests.builders import ADDRESS, MASTER_KEY

INJECTED = {"request", "house", "officer", "session", "claims"}
"""Parameters of handlers that come from the house and not from the address."""

MOVES = {
    "POST /api/acts/{act_id}/confirmation",
    "DELETE /api/officer/sessions",
    "POST /officer/sign-out",
    "POST /officer/account/totp",
    "POST /officer/account/totp/confirmation",
    "DELETE /api/rounds/{round_id}/auditors/{auditor_id}",
    "POST /officer/rounds/{round_id}/auditors/{auditor_id}/revocation",
}
"""What would move the round on, end the officer's session, revoke an auditor, or show the random secret of an app.
Confirming is looked at at the close and later.
"""

CANARY = 7
"""The number of the project that one of two houses votes for, in every pot."""


class Scene(msgspec.Struct, frozen=True):
    """What two houses have in common: ids, and what somebody called the observer holds, who votes alike in both.

    ``passes`` are by pot. ``key`` and ``receipt`` (a commitment) are of the observer's ballot in the first pot.
    ``leaves`` is how many ballots were in the ledger when the houses parted. ``crowd``: the passes, by name and pot, of
    those who do not vote alike.
    """

    round_id: str
    municipality: str
    pots: list[str]
    projects: list[str]
    proposals: list[str]
    officer: str
    second: str
    code: str
    passes: dict[str, str]
    civic: str
    key: str
    receipt: str
    auditor: str
    batch: str
    imported: str
    leaves: int
    crowd: dict[str, dict[str, str]]


class Route(msgspec.Struct, frozen=True):
    """A method at an address, with the names of what has to be filled in."""

    method: str
    path: str
    parameters: tuple[str, ...]
    queries: tuple[str, ...]

    @property
    def label(self) -> str:
        """Its name."""
        return f"{self.method} {self.path}"


def routes(app: Litestar | None = None) -> list[Route]:
    """Every route there is, read from the application itself."""
    app = app or make_app(Settings("postgresql://nowhere", "redis://nowhere", MASTER_KEY, ADDRESS))
    found = []
    for route in app.routes:
        assert isinstance(route, HTTPRoute), f"nobody looks at {route.path}, which is not plain HTTP"
        parameters = tuple(route.path_parameters)
        for method, (handler, _) in route.route_handler_map.items():
            if method != "OPTIONS":
                declared = set(handler.parsed_fn_signature.parameters) - INJECTED - set(parameters)
                found.append(Route(str(method), route.path_format, parameters, tuple(sorted(declared))))
    return sorted(found, key=lambda route: (route.path, route.method))


def fillings(scene: Scene, method: str) -> dict[str, list[str]]:
    """What may stand in each part of an address."""
    return {
        "round_id": [scene.round_id],
        "pot_id": scene.pots,
        "municipality_id": [scene.municipality],
        "project_id": scene.projects[CANARY - 1 : CANARY],
        "proposal_id": [scene.proposals[0], scene.proposals[-1]] if method == "GET" else scene.proposals[:1],
        "commitment": [scene.receipt],
        "auditor_id": [scene.auditor],
        "batch_id": [scene.batch],  # of papers; of codes there is none
        "argument_id": [scene.round_id],  # there is none, so nothing is hidden or answered
        "draft_id": [scene.round_id],  # there is none, so nothing is deleted
        "appeal_id": [scene.round_id],  # there is none, so nothing is answered
        "session_id": [scene.round_id],
        "officer_id": [scene.round_id],
        "import_id": [scene.imported],
        "ledger_id": ["00000000-0000-0000-0000-000000000000"],  # that of the house itself
        "webhook_id": [scene.round_id],  # there is none, so nothing is removed
        "level": ["0"],
        "place": ["000.p/1", f"000.p/{scene.leaves}"],
        "act": ["take-back"],
        "act_id": [scene.round_id],  # there is none, so nothing is withdrawn
        "noun": ["project"],
        "of_id": scene.projects[CANARY - 1 : CANARY],
        "language": ["ar"],
        "slug": ["not-counted", "not-open"],
        "name": [min(STATIC)],
        "path": ["openapi.yaml"],
        "picture": ["0" * 64 + ".jpg"],  # there is none of that name
        "provider": ["bank"],  # there is none, so nobody is led away
        "link": ["nobodys"],
    }


def questions(scene: Scene, route: Route) -> dict[str, str]:
    """What may stand behind the question mark."""
    listed = "proposals" in route.path or route.path.startswith("/officer/rounds")
    an_id = scene.proposals[0] if listed else scene.round_id
    return {
        "after": "0" if route.path.endswith("/checkpoints") else "999999" if "audit" in route.path else an_id,
        "round_id": scene.round_id,
        "officer_id": "",
        "since": "2026-01-01",
        "until": "2126-01-01",
        "older": "1",
        "newer": "1" if "audit" in route.path else str(scene.leaves),
        "commitment": scene.receipt,
        "names": "area=area",
        "q": "Canary",
        "area": "",
        "theme": "",
        "near": "0,0",
        "alt": "A bench.",
        "name_field": "name",
        "seed": "1",
        "queue": "shortlisted",
        "of": "proposals",
        "side": "against",
        "argument": "",
        "note": "needed",
        "done": "confirm",
        "pot": scene.pots[0],
        "number": "1",
        "v": "0",
        "revision": "1",
        "language": "sv",
        "is_test": "true",
        "again": "false",
    }


def unknown(route: Route, scene: Scene) -> list[str]:
    """The parameters of a route that nothing is known to fill."""
    known, asked = fillings(scene, route.method), questions(scene, route)
    return [name for name in route.parameters if name not in known] + [
        name for name in route.queries if name not in asked
    ]


def addresses(route: Route, scene: Scene) -> Iterator[str]:
    """The route with everything filled in, and once more with its query."""
    known, asked = fillings(scene, route.method), questions(scene, route)
    for values in product(*(known[name] for name in route.parameters)):
        path = route.path
        for name, value in zip(route.parameters, values, strict=True):
            path = path.replace(f"{{{name}}}", value)
        if route.method == "GET" or not route.queries:
            yield path
        if route.queries:
            yield f"{path}?{urlencode({name: asked[name] for name in route.queries})}"


def callers(scene: Scene, path: str) -> dict[str, dict[str, str]]:
    """Everybody who may ask for an address, with the headers they send."""
    shown = {"nobody": None, "voter": scene.passes[_pot(scene, path)], "member": scene.civic, "officer": scene.officer}
    accept = {} if path.startswith("/api") else {"Accept": "text/html"}
    return {whom: accept | ({"Authorization": f"Bearer {token}"} if token else {}) for whom, token in shown.items()}


def _pot(scene: Scene, path: str) -> str:
    """The pot of an address; the first one where there is none in it."""
    return next((pot for pot in scene.pots if pot in path), scene.pots[0])


def _usual(path: str) -> str:
    """Who is most at home at an address."""
    return "officer" if path.startswith("/officer") else "voter" if path.endswith("/ballot") else "nobody"


Body = tuple[str, bytes, dict[str, str]]
"""Who sends it, what, and with which headers."""


def requests(route: Route, scene: Scene) -> Iterator[tuple[str, Body]]:
    """All that is asked of a route: by everybody at its first address, at the others by who is at home there."""
    for place, path in enumerate(addresses(route, scene)):
        headers = callers(scene, path)
        for whom, body, more in bodies(route, scene, path):
            if not place or body.strip(b"{}") or whom == _usual(path):
                yield path, (whom, body, headers[whom] | more)


def bodies(route: Route, scene: Scene, path: str) -> list[Body]:
    """What is sent to an address: by everybody nothing of use, and where that shows something, what is meant to be."""
    if route.method == "GET":
        return [(whom, b"", {}) for whom in callers(scene, path)]
    api = path.startswith("/api")
    kind = {"Content-Type": "application/json" if api else "application/x-www-form-urlencoded"}
    empty = b"{}" if api else b""
    return [
        *((whom, empty, kind) for whom in callers(scene, path)),
        *(_sent if api else _forms)(route, scene, path, kind),
    ]


def _sent(route: Route, scene: Scene, path: str, kind: dict[str, str]) -> list[Body]:
    """JSON: a replay of the observer's first ballot, a late change of it, and her code."""
    ballot = {"choices": [1, 2], "base_revision": 0}
    match route.label:
        case "POST /api/pots/{pot_id}/ballots" if scene.pots[0] in path:
            replay = kind | {"Idempotency-Key": f"{scene.key}-{scene.pots[0]}"}
            late = kind | {"Idempotency-Key": "asked-once-more"}
            return [
                ("voter", msgspec.json.encode(ballot), replay),
                ("voter", msgspec.json.encode(ballot | {"base_revision": 99}), late),
            ]
        case "POST /api/rounds/{round_id}/sign-in":
            return [("nobody", msgspec.json.encode({"code": scene.code}), kind)]
    return []


def _forms(route: Route, scene: Scene, path: str, kind: dict[str, str]) -> list[Body]:
    """Forms of pages that show something for a pass or a code."""
    box, civic, code = ("pass", scene.passes[_pot(scene, path)]), ("pass", scene.civic), ("code", scene.code)
    forms: list[list[tuple[str, str]]] = []
    match route.label:
        case "POST /pots/{pot_id}/ballot":
            forms = [[box], [box, ("press", "add"), ("choices", str(CANARY))]]
        case "POST /pots/{pot_id}/ballots" if scene.pots[0] in path:
            forms = [[box, ("choices", "1"), ("base_revision", "99"), ("idempotency_key", "asked-once-more")]]
        case "POST /rounds/{round_id}/sign-in":
            forms = [[code], [code, ("then", "ballot"), ("pot", scene.pots[0])]]
        case "POST /rounds/{round_id}/supports" | "POST /rounds/{round_id}/proposals/new":
            forms = [[civic]]
        case "POST /proposals/{proposal_id}/arguments/new" | "POST /proposals/{proposal_id}/edit":
            forms = [[civic]]
        case "POST /proposals/{proposal_id}/withdrawal/new" | "POST /proposals/{proposal_id}/withdrawal":
            forms = [[civic]]
        case "POST /proposals/{proposal_id}/support" | "POST /proposals/{proposal_id}/unsupport":
            forms = [[civic]]
    return [("nobody", urlencode(form).encode(), kind) for form in forms]
