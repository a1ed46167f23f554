"""Words that tie a text to a risk to life: they decide how loud, never whether a person reads.

Sources: clinical.md 3b (Crisis Text Line's words by likelihood of an active rescue: means, dose and
first person weigh more than feelings) and 3e (slang, Spanish, overdose of a third person). The list
is short and readable on purpose; a clinician owns it. Measured on public short texts, lists of
words miss a third of the positive ones: nothing may be lowered or dropped because none of these fits.

Patterns meet text as `normalised` gives it: lower case, without accents, single spaces.
"""

import re
import unicodedata
from dataclasses import dataclass

_SELF = "(my|him|her|your|them)sel(f|ves)"
_NO_TIME = "(?!min|hour|day|week|month|year|sec|call|text|message)"
_MEDICINE = rf"(pills?|tablets?|tabs|capsules?|bottles?|\d+ ?mg|\d{{2,}} {_NO_TIME}\w+)"


@dataclass(frozen=True, slots=True)
class Risk:
    """One pattern: what it is about, and where it comes from."""

    name: str
    pattern: re.Pattern[str]
    source: str


def _risk(name: str, source: str, *alternatives: str) -> Risk:
    return Risk(name, re.compile("|".join(rf"\b(?:{each})" for each in alternatives)), source)


RISKS = (
    _risk(
        "ingestion",
        "3b: past-tense ingestion is a medical emergency; 3e",
        rf"(took|taken|swallowed|ate|downed|overdosed on)\b.{{0,40}}\b{_MEDICINE}\b",
        r"(took|swallowed|drank) (them all|it all|everything|bleach|antifreeze)\b",
    ),
    _risk("dose", "3b: dose and number", r"\d{3,} ?mg\b"),
    _risk("overdose", "3b; 3e substance use", r"overdos(e|ed|es|ing)\b", r"od'?(d|ed|ing)\b"),
    _risk("kill", "3b 'kill myself'; 3e slang", rf"kill(s|ed|ing)? {_SELF}\b", r"kms\b", r"unaliv"),
    _risk("suicide", "3b; 3e Spanish suicidarme", r"suicid", r"su1c1d", r"sewerslide\b"),
    _risk(
        "die",
        "3e: life words are not flipped by negation",
        r"(want(s|ed)? to|wanna|going to|gonna|ready to) die\b",
        r"wish(es|ed)? (i|he|she|they) (was|were|am|is) dead\b",
        r"better off (dead|without me)\b",
        r"(don'?t|doesn'?t|no longer|not) wants? to (live|be alive|wake up|be here)\b",
    ),
    _risk(
        "end",
        "3e 'end it', goodbye",
        r"end(ing)? (it|(my|his|her|their) life)\b",
        r"take (my|his|her|their) (own )?life\b",
    ),
    _risk(
        "means",
        "3b: means",
        r"(gun|revolver|pistol|rifle|noose|syringe|antifreeze)s?\b",
        rf"(hang|hung|hanged|hanging|shoot|shot|cut|cuts|cutting|stab|stabbed) {_SELF}\b",
        r"jump(s|ed|ing)? (off|from|out) (of )?(the |a )?(bridge|roof|building|balcony|window|train)",
    ),
    _risk(
        "unresponsive",
        "3e: overdose of somebody else",
        r"not breathing\b",
        r"unresponsive\b",
        r"(won'?t|not|isn'?t|can'?t) (wake|waking) (up|him|her|them)\b",
    ),
    _risk(
        "harm_to_others",
        "4e: a threat to others is told to a person, never to the victim by software",
        r"(going to|gonna|wants? to|threat\w* to) (kill|hurt|shoot|stab) (him|her|them|some|people|me|my)",
    ),
    _risk(
        "spanish",
        "3e Spanish, written with or without accents",
        r"quier(o|e) morir(me|se)?\b",
        r"(me|se) (quier(o|e)|voy a|va a) (matar|morir)\b",
        r"(matar|suicidar|cortar|ahorcar)(me|se)\b",
        r"quitar(me|se) la vida\b",
        r"no quier(o|e) vivir\b",
        r"acabar con (todo|mi vida|su vida)\b",
        r"sobredosis\b",
        r"(tome|tomo|trague|trago)\b.{0,40}\b(pastillas|pildoras|tabletas)\b",
        r"(pistola|soga)\b",
    ),
)
_SIGNS = ("\U0001f48a", "\U0001f52b", "\U0001f52a", "\U0001fa78")
"""Pill, gun, knife, blood (3b, 3e): they have no word boundary to match on."""


def risks(text: str) -> tuple[str, ...]:
    """Return the names of the risks that the text may speak of; () says nothing about its safety."""
    line = normalised(text)
    found = [risk.name for risk in RISKS if risk.pattern.search(line)]
    return (*found, "signs") if any(sign in line for sign in _SIGNS) else tuple(found)


def normalised(text: str) -> str:
    """Return the text in lower case, without accents and invisible characters, single-spaced."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    kept = "".join(c for c in plain if unicodedata.category(c) not in ("Mn", "Cf"))
    return " ".join(kept.replace("\u2019", "'").split())
