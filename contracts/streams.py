"""The one table of streams, buckets, durables, owners and readers.

Provisioning makes the streams from it, the NATS permissions of every service are generated from
it, AsyncAPI and the event catalogue are generated from it, and tests hold services to it.
"""

from dataclasses import dataclass
from datetime import timedelta

MIB = 1024 * 1024
GIB = 1024 * MIB


@dataclass(frozen=True)
class Durable:
    """A durable consumer: which service hears which subjects of a stream, once per message."""

    name: str
    service: str
    filters: tuple[str, ...]
    lanes: int = 4
    """How many messages one copy of the service handles at a time.

    Where a page passes through there are many: in a storm the lanes decide how much of the
    processor it gets beside the intake of further signals and receipts.
    """
    in_order: bool = False
    """Whether the next message comes only when this one is acknowledged, over all copies.

    Order then survives a crash and a message that is given back; the others wait meanwhile.
    """


@dataclass(frozen=True)
class Stream:
    """A stream: what it holds, who may append to which subjects, who reads it and how."""

    name: str
    subjects: tuple[str, ...]
    holds: str
    appended_by: tuple[tuple[str, tuple[str, ...]], ...]
    """Service -> the subjects it may append to."""
    max_bytes: int
    max_age: timedelta | None = None
    durables: tuple[Durable, ...] = ()
    followed_by: tuple[str, ...] = ()
    """Services that read it through ephemeral consumers and direct gets."""
    duplicate_window: timedelta = timedelta(minutes=10)
    purged: bool = False
    """Whether the admin may remove what is closed and past its retention (`vigil purge`)."""


@dataclass(frozen=True)
class Bucket:
    """A KV bucket: values that ops edit or that say who is who."""

    name: str
    holds: str
    written_by: tuple[str, ...]
    read_by: tuple[str, ...]
    max_bytes: int = 64 * MIB
    history: int = 8
    erased: bool = False
    """Whether the admin may erase single values for good, overwritten on disk."""

    @property
    def stream(self) -> str:
        """The stream behind the bucket."""
        return f"KV_{self.name}"


ADMIN = "admin"
"""The user that provisions; no service runs as it."""

SERVICES = (
    "gateway",
    "escalation",
    "paging",
    "roster",
    "conversation",
    "triage",
    "attendance",
    "followup",
    "watchdog",
    "console",
    "ledger",
    "cli",
)

STREAMS = (
    Stream(
        name="PROGRAMME",
        subjects=("programme.>",),
        holds="What the programme reports about patients: sessions, screens, specimens, doses, links; and "
        "the log of who read, was told or erased what.",
        appended_by=(
            ("gateway", ("programme.>",)),
            ("triage", ("programme.signal_followed.*",)),
            ("attendance", ("programme.signal_followed.*",)),
            ("followup", ("programme.signal_followed.*",)),
            # A code texted by a patient who is expected at a session.
            # And a resource that whoever holds a conversation wants sent.
            ("conversation", ("programme.checked_in.*", "programme.followup_asked.*")),
            # Who had sealed content shown.
            ("console", ("programme.patient_revealed.*",)),
            ("cli", ("programme.>",)),
        ),
        max_bytes=4 * GIB,
        durables=(
            Durable(
                "escalation_programme",
                "escalation",
                ("programme.patient_linked.*", "programme.desk_answered.*", "programme.signal_followed.*"),
                1,
            ),
            Durable(
                "triage_facts",
                "triage",
                ("programme.screen_answered.*", "programme.specimen_tested.*", "programme.dose_reported.*"),
                8,
            ),
            Durable(
                "attendance_facts",
                "attendance",
                (
                    "programme.session_planned.*",
                    "programme.session_cancelled.*",
                    "programme.checked_in.*",
                    "programme.check_in_undone.*",
                    "programme.absence_excused.*",
                    "programme.patient_discharged.*",
                    "programme.patient_linked.*",
                ),
                16,
            ),
            Durable(
                "followup_facts",
                "followup",
                (
                    "programme.patient_discharged.*",
                    "programme.patient_linked.*",
                    "programme.followup_asked.*",
                ),
                2,
            ),
        ),
        # The last check-in of whoever seems to be missing: it may still wait to be heard.
        followed_by=("attendance", "ledger", "cli"),
        duplicate_window=timedelta(hours=24),
        purged=True,
    ),
    Stream(
        name="CARRIER",
        subjects=("carrier.>",),
        holds="Each webhook of the carrier, whole and sealed, after its signature held.",
        appended_by=(
            ("gateway", ("carrier.>",)),
            # A text on the number for support contacts that may be a patient's.
            ("followup", ("carrier.sms_received.patient",)),
        ),
        max_bytes=2 * GIB,
        max_age=timedelta(days=90),
        durables=(
            Durable(
                "paging_answers",
                "paging",
                ("carrier.sms_received.staff", "carrier.digits_pressed", "carrier.call_received.staff"),
                8,
            ),
            # Apart, so that nobody's answer waits behind a storm's receipts.
            Durable("paging_receipts", "paging", ("carrier.sms_status.page", "carrier.call_status"), 8),
            Durable(
                "conversation_carrier",
                "conversation",
                ("carrier.sms_received.patient", "carrier.call_received.patient"),
                48,
            ),
            # Apart, so that no first text waits behind the receipts of earlier answers.
            Durable("conversation_receipts", "conversation", ("carrier.sms_status.conversation",), 4),
            Durable("followup_contacts", "followup", ("carrier.sms_received.contact",), 2),
            # Apart, so that no text waits for the carrier's store.
            Durable("gateway_media", "gateway", ("carrier.sms_received.patient",), 2),
            # Words for a patient; and whether a mistyped command, which paging answers, tells of a risk.
            Durable(
                "conversation_staff",
                "conversation",
                ("carrier.sms_received.talk", "carrier.sms_received.staff"),
                1,
                in_order=True,
            ),
        ),
        # Which texts and calls came in: what the carrier lists beside them was lost on its way here.
        followed_by=("gateway",),
        duplicate_window=timedelta(hours=24),
    ),
    Stream(
        name="SIGNALS",
        subjects=("signals.*",),
        holds="The reasons to act.",
        appended_by=(
            ("gateway", ("signals.*",)),
            ("conversation", ("signals.*",)),
            ("triage", ("signals.*",)),
            ("attendance", ("signals.session_missed", "signals.system_fault")),
            ("followup", ("signals.follow_up_due", "signals.concern_raised")),
            ("watchdog", ("signals.system_fault",)),
            ("roster", ("signals.system_fault",)),
            ("paging", ("signals.system_fault",)),
            ("cli", ("signals.*",)),
        ),
        max_bytes=1 * GIB,
        max_age=timedelta(days=90),
        durables=(Durable("escalation_signals", "escalation", ("signals.*",), 64),),
        followed_by=("ledger", "cli"),
        duplicate_window=timedelta(hours=24),
    ),
    Stream(
        name="ESCALATIONS",
        subjects=("escalations.*", "faults.*"),
        holds="Runs of a policy, one subject per patient; faults of the system, one per area.",
        appended_by=(("escalation", ("escalations.*", "faults.*")),),
        max_bytes=4 * GIB,
        durables=(
            Durable("paging_escalations", "paging", ("escalations.*", "faults.*"), 64),
            # What other systems are told; of the system's own faults nothing.
            Durable("gateway_escalations", "gateway", ("escalations.*",), 8),
            # An end that is taken back must not come before the end.
            Durable("followup_escalations", "followup", ("escalations.*",), 1, in_order=True),
        ),
        followed_by=(
            "escalation",
            "paging",
            "gateway",
            "conversation",
            "followup",
            "watchdog",
            "roster",
            "console",
            "ledger",
            "cli",
        ),
        purged=True,
    ),
    Stream(
        name="PAGES",
        subjects=("pages.*.*",),
        holds="Attempts, receipts and replies of one page to one responder.",
        appended_by=(("paging", ("pages.*.*",)),),
        max_bytes=4 * GIB,
        max_age=timedelta(days=90),
        durables=(
            Durable("escalation_pages", "escalation", ("pages.*.*",), 16),
            Durable("roster_pages", "roster", ("pages.*.*",), 1),
        ),
        followed_by=("paging", "gateway", "watchdog", "roster", "console", "ledger", "cli"),
    ),
    Stream(
        name="CONVERSATIONS",
        subjects=("conversations.*",),
        holds="The crisis line, one subject per patient.",
        appended_by=(("conversation", ("conversations.*",)),),
        max_bytes=1 * GIB,
        durables=(Durable("followup_conversations", "followup", ("conversations.*",), 4),),
        followed_by=("conversation", "watchdog", "console", "ledger", "cli"),
        purged=True,
    ),
    Stream(
        name="TRIAGE",
        subjects=("triage.*",),
        holds="What screens, specimens and doses came to, one subject per patient.",
        appended_by=(("triage", ("triage.*",)),),
        max_bytes=1 * GIB,
        durables=(Durable("gateway_triage", "gateway", ("triage.*",), 2),),
        followed_by=("triage", "console", "ledger", "cli"),
        purged=True,
    ),
    Stream(
        name="ATTENDANCES",
        subjects=("attendances.*.*",),
        holds="Who is expected at which session, and what became of it: one subject per session and patient.",
        appended_by=(("attendance", ("attendances.*.*",)),),
        max_bytes=2 * GIB,
        # Longer than any row of misses that counts; sessions are planned months ahead.
        max_age=timedelta(days=400),
        followed_by=("attendance", "watchdog", "ledger", "cli"),
    ),
    Stream(
        name="FOLLOWUPS",
        subjects=("followups.*",),
        holds="After a crisis or a discharge: tasks and caring contacts, one subject per patient.",
        appended_by=(("followup", ("followups.*",)),),
        max_bytes=1 * GIB,
        durables=(Durable("conversation_followups", "conversation", ("followups.*",), 2),),
        followed_by=("followup", "watchdog", "ledger", "cli"),
        purged=True,
    ),
    Stream(
        name="OUTREACH",
        subjects=("outreach.*",),
        holds="Texts to patients that begin with us, asked of the crisis line, which alone sends them.",
        appended_by=(("attendance", ("outreach.*",)), ("followup", ("outreach.*",))),
        max_bytes=256 * MIB,
        max_age=timedelta(days=90),
        durables=(Durable("conversation_outreach", "conversation", ("outreach.*",), 4),),
        duplicate_window=timedelta(hours=24),
    ),
    Stream(
        name="DELIVERIES",
        subjects=("deliveries.*.*",),
        holds="What other systems are told as FHIR, one subject per recipient and resource.",
        appended_by=(("gateway", ("deliveries.*.*",)),),
        max_bytes=2 * GIB,
        # Whom a patient's data went to is accounted for six years: 45 CFR 164.528.
        max_age=timedelta(days=6 * 366),
        followed_by=("gateway", "watchdog", "ledger", "cli"),
    ),
    Stream(
        name="NOTICES",
        subjects=("notices.*",),
        holds="What responders are told beside pages: coming shifts, swaps, codes to verify a phone, gaps, "
        "a picture that can't be had.",
        appended_by=tuple((who, ("notices.*",)) for who in ("roster", "gateway", "followup", "cli")),
        max_bytes=256 * MIB,
        max_age=timedelta(days=90),
        durables=(Durable("paging_notices", "paging", ("notices.*",), 2),),
        duplicate_window=timedelta(hours=24),
    ),
    Stream(
        name="CONSOLE",
        subjects=("console.>",),
        holds="What responders pressed in the console, and what they wrote there to patients.",
        appended_by=(("console", ("console.pressed.page.*", "console.pressed.talk.*")),),
        max_bytes=256 * MIB,
        max_age=timedelta(days=90),
        durables=(
            Durable("paging_pressed", "paging", ("console.pressed.page.*",), 4),
            # Words must reach the patient in the order in which they were written.
            Durable("conversation_pressed", "conversation", ("console.pressed.talk.*",), 1, in_order=True),
        ),
        duplicate_window=timedelta(hours=24),
    ),
    Stream(
        name="OVERDUE",
        subjects=("overdue.*",),
        holds="'Look again', said by the watchdog to the owner of an overdue deadline.",
        appended_by=(("watchdog", ("overdue.*",)),),
        max_bytes=64 * MIB,
        max_age=timedelta(days=1),
        durables=(
            Durable("escalation_overdue", "escalation", ("overdue.ESCALATIONS",), 1),
            Durable("paging_overdue", "paging", ("overdue.PAGES",), 1),
            Durable("conversation_overdue", "conversation", ("overdue.CONVERSATIONS",), 1),
            Durable("attendance_overdue", "attendance", ("overdue.ATTENDANCES",), 1),
            Durable("followup_overdue", "followup", ("overdue.FOLLOWUPS",), 1),
            Durable("gateway_overdue", "gateway", ("overdue.DELIVERIES",), 1),
        ),
    ),
    Stream(
        name="PARKED",
        subjects=("parked.*.*",),
        holds="What could not be understood or handled: one subject per message, its last state on top.",
        appended_by=(
            ("escalation", ("parked.*.*",)),
            ("paging", ("parked.*.*",)),
            ("conversation", ("parked.*.*",)),
            ("roster", ("parked.*.*",)),
            ("triage", ("parked.*.*",)),
            ("attendance", ("parked.*.*",)),
            ("followup", ("parked.*.*",)),
            ("gateway", ("parked.*.*",)),
            ("cli", ("parked.*.*",)),
        ),
        max_bytes=256 * MIB,
        durables=(Durable("escalation_parked", "escalation", ("parked.*.*",), 1),),
        followed_by=(
            "escalation",
            "paging",
            "conversation",
            "roster",
            "triage",
            "attendance",
            "followup",
            "gateway",
            "watchdog",
            "console",
            "cli",
        ),
    ),
)

BUCKETS = (
    Bucket(
        "policies",
        "The policies in force as one version (`current`), and every version there was (`v<number>`).",
        ("cli",),
        ("escalation", "ledger", "cli", "watchdog"),
        max_bytes=256 * MIB,
    ),
    Bucket(
        "people",
        "Responders and their contact methods.",
        ("cli", "paging", "roster"),
        ("escalation", "paging", "gateway", "roster", "conversation", "followup", "console", "ledger", "cli"),
    ),
    Bucket(
        "schedules",
        "Rotations and what changes them.",
        ("cli",),
        ("roster", "gateway", "console", "ledger", "cli"),
    ),
    Bucket("calendars", "Holidays of the sites.", ("cli",), ("roster", "attendance", "ledger", "cli")),
    Bucket(
        "groups", "Groups of the programme and their timetables.", ("cli",), ("attendance", "ledger", "cli")
    ),
    Bucket(
        "enrolments",
        "Who is expected at which group's sessions, from when until when.",
        ("cli", "attendance"),
        ("attendance", "ledger", "cli"),
    ),
    Bucket(
        "attendance_codes",
        "What patients text to check in to a session, while it is on.",
        ("attendance",),
        ("attendance", "conversation", "cli"),
        history=1,
    ),
    Bucket("swaps", "Swaps offered and answered.", ("cli", "roster"), ("roster", "ledger", "cli")),
    Bucket("leaves", "Who is away when.", ("cli",), ("roster", "ledger", "cli")),
    Bucket("handoffs", "Coming turns: told, confirmed.", ("roster",), ("roster", "cli"), history=1),
    Bucket(
        "verifications",
        "Codes that wait to be told back.",
        ("cli", "roster"),
        ("roster", "cli"),
        history=1,
    ),
    Bucket("feeds", "Calendar feeds, by the hash of their secret.", ("cli",), ("gateway", "ledger", "cli")),
    Bucket(
        "reports",
        "Reports of `vigil verify`: what was found, and who signed it.",
        ("cli",),
        ("ledger", "cli"),
    ),
    Bucket(
        "roster_changes",
        "Changes of the roster by commands, by number: who, when, why and what.",
        ("cli",),
        ("ledger", "cli"),
        history=1,
    ),
    Bucket(
        "shifts",
        "Schedules compiled flat.",
        ("roster", "cli"),
        ("escalation", "roster", "gateway", "conversation", "console", "cli"),
        max_bytes=256 * MIB,
        # Rewritten four times a day: calendar feeds show the past week as it was.
        history=32,
    ),
    Bucket(
        "patients",
        "Patients, sealed.",
        ("cli", "gateway", "conversation", "followup"),
        (
            "escalation",
            "gateway",
            "conversation",
            "paging",
            "attendance",
            "followup",
            "console",
            "ledger",
            "cli",
        ),
        max_bytes=512 * MIB,
    ),
    Bucket(
        "aliases",
        "Outside ids and phone hashes -> patient.",
        ("cli", "gateway", "conversation"),
        ("gateway", "conversation", "ledger", "cli"),
        max_bytes=128 * MIB,
    ),
    Bucket(
        "keys",
        "A key per patient, under the site's key. Once erased, what it sealed is unreadable everywhere.",
        ("gateway", "conversation", "triage", "followup", "console", "cli"),
        ("gateway", "conversation", "triage", "followup", "console", "cli"),
        max_bytes=256 * MIB,
        history=1,
        erased=True,
    ),
    Bucket(
        "site_keys",
        "Checks of the site's keys: no service starts with another site's key.",
        ("gateway", "conversation", "paging", "triage", "followup", "cli"),
        (
            "gateway",
            "escalation",
            "paging",
            "roster",
            "conversation",
            "triage",
            "attendance",
            "followup",
            "console",
            "ledger",
            "cli",
        ),
        max_bytes=1 * MIB,
    ),
    Bucket(
        "media",
        "Which files came with a patient's text, and how far the keeping of each is.",
        ("gateway",),
        ("gateway", "cli"),
        max_bytes=128 * MIB,
        history=1,
    ),
    Bucket(
        "media_files",
        "The files themselves, in parts, each sealed with the patient's key.",
        ("gateway",),
        ("gateway", "cli"),
        max_bytes=4 * GIB,
        history=1,
    ),
    Bucket(
        "intake",
        "What programme systems report: the version last heard of each resource, how far each subscription "
        "was heard, and the active flags of each patient. Hashes and ids only.",
        ("gateway",),
        ("gateway", "cli"),
        max_bytes=256 * MIB,
        history=1,
    ),
    Bucket(
        "recipients",
        "Other systems that are told, of what, and on what ground; never their tokens.",
        ("cli",),
        ("gateway", "ledger", "cli"),
        max_bytes=4 * MIB,
    ),
    Bucket(
        "holds", "Legal holds: nothing of these patients is erased or purged.", ("cli",), ("ledger", "cli")
    ),
    Bucket(
        "erasures", "Requests to erase a patient's key, and who confirmed them.", ("cli",), ("ledger", "cli")
    ),
    Bucket(
        "pin_tries",
        "The last wrong PINs of each responder: after five in a quarter of an hour none is looked at.",
        ("paging", "cli"),
        ("paging", "cli"),
        max_bytes=4 * MIB,
        history=1,
    ),
    Bucket(
        "accounts",
        "Who may sign in to the console, and as what.",
        ("cli",),
        ("console", "ledger", "cli"),
        max_bytes=8 * MIB,
    ),
    Bucket(
        "sessions",
        "Sign-ins to the console, by the hash of their secret.",
        ("console",),
        ("console", "cli"),
        history=1,
    ),
    Bucket(
        "sign_ins",
        "The last refused sign-ins of each name, and its last one-time code.",
        ("console", "cli"),
        ("console", "cli"),
        max_bytes=16 * MIB,
        history=1,
    ),
    Bucket(
        "codes",
        "Short codes in use or lately used.",
        ("escalation",),
        ("escalation", "paging", "console", "cli"),
        history=1,
    ),
    Bucket(
        "senders",
        "When each of our numbers is free to send again, shared by all copies.",
        ("paging", "conversation"),
        ("paging", "conversation", "cli"),
        history=1,
    ),
    Bucket(
        "carrier_marks",
        "Up to when the carrier's lists were compared with what came in, and redacted.",
        ("gateway",),
        ("gateway", "cli"),
        history=1,
    ),
    Bucket(
        "marks",
        "High-water marks of the streams: a stream that went backwards is refused.",
        ("admin",),
        ("admin", "cli"),
        history=1,
    ),
)


def stream(name: str) -> Stream:
    """Return the stream of that name; KeyError if there is none."""
    return next(s for s in STREAMS if s.name == name)


def durable(name: str) -> tuple[Stream, Durable]:
    """Return the durable of that name with its stream; StopIteration if there is none."""
    return next((s, d) for s in STREAMS for d in s.durables if d.name == name)
