"""The plain JSON API of facts: each is stored sealed, a mistake is named with its mend."""

import json

import pytest

from contracts.people import Alias
from services.command_line import screen_files
from tests.services.gateway.conftest import Site
from tests.services.gateway.fhir.resources import answers, end, facts, moment, scored, tell

pytestmark = pytest.mark.asyncio(loop_scope="session")
PHQ9 = {str(n): 0 for n in range(1, 10)}
SCREEN = {
    "id": "x1", "patient": "j1", "instrument": "PHQ-9", "answers": PHQ9 | {"9": 1},
    "at": "2026-11-24T08:00:00Z",
}  # fmt: skip


async def test_a_screen_is_stored_and_what_is_unclear_is_said(site: Site) -> None:
    before = await end(site)

    clear = await tell(site, "/v1/screens", SCREEN)
    unclear = await tell(site, "/v1/screens", SCREEN | {"id": "x2", "answers": {"1": 9, "secret": 1}})

    one, other = await facts(site, before)
    assert clear.status == unclear.status == 202 and set(clear.json) == {
        "fact",
        "version",
        "patient",
        "outcome",
    }
    assert (clear.json["fact"], clear.json["patient"], clear.json["outcome"]) == (
        one.document,
        one.patient,
        "new",
    )
    assert (await scored(site, one)).urgency == "urgent" and one.instrument == "phq-9"
    assert "impossible" in unclear.body and "secret" not in unclear.body and other.patient == one.patient


async def test_it_is_read_as_the_command_line_reads_it(site: Site, tmp_path) -> None:  # type: ignore[no-untyped-def]
    form = {"instrument": "phq-9", "answers": {"/44260-8": "LA6569-3", "1": True}, "total": 3.0, "by": "self"}
    (tmp_path / "form.json").write_text(json.dumps(form))
    (filled,) = screen_files.read(tmp_path / "form.json")
    before = await end(site)

    await tell(site, "/v1/screens", form | {"id": "x3", "patient": "j1"})

    (fact,) = await facts(site, before)
    assert await answers(site, fact) == filled.answers


async def test_the_same_id_is_the_same_fact_and_another_content_a_correction(site: Site) -> None:
    first = SCREEN | {"id": "x4"}
    steps = [first, first, first | {"answers": PHQ9}, {**first, "status": "entered_in_error"}]
    before = await end(site)

    told = [(await tell(site, "/v1/screens", one)).json for one in steps]

    assert [one["outcome"] for one in told] == ["new", "repeated", "new", "new"]
    found = await facts(site, before)
    assert [one.version for one in found] == ["1", "1+1", "1+2"]
    assert [one.standing for one in found] == ["final", "final", "entered_in_error"]


async def test_versions_of_the_source_order_what_comes_in_disorder(site: Site) -> None:
    before = await end(site)

    told = [
        (await tell(site, "/v1/screens", SCREEN | {"id": "x5", "version": v, "total": v})).json["outcome"]
        for v in (2, 1, 10)
    ]

    assert told == ["new", "older", "new"]
    assert [one.version for one in await facts(site, before)] == ["2", "10"]


async def test_specimens_doses_and_their_days(site: Site) -> None:
    before = await end(site)

    breath = {"level": {"value": 0.09, "unit": "g/dL"}}
    await tell(
        site, "/v1/specimens", {"id": "b", "patient": "j1", "instrument": "breath-alcohol", "answers": breath}
    )
    dose = {"id": "d", "patient": "j1", "instrument": "agonist-doses", "day": "2026-11-23", "taken": False}
    await tell(site, "/v1/doses", dose)
    await tell(
        site, "/v1/doses", {**dose, "id": "d2", "day": None, "taken": None, "answers": {"days_missed": 3}}
    )

    tested, single, several = await facts(site, before)
    assert (await scored(site, tested)).urgency == "urgent"
    assert (single.taken, str(single.day), several.taken) == (False, "2026-11-23", None)
    assert (await scored(site, several)).urgency == "urgent"


async def test_sessions_check_ins_and_absences_name_the_same_session(site: Site) -> None:
    before = await end(site)
    times = {"starts_at": "2026-11-24T14:00:00Z", "ends_at": "2026-11-24T15:00:00-00:00"}

    await tell(site, "/v1/sessions", {"id": "s1", "patient": "j1", **times, "modality": "telehealth"})
    await tell(site, "/v1/check-ins", {"id": "c1", "patient": "j1", "session": "s1"})
    await tell(
        site,
        "/v1/absences",
        {"id": "a1", "patient": "j1", "on": "2026-11-24", "session": "s1", "reason": "flu"},
    )
    await tell(site, "/v1/sessions", {"id": "s1", "patient": "j1", "status": "cancelled"})
    await tell(site, "/v1/discharges", {"id": "z1", "patient": "j1", "left": "hospital", "on": "2026-11-20"})

    planned, there, away, off, left = await facts(site, before)
    assert {planned.session, there.session, away.session, off.session} == {planned.session}
    assert planned.modality == "telehealth" and planned.starts_at == moment("2026-11-24T14:00:00Z")
    assert await site.seals.opened(away.reason) == "flu" and left.left == "hospital"


async def test_the_list_of_a_group_is_one_request(site: Site) -> None:
    before = await end(site)

    who = {"id": "l1", "patients": ["j1", "j2", "j1"], "group_session": "day-20261124-0900"}
    reply = await tell(site, "/v1/check-ins", who)
    await tell(site, "/v1/check-ins", who)

    found = await facts(site, before)
    assert len(found) == 2 == len(reply.json["facts"])  # type: ignore[arg-type]
    assert {one.session for one in found} == {"day-20261124-0900"} and {one.by for one in found} == {"list"}


async def test_a_check_in_is_taken_back_under_its_own_id(site: Site) -> None:
    before = await end(site)

    who = {"id": "l2", "patients": ["j1", "j2"], "group_session": "day-20261124-0900"}
    await tell(site, "/v1/check-ins", who)
    mistake = {"id": "l2", "patients": ["j2"], "status": "entered_in_error"}
    for _ in range(2):
        await tell(site, "/v1/check-ins", mistake)

    one, two, undone = await facts(site, before)
    assert (undone.type, undone.by) == ("check_in_undone", "api")
    assert (undone.patient, undone.document) == (two.patient, two.document) != (one.patient, one.document)


async def test_answers_can_be_scored_without_being_stored(site: Site) -> None:
    before = await end(site)

    reply = await tell(site, "/v1/screens/score", {"instrument": "phq-9", "answers": PHQ9 | {"9": 2}})

    assert (reply.status, reply.json["urgency"], reply.json["score"]) == (200, "urgent", 2.0)
    assert await end(site) == before


@pytest.mark.parametrize(
    ("path", "changed", "field"),
    [
        ("/v1/screens", {"id": None}, "id"),
        ("/v1/screens", {"patient": ""}, "patient"),
        ("/v1/screens", {"instrument": "phq9a"}, "instrument"),
        ("/v1/screens", {"instrument": "urine"}, "instrument"),
        ("/v1/screens", {"answers": "secret"}, "answers"),
        ("/v1/screens", {"answers": [{"value": "secret"}]}, "answers"),
        ("/v1/screens", {"at": "2026-11-24T08:00:00"}, "at"),
        ("/v1/screens", {"status": "secret"}, "status"),
        ("/v1/screens", {"version": -1}, "version"),
        ("/v1/screens", {"version": "secret"}, "version"),
        ("/v1/specimens", {}, "instrument"),
        ("/v1/doses", {"instrument": "agonist-doses", "taken": True}, "day"),
        ("/v1/doses", {"instrument": "agonist-doses", "answers": {}}, "taken"),
        ("/v1/sessions", {}, "starts_at"),
        ("/v1/check-ins", {"patient": None}, "patient"),
        ("/v1/check-ins", {"group_session": "a b"}, "group_session"),
        ("/v1/absences", {"on": "secret"}, "on"),
        ("/v1/discharges", {"on": "2026-11-24", "left": "secret"}, "left"),
        ("/v1/discharges", {"on": "2027-11-24", "left": "hospital"}, "on"),
    ],
)
async def test_a_mistake_is_named_with_its_mend(
    site: Site, path: str, changed: dict[str, object], field: str
) -> None:
    before = await end(site)

    reply = await tell(site, path, {key: one for key, one in (SCREEN | changed).items() if one is not None})

    assert (reply.status, reply.json["field"]) == (422, field)
    assert reply.json["fix"] and "secret" not in reply.body and "j1" not in reply.body
    assert await end(site) == before


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"{}", {"Authorization": "Bearer guess"}, 401),
        (b"{}", {"Content-Type": "text/plain"}, 415),
        (b"[]", {}, 400),
        (b"{broken", {}, 400),
        (b'{"id": "\\udc00"}', {}, 400),
        (b'{"a":' * 3000, {}, 400),
        (b" " * 70_000, {}, 413),
    ],
)
async def test_other_requests_are_refused(
    site: Site, body: bytes, headers: dict[str, str], status: int
) -> None:
    assert (await tell(site, "/v1/screens", body, **headers)).status == status


async def test_the_id_may_stand_in_a_header(site: Site) -> None:
    without = {key: one for key, one in SCREEN.items() if key != "id"}

    told = [
        (await tell(site, "/v1/screens", without, **{"Idempotency-Key": "k1"})).json["outcome"]
        for _ in range(2)
    ]

    assert told == ["new", "repeated"]


async def test_every_route_is_in_the_openapi_document(site: Site) -> None:
    document = (await site.get("/v1/openapi.json")).json

    paths = document["paths"]
    assert isinstance(paths, dict)
    for name in (
        "screens",
        "specimens",
        "doses",
        "sessions",
        "check-ins",
        "absences",
        "discharges",
        "screens/score",
    ):
        schema = paths[f"/v1/{name}"]["post"]["requestBody"]["content"]["application/json"]["schema"]
        assert schema["properties"] and "$defs" not in schema, name


async def test_whoever_was_named_but_lost_their_record_in_a_crash_gets_one(site: Site) -> None:
    """The gateway died between writing the alias and the record: the next fact finds that out."""
    alias = Alias(patient="pt_norecord", since=moment("2026-11-24T08:00:00Z"))
    bucket = await site.admin.jetstream().key_value("aliases")
    await bucket.create(site.seals.alias("ehr", "norecord"), alias.model_dump_json().encode())

    reply = await tell(site, "/v1/screens", SCREEN | {"id": "x30", "patient": "norecord"})

    assert reply.json["patient"] == "pt_norecord"
    assert (await site.patient("pt_norecord")).id == "pt_norecord"
