"""Puts the programme in force, as the commands of ops do: people, schedules, policies, patients, groups."""

from datetime import datetime
from pathlib import Path

from nats.aio.client import Client

import services
from contracts.people import Patient
from contracts.privacy import TextConsent
from contracts.values import Value
from services.administration import Administration
from services.demo_week.cast import Cast, Enrolled
from services.demo_week.surroundings import SOURCE
from services.policy_store import PolicyStore
from services.programme import load_policy_folder
from services.runtime import sealing
from services.runtime.clock import Clock
from services.runtime.settings import Settings

POLICIES = Path(services.__file__).parents[1] / "deploy" / "policies"
BY = "demo"


async def set_up(nc: Client, settings: Settings, clock: Clock, cast: Cast) -> None:
    """Write all of it; nobody hears of it before the services start."""
    administration = Administration(nc, sealing.load_or_create(settings.seal_file()), clock.now)
    now = clock.now()
    # Nobody could text back codes to phones that were never verified: these are made up.
    await administration.put_people((one.person for one in cast.members), verified=now)
    for leave in cast.leaves:
        await _put(nc, "leaves", leave.id, leave)
    await administration.put_schedules(cast.schedules)
    written = load_policy_folder(POLICIES)
    policies = tuple(written.policies)
    await PolicyStore(nc, clock.now).apply(
        policies, BY, "the demo week", sources=written.sources, files=written.files
    )
    for patient in cast.patients:
        await _put_patient(administration, patient, now)
    for group in cast.groups:
        await _put(nc, "groups", group.id, group)
    for enrolment in cast.enrolments:
        await _put(nc, "enrolments", f"{enrolment.group}.{enrolment.patient}", enrolment)


async def _put_patient(administration: Administration, patient: Enrolled, now: datetime) -> None:
    await administration.put_patient(patient.draft, SOURCE, patient.outside)

    def change(stored: Patient) -> Patient:
        consent = TextConsent(risk_notice_version="1", accepted_at=now, by=BY) if patient.texts else None
        return stored.model_copy(update={"high_risk": patient.high_risk, "text_consent": consent})

    await administration.change_patient(patient.draft.id, change)


async def _put(nc: Client, bucket: str, key: str, value: Value) -> None:
    store = await nc.jetstream(timeout=5).key_value(bucket)
    await store.put(key, value.model_dump_json().encode())
