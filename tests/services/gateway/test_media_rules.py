"""When what is tried again, who is told, and from where a file may come: pure."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.media import MediaFile, MediaStatus, TextMedia
from contracts.values import Sealed
from services.gateway.core import media, media_addresses
from services.gateway.core.media_addresses import Forbidden

NOW = datetime(2026, 11, 24, 8, 10, tzinfo=UTC)
URL = Sealed(key="k1", box="")
FILE = MediaFile(id="ME1", url=URL, content_type="image/jpeg")
TEXT = TextMedia(patient="pt_a", sid="MM1", at=NOW, count=1, files=(FILE,), due=NOW)
KEPT = FILE.model_copy(update={"kept_at": NOW, "parts": 1})
HOSTS = ("twilio.com", "twiliocdn.com", "amazonaws.com")
MEDIA = "/2010-04-01/Accounts/AC1/Messages/MM1/Media/ME1"
EMULATOR = "http://127.0.0.1:8090"


def failed(record: TextMedia, now: datetime, why: str = "http_503") -> TextMedia:
    return media.settled(media.trying(record, now), now, why)


def test_a_carrier_that_stumbles_is_asked_again_within_seconds_then_ever_more_slowly() -> None:
    record, now, waited = TEXT, NOW, []
    for _ in range(8):
        record = failed(record, now)
        assert record.due is not None
        waited.append(int((record.due - now).total_seconds()))
        now = record.due
    assert waited == [10, 30, 60, 120, 300, 600, 3600, 3600]


def test_people_are_told_after_five_attempts_within_four_minutes() -> None:
    record, now = TEXT, NOW
    while not media.is_trouble(record):
        record = failed(record, now)
        told = now
        assert record.due is not None
        now = record.due
    assert (record.attempts, told - NOW) == (5, timedelta(seconds=220))


@pytest.mark.parametrize("why", sorted(media.HOPELESS))
def test_what_only_a_setting_can_mend_is_told_at_once_and_tried_hourly(why: str) -> None:
    record = failed(TEXT, NOW, why)
    assert media.is_trouble(record)
    assert record.due == NOW + timedelta(hours=1)


def test_it_is_given_up_after_three_days_and_then_the_carrier_keeps_its_copy() -> None:
    record = failed(TEXT, NOW + timedelta(hours=72))
    assert (record.status, record.due) == (MediaStatus.LOST, None)
    assert media.at_carrier_no_more(record) == frozenset()
    assert media.is_trouble(record)


def test_an_intention_without_an_outcome_is_due_again() -> None:
    """Killed while it fetches: the lease says when it is taken for dead."""
    assert media.trying(TEXT, NOW).due == NOW + media.LEASE


def test_only_what_is_kept_may_go_at_the_carrier() -> None:
    other = FILE.model_copy(update={"id": "ME2"})
    half = media.with_files(TEXT.model_copy(update={"count": 2}), (KEPT, other))
    record = failed(half, NOW)
    assert media.at_carrier_no_more(record) == {"ME1"}
    assert media.absent(record) == 1

    whole = media.settled(media.with_files(record, (other.model_copy(update={"kept_at": NOW}),)), NOW, "")
    assert (whole.status, whole.due, media.at_carrier_no_more(whole)) == (MediaStatus.KEPT, None, None)
    assert not media.is_trouble(whole)


def test_of_somebody_erased_nothing_is_kept_and_nothing_must_stay_at_the_carrier() -> None:
    record = media.erased(TEXT)
    assert (record.files, record.due, media.at_carrier_no_more(record)) == ((), None, None)
    assert not media.is_trouble(record)


def test_files_of_which_no_address_is_known_are_missing_too() -> None:
    record = failed(TextMedia(patient="pt_a", sid="MM1", at=NOW, count=2, due=NOW), NOW, "")
    assert (record.status, media.absent(record), record.why) == (MediaStatus.OPEN, 2, "not_there")


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(("", "http_503", "timeout", "kind", "too_large")), max_size=12))
def test_open_is_due_and_what_is_over_is_not(reasons: list[str]) -> None:
    record, now = TEXT, NOW
    for why in reasons:
        if record.status is not MediaStatus.OPEN:
            break
        files = record.files if why else (KEPT,)
        record = media.settled(media.with_files(media.trying(record, now), files), now, why)
        assert (record.status is MediaStatus.OPEN) == (record.due is not None)
        now = record.due or now


@pytest.mark.parametrize(
    ("kind", "kept"),
    [
        ("image/jpeg", True),
        ("IMAGE/HEIC; a=b", True),
        ("application/pdf", True),
        ("text/html", False),
        ("application/octet-stream", False),
        ("", False),
        ("imagex/jpeg", False),
    ],
)
def test_only_types_on_the_list_are_kept(kind: str, kept: bool) -> None:
    assert media.is_allowed(kind, ("image/*", "application/pdf")) is kept


def test_the_webhook_says_what_a_file_is_where_the_store_does_not() -> None:
    assert media.named_type("binary/octet-stream", "image/png") == "image/png"
    assert media.named_type("image/gif; q=1", "image/png") == "image/gif"


def test_credentials_go_to_the_carriers_files_alone() -> None:
    assert (
        media_addresses.at_carrier(f"https://api.twilio.com{MEDIA}", "") == f"https://api.twilio.com{MEDIA}"
    )
    regional = f"https://api.dublin.ie1.twilio.com{MEDIA}"
    assert media_addresses.at_carrier(regional, "") == regional


@pytest.mark.parametrize(
    "url",
    [
        f"http://api.twilio.com{MEDIA}",
        f"https://api.twilio.com.evil.example{MEDIA}",
        f"https://api.twilio.com@evil.example{MEDIA}",
        f"https://user@api.twilio.com{MEDIA}",
        f"https://evil-api.twilio.com{MEDIA}",
        f"https://api.twilio.com:8443{MEDIA}",
        "https://api.twilio.com/2010-04-01/Accounts/AC1.json",
        f"https://api.twilio.com{MEDIA}?x=1",
        f"https://api.twilio.com{MEDIA}/../../ME2",
        f"http://127.0.0.1:8090{MEDIA}",
        "file:///etc/passwd",
        "http://[::1",
        "",
    ],
)
def test_no_other_address_is_asked(url: str) -> None:
    with pytest.raises(Forbidden):
        media_addresses.at_carrier(url, "")


def test_another_carrier_stands_for_twilio_and_for_nobody_else() -> None:
    for url in (f"https://api.twilio.com{MEDIA}", f"{EMULATOR}{MEDIA}"):
        assert media_addresses.at_carrier(url, EMULATOR) == f"{EMULATOR}{MEDIA}"
    with pytest.raises(Forbidden):
        media_addresses.at_carrier(f"http://127.0.0.1:8091{MEDIA}", EMULATOR)


def test_a_redirect_leads_to_the_carriers_stores_over_https() -> None:
    start = f"https://api.twilio.com{MEDIA}"
    store = "https://mms.twiliocdn.com/x/y?Signature=z"
    assert media_addresses.redirected(store, start, "", HOSTS) == store
    assert media_addresses.redirected("/elsewhere", start, "", HOSTS) == "https://api.twilio.com/elsewhere"
    assert media_addresses.redirected(f"{EMULATOR}/s", start, EMULATOR, HOSTS) == f"{EMULATOR}/s"
    for location in (
        "http://mms.twiliocdn.com/x",
        "https://twiliocdn.com.evil.example/x",
        "https://eviltwiliocdn.com/x",
        "https://169.254.169.254/latest/meta-data",
        "https://mms.twiliocdn.com:8443/x",
        "https://a@mms.twiliocdn.com/x",
        "https://[fe80::1]/x",
        f"{EMULATOR}/s",
        "",
    ):
        with pytest.raises(Forbidden):
            here = media_addresses.redirected(location, start, "", HOSTS)
            assert here == start, "an empty location leads nowhere else"
            raise Forbidden(here)


@pytest.mark.parametrize(
    "address",
    "127.0.0.1 10.1.1.1 169.254.169.254 ::1 fe80::1%eth0 ::ffff:10.0.0.1 224.0.0.1 a.example".split(),
)
def test_names_that_lead_into_private_networks_are_no_public_ones(address: str) -> None:
    assert not media_addresses.is_public(address)
    assert media_addresses.is_public("54.1.2.3") and media_addresses.is_public("2600:1f18::1")


def test_the_carriers_own_id_of_a_file_is_in_its_address() -> None:
    sid = "ME" + "0a" * 16
    assert media_addresses.media_id(f"https://api.twilio.com/x/{sid}", "MM1", 0) == sid
    assert media_addresses.media_id("https://api.twilio.com/x/photo", "MM1", 3) == "MM1-3"
