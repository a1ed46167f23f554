"""A resource that is no more: what came of it is taken back; a person or a team stays as it was."""

from services.gateway.core import versions
from services.gateway.fhir import moments, recorded
from services.gateway.fhir.bundles import Entry
from services.gateway.fhir.issues import Issue, note
from services.gateway.fhir.outcome import Answered
from services.gateway.fhir.references import literal
from services.gateway.fhir.resources import MODELS
from services.gateway.fhir.risk import Risks
from services.gateway.reporting import Reporter


async def taken_back(source: str, entry: Entry, reporter: Reporter, risks: Risks) -> Answered:
    """Take back what the deletion names, and say what became of it. Raises Unavailable."""
    name = literal(entry.gone)
    kind = name.partition("/")[0]
    if not name:
        says = "names no resource; send its type and id, such as Observation/12"
        where = f"{entry.place.rpartition('.')[0]}.request.url"
        return Answered(422, (Issue("error", "not-supported", says, where),))
    if kind not in MODELS:
        return Answered(200, (note("is of a type that is not taken up"),))
    match kind:
        case "Patient" | "CareTeam":
            return Answered(200, (note("what it said stays; a deletion changes no record here"),))
        case "Flag":
            await risks.gone(reporter.session(source, name))
            return Answered(200, (note("recorded"),))
        case _:
            stated = versions.stated(moments.moment(entry.changed), "")
            return recorded.taken_back(await reporter.gone(source, name, stated))
