"""What the responder answered: the only inputs that acknowledge.

Late answers to closed pages are told too: whether they still mean anything is escalation's to say.
"""

from datetime import datetime
from typing import assert_never

from contracts.escalations import BridgeRequested, PageRequested, ResponderTold
from contracts.notices import NoticeSent
from contracts.pages import (
    Answer,
    AnswerHeard,
    CallAsked,
    ContactConfirmed,
    DispositionGiven,
    GiveAsked,
    HelpAsked,
    PageAcknowledged,
    PageClosed,
    PageDeclined,
    PageStatus,
    PatientReached,
    ResponderActive,
    SignatureGiven,
    SnoozeAsked,
    UndoAsked,
)
from contracts.replies import Key
from contracts.values import Channel
from services.paging.core import inputs, limits, notice_answers, state
from services.paging.core.about import about
from services.paging.core.state import Page, What
from services.paging.core.story import Story


def replied(story: Story, heard: inputs.Replied, now: datetime) -> None:
    """A text from the responder."""
    what = story.page.what
    if what is None or heard.cause in story.page.heard:
        return
    match what:
        case Answer():
            pass
        case NoticeSent():
            if not notice_answers.replied(story, what, heard, now):
                return
        case PageRequested() | ResponderTold() | BridgeRequested():
            _key(story, what, heard, now)
    story.tell(AnswerHeard(at=now, cause=heard.cause))


def pressed(story: Story, heard: inputs.Pressed, now: datetime) -> None:
    """A key in a call: 1 takes, 2 passes, 3 connects with the patient once taken; 6 confirms a shift."""
    what = story.page.what
    if what is None or heard.cause in story.page.heard:
        return
    if isinstance(what, NoticeSent):
        if not notice_answers.pressed(story, what, heard.digits, now):
            return
    elif isinstance(what, PageRequested):
        match heard.digits:
            case "1":
                take(story, what, Channel.VOICE, heard.evidence, now)
            case "2":
                decline(story, what, Channel.VOICE, now)
            case "3" if story.page.status is PageStatus.ACKNOWLEDGED:
                story.tell(ResponderActive(**about(what, now)))
            case _nothing_we_offered:
                pass
    story.tell(AnswerHeard(at=now, cause=heard.cause, evidence=heard.evidence, sid=heard.sid))


def take(
    story: Story, what: What, channel: Channel, evidence: int, now: datetime, *, desk: bool = False
) -> None:
    """The responder takes it."""
    was_open = _is_open_page(story.page)
    fields, urgency = about(what, now), state.urgency(what)
    story.tell(PageAcknowledged(**fields, urgency=urgency, evidence=evidence, channel=channel, desk=desk))
    if was_open:
        story.tell(PageClosed(at=now, reason="acknowledged"))


def decline(story: Story, what: What, channel: Channel, now: datetime, *, desk: bool = False) -> None:
    """The responder passes, or gives back what they hold."""
    was_open = _is_open_page(story.page)
    story.tell(PageDeclined(**about(what, now), channel=channel, desk=desk))
    if was_open:
        story.tell(PageClosed(at=now, reason="declined"))


def _key(story: Story, what: What, heard: inputs.Replied, now: datetime) -> None:
    fields = about(what, now)
    match heard.reply.key:
        case Key.TAKE:
            take(story, what, Channel.SMS, heard.evidence, now, desk=heard.desk)
        case Key.PASS:
            decline(story, what, Channel.SMS, now, desk=heard.desk)
        case Key.REACHED:
            story.tell(PatientReached(**fields, evidence=heard.evidence))
        case Key.DISPOSE:
            if heard.reply.disposition is not None:
                story.tell(
                    DispositionGiven(
                        **fields,
                        disposition=heard.reply.disposition,
                        evidence=heard.evidence,
                        pin=heard.pin,
                        pin_refused_until=heard.pin_refused_until,
                    )
                )
        case Key.SIGN:
            story.tell(SignatureGiven(**fields))
        case Key.CONFIRM:
            if heard.name is not None:
                story.tell(ContactConfirmed(**fields, name=heard.name))
        case Key.UNDO:
            story.tell(UndoAsked(**fields))
        case Key.CALL:
            story.tell(CallAsked(**fields, contact=int(heard.reply.number or 0)))
        case Key.MORE:
            story.tell(ResponderActive(**fields))
        case Key.GIVE:
            story.tell(GiveAsked(**fields, asked=heard.asked))
        case Key.ASSIST:
            story.tell(HelpAsked(**fields))
        case Key.SNOOZE:
            story.tell(SnoozeAsked(**fields, minutes=heard.reply.minutes or limits.SNOOZE_MINUTES))
        case Key.HELP | Key.STOP | Key.START | Key.SEEN | Key.UNKNOWN | Key.FREE:
            pass  # answered with a text of Vigil's own; they take, pass and close nothing
        case Key.READY | Key.SWAP_YES | Key.SWAP_NO | Key.VERIFY:
            pass  # about notices alone
        case (
            Key.TALK_SAY
            | Key.TALK_SAFE
            | Key.TALK_WHERE
            | Key.TALK_911
            | Key.TALK_CANNED
            | Key.TALK_JOIN
            | Key.TALK_LEAVE
            | Key.TALK_NOTE
            | Key.TALK_MUTE
            | Key.TALK_CONTACTS
            | Key.TALK_LAST
            | Key.TALK_SKILL
        ):
            pass  # of a conversation, which hears them itself
        case unexpected:
            assert_never(unexpected)


def _is_open_page(page: Page) -> bool:
    return state.is_open(page) and isinstance(page.what, PageRequested)
