"""The end of a patient's key: what speaks against it, and its steps, each of which may be the last.

From the moment the key is overwritten nothing that it sealed can be read: in streams, in buckets,
in parked copies, whoever holds them. The messages stay, with their moments, ids and who answered:
the audit trail stands.

What this can't do: a copy of the store made before (a backup) still holds the wrapped key, and with
the site's key file of its time it can be opened. Keep backups no longer than your policy says; an
erasure is complete when the last older one is gone.
"""

from datetime import datetime

from nats.aio.client import Client
from nats.js.errors import KeyWrongLastSequenceError
from nats.js.kv import KeyValue

from contracts.commits import DUE, Commit
from contracts.people import Alias, Patient
from contracts.privacy import ErasureRequest, Hold, KeyErased, PatientErased, WrappedKey
from services.command_line.link import Link
from services.command_line.privacy_retention import Years, clinical_until
from services.command_line.settings import RecordSettings
from services.command_line.troubles import Trouble
from services.runtime.buckets import asked
from services.runtime.follow import Table
from services.runtime.log import Log, publish_fact
from services.runtime.settings import load

_SUBJECTS = (("ESCALATIONS", "escalations"), ("CONVERSATIONS", "conversations"), ("TRIAGE", "triage"))


def years() -> Years:
    """Return how long each class is kept at this site."""
    own = load(RecordSettings)
    return Years(
        clinical=own.retention_clinical_years,
        minor=own.retention_minor_years,
        log=own.retention_log_years,
        faults=own.retention_faults_years,
    )


async def refuse_unless_free(link: Link, patient: Patient, ids: tuple[str, ...]) -> None:
    """Raise Trouble that says what forbids the erasure: a hold, something open, or retention."""
    holds = await link.values("holds", Hold)
    for one in ids:
        hold = holds.get(one)
        if hold is not None and hold.lifted_at is None:
            raise Trouble(
                f"{one} is under a legal hold since {hold.since:%d %b %Y} ({hold.reason}); nothing is erased"
            )
    last = await _last_contact(link, patient, ids)
    until = clinical_until(last, years(), minor=patient.minor)
    if until > link.clock.now():
        raise Trouble(
            f"the record is kept until {until:%d %b %Y} (last contact {last:%d %b %Y}, "
            "VIGIL_RETENTION_CLINICAL_YEARS, VIGIL_RETENTION_MINOR_YEARS); nothing is erased before"
        )


async def _last_contact(link: Link, patient: Patient, ids: tuple[str, ...]) -> datetime:
    """Return when something last happened with these ids; what is open is refused."""
    moments = [patient.opted_out_at] if patient.opted_out_at else []
    for stream, prefix in _SUBJECTS:
        log = Log(link.nc, stream)
        for one in ids:
            stored = await log.last(f"{prefix}.{one}")
            if stored is None:
                continue
            if DUE in stored.headers:
                raise Trouble(f"{prefix}.{one} is open; nothing is erased while somebody may need it")
            moments.append(Commit.model_validate_json(stored.data).at)
    keys = await link.bucket("keys")
    for one in ids:
        entry = await asked(keys.get(one))
        if entry is not None:
            moments.append(WrappedKey.model_validate_json(entry.value or b"").made_at)
    # Somebody of whom nothing is known but the record: it counts as made just now.
    return max(moments, default=link.clock.now())


async def erase(admin: Client, request: ErasureRequest, now: datetime) -> None:
    """Erase, with the rights of the admin; done again after a power cut, it goes on.

    First what leads to the patient, so that somebody who texts again is somebody new; then the
    record; then the key itself, overwritten on disk; then the fact.
    """
    js = admin.jetstream(timeout=5)
    aliases = Table(admin, "aliases")
    await aliases.start()
    await aliases.stop()
    for key, raw in aliases.raw.items():
        if Alias.model_validate_json(raw).patient in request.ids:
            # Purged and not deleted: a marker would keep the phone's hash in its name.
            await js.purge_stream("KV_aliases", subject=f"$KV.aliases.{key}")
    patients, keys = await js.key_value("patients"), await js.key_value("keys")
    for one in request.ids:
        skeleton = Patient(id=one, erased_at=now)
        await patients.put(one, skeleton.model_dump_json().encode())
        await js.purge_stream("KV_patients", subject=f"$KV.patients.{one}", keep=1)
        await _overwrite(admin, keys, one, request, now)
        fact = PatientErased(
            patient=one,
            request=request.id,
            by=request.by,
            confirmed_by=request.confirmed_by or "",
            at=now,
            reason=request.reason,
        )
        await publish_fact(
            admin, f"programme.patient_erased.{one}", fact.model_dump_json().encode(), f"{request.id}:{one}"
        )


async def _overwrite(
    admin: Client, keys: KeyValue, patient: str, request: ErasureRequest, now: datetime
) -> None:
    """Put a tombstone where the key stood; the server overwrites the deleted message with noise."""
    erased = KeyErased(
        request=request.id,
        by=request.by,
        confirmed_by=request.confirmed_by or "",
        at=now,
        reason=request.reason,
    )
    tombstone = WrappedKey(patient=patient, made_at=now, boxes={}, erased=erased)
    while True:
        entry = await asked(keys.get(patient))
        if entry is not None:
            if WrappedKey.model_validate_json(entry.value or b"").erased is not None:
                return
            await admin.jetstream(timeout=5).delete_msg("KV_keys", entry.revision or 0)
        try:
            await keys.create(patient, tombstone.model_dump_json().encode())
        except KeyWrongLastSequenceError:
            # A text came in at this very moment, and a key was made for it: that one goes, too.
            continue
        return
