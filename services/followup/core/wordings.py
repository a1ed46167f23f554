"""The few sentences that follow-up writes itself. Pure. A clinician and a native speaker approve them.

Whoever else holds the phone learns nothing from the question, and nothing from the text to a support
contact: no name, no programme, no crisis.
"""

import unicodedata

WORD = "PLAN"
"""What the patient texts to have their safety plan sent. No word that carriers act on."""
_SKILL_WORDS = ("skill", "skills", "habilidad", "habilidades")
_TOPIC_WORDS = 2
_QUESTION = {
    "en": f"You asked us for something you wrote with us. Reply {WORD} to get it here as a text. "
    "Anybody who sees this phone can read it then.",
    "es": f"Nos pidio algo que escribio con nosotros. Responda {WORD} para recibirlo aqui por texto. "
    "Quien vea este telefono podra leerlo.",
}
_RECEIVED = (
    "Automatic reply: your message was received. In an emergency call 911. For crisis support call or "
    "text 988. We can't answer by text."
)


def question(language: str) -> str:
    """Return what asks for the word; English where there is no other."""
    return _QUESTION.get(language, _QUESTION["en"])


def is_word(body: str) -> bool:
    """Return whether a whole text is the word, in any case, with any marks around it."""
    plain = unicodedata.normalize("NFKC", body)
    return "".join(char for char in plain if char.isalnum()).casefold() == WORD.casefold()


def skill_wanted(body: str) -> str | None:
    """Return the topic a whole text asks for (`SKILL sleep`); "" when it names none; None: it asks for none.

    No more than the word and a topic: whatever else is said is for a person alone.
    """
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", body).casefold())
    kept = "".join(c if c.isalnum() else " " for c in plain if unicodedata.category(c) != "Mn")
    first, *rest = kept.split() or [""]
    if first not in _SKILL_WORDS or len(rest) > _TOPIC_WORDS:
        return None
    return "_".join(rest)


def to_contact(callback: str) -> str:
    """Return what a support contact is texted: one segment, the same for every scope."""
    return (
        "Hello. Somebody you know gave us your number. Could you please ask them to call us on "
        f"{callback}, or call us yourself? Thank you."
    )


def received() -> str:
    """Return what answers a support contact: that it came, and where help is; nothing is confirmed."""
    return _RECEIVED
