"""Addresses have one spelling each."""

import pytest

from schema.contacts import mail_contact, phone_contact


@pytest.mark.parametrize("text", ["amina@example.se", " Amina@Example.SE ", "AMINA@EXAMPLE.SE\n"])
def test_an_address_in_any_letters_is_one(text: str) -> None:
    """Case and blanks around it make no other address."""
    assert mail_contact(text) == "mail:amina@example.se"


@pytest.mark.parametrize(
    "text", ["", "amina", "amina@", "@example.se", "a@b", "a b@example.se", "a@b@example.se", "a@x.s"]
)
def test_what_is_no_address_is_refused(text: str) -> None:
    """Nothing could be sent there."""
    with pytest.raises(ValueError, match="e-mail address"):
        mail_contact(text)


@pytest.mark.parametrize(
    "text", ["+46701234567", "0046 70 123 45 67", " +46 (70) 123-45.67", "+46\u00a070\u2013123 45 67"]
)
def test_a_number_in_any_spelling_is_one(text: str) -> None:
    """Blanks, hyphens and brackets make no other number."""
    assert phone_contact(text, None) == "phone:46701234567"


@pytest.mark.parametrize(
    "text", ["", "070-123 45 67", "46701234567", "+0701234567", "+46x", "+4670", "+" + "1" * 16, "+٤٦٧٠١٢٣٤٥"]
)
def test_a_number_without_its_country_is_refused(text: str) -> None:
    """The country is not guessed."""
    with pytest.raises(ValueError, match="with its country"):
        phone_contact(text, None)


@pytest.mark.parametrize(
    ("code", "text", "plain"),
    [
        ("46", "070-123 45 67", "phone:46701234567"),
        ("46", "08-123 456", "phone:468123456"),
        ("46", "+45 12 34 56 78", "phone:4512345678"),
        ("46", "0047 912 34 567", "phone:4791234567"),
        ("45", "31 23 45 67", "phone:4531234567"),
        ("47", "912 34 567", "phone:4791234567"),
        ("358", "050 123 4567", "phone:358501234567"),
    ],
)
def test_a_house_with_a_country_takes_its_numbers_as_they_are_written_there(code: str, text: str, plain: str) -> None:
    """And those of other countries with their own."""
    assert phone_contact(text, code) == plain


@pytest.mark.parametrize(
    ("code", "text"), [("46", "70-123 45 67"), ("46", "46701234567"), ("45", "031 23 45 67"), ("358", "0")]
)
def test_a_number_that_is_none_of_the_house_s_country_is_refused(code: str, text: str) -> None:
    """A zero too many or too few is no number, and no country is guessed."""
    with pytest.raises(ValueError, match="with its country"):
        phone_contact(text, code)
