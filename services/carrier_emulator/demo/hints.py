"""What can be texted from the phones of the page, to try it: examples that a test holds to the grammar."""

from dataclasses import dataclass

_SHOWN = {"code": "K7", "pin": "PIN", "colleague": "kim"}


@dataclass(frozen=True, slots=True)
class Hint:
    """An example and what it does.

    The page fills in {code}, that of the newest open escalation; {pin}, of the phone's owner; and
    {colleague}, the first name of somebody else.
    """

    text: str
    does: str

    @property
    def shown(self) -> str:
        """The example as it reads before anything is filled in."""
        return self.text.format(**_SHOWN)


@dataclass(frozen=True, slots=True)
class Group:
    """Hints under one heading."""

    title: str
    hints: tuple[Hint, ...]


STAFF = (
    Group(
        "A page came",
        (
            Hint("1", "take it"),
            Hint("2", "pass: the next is paged"),
            Hint("?", "more about it"),
            Hint("1 {code}", "take this one, when several are open"),
        ),
    ),
    Group(
        "Talking with the patient you took",
        (
            Hint("How are you now?", "words go to the patient"),
            Hint("{code} How are you now?", "to this patient, when you hold several"),
            Hint("{code}: ok", "the colon sends whatever follows"),
            Hint("/", "lists the prepared replies"),
            Hint("/intro", "introduces you, in their language"),
            Hint("/skill grounding", "a short resource, if they want such texts"),
            Hint("safe?", "asks how safe they feel"),
            Hint("where", "asks for the place"),
            Hint("911", "guides you through calling 911"),
            Hint("911 called county dispatch", "says who was called"),
            Hint("call {code}", "your phone rings, press 1, and theirs rings"),
            Hint("contacts {code}", "whom the patient lets us ask for help"),
            Hint("last 5 {code}", "the last texts of both sides"),
            Hint("join {colleague}", "asks a second person into it"),
            Hint("join es", "asks somebody on call who speaks Spanish"),
            Hint("join {code}", "from the second person's phone: comes"),
            Hint("leave {code}", "the second person goes"),
            Hint("note {code} her sister is on the way", "for whoever holds it next"),
            Hint("mute {code}", "the patient wants no more texts"),
        ),
    ),
    Group(
        "Bringing it to an end",
        (
            Hint("3", "the patient is reached"),
            Hint("4", "lists how it can end"),
            Hint("4 {code} spoke", "closes it"),
            Hint("4 {code} spoke {pin}", "closes one that is NOW: the PIN stands at the phone"),
            Hint("sign {code}", "from another phone: signs what is NOW"),
            Hint("4 {code} 911", "911 has it: stays open until confirmed"),
            Hint("confirm {code} dispatcher Lopez", "contact was made"),
            Hint("undo", "takes back the last 3 or 4"),
        ),
    ),
    Group(
        "Not alone",
        (
            Hint("5", "I hold it and need help"),
            Hint("give {code} {colleague}", "asks somebody to take it over"),
            Hint("2 {code}", "gives it back"),
            Hint("snooze {code} 2h", "ask me later; not when NOW or WITHIN THE HOUR"),
            Hint("help", "the list"),
            Hint("ready", "confirms the coming shift"),
            Hint("swap yes", "agrees to a colleague's swap"),
            Hint("STOP", "no texts, calls only; START undoes it"),
        ),
    ),
)
"""From the phones of staff."""

PATIENTS = (
    Group(
        "Asking for help",
        (
            Hint("I can't do this anymore", "any words reach a person: WITHIN THE HOUR"),
            Hint("I took all my pills", "words of danger: NOW, with a call"),
            Hint("Ya no quiero vivir", "danger in Spanish is read as well: NOW"),
            Hint("CALL", "asks the clinician for a call"),
        ),
    ),
    Group(
        "Not wanting texts",
        (
            Hint("please make it stop", "inside a sentence, stop is no keyword"),
            Hint("stop texting me", "automatic texts pause; the clinician decides"),
            Hint("STOP", "no text reaches this phone any more; staff are told to call"),
            Hint("START", "texts again"),
        ),
    ),
)
"""From the phones of patients."""
