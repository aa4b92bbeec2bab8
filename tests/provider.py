"""An OpenID provider on this machine: it signs in whoever it is told to, keeps the rules, and breaks them on demand."""

import base64
import hashlib
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, unquote_plus, urlencode, urlsplit

import msgspec
from joserfc import jwk, jwt

from schema.gateways import Directory, Provider
from tests.gateways import served

CLIENT, SECRET = "hagaby", "a secret: with a colon"
STRONG = "urn:strong"
Json = dict[str, Any]

TIMES = {"exp", "iat", "nbf", "auth_time"}

KEYS: dict[str, jwk.ECKey | jwk.RSAKey] = {
    "ES256": jwk.ECKey.generate_key("P-256", {"kid": "es", "use": "sig"}),
    "RS256": jwk.RSAKey.generate_key(2048, {"kid": "rs", "use": "sig", "alg": "RS256"}),
    "PS256": jwk.RSAKey.generate_key(2048, {"kid": "ps", "use": "sig", "alg": "PS256"}),
}
STRANGER = jwk.ECKey.generate_key("P-256", {"kid": "es", "use": "sig"})


def half_hash(token: str) -> str:
    """The claim ``at_hash`` for an access token."""
    return base64.urlsafe_b64encode(hashlib.sha256(token.encode()).digest()[:16]).rstrip(b"=").decode()


class Bank:
    """The provider. ``who`` is signed in; ``claims`` are said instead of the true ones, and None leaves one out. Times
    among them are in seconds from now.

    ``down`` are paths that answer 500, ``answers`` bodies that are sent instead, ``error`` what is answered instead of
    a code, ``besides`` what goes along with it, and ``sign`` makes the token of header and claims. ``asked`` has every
    path in order, and ``requested`` what the last browser brought.
    """

    def __init__(self) -> None:
        self.issuer = ""
        self.who = "AMINA-1"
        self.algorithm = "ES256"
        self.published = list(KEYS.values())
        self.claims: Json = {}
        self.access_token: str | None = "an access token"
        self.document: Json = {}
        self.down: set[str] = set()
        self.answers: dict[str, bytes] = {}
        self.error: str | None = None
        self.besides: dict[str, str] = {}
        self.sign: Callable[[Json, Json], str] = self.signed
        self.asked: list[str] = []
        self.requested: dict[str, str] = {}
        self._codes: dict[str, dict[str, str]] = {}

    def provider(self, **changes: Any) -> Provider:
        """How a house knows it."""
        known: Json = {
            "name": "Hagaby Bank",
            "issuer": self.issuer,
            "client_id": CLIENT,
            "client_secret": SECRET,
            "identity": "https://bank.example/personal-number",
            "acr": (STRONG,),
        }
        return Provider(**(known | changes))

    def directory(self, **changes: Any) -> Directory:
        """How a house whose officers it knows does."""
        known: Json = {"name": "Hagaby Hall", "issuer": self.issuer, "client_id": CLIENT, "client_secret": SECRET}
        return Directory(**(known | changes))

    def signed(self, header: Json, claims: Json) -> str:
        """A token signed with the key of its algorithm."""
        return jwt.encode(header, claims, KEYS[header["alg"]], algorithms=[header["alg"]])

    def discovery(self) -> Json:
        """What it publishes of itself."""
        said = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize?tenant=1",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
        }
        return said | self.document

    def keys(self) -> Json:
        """Its public keys."""
        return {"keys": [key.as_dict(private=False) for key in self.published]}

    def authorize(self, asked: dict[str, str]) -> str:
        """Where the browser goes next: back, with a code."""
        assert asked["code_challenge_method"] == "S256"
        self.requested = asked
        code = secrets.token_urlsafe()
        self._codes[code] = asked
        answer = {"error": self.error} if self.error else {"code": code}
        return f"{asked['redirect_uri']}?{urlencode(answer | {'state': asked['state']} | self.besides)}"

    def redeem(self, form: dict[str, str], badge: str) -> tuple[int, Json]:
        """What a code is worth: once, to the client that asked, with the verifier of its challenge."""
        name, _, secret = base64.b64decode(badge.removeprefix("Basic ")).decode().partition(":")
        if (unquote_plus(name), unquote_plus(secret)) != (CLIENT, SECRET):
            return 401, {"error": "invalid_client"}
        asked = self._codes.pop(form["code"], None)
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if not asked or (asked["code_challenge"], asked["redirect_uri"]) != (challenge, form["redirect_uri"]):
            return 400, {"error": "invalid_grant"}
        now = int(time.time())
        claims: Json = {
            "iss": self.issuer,
            "sub": "a subject",
            "aud": CLIENT,
            "exp": now + 300,
            "iat": now,
            "nonce": asked["nonce"],
            "acr": STRONG,
            "amr": ["pwd", "mfa"],
            "auth_time": now,
            "https://bank.example/personal-number": self.who,
        }
        changes = {
            name: now + value if name in TIMES and isinstance(value, int | float) else value
            for name, value in self.claims.items()
        }
        claims = {name: value for name, value in (claims | changes).items() if value is not None}
        token = self.sign({"alg": self.algorithm, "kid": KEYS[self.algorithm].kid}, claims)
        beside = {"access_token": self.access_token} if self.access_token else {}
        return 200, {"id_token": token, "token_type": "Bearer"} | beside


@contextmanager
def bank() -> Iterator[Bank]:
    """A provider that is there."""
    made = Bank()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            match self._begin(parts.path):
                case "/.well-known/openid-configuration":
                    self._say(200, made.discovery())
                case "/keys":
                    self._say(200, made.keys())
                case "/authorize":
                    self._say(303, {}, made.authorize(_single(parts.query)))

        def do_POST(self) -> None:
            sent = self.rfile.read(int(self.headers["Content-Length"])).decode()
            if self._begin(self.path) == "/token":
                self._say(*made.redeem(_single(sent), self.headers["Authorization"] or ""))

        def _begin(self, path: str) -> str:
            made.asked.append(path)
            if path in made.down:
                self._say(500, {})
            elif path in made.answers:
                self._say(200, made.answers[path])
            else:
                return path
            return ""

        def _say(self, status: int, body: Json | bytes, location: str = "") -> None:
            sent = body if isinstance(body, bytes) else msgspec.json.encode(body)
            self.send_response(status)
            if location:
                self.send_header("Location", location)
            self.send_header("Set-Cookie", "provider=somebody")
            self.send_header("Content-Length", str(len(sent)))
            self.end_headers()
            self.wfile.write(sent)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with served(Handler) as address:
        made.issuer = address
        yield made


def _single(query: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(query, strict_parsing=True).items()}
