"""What the processes of a demo week are told: every setting that leads outside is overridden. Pure."""

import json

from services.demo_week.cast import PATIENT_LINE, STAFF_LINE

SOURCE = "programme"
"""The programme's own system, as the gateway knows it."""
ACCOUNT = "AC" + "0" * 31 + "2"


def environment(
    *,
    gateway_port: int,
    emulator_port: int,
    auth: str,
    admin: str,
    source: str,
    ops: str,
    speed: float,
    seed: int,
) -> dict[str, str]:
    """Return the variables of all of them; `ops`: the phone of operations, E.164."""
    gateway, emulator = (f"http://127.0.0.1:{port}" for port in (gateway_port, emulator_port))
    numbers = [
        {"number": number, "sms_url": f"{gateway}/twilio/sms", "voice_url": f"{gateway}/twilio/call"}
        for number in (STAFF_LINE, PATIENT_LINE)
    ]
    return patience(speed) | {
        "VIGIL_LOG_FORMAT": "json",
        "VIGIL_LOG_LEVEL": "info",
        "VIGIL_TWILIO_ACCOUNT_SID": ACCOUNT,
        "VIGIL_TWILIO_AUTH_TOKEN": auth,
        "VIGIL_TWILIO_AUTH_TOKEN_SECONDARY": "",
        "VIGIL_TWILIO_API_KEY": "",
        "VIGIL_TWILIO_API_SECRET": "",
        "VIGIL_CARRIER_URL": emulator,
        "VIGIL_PUBLIC_URL": gateway,
        "VIGIL_GATEWAY_HOST": "127.0.0.1",
        "VIGIL_GATEWAY_PORT": str(gateway_port),
        # A free one: beside it a Vigil may run whose page listens where pages do.
        "VIGIL_CONSOLE_HOST": "127.0.0.1",
        "VIGIL_CONSOLE_PORT": "0",
        "VIGIL_STAFF_NUMBER": STAFF_LINE,
        "VIGIL_PATIENT_NUMBER": PATIENT_LINE,
        "VIGIL_IMMINENT_NUMBER": "",
        "VIGIL_CONTACT_NUMBER": "",
        "VIGIL_OPS_NUMBER": "",
        "VIGIL_OPS_PHONES": ops,
        "VIGIL_HEARTBEAT_URL": "",
        "VIGIL_VOICE_FALLBACK_URL": "",
        "VIGIL_FHIR_SERVERS": "{}",
        "VIGIL_RECIPIENT_TOKENS": "{}",
        "VIGIL_SOURCE_TOKENS": json.dumps({SOURCE: source}),
        "VIGIL_EMULATOR_PORT": str(emulator_port),
        "VIGIL_EMULATOR_ACCOUNT_SID": ACCOUNT,
        "VIGIL_EMULATOR_AUTH_TOKEN": auth,
        "VIGIL_EMULATOR_ADMIN_TOKEN": admin,
        "VIGIL_EMULATOR_NUMBERS": json.dumps(numbers),
        "VIGIL_EMULATOR_SEED": str(seed),
        "VIGIL_EMULATOR_DEMO": "false",
    }


def patience(speed: float) -> dict[str, str]:
    """Return the settings that measure in programme time what a machine does in real time.

    A second of the watchdog's grace is a second of the machine's work. At 600 times the speed it
    would be 1.7 ms, and the watchdog would shout at every append to disk. So they are what they
    would be in real time: as many programme seconds as pass meanwhile.
    """
    return {
        "VIGIL_WATCHDOG_LOOK_SECONDS": f"{min(60.0, speed):g}",
        "VIGIL_WATCHDOG_GRACE_SECONDS": f"{5 * speed:g}",
        "VIGIL_WATCHDOG_TELL_SECONDS": f"{30 * speed:g}",
        "VIGIL_WATCHDOG_NATS_SECONDS": f"{15 * speed:g}",
        "VIGIL_SMS_VALID_SECONDS": f"{min(36000.0, max(120.0, 10 * speed)):g}",
        "VIGIL_GATEWAY_RECOVER_EVERY_SECONDS": f"{max(60.0, 10 * speed):g}",
        "VIGIL_ROSTER_COMPILE_EVERY_SECONDS": f"{min(21600.0, max(3600.0, 30 * speed)):g}",
        "VIGIL_ATTENDANCE_EXPAND_EVERY_SECONDS": f"{min(21600.0, max(3600.0, 30 * speed)):g}",
    }
