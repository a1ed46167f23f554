"""Texts and receipts: stored once and whole, or refused without a trace."""

import json

import pytest

from tests.services.gateway.conftest import ANA, BOTH, LINE, PUBLIC, SECOND_TOKEN, STRANGER, Site

pytestmark = pytest.mark.asyncio(loop_scope="session")


def text(sid: str, sender: str = ANA, body: str = "1", to: str = LINE, **more: str) -> dict[str, str]:
    return {"MessageSid": sid, "From": sender, "To": to, "Body": body, "NumMedia": "0", **more}


async def test_a_staff_text_is_stored_sealed_before_it_is_answered(site: Site) -> None:
    reply = await site.carrier("/twilio/sms", text("SM1", body="1 K7", NumMedia="2", New="x"))

    assert reply.said == ""
    fact = await site.last("CARRIER", "carrier.sms_received.staff")
    assert (fact["sid"], fact["person"], fact["media"], fact["opt_out"]) == ("SM1", "ana", 2, "")
    assert site.seals.unseal(_sealed(fact["body"])) == "1 K7"
    assert site.seals.unseal(_sealed(fact["sender_phone"])) == ANA
    assert ["New", "x"] in json.loads(site.seals.unseal(_sealed(fact["form"])))
    assert ANA not in json.dumps(fact)


async def test_a_text_from_an_unknown_phone_is_a_patients(site: Site) -> None:
    await site.carrier("/twilio/sms", text("SM2", STRANGER, "help me"))

    fact = await site.last("CARRIER", "carrier.sms_received.patient")
    assert (fact["sid"], fact["person"]) == ("SM2", None)


async def test_what_a_patient_texts_is_sealed_with_their_own_key_from_the_first_text_on(site: Site) -> None:
    phone = "+12025550197"
    for sid, body in (("SM70", "first"), ("SM71", "second")):
        await site.carrier("/twilio/sms", text(sid, phone, body))
        fact = await site.last("CARRIER", "carrier.sms_received.patient")
        patient = await _patient_of(site, phone)
        assert {_sealed(fact[part]).key for part in ("body", "sender_phone", "form")} == {f"p:{patient}"}
        assert await site.seals.opened(_sealed(fact["body"])) == body

    receipt = f"/twilio/sms-status/conversation/{patient}/a1/1"
    await site.carrier(receipt, {"MessageSid": "SM72", "MessageStatus": "sent", "To": phone})
    fact = await site.last("CARRIER", "carrier.sms_status.conversation")
    assert _sealed(fact["form"]).key == f"p:{patient}"


async def test_a_caller_without_a_number_gets_no_key(site: Site) -> None:
    await site.carrier("/twilio/sms", text("SM73", "+266696687", "help"))

    fact = await site.last("CARRIER", "carrier.sms_received.patient")
    assert _sealed(fact["body"]).key == "k1"


async def _patient_of(site: Site, phone: str) -> str:
    found = await site.admin.jetstream().get_last_msg(
        "KV_aliases", f"$KV.aliases.{site.seals.phone_ref(phone)}"
    )
    return str(json.loads(found.data or b"")["patient"])


async def test_a_whole_body_opt_out_word_is_marked(site: Site) -> None:
    await site.carrier("/twilio/sms", text("SM3", STRANGER, " End "))

    assert (await site.last("CARRIER", "carrier.sms_received.patient"))["opt_out"] == "STOP"


async def test_an_empty_body_is_stored_too(site: Site) -> None:
    await site.carrier("/twilio/sms", text("SM4", STRANGER, "", Extra=""))

    fact = await site.last("CARRIER", "carrier.sms_received.patient")
    assert fact["sid"] == "SM4"


async def test_a_phone_that_is_staffs_and_an_enrolled_patients_is_staff_only_for_code_and_key(
    site: Site,
) -> None:
    await site.system("/v1/patients", {"external_id": "both-1", "name": "B", "phone": BOTH})

    for sid, body, lane in (
        ("SM5", "1", "patient"),
        ("SM6", "K7 1", "staff"),
        ("SM7", "help", "patient"),
        ("SM8", "4 k7 spoke", "staff"),
        ("SM9", "I can't go on", "patient"),
    ):
        await site.carrier("/twilio/sms", text(sid, BOTH, body))
        assert (await site.last("CARRIER", f"carrier.sms_received.{lane}"))["sid"] == sid, body


async def test_a_clinician_whose_phone_merely_texted_the_line_once_still_takes_with_a_bare_key(
    site: Site,
) -> None:
    aliases = await site.admin.jetstream().key_value("aliases")
    patients = await site.admin.jetstream().key_value("patients")
    await aliases.put(site.seals.phone_ref(ANA), b'{"patient":"pt_texted","since":"2026-11-24T01:00:00Z"}')
    await patients.put("pt_texted", b'{"id":"pt_texted"}')

    await site.carrier("/twilio/sms", text("SM10", ANA, "1"))

    assert (await site.last("CARRIER", "carrier.sms_received.staff"))["sid"] == "SM10"
    await aliases.purge(site.seals.phone_ref(ANA))


async def test_a_repeated_webhook_changes_nothing_and_says_so(site: Site) -> None:
    await site.carrier("/twilio/sms", text("SM11"))
    before = await site.ends()

    again = await site.carrier("/twilio/sms", text("SM11"))

    assert again.said == ""
    assert again.headers["vigil-duplicate"] == "true"
    assert await site.ends() == before


async def test_the_second_token_is_believed_too(site: Site) -> None:
    assert (await site.carrier("/twilio/sms", text("SM12"), token=SECOND_TOKEN)).status == 200


@pytest.mark.parametrize(
    ("case", "status"),
    [
        ("unsigned", 403),
        ("wrong token", 403),
        ("parameter added", 403),
        ("parameter missing", 403),
        ("signed for another host", 403),
        ("signed for another path", 403),
        ("query added", 403),
        ("as json", 415),
        ("without type", 415),
        ("too large", 413),
        ("too large, in chunks", 413),
        ("no sid", 400),
        ("no sender", 400),
        ("not utf-8", 400),
    ],
)
async def test_what_is_refused_changes_nothing(site: Site, case: str, status: int) -> None:
    form = text("SM20")
    before = await site.ends()

    reply = await _refused(site, case, form)

    assert reply.status == status
    assert set(reply.json) == {"error", "field", "fix"}
    assert ANA not in reply.body
    assert await site.ends() == before


async def _refused(site: Site, case: str, form: dict[str, str]):  # type: ignore[no-untyped-def]
    type_ = {"Content-Type": "application/x-www-form-urlencoded"}
    match case:
        case "unsigned":
            return await site.post("/twilio/sms", form)
        case "wrong token":
            return await site.carrier("/twilio/sms", form, token="guess")
        case "parameter added" | "parameter missing":
            signature = _signature("/twilio/sms", form)
            sent = {**form, "Evil": "1"} if case.endswith("added") else {k: form[k] for k in list(form)[:-1]}
            return await site.post("/twilio/sms", sent, {"X-Twilio-Signature": signature})
        case "signed for another host":
            return await site.carrier(
                "/twilio/sms", form, public="https://evil.example.org", Host="evil.example.org"
            )
        case "signed for another path":
            return await site.post(
                "/twilio/sms", form, {"X-Twilio-Signature": _signature("/twilio/call", form)}
            )
        case "query added":
            return await site.post(
                "/twilio/sms?x=1", form, {"X-Twilio-Signature": _signature("/twilio/sms", form)}
            )
        case "as json":
            return await site.post("/twilio/sms", b"{}", {"Content-Type": "application/json"})
        case "without type":
            return await site.post("/twilio/sms", b"", {"Content-Type": ""})
        case "too large":
            return await site.post("/twilio/sms", b"a=" + b"x" * 70_000, type_)
        case "too large, in chunks":
            return await site.post("/twilio/sms", _chunks(), type_)
        case "no sid":
            return await site.carrier("/twilio/sms", {**form, "MessageSid": ""})
        case "no sender":
            return await site.carrier("/twilio/sms", {**form, "From": ""})
        case _:
            return await site.post("/twilio/sms", b"Body=%ff", type_)


async def _chunks():  # type: ignore[no-untyped-def]
    for _ in range(70):
        yield b"x" * 1024


def _signature(path: str, form: dict[str, str]) -> str:
    from twilio.request_validator import RequestValidator

    return RequestValidator("token-of-the-account").compute_signature(PUBLIC + path, form)


async def test_a_receipt_finds_its_attempt_by_the_path(site: Site) -> None:
    form = {"MessageSid": "SM30", "MessageStatus": "undelivered", "ErrorCode": "30003", "RawDlrDoneDate": ""}

    reply = await site.carrier("/twilio/sms-status/page/ana/p1/2?also=p2.1,p3.1", form)

    assert reply.status == 200
    fact = await site.last("CARRIER", "carrier.sms_status.page")
    assert [fact[k] for k in ("sid", "status", "error_code", "responder", "page", "attempt", "also")] == [
        "SM30", "undelivered", 30003, "ana", "p1", 2, "p2.1,p3.1",
    ]  # fmt: skip


async def test_each_status_of_a_text_counts_once_and_unknown_ones_count_too(site: Site) -> None:
    path = "/twilio/sms-status/conversation/pt_x/a1/1"
    before = (await site.ends())["CARRIER"]

    for status in ("sent", "sent", "partially_delivered", "delivered", "sent"):
        await site.carrier(path, {"MessageSid": "SM31", "MessageStatus": status})

    assert (await site.ends())["CARRIER"] == before + 3
    assert (await site.last("CARRIER", "carrier.sms_status.conversation"))["status"] == "delivered"


@pytest.mark.parametrize(
    "path",
    [
        "/twilio/sms-status/other/ana/p1/1",
        "/twilio/sms-status/page/ana/p.1/1",
        "/twilio/sms-status/page/ana/p1/x",
    ],
)
async def test_a_receipt_for_a_path_we_never_gave_is_refused(site: Site, path: str) -> None:
    before = await site.ends()

    reply = await site.carrier(path, {"MessageSid": "SM32", "MessageStatus": "sent"})

    assert reply.status == 400
    assert await site.ends() == before


def _sealed(value: object):  # type: ignore[no-untyped-def]
    from contracts.values import Sealed

    return Sealed.model_validate(value)
