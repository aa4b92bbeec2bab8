"""What is sent to a contact, in the language that the register names, else in English.

The code stands on a line of its own: there it is found, copied, and not torn apart by a text that runs from the right.
"""

import msgspec


class Message(msgspec.Struct, frozen=True):
    """A subject, which an SMS leaves out, and a text."""

    subject: str
    text: str


class _Words(msgspec.Struct, frozen=True):
    """``subject``, ``code`` (before it), ``after`` it, and ``none``, for a contact that no code can be sent to."""

    subject: str
    code: str
    after: str
    none: str


_ENGLISH = _Words(
    "Signing in to {round}",
    "Your code for {round}:",
    "It works once, for ten minutes. Give it to nobody. If you did not ask for it, you need do nothing.",
    "Somebody asked for a code for {round} to be sent here. That is not possible, because this is not the contact of"
    " exactly one person on the municipality's register. Sign in with the code from your letter instead."
    " If it was not you, you need do nothing.",
)
_NORWEGIAN = _Words(
    "Innlogging til {round}",
    "Koden din for {round}:",
    "Den virker én gang, i ti minutter. Ikke gi den til noen. Har du ikke bedt om den, trenger du ikke gjøre noe.",
    "Noen ba om å få en kode for {round} sendt hit. Det går ikke, fordi dette ikke hører til nøyaktig én person i"
    " kommunens register. Logg inn med koden i brevet ditt i stedet. Var det ikke deg, trenger du ikke gjøre noe.",
)
_WORDS = {
    "en": _ENGLISH,
    "no": _NORWEGIAN,
    "nb": _NORWEGIAN,
    "nn": _NORWEGIAN,
    "sv": _Words(
        "Inloggning till {round}",
        "Din kod för {round}:",
        "Den gäller en gång, i tio minuter. Ge den inte till någon. Har du inte bett om den behöver du inte göra"
        " något.",
        "Någon bad om en kod för {round} hit. Det går inte, eftersom detta inte hör till precis en person i kommunens"
        " register. Logga in med koden i ditt brev i stället. Var det inte du behöver du inte göra något.",
    ),
    "da": _Words(
        "Log ind på {round}",
        "Din kode til {round}:",
        "Den virker én gang, i ti minutter. Giv den ikke til nogen. Har du ikke bedt om den, skal du ikke gøre noget.",
        "Nogen bad om en kode til {round} sendt hertil. Det kan ikke lade sig gøre, fordi dette ikke hører til præcis"
        " én person i kommunens register. Log ind med koden i dit brev i stedet. Var det ikke dig, skal du ikke gøre"
        " noget.",
    ),
    "fi": _Words(
        "Kirjautuminen: {round}",
        "Koodisi ({round}):",
        "Se toimii kerran, kymmenen minuutin ajan. Älä anna sitä kenellekään. Jos et pyytänyt koodia, sinun ei tarvitse"
        " tehdä mitään.",
        "Joku pyysi lähettämään koodin tänne ({round}). Se ei ole mahdollista, koska tämä yhteystieto ei kuulu"
        " täsmälleen yhdelle henkilölle kunnan rekisterissä. Kirjaudu sen sijaan kirjeesi koodilla. Jos se et ollut"
        " sinä, sinun ei tarvitse tehdä mitään.",
    ),
    "ar": _Words(
        "تسجيل الدخول: {round}",
        "رمزك ({round}):",
        "يعمل مرة واحدة ولمدة عشر دقائق. لا تعطه لأحد. إذا لم تطلبه فلا داعي لفعل أي شيء.",
        "طلب شخص ما إرسال رمز إلى هنا ({round}). هذا غير ممكن لأن جهة الاتصال هذه لا تعود إلى شخص واحد بالضبط في سجل"
        " البلدية. سجّل الدخول بالرمز الموجود في رسالتك بدلاً من ذلك. إذا لم تكن أنت فلا داعي لفعل أي شيء.",
    ),
    "so": _Words(
        "Gelitaanka: {round}",
        "Koodhkaaga ({round}):",
        "Wuxuu shaqeeyaa hal mar, toban daqiiqo gudahood. Cidna ha siin. Haddii aadan codsan, waxba ha samayn.",
        "Qof ayaa codsaday in koodh halkan loo soo diro ({round}). Taasi suurtagal ma aha, sababtoo ah diiwaanka"
        " degmada kuma jiro hal qof oo keliya oo xiriirkan leh. Ku gal koodhka ku qoran warqaddaada. Haddii aanay"
        " adiga ahayn, waxba ha samayn.",
    ),
}
LANGUAGES = tuple(_WORDS)


def code_message(language: str | None, round_name: str, code: str) -> Message:
    """The message that brings a code."""
    words = _WORDS.get(language or "en", _ENGLISH)
    text = f"{words.code.format(round=round_name)}\n\n{code}\n\n{words.after}\n"
    return Message(words.subject.format(round=round_name), text)


def no_code_message(language: str | None, round_name: str) -> Message:
    """The message to a contact that nobody on the register has, or more than one person."""
    words = _WORDS.get(language or "en", _ENGLISH)
    return Message(words.subject.format(round=round_name), f"{words.none.format(round=round_name)}\n")
