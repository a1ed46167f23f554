"""How staff answer what their phone shows: a text in, replies out, each after so many seconds. Pure.

They know what staff know: the words of the texts. `random.Random` comes from outside, seeded.
"""

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from services.demo_week.cast import Habit

CODE = "[ACDEFHJKMNPRTUVWXY][34679](?:[ACDEFHJKMNPRTUVWXY](?:[34679][ACDEFHJKMNPRTUVWXY])?)?"
_WORD = "NOW|WITHIN THE HOUR|TODAY|NEXT SESSION"
_PAGE = re.compile(rf"VIGIL ({CODE}) ({_WORD}) \d\d:\d\d, (\w+)")
_BUNDLE = re.compile(r"VIGIL \d+ open: ")
_ITEM = re.compile(rf"({CODE}) ({_WORD})")
_TOLD = re.compile(rf"VIGIL ({CODE}): (.*)", re.DOTALL)
_RELAY = re.compile(rf"({CODE}): (.*)", re.DOTALL)
_WORDS_TO_PATIENT = (
    "this is {name} from your team. I am here. What is going on right now?",
    "thank you for telling me. Can we speak on the phone in a minute?",
)


@dataclass(frozen=True)
class Reply:
    """What somebody texts, and how many seconds after they read what they answer."""

    after: float
    words: str


@dataclass
class Mind:
    """What one person remembers of this week."""

    name: str
    habit: Habit
    pin: str
    urgencies: dict[str, str] = field(default_factory=dict)
    """Code -> the word of its last page."""
    passed: set[str] = field(default_factory=set)
    """Codes they passed once: asked again, they take it."""
    spoken: dict[str, int] = field(default_factory=dict)
    """Code -> how often they wrote to the patient."""
    answered: dict[str, int] = field(default_factory=dict)
    """Question -> how often it was answered: nobody answers the same for ever."""


MOST_ANSWERS = 6


def replies(mind: Mind, text: str, rng: random.Random) -> tuple[Reply, ...]:
    """Return what that person texts back, and remember what they read."""
    if mind.habit in (Habit.AWAY, Habit.DEAD_PHONE):
        return ()
    if found := _PAGE.match(text):
        return _to_pages(mind, {found[1]: found[2]}, rng)
    if _BUNDLE.match(text):
        return _to_pages(mind, dict(_ITEM.findall(text)), rng)
    if found := _TOLD.match(text):
        return _to_news(mind, found[1], found[2], rng)
    if found := _RELAY.match(text):
        return _to_patient(mind, found[1], rng)
    if "Reply 6 to confirm" in text:
        return (Reply(_delay(mind, rng), "6"),)
    return ()


def _to_pages(mind: Mind, pages: Mapping[str, str], rng: random.Random) -> tuple[Reply, ...]:
    fresh = {code: word for code, word in pages.items() if mind.urgencies.get(code) != word}
    mind.urgencies |= pages
    if not fresh and rng.random() < 0.7:
        # The same page again, as a rule because the answer was under way when it went out.
        return ()
    if mind.habit is Habit.CALLS_ONLY and "NOW" not in pages.values():
        # They answer the call that follows; what is NOW they read as it comes.
        return ()
    delay, found = _delay(mind, rng), []
    for number, (code, word) in enumerate(pages.items()):
        passes = mind.habit is Habit.DECLINES and word != "NOW" and code not in mind.passed
        passes = passes and code in fresh and rng.random() < 0.4
        mind.passed |= {code} if passes else set()
        found.append(Reply(delay + 20.0 * number, f"{'2' if passes else '1'} {code}"))
    return tuple(found)


def _to_news(mind: Mind, code: str, news: str, rng: random.Random) -> tuple[Reply, ...]:
    """Answer what Vigil says about one code, as its own words ask for it."""
    if mind.answered.get(f"{code} {news[:12]}", 0) >= MOST_ANSWERS:
        return ()
    mind.answered[f"{code} {news[:12]}"] = mind.answered.get(f"{code} {news[:12]}", 0) + 1
    soon = rng.uniform(20, 60)
    match news:
        case _ if news.startswith("you have it. 4 "):
            return (Reply(rng.uniform(300, 1200), f"4 {code} fixed"),)
        case _ if news.startswith("you have it."):
            return (Reply(_until_reached(mind, code, rng), f"3 {code}"),)
        case _ if news.startswith(("your words go to them", "you go on with them")):
            return _to_patient(mind, code, rng)
        case _ if news.startswith(("have you reached them", "contact is overdue", "stays open until")):
            return (Reply(soon, f"3 {code}"),)
        case _ if news.startswith("contact noted"):
            return (Reply(rng.uniform(120, 400), _closing(mind, code, rng)),)
        case _ if news.startswith("not closed, it needs your PIN"):
            mind.urgencies[code] = "NOW"
            return (Reply(soon, _closing(mind, code, rng)),)
        case _ if news.startswith(("how did it end", "not closed")):
            return (Reply(soon, f"? {code}"), Reply(2 * soon, _closing(mind, code, rng)))
        case _ if "SIGN " in news and "if you agree" in news:
            return (Reply(_delay(mind, rng), f"SIGN {code}"),)
        case _ if news.startswith("more urgent now"):
            mind.urgencies[code] = "NOW"
            return (Reply(soon, f"1 {code}"),)
        case _ if "wait for you" in news or news.startswith("silent for"):
            return _to_patient(mind, code, rng)
        case _:
            return ()


def _to_patient(mind: Mind, code: str, rng: random.Random) -> tuple[Reply, ...]:
    said = mind.spoken.get(code, 0)
    mind.spoken[code] = said + 1
    if said >= 4:
        return ()
    words = _WORDS_TO_PATIENT[min(said, 1)].format(name=mind.name)
    return (Reply(rng.uniform(25, 80), f"{code}: {words}"),)


def _closing(mind: Mind, code: str, rng: random.Random) -> str:
    ending = rng.choices(("spoke", "safety_plan", "no_crisis_after_contact"), (6, 2, 2))[0]
    pin = f" {mind.pin}" if mind.urgencies.get(code) == "NOW" else ""
    return f"4 {code} {ending}{pin}"


def _until_reached(mind: Mind, code: str, rng: random.Random) -> float:
    match mind.urgencies.get(code, ""):
        case "NOW":
            return rng.uniform(120, 420)
        case "WITHIN THE HOUR":
            return rng.uniform(240, 1500)
        case _:
            return rng.uniform(600, 3900)


def _delay(mind: Mind, rng: random.Random) -> float:
    match mind.habit:
        case Habit.SLOW:
            return rng.uniform(360, 1200)
        case _:
            return rng.uniform(15, 90)
