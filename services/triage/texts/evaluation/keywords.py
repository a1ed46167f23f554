"""The baselines: plain lists of words, sought anywhere in a text, as most public code does it.

They stand here to be beaten. Published figures for untuned lists on short texts: seventeen keywords find
54 to 65 % of the positive ones with 15 to 28 % false alarms, a clinician-validated lexicon 69 to 75 %
with 23 to 42 % (clinical.md 3b).
"""

SHORT = tuple(
    "suicid|kill|die|death|dead|end it|end my life|hurt myself|overdose|pills|gun|cut|goodbye|want to live|"
    "no reason to live|worthless|hopeless|matar|morir|vida|pastillas|adios|cort".split("|")
)
"""As such lists are: seventeen English words about suicide, six Spanish ones."""

LONG = SHORT + tuple(
    "took |swallow|bottle|drank|bleach|poison|od'd|overdos|not breathing|isnt breathing|wake up|unconscious|"
    "blue|seizure|bleed|blood|wrist|knife|razor|rope|noose|hang|bridge|roof|tracks|jump|shoot|stab|loaded|"
    "pistol|rifle|kms|kys|unalive|wanna die|want to die|tonight|plan|note|letter|take care of|forgive|sorry|"
    "better off|burden|disappear|voices|safe|hitting me|beating|choking|rape|threat|hurt|narcan|fentanyl|"
    "tome|trague|veneno|cloro|sobredosis|pistola|cuchillo|soga|puente|azotea|sangre|venas|respira|despierta|"
    "suicidar|perdon|carta|voces|pegando|golpe|viol|tom\u00e9|adi\u00f3s".split("|")
)
"""What a careful person adds: means, ingestion, farewells, others in danger, in both languages."""

LISTS = {"17 + 6 words": SHORT, f"{len(LONG)} words": LONG}
"""Name -> list, as figures show them."""


def alarms(text: str, words: tuple[str, ...]) -> bool:
    """Tell whether any of the words stands anywhere in the text, even inside another word."""
    lower = text.lower()
    return any(word in lower for word in words)
