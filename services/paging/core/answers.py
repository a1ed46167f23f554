"""What the responder answered: the only inputs that acknowledge.

Late answers to closed pages are told too: whether they still mean anything is escalation's to say.
"""

from datetime import datetime
from typing import TypedDict, assert_never

from contracts.escalations import PageRequested
from contracts.pages import (
    Answer,
    AnswerHeard,
    CallAsked,
    ContactConfirmed,
    DispositionGiven,
    PageAcknowledged,
    PageClosed,
    PageDeclined,
    PageStatus,
    PatientReached,
    ResponderActive,
    SignatureGiven,
    UndoAsked,
)
from contracts.replies import Key
from contracts.values import Channel
from services.paging.core import inputs, state
from services.paging.core.state import Page, What
from services.paging.core.story import Story


class About(TypedDict):
    """The fields that every event to escalation shares."""

    at: datetime
    page: str
    responder: str
    run: str
    subject: str


def replied(story: Story, heard: inputs.Replied, now: datetime) -> None:
    """A text from the responder."""
    what = story.page.what
    if what is None or heard.cause in story.page.heard:
        return
    if not isinstance(what, Answer):
        _key(story, what, heard, now)
    story.tell(AnswerHeard(at=now, cause=heard.cause))


def pressed(story: Story, heard: inputs.Pressed, now: datetime) -> None:
    """A key press in a call: 1 takes, 2 passes, 3 connects with the patient once it was taken."""
    what = story.page.what
    if what is None or heard.cause in story.page.heard:
        return
    if isinstance(what, PageRequested):
        match heard.digits:
            case "1":
                take(story, what, Channel.VOICE, heard.evidence, now)
            case "2":
                decline(story, what, Channel.VOICE, now)
            case "3" if story.page.status is PageStatus.ACKNOWLEDGED:
                story.tell(ResponderActive(**_about(what, now)))
            case _nothing_we_offered:
                pass
    story.tell(AnswerHeard(at=now, cause=heard.cause, evidence=heard.evidence, sid=heard.sid))


def take(story: Story, what: What, channel: Channel, evidence: int, now: datetime) -> None:
    """The responder takes it."""
    was_open = _is_open_page(story.page)
    story.tell(
        PageAcknowledged(**_about(what, now), urgency=state.urgency(what), evidence=evidence, channel=channel)
    )
    if was_open:
        story.tell(PageClosed(at=now, reason="acknowledged"))


def decline(story: Story, what: What, channel: Channel, now: datetime) -> None:
    """The responder passes, or gives back what they hold."""
    was_open = _is_open_page(story.page)
    story.tell(PageDeclined(**_about(what, now), channel=channel))
    if was_open:
        story.tell(PageClosed(at=now, reason="declined"))


def _key(story: Story, what: What, heard: inputs.Replied, now: datetime) -> None:
    about = _about(what, now)
    match heard.reply.key:
        case Key.TAKE:
            take(story, what, Channel.SMS, heard.evidence, now)
        case Key.PASS:
            decline(story, what, Channel.SMS, now)
        case Key.REACHED:
            story.tell(PatientReached(**about, evidence=heard.evidence))
        case Key.DISPOSE:
            if heard.reply.disposition is not None:
                story.tell(
                    DispositionGiven(
                        **about,
                        disposition=heard.reply.disposition,
                        evidence=heard.evidence,
                        pin=heard.pin,
                    )
                )
        case Key.SIGN:
            story.tell(SignatureGiven(**about))
        case Key.CONFIRM:
            if heard.name is not None:
                story.tell(ContactConfirmed(**about, name=heard.name))
        case Key.UNDO:
            story.tell(UndoAsked(**about))
        case Key.CALL:
            story.tell(CallAsked(**about))
        case Key.MORE:
            story.tell(ResponderActive(**about))
        case Key.HELP | Key.STOP | Key.START | Key.SEEN | Key.UNKNOWN | Key.FREE:
            pass  # answered with a text of Vigil's own; they take, pass and close nothing
        case Key.GIVE | Key.ASSIST | Key.SNOOZE | Key.READY | Key.SWAP_YES | Key.SWAP_NO | Key.VERIFY:
            pass
        case unexpected:
            assert_never(unexpected)


def _about(what: What, now: datetime) -> About:
    return About(
        at=now,
        page=state.identity(what),
        responder=what.responder,
        run=what.run,
        subject=what.subject,
    )


def _is_open_page(page: Page) -> bool:
    return state.is_open(page) and isinstance(page.what, PageRequested)
