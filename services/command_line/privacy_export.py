"""One patient's record, whole and in clear: all that Vigil holds of them, gathered.

Only what the patient's own key sealed is opened, and what they wrote before they had one. Phones of
staff, and whatever else belongs to others, stay out.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from pydantic import TypeAdapter

from contracts.commits import Commit
from contracts.escalations import EscalationEvent
from contracts.media import TextMedia
from contracts.pages import PageEvent
from contracts.people import Patient
from contracts.privacy import PATIENT_KEY, Hold
from contracts.values import Sealed
from services.administration import Administration
from services.command_line import timeline
from services.command_line.deliveries import told_of
from services.command_line.link import Link
from services.command_line.privacy import LOGGED, facts_of, ids_of, log_of
from services.command_line.privacy_transcript import transcript
from services.command_line.readings import Reading, readings_of
from services.command_line.troubles import Trouble
from services.runtime.aggregates import read_events
from services.runtime.follow import Follower
from services.runtime.log import Log, Stored
from services.runtime.sealing import SealError

Record = dict[str, Any]
"""What JSON can say; its shape is `gather`'s."""
_LEFT_OUT = frozenset({"methods", "phone_ref", "sender", "pin_hash", "words", "state"})
_THEIRS = frozenset({"body", "text", "sealed", "note"})
"""Fields in which the site's key sealed words of the patient, before they had a key of their own."""
UNREADABLE = "(sealed; can't be opened)"
ERASED = "(erased; nobody can read it any more)"
_RUNS: TypeAdapter[Any] = TypeAdapter(EscalationEvent)
_PAGES: TypeAdapter[Any] = TypeAdapter(PageEvent)


async def gather(link: Link, name: str, leaving: Record) -> Record:
    """Return everything there is about a patient, in clear, under `leaving`: for whom, on what ground.

    Raises Trouble.
    """
    administration, ids = link.administration(), await ids_of(link, name)
    patient = await administration.patient(name)
    if patient is None:
        raise Trouble(f"there is no patient {name}")
    opener = _Opener(administration, ids, ERASED if patient.erased_at else UNREADABLE)
    holds = await link.values("holds", Hold)
    media = await link.values("media", TextMedia)
    conversation = await opener.opened(await _conversation(link, ids))
    made: Record = {
        **leaving,
        "patient": await opener.opened(_plain(patient)),
        "also_known_as": list(ids[1:]),
        "legal_holds": [holds[one].model_dump(mode="json") for one in ids if one in holds],
        "transcript": transcript(conversation),
        "conversation": conversation,
        "escalations": await opener.opened(await _events(link, "ESCALATIONS", "escalations", ids)),
        "story": [
            {"at": line.at.isoformat(), "who": line.who, "what": line.what}
            for line in await _story(link, ids)
        ],
        "files": [await opener.opened(_file(one)) for one in media.values() if one.patient in ids],
        "screens_and_tests": await opener.opened(await _events(link, "TRIAGE", "triage", ids)),
        "attendance": await opener.opened(await _events(link, "ATTENDANCES", "attendances.*", ids)),
        "follow_up": await opener.opened(await _events(link, "FOLLOWUPS", "followups", ids)),
        "programme": await opener.opened(await facts_of(link, ids, without=LOGGED)),
    }
    if patient.erased_at is not None:
        made["erased"] = (
            f"This record was erased on {patient.erased_at:%d %b %Y}: nobody can read the words of it. "
            "What is left says what happened when, and who answered."
        )
    log = [(type(fact).__name__, fact) for fact in await log_of(link, ids)]
    whole = [{"what": what, **(await opener.opened(fact.model_dump(mode="json")))} for what, fact in log]
    told = ("PatientDisclosed", "PatientExported")
    made["accounting_of_disclosures"] = [one for one in whole if one["what"] in told]
    made["accounting_of_disclosures"] += await told_of(link, ids)
    made["log"] = [one for one in whole if one["what"] not in told]
    made["readings"] = [reading_of(one) for one in await readings_of(link, ids)]
    return made


def reading_of(one: Reading) -> Record:
    """Return a reading as JSON can say it."""
    return {
        "at": one.at.isoformat(),
        "who": one.who,
        "patient": one.patient,
        "what": one.what,
        "why": one.why,
    }


def _plain(patient: Patient) -> Record:
    return patient.model_dump(mode="json", exclude_none=True)


def _file(media: TextMedia) -> Record:
    """A text with files; where the carrier has them, and their contents, stay out: `vigil media` has them."""
    files = [{"id": one.id, "type": one.content_type, "bytes": one.size} for one in media.files]
    return {"at": media.at.isoformat(), "text": media.sid, "status": media.status.value, "files": files}


async def _conversation(link: Link, ids: Sequence[str]) -> list[Record]:
    """Return the events of the crisis line, without the phones of those who answered."""
    found = await _events(link, "CONVERSATIONS", "conversations", ids)
    return [
        {key: value for key, value in event.items() if key != "phone" or event.get("responder") is None}
        for event in found
    ]


async def _story(link: Link, ids: Sequence[str]) -> list[timeline.Line]:
    """Return what happened, in words: the runs, each page with its attempts and receipts."""
    lines: list[timeline.Line] = []
    runs, pages = Log(link.nc, "ESCALATIONS", timeout=5), Log(link.nc, "PAGES", timeout=5)
    for one in ids:
        events = [
            event
            for stored in await runs.since(f"escalations.{one}", 1)
            for event in read_events(stored.data, _RUNS)
        ]
        lines += timeline.of_run(events)
        for responder, page in timeline.page_subjects(events):
            # Pages are kept for 90 days; what they led to stands in the run.
            stored_pages = await pages.since(f"pages.{responder}.{page}", 1)
            lines += timeline.of_page(
                responder, [e for stored in stored_pages for e in read_events(stored.data, _PAGES)]
            )
    return timeline.ordered(lines)


async def _events(link: Link, stream: str, prefix: str, ids: Iterable[str]) -> list[Record]:
    """Return every event of these ids in a stream, oldest first."""
    found: list[Record] = []

    def learn(stored: Stored) -> None:
        found.extend(Commit.model_validate_json(stored.data).events)

    filters = tuple(f"{prefix}.{one}" for one in ids)
    follower = Follower(link.nc, stream, learn, filters=filters, label="cli", whole=True)
    await follower.start()
    await follower.stop()
    return found


class _Opener:
    """Opens what is the patient's in nested values, and leaves out what is others'."""

    def __init__(self, administration: Administration, ids: Iterable[str], unreadable: str) -> None:
        self._administration = administration
        self._unreadable = unreadable
        self._keys = frozenset(f"{PATIENT_KEY}{one}" for one in ids)

    async def opened(self, value: Any, field: str = "") -> Any:
        """Return the value in clear."""
        match value:
            case {"key": str(key), "box": str(), **rest} if not rest:
                return await self._one(Sealed.model_validate(value), key, field)
            case dict():
                return {
                    name: await self.opened(inner, name)
                    for name, inner in value.items()
                    if name not in _LEFT_OUT
                }
            case list():
                return [await self.opened(inner, field) for inner in value]
            case _other:
                return value

    async def _one(self, sealed: Sealed, key: str, field: str) -> str:
        theirs = key in self._keys or (not key.startswith(PATIENT_KEY) and field in _THEIRS)
        if not theirs:
            return "(somebody else's)"
        try:
            return await self._administration.revealed(sealed)
        except SealError:
            return self._unreadable
