"""Filled-in forms and results: every spelling of the official examples, and what must not be misread."""

import pytest

from contracts.facts import Standing
from services.gateway.fhir.elements import ORDINAL
from tests.services.gateway.conftest import Site
from tests.services.gateway.fhir.resources import (
    AT,
    PHQ9,
    PHQ_WORDS,
    answers,
    bundle,
    coded,
    cssrs,
    end,
    facts,
    moment,
    observation,
    phq9,
    post,
    scored,
)

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_positive_cssrs_is_stored_sealed_and_comes_to_imminent(site: Site) -> None:
    before = await end(site)

    reply = await post(site, cssrs("1257", name="s1"))

    (fact,) = await facts(site, before)
    assert reply.status == 201 and reply.json["resourceType"] == "OperationOutcome"
    assert (fact.type, fact.instrument, fact.standing) == ("screen_answered", "c-ssrs", "final")
    assert fact.at == moment(AT) and fact.source == "ehr" and fact.content.key == f"p:{fact.patient}"
    assert (await scored(site, fact)).urgency == "imminent"
    assert "LA33-6" not in fact.model_dump_json() and "Rosa" not in fact.model_dump_json() + reply.body


async def test_the_negative_one_comes_to_nothing(site: Site) -> None:
    before = await end(site)

    await post(site, cssrs("", name="s2"))

    (fact,) = await facts(site, before)
    result = await scored(site, fact)
    assert (result.urgency, result.problems) == (None, ())


async def test_a_total_and_the_difficulty_in_the_list_of_items_are_not_added(site: Site) -> None:
    before = await end(site)

    await post(site, phq9("222211200", name="s3"))

    (fact,) = await facts(site, before)
    result = await scored(site, fact)
    assert (result.score, result.band, result.problems) == (12, "moderate", ())


@pytest.mark.parametrize(
    "value",
    [
        {"valueInteger": 2},
        {"valueDecimal": 2.0},
        {"valueString": "2"},
        {"valueQuantity": {"value": 2, "unit": "{score}", "code": "{score}"}},
        {"valueCoding": {"code": "LA6570-1"}},
        {"valueCoding": {"code": "c", "display": "More than half the days"}},
        {"valueCoding": {"code": "c", "extension": [{"url": ORDINAL, "valueDecimal": 2}]}},
        {"valueCodeableConcept": {"coding": [{"system": "urn:local", "code": "x"}, {"code": "LA6570-1"}]}},
    ],
    ids=lambda value: next(iter(value)),
)  # fmt: skip
async def test_item_9_is_heard_in_every_spelling(site: Site, value: dict[str, object]) -> None:
    form = phq9("000000000", name=f"v-{abs(hash(str(value)))}")
    form["item"][8]["answer"] = [value]  # type: ignore[index]
    before = await end(site)

    await post(site, form)

    (fact,) = await facts(site, before)
    result = await scored(site, fact)
    assert (result.urgency, result.drove) == ("urgent", ("9",))


@pytest.mark.parametrize(
    "value", [{"valueString": "12"}, {"valueInteger": 12}, {"valueQuantity": {"value": 12}}]
)
async def test_a_total_alone_is_heard_in_every_spelling(site: Site, value: dict[str, object]) -> None:
    before = await end(site)

    await post(site, observation("44261-6", value, name=f"t-{next(iter(value))}"))

    (fact,) = await facts(site, before)
    assert (await answers(site, fact)).answers[0].value == "12"


async def test_an_auditc_total_comes_under_either_code(site: Site) -> None:
    for code in ("76504-0", "75626-2"):
        before = await end(site)
        form = {
            "resourceType": "QuestionnaireResponse", "id": f"auditc-{code}", "status": "completed",
            "subject": {"reference": "Patient/p1"}, "authored": AT,
            "item": [
                {"linkId": "/68517-2", "answer": [{"valueInteger": 2}]},
                {"linkId": "/68519-8", "answer": [{"valueInteger": 1}]},
                {"linkId": "/68520-6", "answer": [{"valueInteger": 2}]},
                {"linkId": f"/{code}", "answer": [{"valueDecimal": 5}]},
            ],
        }  # fmt: skip
        await post(site, form)
        (fact,) = await facts(site, before)
        assert fact.instrument == "audit-c" and (await scored(site, fact)).score == 5


async def test_a_panel_its_questions_and_its_total_are_one_form(site: Site) -> None:
    points = "012301230"
    items = [
        observation(code, {"valueCodeableConcept": coded(PHQ_WORDS[int(n)])}, name=f"i{code}")
        for code, n in zip(PHQ9, points, strict=True)
    ]  # fmt: skip
    panel = observation(
        "44249-1", {"hasMember": [{"reference": f"Observation/{one['id']}"} for one in items]}, name="panel"
    )
    total = observation("44261-6", {"valueInteger": 12}, name="total")
    before = await end(site)

    reply = await post(site, bundle(*items, panel, total, kind="batch"))

    (fact,) = await facts(site, before)
    result = await scored(site, fact)
    assert (result.score, result.problems) == (12, ())
    assert [one["response"]["status"] for one in reply.json["entry"]] == ["201 Created"] * 11  # type: ignore[index]


async def test_a_total_that_came_with_its_form_is_no_form_without_answers(site: Site) -> None:
    total = observation(
        "44261-6",
        {"valueString": "12"},
        name="total-2",
        derivedFrom=[{"reference": "QuestionnaireResponse/s5"}],
    )
    before = await end(site)

    await post(site, bundle(total, phq9("222211200", name="s5")))

    (fact,) = await facts(site, before)
    assert (await scored(site, fact)).urgency == "routine"


async def test_two_forms_of_one_day_stay_two(site: Site) -> None:
    before = await end(site)

    await post(site, bundle(phq9(name="am"), phq9("000000003", name="pm", authored="2026-11-24T12:00:00Z")))

    found = await facts(site, before)
    assert [(await scored(site, one)).urgency for one in found] == ["routine", "urgent"]


async def test_item_9_alone_is_heard_if_it_is_more_than_not_at_all(site: Site) -> None:
    before = await end(site)

    await post(site, observation("44260-8", {"valueCodeableConcept": coded("LA6568-5")}, name="i9-no"))
    assert await facts(site, before) == []
    await post(
        site,
        observation(
            "44260-8",
            {"valueCodeableConcept": coded("LA6569-3")},
            name="i9-yes",
            category=[coded("disability-status")],
        ),
    )
    await post(site, observation("44250-9", {"valueInteger": 3}, name="i1"))

    (fact,) = await facts(site, before)
    assert (await scored(site, fact)).urgency == "urgent"


async def test_a_stated_level_of_risk_is_as_loud_as_it_says(site: Site) -> None:
    for word, urgency in (("High", "imminent"), ("Moderate", "urgent"), ("low risk", "soon")):
        before = await end(site)
        await post(
            site, observation("93374-7", {"valueCodeableConcept": {"text": word}}, name=f"level-{word[:3]}")
        )
        (fact,) = await facts(site, before)
        assert (await scored(site, fact)).urgency == urgency, word


async def test_a_form_that_is_begun_is_heard_only_for_what_must_not_wait(site: Site) -> None:
    before = await end(site)

    await post(site, phq9("222211200", name="begun-1", status="in-progress"))
    assert await facts(site, before) == []
    await post(site, cssrs("4", name="begun-2", status="in-progress"))

    (fact,) = await facts(site, before)
    assert fact.standing is Standing.PRELIMINARY and (await scored(site, fact)).urgency == "imminent"


async def test_breath_and_urine_are_specimens_with_their_units(site: Site) -> None:
    laboratory = [coded("laboratory")]
    before = await end(site)

    await post(
        site,
        observation(
            "5641-0",
            {"valueQuantity": {"value": 0.09, "unit": "g/210 L", "code": "g/(210.L)"}},
            name="b1",
            category=laboratory,
        ),
    )
    positive = {"valueCodeableConcept": coded("10828004", "http://snomed.info/sct")}
    fentanyl = observation("x", positive, name="u1", category=laboratory, status="preliminary")
    fentanyl["code"] = {"text": "Fentanyl [Presence] in Urine by Screen method"}
    await post(site, fentanyl)

    breath, urine = await facts(site, before)
    assert (breath.type, urine.type, urine.standing) == ("specimen_tested", "specimen_tested", "preliminary")
    assert (await scored(site, breath)).urgency == "urgent"
    assert (await scored(site, urine)).urgency == "urgent"


async def test_an_amended_form_and_one_in_error_are_heard_anew(site: Site) -> None:
    before = await end(site)
    first = cssrs("4", name="am1", meta={"versionId": "1", "lastUpdated": "2026-11-24T08:01:00Z"})
    second = cssrs(
        "", name="am1", status="amended", meta={"versionId": "2", "lastUpdated": "2026-11-24T08:05:00Z"}
    )
    error = {
        "resourceType": "QuestionnaireResponse",
        "id": "am1",
        "status": "entered-in-error",
        "subject": {"reference": "Patient/p1"},
        "meta": {"lastUpdated": "2026-11-24T08:09:00Z"},
    }

    for one in (first, second, error, first):
        await post(site, one)

    found = await facts(site, before)
    assert [one.standing for one in found] == ["final", "amended", "entered_in_error"]
    assert len({one.document for one in found}) == 1 and [one.instrument for one in found] == ["c-ssrs"] * 3
    assert [one.version for one in found] == sorted(one.version for one in found)


async def test_a_repetition_changes_nothing_and_a_change_without_a_version_is_a_correction(
    site: Site,
) -> None:
    await post(site, phq9(name="rep"))
    before = await end(site)

    again = await post(site, phq9(name="rep"))
    assert again.status == 200 and await end(site) == before
    changed = await post(site, phq9("222211203", name="rep"))

    (fact,) = await facts(site, before)
    assert changed.status == 201 and (await scored(site, fact)).urgency == "urgent"


async def test_a_form_of_somebody_else_after_all_is_taken_back_from_the_first(site: Site) -> None:
    await post(site, cssrs("4", name="moved", patient="wrong"))
    before = await end(site)

    await post(site, cssrs("4", name="moved", patient="right"))

    back, anew = await facts(site, before)
    assert (back.standing, anew.standing) == ("entered_in_error", "final") and back.patient != anew.patient
