"""Admission: the one place where the table of rights is enforced, before anything of a request is read."""

from typing import Any

from litestar import Request
from litestar.types import ASGIApp, Receive, Scope, Send

from schema.errors import NotAllowed, RoleMissing, TotpDemanded
from service.acting import ACTING, Acting
from service.house import House
from service.people import officer_of
from service.reading import AnyRequest
from service.rights import Who, who_may
from service.store.roll import Officer


def admit(app: ASGIApp) -> ASGIApp:
    """Let those in who may use the route. Others are refused: NotSignedIn, RoleMissing, TotpDemanded, NotAllowed.

    Residents are let through here: their passes are checked where it is known for which round and pot.
    """

    async def admitted(scope: Scope, receive: Receive, send: Send) -> None:
        fields: Any = scope
        who = who_may(fields["method"], fields["path_template"])
        if isinstance(who, str) and who != "self":
            await app(scope, receive, send)
            return
        request: AnyRequest = Request(scope, receive, send)
        officer = request.state.officer = await known_officer(request, who)
        action = " ".join([fields["route_handler"].handler_name, *filter(None, [fields["path_params"].get("act")])])
        acting = ACTING.set(Acting(officer.id, action, fields["request_id"]))
        try:
            await app(scope, receive, send)
        finally:
            ACTING.reset(acting)

    return admitted


async def known_officer(request: AnyRequest, who: Who) -> Officer:
    """The officer who asks, when this is for them."""
    if not who:  # nobody placed the route
        raise NotAllowed()
    house: House = request.app.state.house
    officer = await officer_of(request, house)
    if not isinstance(who, str) and not who & officer.roles:
        raise RoleMissing(needed=" or ".join(sorted(who)), roles=" and ".join(sorted(officer.roles)))
    if who != "self" and officer.totp_demanded and not (officer.totp or officer.two_factors):
        raise TotpDemanded()
    return officer
