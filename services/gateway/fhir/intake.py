"""Resources become facts: read, put together, named by patient and version, published."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from contracts.facts import Standing
from contracts.values import Kind
from services.gateway.core import versions
from services.gateway.core.cloud_events import Unfit
from services.gateway.fhir import deletions, doses, forms, moments, people, recorded, sessions
from services.gateway.fhir.bundles import Entry
from services.gateway.fhir.forms import Form
from services.gateway.fhir.grouping import Group, Placed, grouped
from services.gateway.fhir.issues import Issue, Refused, note, of_validation, refused, warning
from services.gateway.fhir.naming import Names
from services.gateway.fhir.outcome import Answered
from services.gateway.fhir.read import Read
from services.gateway.fhir.references import Around, document, literal, patient
from services.gateway.fhir.resources import (
    MODELS,
    Appointment,
    CareTeam,
    Encounter,
    Flag,
    Medication,
    MedicationAdministration,
    Observation,
    Patient,
    QuestionnaireResponse,
    Resource,
)
from services.gateway.fhir.risk import Risks
from services.gateway.patients import Enrolling
from services.gateway.registry import Registry
from services.gateway.reporting import Draft, FactType, Reporter
from services.gateway.taking_back import Told
from services.runtime.clock import Clock


@dataclass(frozen=True, slots=True)
class Site:
    """What of the site's settings decides how a resource is read."""

    names: Names
    zone: ZoneInfo
    practitioners: Mapping[str, str]
    risk_flags: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Known:
    """An entry that has been read as a resource."""

    resource: Resource
    name: str
    stated: str


class Intake:
    """Takes up resources of one source. Raises Unavailable: then nothing of it is acknowledged."""

    def __init__(
        self,
        site: Site,
        reporter: Reporter,
        registry: Registry,
        enrolling: Enrolling,
        risks: Risks,
        is_responder: Callable[[str], bool],
        clock: Clock,
    ) -> None:
        self._site = site
        self._reporter = reporter
        self._registry = registry
        self._enrolling = enrolling
        self._risks = risks
        self._is_responder = is_responder
        self._clock = clock

    async def take(self, source: str, entries: Sequence[Entry]) -> list[Answered]:
        """Return what became of each entry. One that can't be used keeps no other from being heard."""
        answers: dict[int, Answered] = {}
        known: dict[int, _Known] = {}
        for n, entry in enumerate(entries):
            if entry.is_deletion:
                continue
            try:
                known[n] = _known(entry)
            except Refused as problem:
                answers[n] = Answered(problem.status, problem.issues)
        around = Around(
            {
                name: one.resource
                for n, one in known.items()
                for name in (entries[n].full_url, one.name)
                if name
            }
        )
        placed: dict[int, Placed] = {}
        # Patients first: what is about them finds them then.
        for n in sorted(known, key=lambda n: not isinstance(known[n].resource, Patient)):
            try:
                found = await self._one(source, known[n], around, entries[n])
            except Refused as problem:
                answers[n] = Answered(problem.status, problem.issues)
            else:
                if isinstance(found, Placed):
                    placed[n] = found
                else:
                    answers[n] = found
        await self._forms(source, known, placed, answers)
        # Deletions last: in a history the versions before them stand beside them.
        for n, entry in enumerate(entries):
            if entry.is_deletion:
                answers[n] = await deletions.taken_back(source, entry, self._reporter, self._risks)
        return [answers[n] for n in range(len(entries))]

    async def _one(self, source: str, one: _Known, around: Around, entry: Entry) -> Answered | Placed:
        now = self._clock.now()
        if sessions.is_gone(one.resource):
            return recorded.taken_back(await self._reporter.gone(source, one.name, one.stated))
        match one.resource:
            case Patient() as who:
                return await self._patient(source, who)
            case CareTeam() as team:
                return await self._team(source, team, around)
            case Flag() as flag:
                return await self._flag(source, flag, one.name, around)
            case QuestionnaireResponse() as filled:
                return self._placed(filled, forms.of_response(filled, self._site.names), one, around, entry)
            case Observation() as result:
                found = forms.of_observation(result, self._site.names)
                if isinstance(found, Issue):
                    return Answered(200, (found,))
                return self._placed(result, found, one, around, entry)
            case Appointment() as session:
                read = sessions.of_appointment(session, one.name, one.stated, around, now, self._site.zone)
                return await self._appointment(source, one, read)
            case Encounter() as meeting:
                read = sessions.of_encounter(meeting, one.name, one.stated, around, now, self._site.zone)
            case MedicationAdministration() as dose:
                site = self._site
                read = doses.of_administration(dose, one.name, one.stated, around, site.zone, site.names)
            case _:
                return Answered(200, (note("is read only where another resource refers to it"),))
        return await self._report(source, read)

    async def _appointment(self, source: str, one: _Known, read: Read) -> Answered:
        """Report it of all who take part, and that whoever took part before is not expected any more."""
        told = [await self._reported(source, draft) for draft in read.drafts]
        if told and any(each.outcome == "new" for each in told):
            keep = {each.document for each in told}
            await self._reporter.gone(source, one.name, one.stated, keep)
        return recorded.answered(told, read.issues)

    async def _report(self, source: str, read: Read) -> Answered:
        told = [await self._reported(source, draft) for draft in read.drafts]
        return recorded.answered(told, read.issues)

    async def _reported(self, source: str, draft: Draft) -> Told:
        try:
            return await self._reporter.report(source, draft)
        except ValidationError:
            raise refused("", "can't be recorded: its values don't fit together") from None

    def _placed(
        self,
        resource: QuestionnaireResponse | Observation,
        form: Form,
        one: _Known,
        around: Around,
        entry: Entry,
    ) -> Placed:
        who = patient(resource.subject, resource, around)
        if not who:
            says = "is missing, or names no patient; refer to Patient/<id>"
            raise refused(f"{resource.resource_type}.subject", says, "required")
        names = tuple(dict.fromkeys(name for name in (one.name, entry.full_url) if name))
        members = tuple(name for said in form.members for name in (said, literal(said)) if name)
        linked = Form(
            form.instruments, form.answers, form.at, form.standing, form.is_whole, form.is_begun,
            members, form.issues,
        )  # fmt: skip
        return Placed(linked, who, names, isinstance(resource, QuestionnaireResponse))

    async def _forms(
        self,
        source: str,
        known: Mapping[int, _Known],
        placed: Mapping[int, Placed],
        answers: dict[int, Answered],
    ) -> None:
        numbers = sorted(placed)
        for group in grouped([placed[n] for n in numbers]):
            members = [numbers[each] for each in group.members]
            try:
                answered = await self._group(source, group, members, known, placed)
            except Refused as problem:
                answered = Answered(problem.status, problem.issues)
            for n in members:
                answers[n] = answered

    async def _group(
        self,
        source: str,
        group: Group,
        members: Sequence[int],
        known: Mapping[int, _Known],
        placed: Mapping[int, Placed],
    ) -> Answered:
        first, head = members[0], placed[members[0]]
        form, instrument = head.form, group.instrument
        if instrument is not None:
            form = forms.joined((placed[n].form for n in members), instrument)
        if form.standing is not Standing.ENTERED_IN_ERROR:
            if instrument is None or (not form.answers and not head.is_response):
                return Answered(200, (note("has no value; nothing was recorded"),))
            whole = group.has_head or instrument.kind is Kind.SUBSTANCE_POSITIVE
            if not forms.is_heard(form, instrument, whole):
                says = "is one question of several, or not finished: it is judged with the whole form"
                return Answered(200, (note(says), *form.issues))
        name, stated = known[first].name, known[first].stated
        if not group.has_head and len(members) > 1:
            name = "group:" + ",".join(sorted(known[n].name for n in members))
            stated = max(known[n].stated for n in members)
        content = form.content().model_dump_json(exclude_none=True)
        clear: dict[str, object] = {
            "instrument": instrument.id if instrument else "",
            "standing": form.standing,
        }
        draft = Draft(
            _type(instrument.kind if instrument else None),
            name,
            head.patient,
            form.at,
            stated,
            "",
            clear,
            {"content": content},
        )
        return await self._report(source, Read((draft,), form.issues))

    async def _patient(self, source: str, who: Patient) -> Answered:
        form = people.form_of(who)
        try:
            enrolled = await self._enrolling.enrol(source, form)
        except Unfit as problem:
            raise refused("Patient.telecom", problem.wrong) from None
        issues = [warning("Patient", text) for text in enrolled.warnings]
        return Answered(201 if enrolled.is_new else 200, tuple(issues) or (note("recorded"),))

    async def _team(self, source: str, team: CareTeam, around: Around) -> Answered:
        who = self._of(team, team.subject, around)
        if team.status not in ("active", ""):
            return Answered(200, (note("only an active team names the therapist", "CareTeam.status"),))
        site = self._site
        therapist, issues = people.therapist_of(team, site.practitioners, self._is_responder, source)
        if therapist:
            owner = await self._reporter.patient(source, who)
            await self._registry.change(
                owner, lambda record: record.model_copy(update={"therapist": therapist})
            )
        return Answered(200, issues or (note("recorded"),))

    async def _flag(self, source: str, flag: Flag, name: str, around: Around) -> Answered:
        who = self._of(flag, flag.subject, around)
        raised = people.is_raised(flag, self._site.risk_flags, self._clock.now())
        if raised is None:
            says = "is of no category in VIGIL_FHIR_RISK_FLAGS; nothing was recorded"
            return Answered(200, (note(says, "Flag.category"),))
        owner = await self._reporter.patient(source, who)
        await self._risks.flagged(owner, self._reporter.session(source, name), raised)
        return Answered(200, (note("recorded"),))

    def _of(self, one: CareTeam | Flag, subject: object, around: Around) -> str:
        who = patient(one.subject, one, around)
        if not who:
            says = "is missing, or names no patient; refer to Patient/<id>"
            raise refused(f"{one.resource_type}.subject", says, "required")
        return who


def _known(entry: Entry) -> _Known:
    raw = entry.raw
    if raw is None:
        raise refused("", "has no resource", "required")
    kind = raw.get("resourceType")
    model = Medication if kind == "Medication" else MODELS.get(str(kind))
    if model is None:
        says = f"is of a type that is not taken up; there are {', '.join(MODELS)}"
        raise refused("", says, "not-supported")
    try:
        resource = model.model_validate(raw)
    except ValidationError as error:
        raise of_validation(error, model.__name__) from None
    meta = resource.meta
    number = meta.version_id if isinstance(meta.version_id, str) else ""
    stated = versions.stated(moments.moment(meta.last_updated), number)
    return _Known(resource, document(resource, raw, entry.full_url), stated)


def _type(kind: Kind | None) -> FactType:
    match kind:
        case Kind.SUBSTANCE_POSITIVE:
            return "specimen_tested"
        case Kind.DOSE_MISSED:
            return "dose_reported"
        case _:
            return "screen_answered"
