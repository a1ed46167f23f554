"""The demo: a programme that does not exist, and a carrier that runs on this machine."""

import asyncio
import hashlib
import json
import os
import secrets
import shutil
import sys
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from nats.aio.client import Client

import services
from contracts.console import Account, Role
from services.administration import Administration
from services.console import passwords
from services.policy_store import PolicyStore
from services.programme import load, load_policy_folder
from services.runtime import nats_secrets
from services.runtime.buckets import written
from services.runtime.sealing import Seals

SOURCE = "demo"
"""The programme system of the demo, as `vigil signal` reports."""
STAFF_NUMBER, PATIENT_NUMBER = "+12025550100", "+12025550199"
ACCOUNT = "AC" + "0" * 32
DEPLOY = Path(services.__file__).parents[1] / "deploy"


ACCOUNTS = (
    ("kim", Role.CLINICIAN, "clinician_1"),
    ("ana", Role.CLINICIAN, "clinician_2"),
    ("lee", Role.CLINICIAN, "clinician_3"),
    ("sam", Role.SUPERVISOR, "supervisor_1"),
    ("jo", Role.OPS, "ops_1"),
    ("audit", Role.AUDITOR, ""),
    ("admin", Role.ADMINISTRATOR, ""),
)
"""Who may sign in to the console of a demo: name, role, responder."""


@dataclass(frozen=True)
class Secrets:
    """Made up at the first start, so that nothing else on this machine can speak as the demo."""

    auth_token: str
    admin_token: str
    source_token: str


@dataclass(frozen=True)
class Ports:
    """Where the parts of a demo listen on 127.0.0.1."""

    nats: int = 4222
    gateway: int = 8080
    emulator: int = 8090
    console: int = 8081


def mark(var: Path) -> Path:
    """Return the file whose existence says that the store under `var` is a demo's."""
    return var / "secrets" / "demo.json"


def read(var: Path) -> Secrets | None:
    """Return the secrets of the demo under `var`, or None if that is no demo's."""
    try:
        return Secrets(**json.loads(mark(var).read_text()))
    except (OSError, ValueError, TypeError):
        return None


def read_or_make(var: Path) -> Secrets:
    """Return the secrets of the demo under `var`, made up when there are none."""
    known = read(var)
    if known is not None:
        return known
    made = Secrets(*(secrets.token_hex(16) for _ in range(3)))
    mark(var).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    nats_secrets.write_private(mark(var), json.dumps(asdict(made)) + "\n")
    return made


def environment(secret: Secrets, ports: Ports) -> dict[str, str]:
    """Return the settings of every part of a demo; each one that leads to a real carrier is overridden."""
    gateway = f"http://127.0.0.1:{ports.gateway}"
    numbers = [
        {"number": number, "sms_url": f"{gateway}/twilio/sms", "voice_url": f"{gateway}/twilio/call"}
        for number in (STAFF_NUMBER, PATIENT_NUMBER)
    ]
    return {
        "VIGIL_TWILIO_ACCOUNT_SID": ACCOUNT,
        "VIGIL_TWILIO_AUTH_TOKEN": secret.auth_token,
        "VIGIL_TWILIO_AUTH_TOKEN_SECONDARY": "",
        "VIGIL_TWILIO_API_KEY": "",
        "VIGIL_TWILIO_API_SECRET": "",
        "VIGIL_CARRIER_URL": f"http://127.0.0.1:{ports.emulator}",
        "VIGIL_PUBLIC_URL": gateway,
        "VIGIL_GATEWAY_HOST": "127.0.0.1",
        "VIGIL_GATEWAY_PORT": str(ports.gateway),
        "VIGIL_CONSOLE_HOST": "127.0.0.1",
        "VIGIL_CONSOLE_PORT": str(ports.console),
        "VIGIL_CONSOLE_URL": "",
        "VIGIL_STAFF_NUMBER": STAFF_NUMBER,
        "VIGIL_IMMINENT_NUMBER": "",
        "VIGIL_PATIENT_NUMBER": PATIENT_NUMBER,
        "VIGIL_OPS_NUMBER": "",
        "VIGIL_OPS_PHONES": "+12025550106",
        "VIGIL_HEARTBEAT_URL": "",
        "VIGIL_VOICE_FALLBACK_URL": "",
        "VIGIL_SOURCE_TOKENS": json.dumps({SOURCE: secret.source_token}),
        "VIGIL_EMULATOR_PORT": str(ports.emulator),
        "VIGIL_EMULATOR_ACCOUNT_SID": ACCOUNT,
        "VIGIL_EMULATOR_AUTH_TOKEN": secret.auth_token,
        "VIGIL_EMULATOR_ADMIN_TOKEN": secret.admin_token,
        "VIGIL_EMULATOR_NUMBERS": json.dumps(numbers),
        "VIGIL_EMULATOR_DEMO": "true",
        "VIGIL_DEMO_FOLDER": str(DEPLOY / "demo"),
        "VIGIL_DEMO_PINS": "true",
    }


async def set_up(administration: Administration, store: PolicyStore, now: datetime) -> bool:
    """Put the demo programme in force unless policies are already; return whether it was done."""
    if await administration.policies() is not None:
        return False
    programme = load(DEPLOY / "demo", DEPLOY / "policies")
    # Nobody could text a code back from phones that do not exist.
    await administration.put_people(programme.people, verified=now)
    await administration.put_schedules(programme.schedules)
    for patient in programme.patients:
        await administration.put_patient(patient, SOURCE, patient.id)
    # Last, for it tells the next start that all was written.
    written = load_policy_folder(DEPLOY / "policies")
    await store.apply(
        programme.policies,
        "demo",
        "the demo programme",
        sources=written.sources,
        files=written.files,
    )
    return True


async def set_up_accounts(nc: Client, seals: Seals, secret: Secrets, now: datetime) -> None:
    """Let the demo's people sign in to the console; accounts that are there stay as they are."""
    bucket = await nc.jetstream(timeout=5).key_value("accounts")
    hashed = await asyncio.to_thread(passwords.hashed, password_of(secret))
    for name, role, person in ACCOUNTS:
        account = Account(
            id=name,
            person=person or None,
            role=role,
            password=hashed,
            totp=seals.seal(passwords.new_secret()),
            made_at=now,
            made_by="demo",
        )
        await written(bucket.create(name, account.model_dump_json().encode()))


def password_of(secret: Secrets) -> str:
    """Return the password of every account of a demo: of this one alone."""
    return "demo-" + hashlib.sha256(f"console {secret.admin_token}".encode()).hexdigest()[:12]


def what_to_try(ports: Ports, var: Path) -> str:
    """Say what is there, and what to do with it."""
    secret = read(var)
    password = password_of(secret) if secret is not None else ""
    told = {
        "VIGIL_VAR": (str(var.resolve()), var != Path("var")),
        "VIGIL_NATS_URL": (f"nats://127.0.0.1:{ports.nats}", ports.nats != 4222),
        "VIGIL_GATEWAY_PORT": (str(ports.gateway), ports.gateway != 8080),
        "VIGIL_CONSOLE_PORT": (str(ports.console), ports.console != 8081),
    }
    vigil = command(Path(sys.executable), Path.cwd(), os.environ.get("PATH", ""))
    exports = "".join(f"  export {name}={value}\n" for name, (value, needed) in told.items() if needed)
    return f"""
Vigil runs, with a programme that does not exist. No text or call leaves this machine.

  Phones        http://127.0.0.1:{ports.emulator}   of staff and patients: read, answer, text
  Console       http://127.0.0.1:{ports.console}   what is open; sign in as kim, ana, lee, sam or jo,
                password {password}, one-time code: {vigil} account code kim
  Gateway       http://127.0.0.1:{ports.gateway}   for programme systems; /health/ready, /metrics

Try, in another terminal:

{exports}  {vigil} who
  {vigil} signal screen_positive demo_1 --urgency imminent
  {vigil} escalations

Or play everybody on the page of phones: text as a patient, press 1 on the phone of whoever is
paged, and write: words go to and fro. 3 says the patient is reached; `4 spoke` says how it ended,
with the PIN shown at that phone when it is NOW, which a colleague is asked to SIGN. Or answer
nothing, and watch who is paged next.

Ctrl-C stops it; everything is kept for the next start.
"""


def command(executable: Path, here: Path, search: str) -> str:
    """Return how `vigil` is started in another terminal: by its path where the shell would not find it."""
    ours = executable.with_name("vigil")
    if shutil.which("vigil", path=search) is not None or not ours.exists():
        return "vigil"
    return str(ours.relative_to(here) if ours.is_relative_to(here) else ours)
