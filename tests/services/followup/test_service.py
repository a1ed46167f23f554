"""Followup as it runs, on real parts, as timetables."""

from datetime import date

from contracts.outreach import Withheld
from contracts.privacy import TextConsent
from contracts.values import Disposition, Urgency
from services.followup.core import wordings
from tests.services.followup.case import ZONE, clock
from tests.services.followup.hands import CONTACT_NUMBER, SEALS

PHONE = "+12025550177"


async def test_the_days_after_a_crisis(site):
    await site.person()
    await site.patient()
    await site.resolved()
    assert await site.tasks() == {"contact": ("ben", "2026-11-25 12:00")}

    await site.until("2026-11-25 12:01")
    (notice,) = await site.notices()
    assert (notice.responder, notice.notice, notice.args["today"]) == ("ben", "digest", "1")
    (signal,) = await site.signals()
    assert (signal.kind, signal.urgency, signal.patient) == ("follow_up_due", "soon", "pt_a")
    assert signal.also_to == ("ben",)

    task = (await site.brief()).tasks[0].task
    assert await site.asks("done_task", task=task) == "done"
    (followed,) = await site.followed()
    assert (followed.signal, followed.what) == (signal.id, "task_done")

    await site.until("2026-11-27 12:00")
    (text,) = await site.outreach()
    assert (text.patient, text.kind, text.during_crisis) == ("pt_a", "follow_up", False)
    await site.ended(text, Withheld.NOT_SAFE)
    assert await site.tasks() == {"call": ("ben", "2026-11-28 12:00")}

    await site.until("2026-12-01 23:00")
    caring = (await site.outreach())[-1]
    assert caring.kind == "caring"
    assert clock("10:00") <= caring.at.astimezone(ZONE).time() < clock("19:00")
    assert await site.parked() == 0


async def test_replays_change_nothing(site):
    await site.patient()
    await site.resolved()
    await site.discharged()
    before = (await site.js.stream_info("FOLLOWUPS")).state.last_seq
    tasks = await site.tasks()
    await site.again("ESCALATIONS", "escalations.pt_a")
    await site.again("PROGRAMME", "programme.patient_discharged.pt_a")
    await site.overdue()
    assert (await site.js.stream_info("FOLLOWUPS")).state.last_seq == before
    assert await site.tasks() == tasks


async def test_an_open_crisis_holds_the_calendar_back_and_a_restart_loses_nothing(site):
    await site.patient()
    await site.resolved()
    task = (await site.brief()).tasks[0].task
    await site.asks("done_task", task=task)
    await site.until("2026-11-26 12:00")
    await site.run(run="r2", closed=False)
    await site.until("2026-11-27 23:00")
    assert await site.outreach() == []

    await site.stop()
    await site.run_while_down("r2", Disposition.SENT_IN_ERROR)
    await site.start()
    await site.until("2026-11-28 23:00")
    assert [one.kind for one in await site.outreach()] == ["follow_up"]


async def test_an_undone_end_and_a_run_that_was_no_crisis(site):
    await site.patient()
    await site.resolved(urgency=Urgency.SOON)
    await site.resolved("r2")
    await site.undone("r2")
    assert await site.tasks() == {}
    await site.until("2026-11-24 13:00")
    await site.resolved("r2")
    assert await site.tasks() == {"contact": ("ben", "2026-11-25 13:00")}


async def test_a_discharge_starts_the_weeks_of_raised_risk_and_the_tasks_of_a_transition(site):
    await site.patient()
    await site.discharged("programme", date(2026, 11, 23))
    assert (await site.record()).discharged_on == date(2026, 11, 23)
    assert await site.tasks() == {
        "contact": ("ben", "2026-11-25 12:00"),
        "appointment": ("ben", "2026-11-30 19:00"),
    }


async def test_the_safety_plan_is_texted_after_the_word(site):
    agreed = TextConsent(risk_notice_version="1", accepted_at=site.clock.now(), by="sam")
    await site.patient(safety_plan=SEALS.seal("call sister"), plan_text_consent=agreed)
    assert await site.asks("send_plan") == "done"
    (question,) = await site.outreach()
    assert await site.shell.seals.opened(question.sealed) == wordings.question("en")
    await site.ended(question)
    await site.patient_texts("not now")
    await site.patient_texts("plan")
    plan = (await site.outreach())[-1]
    assert (plan.kind, plan.during_crisis) == ("safety_plan", True)
    assert await site.shell.seals.opened(plan.sealed) == "call sister"
    await site.ended(plan)
    assert (await site.brief()).tasks == ()


async def test_a_resource_goes_out_sealed_in_the_patients_language(site):
    await site.patient(language="es", education_since=site.clock.now())
    assert await site.asks("send_education", topic="grounding") == "done"
    (text,) = await site.outreach()
    assert text.sealed.key == "p:pt_a" and text.kind == "education"
    assert "5 cosas" in await site.shell.seals.opened(text.sealed)


async def test_a_patient_who_wants_resources_texts_the_word_for_one(site):
    await site.patient("pt_b", language="es")
    await site.patient_texts("habilidad sueño", patient="pt_b")
    assert await site.outreach() == [], "without opt-in it is a text like any"

    await site.patient(language="es", education_since=site.clock.now())
    for body in ("no aguanto mas, habilidad", "skill chess"):
        await site.patient_texts(body)
    assert await site.outreach() == []
    await site.patient_texts("SKILL grounding")
    await site.again("CONVERSATIONS", "conversations.pt_a")
    (text,) = await site.outreach()
    assert (text.kind, text.during_crisis) == ("education", True)
    assert "5 cosas" in await site.shell.seals.opened(text.sealed)


async def test_a_support_contact_is_texted_only_by_hand_and_as_far_as_the_consent_goes(site):
    await site.patient(contacts=(await site.contact(),))
    assert await site.asks("text_contact", contact="sc_1") == "done"
    assert site.carrier.sent == [(CONTACT_NUMBER, PHONE, wordings.to_contact(CONTACT_NUMBER))]

    await site.patient(contacts=(await site.contact(expires_on=date(2026, 11, 23)),))
    assert await site.asks("text_contact", contact="sc_1") == "the consent ended on 2026-11-23"
    await site.patient(contacts=(await site.contact(revoked_at=site.clock.now()),))
    assert await site.asks("text_contact", contact="sc_1") == "the patient took the consent back"
    assert len(site.carrier.sent) == 1

    site.carrier.status = 400
    await site.patient(contacts=(await site.contact(),))
    assert "refused" in await site.asks("text_contact", contact="sc_1")


async def test_a_support_contact_who_texts_raises_a_concern_and_learns_nothing(site):
    await site.patient(contacts=(await site.contact(),))
    sid = await site.contact_texts("she locked herself in")
    (signal,) = await site.signals()
    assert (signal.kind, signal.urgency, signal.patient) == ("concern_raised", "urgent", "pt_a")
    assert signal.id == f"followup/concern/{sid}"
    assert site.carrier.sent == [(CONTACT_NUMBER, PHONE, wordings.received())]
    await site.contact_texts("STOP", opt_out="STOP")
    assert len(await site.signals()) == 1


async def test_a_stranger_on_that_number_is_heard_by_the_crisis_line(site):
    await site.patient(contacts=(await site.contact(),))
    await site.contact_texts("hello?", phone="+12025550166")
    assert await site.signals() == [] and site.carrier.sent == []
    subjects = [one.subject for one in await site.stored("CARRIER")]
    assert subjects == ["carrier.sms_received.contact", "carrier.sms_received.patient"]


async def test_two_ids_of_one_person_go_on_as_one(site):
    await site.patient("pt_a")
    await site.patient("pt_b")
    await site.resolved()
    await site.linked("pt_a", "pt_b")
    assert (await site.brief("pt_a")).tasks == ()
    assert await site.tasks("pt_b") == {"contact": ("ben", "2026-11-25 12:00")}
    await site.discharged(patient="pt_a")
    assert set(await site.tasks("pt_b")) == {"contact", "appointment"}
    assert (await site.record("pt_b")).discharged_on == date(2026, 11, 24)


async def test_consents_follow_the_link_under_the_key_of_the_id_that_stays(site):
    agreed = TextConsent(risk_notice_version="1", accepted_at=site.clock.now(), by="sam")
    plan = (await site.shell.seals.for_patient("pt_a")).seal("call sister")
    contact = await site.contact()
    fields = {"safety_plan": plan, "plan_text_consent": agreed, "contacts": (contact,), "high_risk": True}
    await site.patient("pt_a", text_consent=agreed, **fields)
    await site.patient("pt_b")
    await site.linked("pt_a", "pt_b")

    record = await site.record("pt_b")
    assert (record.text_consent, record.plan_text_consent, record.high_risk) == (agreed, agreed, True)
    assert record.safety_plan.key == record.contacts[0].phone.key == "p:pt_b"
    assert await site.shell.seals.opened(record.safety_plan) == "call sister"
    assert await site.asks("text_contact", contact="sc_1", patient="pt_b") == "done"
    # Taken back under the one id it is taken back, whichever somebody asks by.
    await site.patient("pt_b", contacts=(await site.contact(revoked_at=site.clock.now()),))
    said = await site.asks("text_contact", contact="sc_1", patient="pt_a", now="pt_b")
    assert said == "the patient took the consent back"
    assert len(site.carrier.sent) == 1
