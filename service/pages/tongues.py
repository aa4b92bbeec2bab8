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
