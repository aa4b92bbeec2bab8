"""The languages that residents write in, by the names that their writers give them."""

LANGUAGES = {
    "sv": "Svenska",
    "da": "Dansk",
    "nb": "Norsk bokmål",
    "fi": "Suomi",
    "en": "English",
    "ar": "العربية",
    "so": "Soomaali",
}
_USUAL = {"SEK": "sv", "DKK": "da", "NOK": "nb"}


def usual_language(currency: str) -> str:
    """The language that most people write in where this is the currency."""
    return _USUAL.get(currency, "en")
