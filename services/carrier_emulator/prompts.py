"""Say, Play and Pause: what a leg hears, and for how long."""

from services.carrier_emulator.behaviour import Behaviour
from services.carrier_emulator.leg import Leg
from services.carrier_emulator.twiml import Verb

VERBS = frozenset({"Say", "Play", "Pause"})


def begin(leg: Leg, verb: Verb, behaviour: Behaviour) -> float:
    """Let the leg hear the verb and return how many seconds it takes."""
    match verb.name:
        case "Say":
            leg.hear(verb.text)
            return len(verb.text.split()) * behaviour.seconds_per_word * verb.number("loop", 1)
        case "Play":
            if verb.text:
                leg.hear(f"[play {verb.text}]")
            return behaviour.play_seconds
        case _:
            return verb.number("length", 1)
