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
    assert phone_contact(text) == "phone:46701234567"


@pytest.mark.parametrize(
    "text", ["", "070-123 45 67", "46701234567", "+0701234567", "+46x", "+4670", "+" + "1" * 16, "+٤٦٧٠١٢٣٤٥"]
)
def test_a_number_without_its_country_is_refused(text: str) -> None:
    """The country is not guessed."""
    with pytest.raises(ValueError, match="with its country"):
        phone_contact(text)
