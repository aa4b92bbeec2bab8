"""What becomes of a round's projects as an Atom feed (RFC 4287), to follow it without an account."""

from datetime import datetime
from xml.etree.ElementTree import Element, SubElement, tostring

from service.languages import Text, _, spoken
from service.pages import words
from service.store.deliveries import Delivery
from service.verbs.deliveries import FollowedProject, Following

ATOM = "application/atom+xml"

_NO_XML = str.maketrans("", "", "\ufffe\uffff")
"""Signs that a text of ours may hold, and no XML may."""


def feed(following: Following, address: str) -> bytes:
    """The feed, the newest first; ``address`` is that of the page. An entry's id is its delivery's, and stays."""
    found = following.round
    told = sorted(
        ((each, project) for pot in following.pots for project in pot.projects for each in project.deliveries),
        key=lambda pair: pair[0].told_at,
        reverse=True,
    )
    root = Element("feed", {"xmlns": "http://www.w3.org/2005/Atom", "xml:lang": spoken()})
    _say(root, "id", found.id.urn)
    _say(root, "title", _("What became of the projects: {name}", name=found.name))
    _say(root, "updated", _written(told[0][0].told_at if told else found.published_at))
    _say(SubElement(root, "author"), "name", found.municipality)
    SubElement(root, "link", {"rel": "self", "type": ATOM, "href": f"{address}.atom?lang={spoken()}"})
    SubElement(root, "link", {"rel": "alternate", "type": "text/html", "href": address})
    for delivery, project in told:
        _add_entry(root, delivery, project, f"{address}#d-{delivery.id}", found.currency)
    written: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def _add_entry(root: Element, delivery: Delivery, project: FollowedProject, address: str, currency: str) -> None:
    entry = SubElement(root, "entry")
    _say(entry, "id", delivery.id.urn)
    _say(entry, "title", f"{project.title}: {_(words.DELIVERIES[delivery.state])}", project.title)
    _say(entry, "updated", _written(delivery.told_at))
    SubElement(entry, "link", {"rel": "alternate", "type": "text/html", "href": address})
    facts = [delivery.says]
    if delivery.spent is not None:
        sums = {"spent": words.money(delivery.spent, currency), "got": words.money(project.got, currency)}
        facts.append(_("{spent} spent so far; the project got {got}.", **sums))
    if delivery.expected_on:
        facts.append(_("Expected to be done on {day}.", day=words.dated(delivery.expected_on)))
    _say(entry, "content", "\n\n".join(facts), delivery.says)


def _say(parent: Element, name: str, text: str, of: str = "") -> None:
    """Add an element with a text; it is in the language of what somebody wrote and it is made ``of``, or the feed's."""
    element = SubElement(parent, name)
    element.text = text.translate(_NO_XML)
    if isinstance(of, Text) and of.language not in {"", spoken()}:
        element.set("xml:lang", of.language)


def _written(at: datetime | None) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"
