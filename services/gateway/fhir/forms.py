"""Filled-in forms and results as answers to an instrument: QuestionnaireResponse and Observation.

A total stands in the same list as the items and is never added to them; linkIds begin with a slash; an
AUDIT-C total comes under two codes (clinical.md 5d). All of that the instruments' own reading knows.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from contracts.facts import Standing
from contracts.screens import ScreenAnswer, ScreenAnswers
from contracts.values import Kind
from services.gateway.fhir import moments, values
from services.gateway.fhir.elements import Choice, Reference
from services.gateway.fhir.issues import Issue, note, refused, warning
from services.gateway.fhir.naming import Names, item_of, nearest
from services.gateway.fhir.resources import Component, FormItem, Observation, QuestionnaireResponse
from services.triage import instruments
from services.triage.instruments.scoring.items import AnyInstrument, Item
from services.triage.instruments.scoring.reading import name_of, read
from services.triage.instruments.scoring.sheet import State

_ALONE = {
    "phq-9": frozenset({"9", "9_presence"}),
    "c-ssrs": frozenset({"1", "2", "3", "4", "5", "6", "6b", "level"}),
    "asq": frozenset({"1", "2", "3", "4", "5"}),
}
"""Questions about suicide: an answer other than no is heard although nothing else came with it
(clinical.md 1e: any answer but "not at all" counts, whatever the rest says)."""
_ELSEWHERE = frozenset(
    {"vital-signs", "social-history", "imaging", "exam", "therapy", "activity", "procedure"}
)
"""Categories in which results are no screens or specimens, unless their code says so."""
_DEPTH = 20


@dataclass(frozen=True, slots=True)
class Form:
    """Answers to one instrument, as one resource has them."""

    instruments: tuple[AnyInstrument, ...]
    """The one it is; of a single question all that ask it; none: not known, and entered in error."""
    answers: tuple[ScreenAnswer, ...]
    at: datetime | None
    standing: Standing
    is_whole: bool
    """Whether it is a form, a panel, a total or a specimen, and not one question of several."""
    is_begun: bool = False
    """Whether somebody is still filling it in."""
    members: tuple[str, ...] = ()
    """References to the resources that belong to it, or that it came from."""
    issues: tuple[Issue, ...] = ()

    def content(self) -> ScreenAnswers:
        """Return the answers as triage reads them."""
        return ScreenAnswers(answers=self.answers, at=self.at)


def of_response(form: QuestionnaireResponse, names: Names) -> Form:
    """Return what a filled-in form says. Raises Refused."""
    standing = _response_standing(form.status)
    answered = tuple(_answered(form.item))
    instrument = _instrument(form, [link for link, *_ in answered], names)
    at, told = _at((form.authored,), "QuestionnaireResponse.authored")
    if instrument is None:
        if standing is Standing.ENTERED_IN_ERROR:
            return Form((), (), at, standing, True, False, (), told)
        hint = nearest([*_canonical(form.questionnaire), *(link for link, *_ in answered)])
        raise refused(
            "QuestionnaireResponse.questionnaire",
            f"names no instrument that is known here, and its linkIds are those of none; {hint} "
            "Add it to VIGIL_FHIR_CODES if it is one of these under another name",
            "not-supported",
        )
    answers = tuple(
        ScreenAnswer(item=link, value=value[0], unit=value[1])
        for link, definition, answer in answered
        if (value := values.said(answer, item_of(instrument, link))) is not None
    )
    return Form((instrument,), answers, at, standing, True, form.status == "in-progress", (), told)


def of_observation(result: Observation, names: Names) -> Form | Issue:
    """Return what a result says, or why there is nothing to judge. Raises Refused."""
    standing = _result_standing(result.status)
    said = [result.effective_date_time, result.effective_instant]
    said += [result.effective_period.start if result.effective_period else None, result.issued]
    at, told = _at(said, "Observation.effective")
    coded = list(result.code.names())
    members = tuple(_ids((*result.has_member, *result.derived_from)))
    own = names.items(coded, result.code.words())
    instrument = names.whole(coded)
    if instrument is not None and not (own and own[0][0].kind is Kind.SUBSTANCE_POSITIVE):
        answers = tuple(_panel(result, instrument))
        return Form((instrument,), answers, at, standing, True, False, members, told)
    parts = [(part, names.items(part.code.names(), part.code.words())) for part in result.component]
    if not own and any(found for _, found in parts):
        return _of_components(parts, at, standing, members, told)
    if not own:
        if standing is Standing.ENTERED_IN_ERROR:
            return Form((), (), at, standing, True, False, (), told)
        return _not_followed(result, coded)
    whole = own[0][0].kind is Kind.SUBSTANCE_POSITIVE
    answers = tuple(_one(result, own[0][1]))
    return Form(tuple(one for one, _ in own), answers, at, standing, whole, False, members, told)


def is_heard(form: Form, instrument: AnyInstrument, is_whole: bool) -> bool:
    """Return whether it is judged, although questions may still come, or never will."""
    sheet = read(instrument, form.content())
    asked = [one.id for one in instrument.items if one.needed]
    all_there = all(sheet.at(one).state is not State.MISSING for one in asked)
    if not form.is_begun and (is_whole or all_there):
        return True
    for item in _ALONE.get(instrument.id, ()):
        found = sheet.at(item)
        answered = found.state in (State.GIVEN, State.TWICE)
        if found.state is State.IMPOSSIBLE or (answered and (found.value or (not found.no and found.words))):
            return True
    return False


def joined(forms: Iterable[Form], instrument: AnyInstrument) -> Form:
    """Return one form of several: the first says when it was, and how it stands."""
    first, *others = forms
    seen = [*first.answers]
    for one in others:
        # A total that agrees needs no second telling; answers that differ are told as that by triage.
        seen += [answer for answer in one.answers if answer not in seen]
    issues = tuple(issue for one in (first, *others) for issue in one.issues)
    return Form((instrument,), tuple(seen), first.at, first.standing, True, first.is_begun, (), issues)


def _panel(result: Observation, instrument: AnyInstrument) -> Iterator[ScreenAnswer]:
    total = "total" if instrument.highest is not None else "level"
    found = values.result(result, item_of(instrument, total))
    if found is not None:
        yield ScreenAnswer(item=total, value=found[0], unit=found[1])
    for part in result.component:
        code = next((one for one in part.code.names() if item_of(instrument, one)), None)
        name = code or next(iter(part.code.codes()), "")
        answer = values.result(part, item_of(instrument, name))
        if name and answer is not None:
            yield ScreenAnswer(item=name, value=answer[0], unit=answer[1])


def _one(result: Component, item: Item) -> Iterator[ScreenAnswer]:
    found = values.result(result, item)
    if found is not None:
        yield ScreenAnswer(item=item.codes[0] if item.codes else item.id, value=found[0], unit=found[1])


def _of_components(
    parts: list[tuple[Component, tuple[tuple[AnyInstrument, Item], ...]]],
    at: datetime | None,
    standing: Standing,
    members: tuple[str, ...],
    told: tuple[Issue, ...],
) -> Form:
    known = [(part, found) for part, found in parts if found]
    counts = {one.id: (one, 0) for _, found in known for one, _ in found}
    for _, found in known:
        for one, _ in found:
            counts[one.id] = (one, counts[one.id][1] + 1)
    instrument = max(counts.values(), key=lambda each: (each[1], -len(each[0].items)))[0]
    answers = tuple(
        answer
        for part, found in known
        for one, item in found
        if one is instrument
        for answer in _one(part, item)
    )
    return Form((instrument,), answers, at, standing, True, False, members, told)


def _not_followed(result: Observation, coded: list[str]) -> Issue:
    categories = {code for one in result.category for code in one.codes()}
    if categories & _ELSEWHERE:
        return note("a result of this kind is not followed here; nothing was recorded", "Observation.code")
    raise refused(
        "Observation.code",
        f"names no screen, question, breath test or urine result that is known here; {nearest(coded)} "
        "Add it to VIGIL_FHIR_CODES if it is one of these under another code",
        "not-supported",
    )


def _answered(items: Iterable[FormItem], depth: int = 0) -> Iterator[tuple[str, str, Choice]]:
    if depth > _DEPTH:
        raise refused("QuestionnaireResponse.item", f"is nested deeper than {_DEPTH} levels", "too-long")
    for item in items:
        link = item.link_id or item.definition.rpartition("#")[2]
        for answer in item.answer:
            yield (link, item.definition, answer)
            yield from _answered(answer.item, depth + 1)
        yield from _answered(item.item, depth + 1)


def _instrument(form: QuestionnaireResponse, links: list[str], names: Names) -> AnyInstrument | None:
    named = names.whole(_canonical(form.questionnaire))
    if named is not None:
        return named
    wanted = {name_of(link) for link in links}
    best, most = None, 0
    for one in instruments.instruments():
        codes = {name_of(code) for item in one.items for code in item.codes} | {*one.totals}
        count = len(wanted & codes)
        if count > most or (
            count == most and best is not None and len(one.items) < len(best.items) and count
        ):
            best, most = one, count
    return best


def _canonical(url: str) -> list[str]:
    """Return the names in a canonical URL: whole, without version, its last part."""
    bare = url.partition("|")[0].rstrip("/")
    last = bare.rpartition("/")[2]
    return [one for one in (url, bare, last, last.removesuffix("-example")) if one]


def _ids(references: Iterable[Reference]) -> Iterator[str]:
    return (one.reference for one in references if one.reference)


def _at(said: Iterable[object], where: str) -> tuple[datetime | None, tuple[Issue, ...]]:
    given = [one for one in said if one]
    found = next((at for one in given if (at := moments.moment(one)) is not None), None)
    if found is None and given:
        says = "is no moment with a time zone, such as 2026-11-24T02:14:00Z; it counts as now"
        return None, (warning(where, says),)
    return found, ()


def _response_standing(status: str) -> Standing:
    match status:
        case "completed" | "stopped":
            return Standing.FINAL  # stopped: nothing more will come
        case "amended":
            return Standing.AMENDED
        case "entered-in-error":
            return Standing.ENTERED_IN_ERROR
        case "in-progress":
            return Standing.PRELIMINARY
        case _:
            says = "is none of in-progress, completed, amended, entered-in-error, stopped"
            raise refused("QuestionnaireResponse.status", says)


def _result_standing(status: str) -> Standing:
    match status:
        case "final" | "unknown":
            return Standing.FINAL
        case "amended" | "corrected":
            return Standing.AMENDED
        case "entered-in-error" | "cancelled":
            return Standing.ENTERED_IN_ERROR  # cancelled: there is no result
        case "preliminary" | "registered":
            return Standing.PRELIMINARY
        case _:
            says = (
                "is none of registered, preliminary, final, amended, corrected, cancelled, entered-in-error"
            )
            raise refused("Observation.status", says)
