"""Doses that were given, or not: MedicationAdministration -> one report about one day."""

import json
from collections.abc import Iterable
from zoneinfo import ZoneInfo

from contracts.facts import Standing
from services.gateway.fhir import moments
from services.gateway.fhir.elements import Concept
from services.gateway.fhir.issues import Issue, note, refused, warning
from services.gateway.fhir.naming import Names
from services.gateway.fhir.read import Read
from services.gateway.fhir.references import Around, contained, patient
from services.gateway.fhir.resources import Medication, MedicationAdministration
from services.gateway.reporting import Draft

_WORDS = (
    ("injection-doses", "naltrexone", ("vivitrol",)),
    ("injection-doses", "buprenorphine", ("sublocade", "brixadi")),
    ("agonist-doses", "", ("methadone", "buprenorphine", "suboxone", "subutex", "zubsolv")),
    ("lithium-doses", "", ("lithium",)),
    ("clozapine-doses", "", ("clozapine", "clozaril")),
)
"""Words in a medication's name -> instrument and drug; VIGIL_FHIR_CODES adds a site's codes (6e)."""
_INJECTED = ("inject", "extended", "depot", "intramuscular", "subcutaneous", "decanoate", "palmitate")
_LONG_ACTING = (
    "naltrexone",
    "buprenorphine",
    "paliperidone",
    "risperidone",
    "aripiprazole",
    "haloperidol",
    "fluphenazine",
)


def of_administration(
    one: MedicationAdministration, name: str, stated: str, around: Around, zone: ZoneInfo, names: Names
) -> Read:
    """Return the draft of a dose, or why there is none. Raises Refused."""
    who = patient(one.subject, one, around)
    if not who:
        raise refused("MedicationAdministration.subject", "is missing; refer to Patient/<id>", "required")
    instrument, drug = _instrument(one, around, names)
    if one.status == "entered-in-error":
        clear: dict[str, object] = {"instrument": instrument, "standing": Standing.ENTERED_IN_ERROR}
        return Read.of([Draft("dose_reported", name, who, None, stated, "", clear, {"content": "{}"})])
    if not instrument:
        says = "is none of the medications that are followed; name it in VIGIL_FHIR_CODES if it should be"
        return Read.nothing(note(says, "MedicationAdministration.medication"))
    taken = _taken(one.status)
    if taken is None:
        says = "is neither given nor omitted yet; nothing was recorded"
        return Read.nothing(note(says, "MedicationAdministration.status"))
    period = one.effective_period
    said = one.effective_date_time or (period.start if period else None)
    at, on = moments.moment(said), moments.day(said, zone)
    if on is None:
        says = "is missing, or no moment with a time zone, such as 2026-11-24T14:00:00Z"
        raise refused("MedicationAdministration.effective", says, "required")
    clear = {"instrument": instrument, "day": on, "taken": taken}
    content = json.dumps({"answers": _answers(instrument, drug, taken)})
    issues: tuple[Issue, ...] = ()
    if one.status in ("unknown", "stopped"):
        says = "does not say that the dose was taken; it counts as missed"
        issues = (warning("MedicationAdministration.status", says),)
    draft = Draft("dose_reported", name, who, at, stated, "", clear, {"content": content})
    return Read((draft,), issues)


def _taken(status: str) -> bool | None:
    match status:
        case "completed":
            return True
        case "not-done" | "unknown" | "stopped":
            return False
        case "in-progress" | "on-hold":
            return None
        case _:
            says = "is no status of an administration in R4, such as completed or not-done"
            raise refused("MedicationAdministration.status", says)


def _answers(instrument: str, drug: str, taken: bool) -> dict[str, str]:
    """What a single report says beside its day: of a dose just given, that nothing is late."""
    match instrument:
        case "injection-doses":
            known = {"drug": drug} if drug else {}
            return {**known, "days_since_last": "0"} if taken else known
        case "clozapine-doses" if taken:
            return {"hours_since_last": "0"}
        case _:
            return {}


def _instrument(one: MedicationAdministration, around: Around, names: Names) -> tuple[str, str]:
    concept = _concept(one, around)
    route = one.dosage.route if one.dosage else None
    words = f"{concept.words()} {route.words() if route else ''}"
    drug = next((each for each in _LONG_ACTING if each in words), "")
    configured = [names.own[each] for each in concept.names() if each in names.own]
    if configured:
        return configured[0].partition("/")[0], drug
    if drug and any(word in words for word in _INJECTED):
        return "injection-doses", drug
    return next(((kind, what) for kind, what, said in _WORDS if _any(said, words)), ("", ""))


def _any(said: Iterable[str], words: str) -> bool:
    return any(word in words for word in said)


def _concept(one: MedicationAdministration, around: Around) -> Concept:
    if one.medication_codeable_concept is not None:
        return one.medication_codeable_concept
    reference = one.medication_reference.reference if one.medication_reference else ""
    near = around.entries.get(reference)
    if isinstance(near, Medication):
        return near.code
    held = contained(one, reference, Medication)
    return held.code if held is not None else Concept()
