"""Sentences of what happens beside a holder: handing over, help, putting off, withdrawals, drills. Pure."""

from collections.abc import Callable
from datetime import datetime

from contracts import escalations as e


def beside(
    event: e.EscalationEvent, person: Callable[[str], str], at: Callable[[datetime], str]
) -> tuple[str, bool] | None:
    """Return the sentence and whether it is a warning; None for any other event."""
    match event:
        case e.GiveStarted(responder=who, asked=asked, ends_at=ends_at):
            return f"{person(who)} asks {person(asked)} to take it over, by {at(ends_at)}.", False
        case e.GiveEnded(asked=asked, why=why):
            how = {"declined": "passed", "exhausted": "can't be reached", "unanswered": "did not answer"}[why]
            return f"{person(asked)} {how}: it stays where it was.", True
        case e.HelpCalled(responder=who):
            return f"{person(who)} calls for help: others are paged as well.", True
        case e.HelperJoined(responder=who):
            return f"{person(who)} comes to help.", False
        case e.HelperLeft(responder=who):
            return f"{person(who)} can't help after all.", True
        case e.Snoozed(responder=who, until=until):
            return f"{person(who)} put it off until {at(until)}.", False
        case e.ContactCalled(responder=who):
            return f"{person(who)} calls a support contact: no contact with the patient yet.", False
        case e.SignalNoted(what=what):
            return f"Learned later about what happened: {what.replace('_', ' ')}.", False
        case e.SignalSkipped():
            return "A report was withdrawn before it came: it changes nothing.", False
        case e.Withdrawn(what=what):
            return f"Withdrawn before anybody had it ({what.replace('_', ' ')}): closed.", False
        case e.DrillEnded(why=why, seconds=seconds):
            how = f"answered after {seconds} s" if why == "answered" else why
            return f"The drill is over: {how}.", why == "unanswered"
        case _elsewhere:
            return None
