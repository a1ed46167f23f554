"""What a responder in a conversation may ask to read: the last texts of both sides, and whom to call.

Each reading is an event: who, what, when. Whoever joined reads what was written since they came, as
the patient was told; whoever holds it reads all of it.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from contracts.conversations import ContactRevoked, ContactsRead, Purpose, TranscriptRead
from contracts.outreach import OutreachKind
from contracts.privacy import ContactScope, SupportContact
from services.conversation.core import asked_texts, staff_texts
from services.conversation.core.draft import Draft
from services.conversation.core.talk import Talk

LAST = 6
"""How many texts `last` shows when no number is said. Ours."""
PIECE = 440
"""Characters of one text of a transcript: three segments of 153 in GSM-7, with room for the head."""
MOST_PIECES = 8
"""More texts than this at once tear a phone out of the conversation; the oldest lines are left out."""
_RELATION = 24


def last(draft: Draft, talk: Talk) -> None:
    """Text them the last texts of both sides, in order, each with who wrote it and when."""
    code = _code(draft)
    if not draft.world.relay_words:
        _tell(draft, talk.responder, asked_texts.last_elsewhere(code))
        return
    written = _written(draft, talk.responder)[-(talk.count or LAST) :]
    while len(texts := _texts(draft, talk.responder, written)) > MOST_PIECES:
        written = written[1:]
    since = min((at for at, _ in written), default=None)
    draft.add(TranscriptRead(at=draft.now, responder=talk.responder, texts=len(written), since=since))
    for text in texts or (asked_texts.last_nothing(code),):
        _tell(draft, talk.responder, text)


def contacts(draft: Draft, talk: Talk) -> None:
    """Text them whom the patient lets us ask today: number, relation and scope; no name, no phone."""
    code, world = _code(draft), draft.world
    if talk.count:
        _end(draft, talk)
        return
    valid = [(n, one) for n, one in enumerate(world.contacts, start=1) if one.holds(world.today)]
    draft.add(
        ContactsRead(at=draft.now, responder=talk.responder, contacts=tuple(one.id for _, one in valid))
    )
    if not valid:
        _tell(draft, talk.responder, asked_texts.no_contacts(code))
        return
    lines = [_contact(draft, number, one) for number, one in valid]
    _tell(draft, talk.responder, asked_texts.contacts(code, lines, valid[0][0])[: staff_texts.CUT])


def numbered(contacts: Sequence[SupportContact], number: int) -> SupportContact | None:
    """Return the contact of that number: their place in the record; None: there is none."""
    return contacts[number - 1] if 0 < number <= len(contacts) else None


def pieces(code: str, lines: Iterable[str], most: int = PIECE) -> tuple[str, ...]:
    """Return the lines as texts of at most that many characters, each numbered; a line is cut at a space."""
    texts: list[str] = []
    for line in lines:
        for part in _cut(line, most):
            if texts and len(texts[-1]) + 1 + len(part) <= most:
                texts[-1] += f"\n{part}"
            else:
                texts.append(part)
    if len(texts) == 1:
        return (f"{code} last:\n{texts[0]}",)
    return tuple(f"{code} last {number}/{len(texts)}:\n{text}" for number, text in enumerate(texts, start=1))


def _texts(draft: Draft, reader: str, written: list[tuple[datetime, str]]) -> tuple[str, ...]:
    clock = draft.world.clock_of
    lines = [f"{clock(at, reader)} {line}" for at, line in written]
    return pieces(_code(draft), lines) if lines else ()


def _cut(line: str, most: int) -> Iterable[str]:
    while len(line) > most:
        at = line.rfind(" ", most // 2, most + 1)
        yield line[: at if at > 0 else most].rstrip()
        line = line[at if at > 0 else most :].lstrip()
    if line:
        yield line


def _written(draft: Draft, reader: str) -> list[tuple[datetime, str]]:
    """Return when, and who wrote what, of both sides in the order in which it reached us."""
    state, world = draft.state, draft.world
    since = next((one.since for one in state.beside if one.responder == reader), None)
    found: list[tuple[int, datetime, str]] = []
    for said in state.said:
        words = world.unseal(said.body)
        shown = "[can't be read here]" if words is None else words.strip()
        media = f" {staff_texts.media_note(said.media)}" if said.media else ""
        found.append((said.evidence, said.at, f"patient: {shown}{media}"))
    for one in state.wrote:
        name, words = world.name_of(one.by) or "colleague", world.unseal(one.body)
        shown = "[can't be read here]" if words is None else words.strip().removeprefix(f"{name}: ")
        failed = " [did not arrive]" if one.failed else ""
        found.append((one.order, one.at, f"{name}: {shown}{failed}"))
    # What they may be answering: a text of ours that began it. One that was written for them stays theirs.
    for out in state.outbox:
        if out.purpose is Purpose.OUTREACH and out.accepted_at is not None and out.sealed is not None:
            own = out.reaches in (OutreachKind.EDUCATION, OutreachKind.SAFETY_PLAN)
            began = f"[{out.reaches}]" if own else world.unseal(out.sealed) or "[can't be read here]"
            found.append((out.order, out.accepted_at, f"Vigil: {began}"))
    found.sort(key=lambda each: each[0])
    return [(at, line) for _, at, line in found if since is None or at >= since]


def _end(draft: Draft, talk: Talk) -> None:
    """The patient took it back: the record says so already, and the conversation who told us."""
    one, code = numbered(draft.world.contacts, talk.count), _code(draft)
    if one is None:
        _tell(draft, talk.responder, asked_texts.no_contact(code, talk.count))
        return
    draft.add(ContactRevoked(at=draft.now, responder=talk.responder, contact=one.id))
    _tell(draft, talk.responder, asked_texts.contact_ended(code, talk.count))


def _contact(draft: Draft, number: int, one: SupportContact) -> str:
    relation = (draft.world.unseal(one.relation) or "") if one.relation is not None else ""
    scope = "" if one.phone is not None else ", no phone on file"
    return f"{number} {relation.strip()[:_RELATION] or 'somebody'} ({_may(one.scope)}{scope})"


def _may(scope: ContactScope) -> str:
    """What they may be told, as the clinician must know it before they dial."""
    match scope:
        case ContactScope.WELFARE_ONLY:
            return "say only: please ask them to call us"
        case ContactScope.ENROLLED:
            return "may know they are with us, not how they are"
        case ContactScope.CLINICAL:
            return "may know how they are"


def _tell(draft: Draft, responder: str, text: str) -> None:
    draft.to_staff(Purpose.TOLD, responder, text)


def _code(draft: Draft) -> str:
    return draft.state.hold.code if draft.state.hold is not None else ""
