"""Settings of what codes are sent through, and of providers: read as they are meant, refused with what to do."""

from pathlib import Path

import pytest

from schema.contacts import mail_contact, phone_contact
from schema.gateways import Directory, MailGateway, Provider, TextGateway
from schema.settings import SettingsError, read_settings
from tests.ground.test_ground import GOOD

SENDER = {"BYALAG_MAIL_FROM": "vote@hagaby.example"}
BANK = """
[bank]
name = "Hagaby Bank"
issuer = "https://bank.example"
client_id = "hagaby"
client_secret = "CANARY"
identity = "https://bank.example/personal-number"
scopes = ["openid", "personal-number"]
acr = ["urn:strong"]
"""


@pytest.mark.parametrize(
    ("url", "gateway"),
    [
        ("smtp://mail.example", MailGateway("mail.example", 587, None, None, "required", "vote@hagaby.example")),
        ("smtps://mail.example", MailGateway("mail.example", 465, None, None, "at-once", "vote@hagaby.example")),
        (
            "smtp://a%40b:c%2Fd@localhost:25?starttls=offered",
            MailGateway("localhost", 25, "a@b", "c/d", "offered", "vote@hagaby.example"),
        ),
    ],
)
def test_a_mail_server_is_read(url: str, gateway: MailGateway) -> None:
    """Encrypted unless somebody says that it need not be."""
    assert read_settings(GOOD | SENDER | {"BYALAG_SMTP_URL": url}).mail == gateway


@pytest.mark.parametrize(
    "said",
    [
        {"BYALAG_SMTP_URL": "smtp://mail.example"},
        SENDER | {"BYALAG_SMTP_URL": "mail.example"},
        SENDER | {"BYALAG_SMTP_URL": "smtp://mail.example:x"},
        SENDER | {"BYALAG_SMTP_URL": "smtp://mail.example?starttls=no"},
        {"BYALAG_SMS_URL": "http://sms.example", "BYALAG_SMS_TOKEN": "x"},
        {"BYALAG_SMS_URL": "https://sms.example"},
        {"BYALAG_PROVIDERS": "/nowhere"},
    ],
)
def test_a_gateway_that_is_not_whole_is_refused(said: dict[str, str]) -> None:
    """With the name of the variable that is wrong."""
    with pytest.raises(SettingsError, match=r"^(the file \S+ of )?BYALAG_(SMTP|MAIL|SMS|PROVIDERS)"):
        read_settings(GOOD | said)


def test_an_sms_gateway_is_read() -> None:
    """Over https, or on this machine."""
    said = {"BYALAG_SMS_URL": "https://sms.example/x", "BYALAG_SMS_TOKEN": "t"}
    assert read_settings(GOOD | said).texts == TextGateway("https://sms.example/x", "t")


def test_a_provider_is_read(tmp_path: Path) -> None:
    """With what is usual where nothing is said."""
    file = tmp_path / "providers.toml"
    file.write_text(BANK)
    assert read_settings(GOOD | {"BYALAG_PROVIDERS": str(file)}).providers == {
        "bank": Provider(
            name="Hagaby Bank",
            issuer="https://bank.example",
            client_id="hagaby",
            client_secret="CANARY",
            identity="https://bank.example/personal-number",
            scopes=("openid", "personal-number"),
            acr=("urn:strong",),
            prompt="login",
            algorithms=("RS256", "PS256", "ES256"),
        )
    }


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('https://bank.example"', 'http://bank.example"', "must start with https"),
        ("[bank]", "[Bank]", "small letters"),
        ('"openid", ', "", "openid among them"),
        ("identity", "claim", "unknown field `claim`"),
        ("acr = [", 'algorithms = ["HS256"]\nacr = [', "HS256"),
        ("[bank]", "[bank", "not TOML"),
    ],
)
def test_a_provider_that_is_not_right_is_refused(tmp_path: Path, old: str, new: str, said: str) -> None:
    """With what is wrong, and without its secret."""
    file = tmp_path / "providers.toml"
    assert old in BANK
    file.write_text(BANK.replace(old, new, 1))
    with pytest.raises(SettingsError, match=said) as refused:
        read_settings(GOOD | {"BYALAG_PROVIDERS": str(file)})
    assert "CANARY" not in str(refused.value)


HALL = """
[hall]
name = "Hagaby Hall"
issuer = "https://hall.example"
client_id = "hagaby"
client_secret = "CANARY"
amr = ["mfa"]
two_factors = true
municipalities = ["Hagaby"]
claim = "roles"

[hall.roles]
"Byalag.Admin" = ["admin", "officer"]
"""


def test_a_directory_is_read(tmp_path: Path) -> None:
    """In the form of a provider, and with what is of officers alone."""
    file = tmp_path / "directories.toml"
    file.write_text(HALL)
    found = read_settings(GOOD | {"BYALAG_DIRECTORIES": str(file)}).directories
    assert found == {
        "hall": Directory(
            name="Hagaby Hall",
            issuer="https://hall.example",
            client_id="hagaby",
            client_secret="CANARY",
            amr=("mfa",),
            two_factors=True,
            municipalities=("Hagaby",),
            claim="roles",
            roles={"Byalag.Admin": ("admin", "officer")},
            max_age=28_800,
        )
    }
    assert [found["hall"].serves(place) for place in ("Hagaby", "Elsewhere")] == [True, False]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('https://hall.example"', 'http://hall.example"', "must start with https"),
        ('amr = ["mfa"]', "", "two_factors of hall needs acr or amr"),
        ('claim = "roles"', "", "claim and roles of hall need each other"),
        ('["admin", "officer"]', '["boss"]', "boss"),
        ("municipalities", "max_age = 86400\nmunicipalities", "max_age"),
        ("amr", 'identity = "email"\namr', "unknown field `identity`"),
    ],
)
def test_a_directory_that_is_not_right_is_refused(tmp_path: Path, old: str, new: str, said: str) -> None:
    """With what is wrong, and without its secret."""
    file = tmp_path / "directories.toml"
    assert old in HALL
    file.write_text(HALL.replace(old, new, 1))
    with pytest.raises(SettingsError, match=said) as refused:
        read_settings(GOOD | {"BYALAG_DIRECTORIES": str(file)})
    assert "CANARY" not in str(refused.value)


def test_two_directories_of_one_issuer_are_refused(tmp_path: Path) -> None:
    """To two clients it may call one person by two subjects, and she would be two officers."""
    file = tmp_path / "directories.toml"
    file.write_text(HALL + HALL.replace("[hall", "[other"))
    with pytest.raises(SettingsError, match="two directories have one issuer"):
        read_settings(GOOD | {"BYALAG_DIRECTORIES": str(file)})


def test_no_gateway_shows_its_secret() -> None:
    """Printed with a fault, it says where it is and no more."""
    shown = [
        MailGateway("mail.example", 25, "CANARY", "CANARY", "required", "x@y"),
        TextGateway("https://sms.example", "CANARY"),
        Provider(name="x", issuer="https://x", client_id="x", identity="x", client_secret="CANARY"),
        Directory(name="x", issuer="https://x", client_id="x", client_secret="CANARY"),
    ]
    assert "CANARY" not in repr(shown)


def test_one_contact_has_one_spelling() -> None:
    """Capitals, blanks and dashes make no other."""
    assert mail_contact(" Amina@Example.SE ") == mail_contact("amina@example.se")
    assert phone_contact("0046 (70) 123-45-67", None) == phone_contact("+46701234567", None) == "phone:46701234567"
