"""Keys, passes, commitments and receipts: golden bytes, and nothing that can be bent."""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema.ballots import commitment, receipt_holds, sign_receipt
from schema.errors import BadPass, Refusal
from schema.keys import Keys, KeysError, PublicKey, Purpose, Secret, Signer, member_of, person_ref, tag_of
from schema.passes import ALGORITHM, LIFETIME, SKEW, Issuer, Pass, UnknownKey, open_pass, seal_pass
from schema.styles import Approval, Knapsack, Ranked, Style, canonical

KEYS = Keys(bytes(range(32)))
IDENTITY = bytes(range(32))
PASSES, RECEIPTS = Signer(bytes(range(32))), Signer(bytes(32))
HOUSE = "https://x.example"
ROUND, POT = UUID(int=1), UUID(int=2)
NOW = 1_800_000_000
CLAIMS = Pass(HOUSE, "box", ROUND, POT, "approval", "ab" * 32, ALGORITHM, PASSES.key_id, NOW + LIFETIME)
MINUTE = datetime(2026, 5, 1, 12, 30, tzinfo=UTC)
PUBLISHED = PublicKey(PASSES.key_id, "passes", PASSES.public_bytes, MINUTE, None)
ISSUER = Issuer(HOUSE, [PUBLISHED])
RECEIPT = sign_receipt(HOUSE, ROUND, POT, b"\x01" * 32, MINUTE, RECEIPTS)


def test_a_person_is_hashed_with_a_key() -> None:
    """Golden bytes: another result would make strangers of everybody in the register."""
    for written in (" 19850312-1234 ", "198503121234"):
        assert person_ref(IDENTITY, written).hex() == "7f2b8d4ce8f1928c4d73bef61f110fdd113feab26b5bf78aa7731fb8a48a4560"


def test_a_person_has_another_pseudonym_in_each_room() -> None:
    """The box's tag and the debate's member cannot be joined without the round's key."""
    person = person_ref(IDENTITY, "a")
    assert tag_of(bytes(32), person) != member_of(bytes(32), person)


def test_a_person_has_another_tag_in_each_round() -> None:
    """Nobody is followed from round to round."""
    person = person_ref(IDENTITY, "a")
    assert tag_of(bytes(32), person) != tag_of(b"\x01" * 32, person)


def test_a_round_key_opens_for_its_round_only() -> None:
    """A wrapped key that was moved to another row is refused."""
    wrapped = KEYS.new_round_key(ROUND.bytes)
    assert len(KEYS.open_round_key(ROUND.bytes, wrapped)) == 32
    with pytest.raises(KeysError, match="another round"):
        KEYS.open_round_key(POT.bytes, wrapped)


def test_a_round_key_does_not_open_under_another_master_key() -> None:
    """Fail closed."""
    with pytest.raises(KeysError, match="another master key"):
        Keys(bytes(32)).open_round_key(ROUND.bytes, KEYS.new_round_key(ROUND.bytes))


@pytest.mark.parametrize("purpose", ["identity", "passes", "receipts", "checkpoints", "audit"])
def test_a_wrapped_key_opens_for_its_purpose_and_id_only(purpose: Purpose) -> None:
    """One that was moved to another row, or is opened with another master key, is refused; and so that it tells why."""
    secret = bytes(range(32, 64))
    stored = Secret("00" * 8, KEYS.wrap(purpose, "00" * 8, secret))
    assert KEYS.unwrap(purpose, stored) == secret
    assert secret not in stored.wrapped
    another: Purpose = "passes" if purpose == "identity" else "identity"
    for keys, wanted, moved in (
        (KEYS, another, stored),
        (KEYS, purpose, msgspec.structs.replace(stored, key_id="11" * 8)),
        (Keys(bytes(32)), purpose, stored),
    ):
        with pytest.raises(KeysError, match="the master key does not open"):
            keys.unwrap(wanted, moved)


def test_the_commitment_is_the_same_on_every_machine() -> None:
    """Golden bytes of the canonical encoding, version 1."""
    assert (
        commitment(ROUND, POT, "approval", bytes(32), (3, 7)).hex()
        == "8302f5a63dedc168de85ea383dd94a46aae3c8d79439fa98380498c4bb94bfb0"
    )


@pytest.mark.parametrize(
    ("style", "choices", "points", "golden"),
    [
        ("cumulative", (3, 7), (2, 1), "ccb291da16b7fb03bdb05f46ddec1a60857d3f1edf0ce8dfbf1a795260a9a92f"),
        ("ranked", (7, 3), (), "69965f068df333b5de13b5b0d2e24c12973b1f8404142e187ee50d6a67674d48"),
        ("scored", (3, 7), (100_000, 1), "0d5fc4e3468091b3fd3196a5146d69675db91158a876597ecd35d141e97f5668"),
        ("scored", (), (), "37e1f4ee02c8e256c69914ce6e0d19cd63d2d5b7db5229b17ab994f0adc3a805"),
        ("approval", (), (), "e5cdf59aa217cf593a60ee50c0df624e8986b9277a785e8b21f73a8473118784"),
        ("approval", None, (), "8f35ba68c5178475b4769a9f75f8252895c8457bb898ccb6ccd79197705b743f"),
        ("ranked", None, (), "e2a2e03530af1a8348f4768ce25a6139163e7b0daec1cc6e929613f244855122"),
        ("cumulative", None, (), "9b6490d0f98c891d216de430b0131cda2a8d83c1ef0db1b5a9b6bf5ecc74a0a5"),
    ],
)
def test_places_points_and_withdrawals_are_committed_to(
    style: str, choices: tuple[int, ...] | None, points: tuple[int, ...], golden: str
) -> None:
    """Golden bytes of ballots that hold more than a set, of blank ones, and of withdrawals, which have no choices."""
    assert commitment(ROUND, POT, style, bytes(32), choices, points).hex() == golden


ENCODED = (
    "0000000f 6279616c61672062616c6c6f742031",  # byalag ballot 1
    "00000010 00000000000000000000000000000001",  # the round
    "00000010 00000000000000000000000000000002",  # the pot
    "00000008 617070726f76616c",  # approval
    f"00000020 {'00' * 32}",  # the nonce
)


@pytest.mark.parametrize(
    ("choices", "last"), [(None, ""), ((), "00000000"), ((3, 7), "00000008 00000003 00000007")], ids=str
)
def test_the_encoding_is_as_it_is_written_here(choices: tuple[int, ...] | None, last: str) -> None:
    """Every part after its length; a blank ballot has an empty part of choices, and a withdrawal ends without one."""
    written = hashlib.sha256(bytes.fromhex("".join([*ENCODED, last]))).digest()
    assert commitment(ROUND, POT, "approval", bytes(32), choices) == written


Encoded = tuple[bytes, bytes, str, bytes, tuple[int, ...] | None, tuple[int, ...]]
SAMPLES: dict[str, Encoded] = {
    "approval": (ROUND.bytes, POT.bytes, "approval", bytes(32), (3, 7), ()),
    "ranked": (ROUND.bytes, POT.bytes, "ranked", bytes(range(32)), (7, 3, 100_000), ()),
    "cumulative": (ROUND.bytes, POT.bytes, "cumulative", b"\xff" * 32, (3, 7), (2, 1)),
    "blank": (ROUND.bytes, POT.bytes, "knapsack", bytes(range(32)), (), ()),
    "withdrawn": (ROUND.bytes, POT.bytes, "approval", bytes(range(32)), None, ()),
}


def committed(parts: Encoded) -> bytes:
    """The commitment to these parts."""
    round_id, pot_id, style, nonce, choices, points = parts
    return commitment(UUID(bytes=round_id), UUID(bytes=pot_id), style, nonce, choices, points)


def flipped(raw: bytes, bits: int = 8) -> Iterator[bytes]:
    """The same with another bit, one after the other, of the lower ``bits`` of each byte."""
    for place in range(len(raw)):
        for bit in range(bits):
            yield raw[:place] + bytes([raw[place] ^ 1 << bit]) + raw[place + 1 :]


def bent(parts: Encoded) -> Iterator[Encoded]:
    """The same parts with one other bit in one of them, in every way there is."""
    round_id, pot_id, style, nonce, choices, points = parts
    yield from ((other, pot_id, style, nonce, choices, points) for other in flipped(round_id))
    yield from ((round_id, other, style, nonce, choices, points) for other in flipped(pot_id))
    yield from ((round_id, pot_id, other.decode(), nonce, choices, points) for other in flipped(style.encode(), 7))
    yield from ((round_id, pot_id, style, other, choices, points) for other in flipped(nonce))
    yield from ((round_id, pot_id, style, nonce, other, points) for other in bent_numbers(choices or ()))
    yield from ((round_id, pot_id, style, nonce, choices, other) for other in bent_numbers(points))


def bent_numbers(numbers: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    """The same numbers with one other bit in one of them."""
    for place, number in enumerate(numbers):
        for bit in range(32):
            yield (*numbers[:place], number ^ 1 << bit, *numbers[place + 1 :])


@pytest.mark.parametrize("sample", SAMPLES)
def test_every_bit_of_a_commitment_matters(sample: str) -> None:
    """Whatever bit of round, pot, style, nonce, choice or point is another, so is the commitment; exhaustively."""
    parts = SAMPLES[sample]
    others = list(bent(parts))
    numbers = len(parts[4] or ()) + len(parts[5])
    assert len(others) == 8 * (16 + 16 + 32) + 7 * len(parts[2]) + 32 * numbers
    assert len({committed(parts), *map(committed, others)}) == len(others) + 1


def test_a_style_is_named_in_signs_that_have_one_form_only() -> None:
    """What could be written in two ways, as é can, is refused."""
    with pytest.raises(UnicodeEncodeError):
        commitment(ROUND, POT, "rangé", bytes(32), ())


@pytest.mark.parametrize(("style", "same"), [(Approval(2), True), (Knapsack(10), True), (Ranked(2), False)], ids=str)
def test_the_order_of_choices_matters_where_they_are_ranked(style: Style, same: bool) -> None:
    """In the other styles they are committed to in the order of their numbers, however they were sent."""
    first, second = (commitment(ROUND, POT, "a", bytes(32), *canonical(style, sent, ())) for sent in ((7, 3), (3, 7)))
    assert (first == second) is same


NUMBERS = st.lists(st.integers(1, 100_000), max_size=3)


@given(st.none() | NUMBERS, st.none() | NUMBERS, NUMBERS, NUMBERS)
def test_another_ballot_has_another_commitment(
    one: list[int] | None, other: list[int] | None, points: list[int], others: list[int]
) -> None:
    """A commitment binds the choices, their order and their points, and whether there is a ballot at all."""
    points, others = points if one is not None else [], others if other is not None else []
    first = commitment(ROUND, POT, "a", bytes(32), one, points)
    second = commitment(ROUND, POT, "a", bytes(32), other, others)
    assert (first == second) == ((one, points) == (other, others))


def test_parts_of_a_commitment_do_not_run_into_each_other() -> None:
    """Every part carries its length."""
    assert commitment(ROUND, POT, "ab", bytes(32), ()) != commitment(ROUND, POT, "a", b"b" + bytes(31), ())


def test_every_bit_of_a_pass_matters() -> None:
    """Flipped anywhere, it is refused; exhaustively."""
    token = seal_pass(CLAIMS, PASSES).encode()
    assert open_pass(token.decode(), ISSUER, "box", NOW) == CLAIMS
    opened = 0
    for place in range(len(token)):
        for bit in range(7):
            bent = bytearray(token)
            bent[place] ^= 1 << bit
            try:
                opened += open_pass(bent.decode("ascii"), ISSUER, "box", NOW) != CLAIMS
            except (Refusal, UnknownKey):
                continue
    assert opened == 0


@pytest.mark.parametrize("later", [0, LIFETIME, LIFETIME + SKEW])
def test_a_pass_lives_a_quarter_of_an_hour_and_a_minute_for_slow_clocks(later: int) -> None:
    """Until its very last second."""
    assert open_pass(seal_pass(CLAIMS, PASSES), ISSUER, "box", NOW + later) == CLAIMS


def test_a_pass_signed_by_another_key_is_refused() -> None:
    """Also by our own, when it is the wrong one: under the name of the right one, or under its own."""
    with pytest.raises(BadPass, match="not signed by this house"):
        open_pass(seal_pass(CLAIMS, RECEIPTS), ISSUER, "box", NOW)
    named = msgspec.structs.replace(CLAIMS, key_id=RECEIPTS.key_id)
    receipts = PublicKey(RECEIPTS.key_id, "receipts", RECEIPTS.public_bytes, MINUTE, None)
    with pytest.raises(UnknownKey):
        open_pass(seal_pass(named, RECEIPTS), Issuer(HOUSE, [PUBLISHED, receipts]), "box", NOW)


@pytest.mark.parametrize(("seconds", "good"), [(0, True), (SKEW, True), (SKEW + 1, False), (3600, False)])
def test_a_retired_key_signs_no_new_pass(seconds: int, good: bool) -> None:
    """What it signed before lives on; what somebody who stole it signs later does not."""
    retired_at = datetime.fromtimestamp(NOW - seconds, UTC)
    issuer = Issuer(HOUSE, [msgspec.structs.replace(PUBLISHED, retired_at=retired_at)])
    token = seal_pass(CLAIMS, PASSES)
    if good:
        assert open_pass(token, issuer, "box", NOW) == CLAIMS
    else:
        with pytest.raises(BadPass, match="had been retired"):
            open_pass(token, issuer, "box", NOW)


def test_a_receipt_holds_as_it_was_signed() -> None:
    """To the minute."""
    assert RECEIPT.accepted_at == "2026-05-01T12:30Z"
    assert receipt_holds(RECEIPT, RECEIPTS)


@pytest.mark.parametrize("field", ["origin", "round_id", "pot_id", "commitment", "accepted_at", "key_id"])
def test_a_changed_receipt_does_not_hold(field: str) -> None:
    """Whatever was changed in it."""
    other = {"round_id": POT, "pot_id": ROUND}.get(field, "0" * len(str(getattr(RECEIPT, field))))
    assert not receipt_holds(msgspec.structs.replace(RECEIPT, **{field: other}), RECEIPTS)
