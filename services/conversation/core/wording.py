"""What patients are texted: a file of languages, each text one GSM-7 segment.

The wording follows clinical.md 2b: marked as automatic, true only once the signal is committed,
nothing that another reader of the phone could learn, no promise, no mention of STOP. A clinician
and a native speaker approve it before use.
"""

FALLBACK = "en"

FIRST_ANSWER = {
    "en": (
        "Auto-reply: we got your text and are contacting a person for you. "
        "If you may not be safe, call 911, or call or text 988."
    ),
    "es": (
        "Respuesta automatica: recibimos su mensaje y buscamos a una persona. "
        "Si hay peligro llame al 911, llame al 988 (oprima 2) o envie AYUDA al 988."
    ),
}
"""The first answer to a text, by language (ISO 639-1)."""


def first_answer(language: str) -> str:
    """Return the first answer in that language (`es`, `es-MX`), or in English."""
    return FIRST_ANSWER.get(language.casefold().replace("_", "-").partition("-")[0], FIRST_ANSWER[FALLBACK])
