"""A round's news as an Atom feed (RFC 4287): its steps, and what becomes of its projects."""

from datetime import datetime
from operator import attrgetter
from uuid import UUID, uuid5
from xml.etree.ElementTree import Element, SubElement, tostring

import msgspec

from service.languages import Text, _, spoken
from service.pages import words
from service.store.deliveries import Delivery
from service.store.rounds import Round
from service.verbs.deliveries import FollowedPot, FollowedProject

ATOM = "application/atom+xml"

_NO_XML = str.maketrans("", "", "\ufffe\uffff")
"""Signs that a text of ours may hold, and no XML may."""


class Entry(msgspec.Struct, frozen=True):
    """Something that happened, under an id that stays in every language and whatever follows."""

    id: UUID
    title: str
    updated_at: datetime
    address: str
    content: str


def feed(found: Round, pots: list[FollowedPot], address: str) -> bytes:
    """The feed, the newest first; ``address`` is that of the round's page. ``pots`` are those with an outcome."""
    told = [
        _told(delivery, project, f"{address}/delivery#d-{delivery.id}", found.currency)
        for pot in pots
        for project in pot.projects
        for delivery in project.deliveries
    ]
    entries = sorted([*told, *_steps(found, address)], key=attrgetter("updated_at"), reverse=True)
    root = Element("feed", {"xmlns": "http://www.w3.org/2005/Atom", "xml:lang": spoken()})
    _say(root, "id", found.id.urn)
    _say(root, "title", found.name)
    _say(root, "updated", _written(entries[0].updated_at))
    _say(SubElement(root, "author"), "name", found.municipality)
    SubElement(root, "link", {"rel": "self", "type": ATOM, "href": f"{address}/news.atom?lang={spoken()}"})
    SubElement(root, "link", {"rel": "alternate", "type": "text/html", "href": address})
    for entry in entries:
        _add_entry(root, entry)
    written: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def _steps(found: Round, address: str) -> list[Entry]:
    """What has begun of the round. A round that is public was announced, so there is one at least."""
    return [
        Entry(uuid5(found.id, step.phase), step.title, step.begins_at, address, step.says)
        for step in words.timeline(found)
        if step.begins_at and step.state != "later"
    ]


def _told(delivery: Delivery, project: FollowedProject, address: str, currency: str) -> Entry:
    facts = [delivery.says]
    if delivery.spent is not None:
        sums = {"spent": words.money(delivery.spent, currency), "got": words.money(project.got, currency)}
        facts.append(_("{spent} spent so far; the project got {got}.", **sums))
    if delivery.expected_on:
        facts.append(_("Expected to be done on {day}.", day=words.dated(delivery.expected_on)))
    title = f"{project.title}: {_(words.DELIVERIES[delivery.state])}"
    said = (_worded(title, project.title), _worded("\n\n".join(facts), delivery.says))
    return Entry(delivery.id, said[0], delivery.told_at, address, said[1])


def _worded(text: str, of: str) -> str:
    """A text in the language of what somebody wrote, of which most of it is."""
    return Text(text, of.language, of.language) if isinstance(of, Text) else text


def _add_entry(root: Element, told: Entry) -> None:
    entry = SubElement(root, "entry")
    _say(entry, "id", told.id.urn)
    _say(entry, "title", told.title)
    _say(entry, "updated", _written(told.updated_at))
    SubElement(entry, "link", {"rel": "alternate", "type": "text/html", "href": told.address})
    _say(entry, "content", told.content)


def _say(parent: Element, name: str, text: str) -> None:
    element = SubElement(parent, name)
    element.text = text.translate(_NO_XML)
    if isinstance(text, Text) and text.language not in {"", spoken()}:
        element.set("xml:lang", text.language)


def _written(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"
