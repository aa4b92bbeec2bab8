"""Codes by e-mail and SMS: they reach one person, work once, and tell nobody whom the register has."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest
from httpx import Response
from msgspec.structs import replace

from schema.database import connect
from schema.gateways import MailGateway, TextGateway
from schema.one_time import LENGTH, TRIES
from schema.passes import open_pass
from schema.settings import Settings
from service.limits import CODES_OF_ROUND, CODES_TO_CONTACT
from service.store import contacts
from service.verbs.code_messages import LANGUAGES, code_message, no_code_message
from tests.builders import ADDRESS, MASTER_KEY
from tests.gateways import Post, Texts, code_in
from tests.people import connect_contact, owner
from tests.town import Ground, Town, open_town

AMINA, SHARED, NOBODY = "amina@example.se", "family@example.se", "nobody@example.se"
PHONE = "+46 70 123 45 67"


@pytest.fixture
async def opened(reachable: Town) -> Ground:
    """A round that is open, in which Amina has a mailbox and a telephone, and shares another mailbox with Björn."""
    ground = await reachable.open_round()
    await connect_contact(reachable, f"mail:{AMINA}", "AMINA-1")
    await connect_contact(reachable, "phone:46701234567", "AMINA-1")
    await connect_contact(reachable, f"mail:{SHARED}", "AMINA-1", "BJORN-2")
    return ground


async def ask(ground: Ground, address: str = AMINA, kind: str = "mail") -> Response:
    """Ask for a code."""
    sent = {"kind": kind, "address": address}
    return await ground.town.client.post(f"/api/rounds/{ground.id}/contact-codes", json=sent)


async def show(ground: Ground, code: str, address: str = AMINA, kind: str = "mail") -> Response:
    """Show a code."""
    sent = {"code": code, "contact": {"kind": kind, "address": address}}
    return await ground.town.client.post(f"/api/rounds/{ground.id}/sign-in", json=sent)


def refused(answer: Response, status: int, code: str) -> bool:
    """Whether this is that refusal."""
    return (answer.status_code, answer.json()["type"]) == (status, f"/problems/{code}")


async def test_a_code_by_mail_signs_in_as_the_letter_does(opened: Ground, post: tuple[Post, MailGateway]) -> None:
    """The passes are for the same person: same tag, same pots, whatever the way."""
    assert (await ask(opened, " Amina@Example.SE ")).status_code == 202
    answer = await show(opened, code_in(post[0].text()).lower().replace("-", " "))
    assert answer.status_code == 200, answer.text
    by_letter = await opened.sign_in("AMINA-1")
    assert tags(opened, answer.json()) == tags(opened, by_letter)


def tags(ground: Ground, passes: Any) -> list[bytes]:
    """Whom passes are for, as the box and the debate know them."""
    issuer, now = ground.town.ring.issuer, time.time()
    return [open_pass(passes["civic"], issuer, "civic", now).tag_bytes] + [
        open_pass(pot["token"], issuer, "box", now).tag_bytes for pot in passes["pots"]
    ]


async def test_a_code_by_sms_signs_in_as_the_letter_does(opened: Ground, texts: tuple[Texts, TextGateway]) -> None:
    """The gateway gets the number with its country, and the text."""
    assert (await ask(opened, PHONE, "phone")).status_code == 202
    assert texts[0].taken[0]["to"] == "+46701234567"
    answer = await show(opened, code_in(texts[0].taken[0]["text"]), "0046701234567", "phone")
    assert tags(opened, answer.json()) == tags(opened, await opened.sign_in("AMINA-1"))


async def test_a_house_with_a_country_takes_numbers_without_one(
    database_url: str, redis_url: str, texts: tuple[Texts, TextGateway]
) -> None:
    """On the register and from whoever asks for a code: both mean the same telephone."""
    swedish = Settings(database_url, redis_url, MASTER_KEY, ADDRESS, texts=texts[1], calling_code="46")
    async with open_town(swedish) as town:
        ground = await town.open_round(register="identity,area,birth_year,phone\nAMINA-1,North,1990,0701234567\n")
        assert (await ask(ground, "070-123 45 67", "phone")).status_code == 202
        answer = await show(ground, code_in(texts[0].taken[0]["text"]), PHONE, "phone")
        assert tags(ground, answer.json()) == tags(ground, await ground.sign_in("AMINA-1"))


async def test_taking_part_is_noted_by_date(opened: Ground, post: tuple[Post, MailGateway]) -> None:
    """Who signs in by mail is on the sheet of the day, as with a letter."""
    await ask(opened)
    await show(opened, code_in(post[0].text()))
    sheets = await owner(opened.town, "select refs from roll.participation")
    assert [list(row["refs"]) for row in sheets] == [[opened.town.ring.person_ref("AMINA-1")]]


async def test_whoever_is_asked_for_the_answer_is_the_same(opened: Ground) -> None:
    """One person, two, nobody: status, headers and body do not tell them apart."""
    answers = [await ask(opened, address) for address in (AMINA, SHARED, NOBODY)]
    seen = {(answer.status_code, answer.text, tuple(sorted(answer.headers))) for answer in answers}
    assert len(seen) == 1


async def test_whoever_is_asked_for_the_same_is_stored(opened: Ground) -> None:
    """A row for each, so that tries and times are alike as well; nothing of an address is in it."""
    for address in (AMINA, SHARED, NOBODY):
        await ask(opened, address)
    rows = await owner(opened.town, "select * from roll.contact_code c")
    assert len(rows) == 3
    assert "example" not in str(rows)


@pytest.mark.parametrize("address", [SHARED, NOBODY])
async def test_who_is_not_one_person_is_sent_to_the_letter(
    opened: Ground, post: tuple[Post, MailGateway], address: str
) -> None:
    """Two persons with one address, and none, get the same mail, without a code."""
    await ask(opened, address)
    assert post[0].text() == no_code_message(None, "Our street 2026").text
    assert "letter" in post[0].text()


async def test_a_code_for_an_address_that_two_came_to_share_signs_nobody_in(
    opened: Ground, post: tuple[Post, MailGateway]
) -> None:
    """Whom a contact stands for is looked at when the code comes back."""
    await ask(opened)
    await connect_contact(opened.town, f"mail:{AMINA}", "BJORN-2")
    assert refused(await show(opened, code_in(post[0].text())), 401, "wrong-one-time-code")


async def test_a_code_works_once(opened: Ground, post: tuple[Post, MailGateway]) -> None:
    """Used, it is gone from the database."""
    await ask(opened)
    code = code_in(post[0].text())
    assert (await show(opened, code)).status_code == 200
    assert refused(await show(opened, code), 401, "wrong-one-time-code")
    assert await owner(opened.town, "select * from roll.contact_code") == []


async def test_a_new_code_ends_the_one_before(opened: Ground, post: tuple[Post, MailGateway]) -> None:
    """Only the newest works."""
    await ask(opened)
    await ask(opened)
    first, second = (code_in(post[0].text(place)) for place in (0, 1))
    assert refused(await show(opened, first), 401, "wrong-one-time-code")
    assert (await show(opened, second)).status_code == 200


async def test_a_code_ends(opened: Ground, post: tuple[Post, MailGateway]) -> None:
    """After its time it is refused, and the next request takes it out of the database."""
    await ask(opened)
    await owner(opened.town, "update roll.contact_code set ends_at = ends_at - interval '30 minutes'")
    assert refused(await show(opened, code_in(post[0].text())), 401, "wrong-one-time-code")
    await ask(opened, NOBODY)
    assert len(await owner(opened.town, "select * from roll.contact_code")) == 1


async def test_a_code_works_for_ten_minutes_at_least(opened: Ground) -> None:
    """And for less than twenty: its end is on a full ten minutes, which tells no second."""
    await ask(opened)
    [row] = await owner(
        opened.town,
        "select ends_at - clock_timestamp() > interval '9 minutes 50 seconds' as long,"
        " ends_at - clock_timestamp() <= interval '20 minutes' as short, extract(second from ends_at) as second"
        " from roll.contact_code",
    )
    assert (row["long"], row["short"], row["second"]) == (True, True, 0)


async def test_after_five_tries_a_code_is_void(opened: Ground, post: tuple[Post, MailGateway]) -> None:
    """The right code as the sixth is refused as a wrong one is, and the tries were committed."""
    await ask(opened)
    for _ in range(TRIES):
        assert refused(await show(opened, "7K3M-9XQ2-B4TD"), 401, "wrong-one-time-code")
    assert refused(await show(opened, code_in(post[0].text())), 401, "wrong-one-time-code")


async def test_the_fifth_try_may_be_right(opened: Ground, post: tuple[Post, MailGateway]) -> None:
    """Four mistakes are forgiven."""
    await ask(opened)
    for _ in range(TRIES - 1):
        await show(opened, "7K3M-9XQ2-B4TD")
    assert (await show(opened, code_in(post[0].text()))).status_code == 200


async def test_the_database_allows_no_sixth_try(opened: Ground) -> None:
    """The table itself refuses it."""
    await ask(opened)
    with pytest.raises(asyncpg.CheckViolationError, match="contact_code_tries"):
        await owner(opened.town, "update roll.contact_code set tries = 6")


async def test_a_code_works_for_its_contact_alone(opened: Ground, post: tuple[Post, MailGateway]) -> None:
    """Shown for another address, or as a letter's, which has more signs, it is refused."""
    await ask(opened)
    await ask(opened, NOBODY)
    code = code_in(post[0].text(0))
    assert refused(await show(opened, code, NOBODY), 401, "wrong-one-time-code")
    letter = await opened.town.client.post(f"/api/rounds/{opened.id}/sign-in", json={"code": code})
    assert refused(letter, 401, "mistyped-code")


async def test_a_code_works_in_its_round_alone(opened: Ground, post: tuple[Post, MailGateway]) -> None:
    """Another round of the same municipality refuses it."""
    other = await opened.town.open_round(register=None)
    await ask(opened)
    assert refused(await show(other, code_in(post[0].text())), 401, "wrong-one-time-code")


@pytest.mark.parametrize(
    ("kind", "address"),
    [("mail", "amina"), ("mail", "a@b@example.se"), ("phone", "070-123 45 67"), ("phone", "+1 900 123 45 67")],
)
async def test_what_is_no_contact_is_refused_before_anything_is_sent(opened: Ground, kind: str, address: str) -> None:
    """No address, a number without its country, and one that costs whoever writes to it."""
    assert refused(await ask(opened, address, kind), 422, "bad-contact")
    assert await owner(opened.town, "select * from roll.contact_code") == []


async def test_a_round_that_is_not_announced_sends_nothing(reachable: Town, post: tuple[Post, MailGateway]) -> None:
    """A draft is not there for anybody but its officers."""
    ground = await reachable.draw_round()
    assert refused(await ask(ground), 404, "not-found")
    assert post[0].taken == []


async def test_a_house_without_gateways_sends_nothing(town: Town) -> None:
    """What it does not have is not a way to sign in."""
    ground = await town.open_round()
    for kind, address in (("mail", AMINA), ("phone", PHONE)):
        assert refused(await ask(ground, address, kind), 404, "no-gateway")
        assert refused(await show(ground, "7K3M-9XQ2-B4TD", address, kind), 404, "no-gateway")


@pytest.mark.parametrize("address", [AMINA, NOBODY])
async def test_a_mail_server_that_takes_nothing_is_told_plainly(
    opened: Ground, post: tuple[Post, MailGateway], address: str
) -> None:
    """Whoever was asked for: the answer is the same."""
    post[0].answer = "451 not now"
    assert refused(await ask(opened, address), 503, "gateway-away")


async def test_an_sms_gateway_that_takes_nothing_is_told_plainly(
    opened: Ground, texts: tuple[Texts, TextGateway]
) -> None:
    """Its own words are not passed on."""
    texts[0].status = 500
    assert refused(await ask(opened, PHONE, "phone"), 503, "gateway-away")


async def test_a_mail_server_that_is_away_is_told_plainly(database_url: str, redis_url: str) -> None:
    """Nobody listens."""
    gateway = MailGateway("127.0.0.1", 1, None, None, "offered", "vote@hagaby.example")
    async with open_town(Settings(database_url, redis_url, MASTER_KEY, ADDRESS, mail=gateway)) as town:
        assert refused(await ask(await town.open_round()), 503, "gateway-away")


async def test_a_mailbox_is_not_filled(opened: Ground, post: tuple[Post, MailGateway]) -> None:
    """Three codes at once, whichever way the address is written; the fourth has to wait."""
    for address in (AMINA, AMINA.upper(), f" {AMINA}"):
        assert (await ask(opened, address)).status_code == 202
    assert refused(await ask(opened), 429, "too-fast")
    assert len(post[0].taken) == CODES_TO_CONTACT.burst


async def test_without_redis_a_mailbox_is_not_filled_either(
    database_url: str, redis_url: str, post: tuple[Post, MailGateway]
) -> None:
    """Limits on sending and on tries hold when Redis is gone."""
    nowhere = Settings(database_url, redis_url, MASTER_KEY, ADDRESS, mail=post[1])
    async with open_town(replace(nowhere, redis_url="redis://127.0.0.1:1/0")) as town:
        ground = await town.open_round()
        answers = [(await ask(ground, NOBODY)).status_code for _ in range(CODES_TO_CONTACT.burst + 1)]
        tries = [(await show(ground, "7K3M-9XQ2-B4TD", NOBODY)).status_code for _ in range(TRIES + 1)]
        [row] = await owner(town, "select tries from roll.contact_code")
    assert answers == [202] * CODES_TO_CONTACT.burst + [429]
    assert (tries, row["tries"]) == ([401] * (TRIES + 1), TRIES)


WHOLE_WINDOW = """
select pg_sleep(seconds) from extract(epoch from
    date_bin('10 minutes', clock_timestamp(), 'epoch') + interval '10 minutes' - clock_timestamp()) as seconds
where seconds < 20
"""
"""Waits for the next ten minutes if these are about to end."""


@pytest.fixture
async def processes(database_url: str, redis_url: str, post: tuple[Post, MailGateway]) -> AsyncIterator[list[Ground]]:
    """One round as three processes of the service have it, each on its own because Redis is away."""
    nowhere = Settings(database_url, "redis://127.0.0.1:1/0", MASTER_KEY, ADDRESS, mail=post[1])
    async with open_town(nowhere) as one, open_town(nowhere) as two, open_town(nowhere) as three:
        ground = await one.open_round()
        await owner(one, WHOLE_WINDOW)
        yield [Ground(town, ground.id, ground.pots) for town in (one, two, three)]


async def test_without_redis_three_processes_fill_no_mailbox_together(processes: list[Ground]) -> None:
    """In ten minutes they send what one may, and say how long to wait; another mailbox gets its code."""
    answers = [await ask(ground) for _ in range(CODES_TO_CONTACT.burst) for ground in processes]
    sent = [answer for answer in answers if answer.status_code == 202]
    assert len(sent) == CODES_TO_CONTACT.within(600) == 5
    assert all(refused(answer, 429, "too-fast") for answer in answers if answer not in sent)
    assert 0 < max(answer.json()["facts"]["seconds"] for answer in answers if answer not in sent) <= 600
    assert (await ask(processes[0], NOBODY)).status_code == 202


async def test_without_redis_three_processes_send_no_more_for_a_round_than_one(processes: list[Ground]) -> None:
    """Whoever asks, and at which of them: the last code that is left is sent once, though three ask at a time."""
    town = processes[0].town
    assert (await ask(processes[0])).status_code == 202
    await owner(town, "update roll.contact_code set sent = $1", CODES_OF_ROUND.within(600) - 1)
    answers = await asyncio.gather(*(ask(ground, f"{at}@example.se") for at, ground in enumerate(processes)))
    assert sorted(answer.status_code for answer in answers) == [202, 429, 429]


async def test_after_ten_minutes_codes_are_sent_again(processes: list[Ground]) -> None:
    """What was counted is over."""
    for ground in processes:
        await asyncio.gather(ask(ground), ask(ground))
    await owner(processes[0].town, "update roll.contact_code set ends_at = ends_at - interval '10 minutes'")
    assert (await ask(processes[0])).status_code == 202


def test_guessing_is_hopeless() -> None:
    """With every try for every code that a round may send in a month, under 1e-9 guesses are expected to be right."""
    month = 31 * 24 * 3600
    codes = CODES_OF_ROUND.burst + month / CODES_OF_ROUND.seconds
    assert codes * TRIES / 32**LENGTH < 1e-9


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_says_all_of_it(language: str) -> None:
    """The round's name, the code on a line of its own, and nothing that was left open."""
    with_code, without = code_message(language, "Our street", "7K3M-9XQ2-B4TD"), no_code_message(language, "Our street")
    assert code_in(with_code.text) == "7K3M-9XQ2-B4TD"
    for text in (with_code.subject, with_code.text, without.subject, without.text):
        assert "Our street" in text
        assert "{" not in text


async def test_the_message_is_in_the_persons_language(opened: Ground, post: tuple[Post, MailGateway]) -> None:
    """The register's, whatever signs it is written in."""
    await owner(opened.town, "update roll.person set language = 'ar'")
    await ask(opened)
    code = code_in(post[0].text())
    assert post[0].text().strip() == code_message("ar", "Our street 2026", code).text.strip()
    assert post[0].taken[0]["Subject"] == "تسجيل الدخول: Our street 2026"


async def test_no_log_line_and_no_table_holds_an_address_or_a_code(
    opened: Ground, post: tuple[Post, MailGateway], caplog: pytest.LogCaptureFixture
) -> None:
    """Also not where a line says that a gateway refused, and while the code is good."""
    await ask(opened)
    code = code_in(post[0].text())
    post[0].answer = f"550 {AMINA} is not here"
    await ask(opened, NOBODY)
    said = "\n".join(record.getMessage() for record in caplog.records if not record.name.startswith("mail.log"))
    assert "gateway is away" in said
    [row] = await owner(opened.town, "select string_agg(c::text, ' ') as rows from roll.contact_code c")
    held = [each for each in (AMINA, NOBODY, code, code.replace("-", "")) if each in said + row["rows"]]
    assert held == []


async def test_two_who_show_one_code_at_once_are_not_both_signed_in(
    opened: Ground, post: tuple[Post, MailGateway]
) -> None:
    """The second waits until the first is done, and then there is no code."""
    await ask(opened)
    row = await owner(opened.town, "select round_id, contact_ref, code_hash from roll.contact_code")
    code = tuple(row[0])
    first, second = [await connect(opened.town.settings.database_url, "byalag_roll") for _ in range(2)]
    async with first.transaction():
        assert await contacts.try_contact_code(first, *code)
        waiting = asyncio.create_task(contacts.try_contact_code(second, *code))
        done, _ = await asyncio.wait([waiting], timeout=0.2)
        assert not done
        await contacts.delete_contact_code(first, *code[:2])
    assert not await waiting
    await asyncio.gather(first.close(), second.close())
