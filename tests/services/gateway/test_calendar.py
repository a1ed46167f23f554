"""Calendar feeds: a secret address shows shifts, and nothing tells a wrong one from a revoked one."""

import hashlib
import secrets
from datetime import timedelta

import icalendar
import pytest

from contracts.schedules import Feed, Schedule, Shift, Shifts
from services.gateway.allowance import Allowance
from services.gateway.core.as_it_was import as_it_was
from tests.services.gateway.conftest import NOW, Reply, Site

pytestmark = pytest.mark.asyncio(loop_scope="session")
DAY, WEEK = timedelta(days=1), timedelta(days=7)


async def made(site: Site, **about: str) -> str:
    """Return the secret of a fresh feed."""
    secret = secrets.token_urlsafe(32)
    digest = hashlib.sha256(secret.encode()).hexdigest()
    await put(
        site,
        "feeds",
        digest[:16],
        Feed(id=digest[:16], secret_hash=digest, made_at=NOW, made_by="jo", **about),
    )
    return secret


async def put(site: Site, bucket: str, key: str, value: Feed | Schedule | Shifts) -> None:
    await (await site.admin.jetstream().key_value(bucket)).put(key, value.model_dump_json().encode())


async def roster(site: Site, compiled: int = 0, person: str = "ana", name: str = "primary") -> None:
    """Put a week of ana, then a week of ben, on call, as compiled so many days ago."""
    at = NOW - compiled * DAY
    shifts = (
        Shift(person=person, start=NOW - 3 * DAY, end=NOW + 4 * DAY, origin="rotation r"),
        Shift(person="ben", start=NOW + 4 * DAY, end=NOW + 11 * DAY, origin="rotation r"),
        Shift(person=person, start=NOW + 4 * DAY, end=NOW + 5 * DAY, origin="unconfirmed"),
    )
    await put(site, "schedules", name, Schedule(id=name, title="Crisis clinician"))
    await put(
        site,
        "shifts",
        name,
        Shifts(schedule=name, compiled_at=at, through=at + 91 * DAY, shifts=shifts),
    )
    for table in (site.gateway.people, site.gateway.schedules, site.gateway.shifts):
        await table.follower.catch_up()


def events(reply: Reply) -> list[tuple[str, str, str]]:
    calendar = icalendar.Calendar.from_ical(reply.body)
    return [
        (str(e["SUMMARY"]), f"{e['DTSTART'].dt:%d %H}", f"{e['DTEND'].dt:%d %H}")
        for e in calendar.walk("VEVENT")
    ]


async def test_a_schedule_shows_everybodys_shifts_by_name(site: Site) -> None:
    await roster(site)
    reply = await site.get(f"/calendar/{await made(site, schedule='primary')}.ics")

    assert reply.status == 200 and reply.headers["content-type"].startswith("text/calendar")
    assert events(reply) == [
        ("Ana: Crisis clinician", "21 08", "28 08"),
        ("Ben: Crisis clinician", "28 08", "05 08"),
    ]
    assert "REFRESH-INTERVAL;VALUE=DURATION:PT1H" in reply.body
    assert "private" in reply.headers["cache-control"]


async def test_a_person_sees_their_own_shifts_only(site: Site) -> None:
    await roster(site)
    reply = await site.get(f"/calendar/{await made(site, person='ben')}.ics")

    assert set(events(reply)) == {("On call: Crisis clinician", "28 08", "05 08")}


async def test_what_was_is_shown_as_it_was(site: Site) -> None:
    await roster(site, compiled=2, person="ana", name="night")
    await roster(site, compiled=1, person="both", name="night")
    reply = await site.get(f"/calendar/{await made(site, schedule='night')}.ics")

    assert events(reply)[:2] == [
        ("Ana: Crisis clinician", "21 08", "23 08"),
        ("Both: Crisis clinician", "23 08", "28 08"),
    ]


async def test_a_changed_shift_shows_at_the_next_asking(site: Site) -> None:
    """A feed is made once and kept, but not beyond the shifts it was made of."""
    await roster(site, name="kept")
    path = f"/calendar/{await made(site, schedule='kept')}.ics"
    first, again = await site.get(path), await site.get(path)
    await roster(site, person="both", name="kept")
    changed = await site.get(path)

    assert first.body == again.body
    assert any(summary.startswith("Both:") for summary, _, _ in events(changed))


async def test_nothing_new_is_not_sent_twice_and_the_same_shift_keeps_its_uid(site: Site) -> None:
    await roster(site)
    path = f"/calendar/{await made(site, schedule='primary')}.ics"
    first = await site.get(path)
    async with site.http.get(
        site.gateway.url + path, headers={"If-None-Match": first.headers["etag"]}
    ) as again:
        assert again.status == 304 and await again.text() == ""
    await roster(site)
    assert (await site.get(path)).body == first.body
    async with site.http.head(site.gateway.url + path) as head:
        assert head.status == 200 and head.headers["ETag"] == first.headers["etag"]


async def test_wrong_and_revoked_secrets_look_the_same(site: Site) -> None:
    secret = await made(site, person="ana")
    digest = hashlib.sha256(secret.encode()).hexdigest()
    await put(
        site,
        "feeds",
        digest[:16],
        Feed(id=digest[:16], secret_hash=digest, person="ana", made_at=NOW, revoked_at=NOW),
    )
    same_start = secrets.token_urlsafe(32)
    other = hashlib.sha256(same_start.encode()).hexdigest()
    await put(site, "feeds", other[:16], Feed(id=other[:16], secret_hash="0" * 64, person="ana", made_at=NOW))

    tried = [
        await site.get(f"/calendar/{word}.ics") for word in (secret, same_start, "x" * 43, "short", "%2e%2e")
    ]

    assert {reply.status for reply in tried} == {404}
    assert {reply.body for reply in tried} == {"there is no such calendar"}


async def test_a_secret_stands_in_no_counter_and_no_documentation(site: Site) -> None:
    secret = await made(site, person="ana")
    await site.get(f"/calendar/{secret}.ics")

    assert secret not in (await site.get("/metrics")).body
    assert "/calendar" not in (await site.get("/v1/openapi.json")).body


async def test_a_feed_that_is_asked_for_all_the_time_is_told_to_wait(site: Site) -> None:
    secret = await made(site, person="ana")
    replies = [await site.get(f"/calendar/{secret}.ics") for _ in range(31)]

    assert [reply.status for reply in replies].count(200) == 30
    assert replies[-1].status == 429 and replies[-1].headers["retry-after"] == "60"
    assert (await site.get(f"/calendar/{await made(site, person='ana')}.ics")).status == 200


async def test_an_allowance_begins_anew_each_minute() -> None:
    allowance = Allowance(1, 2)

    assert allowance.take("a", NOW) and not allowance.take("a", NOW)
    assert allowance.take("b", NOW) and not allowance.take("c", NOW)
    assert allowance.take("a", NOW + timedelta(minutes=1))


async def test_a_shift_that_stood_in_two_revisions_is_one() -> None:
    shift = Shift(person="ana", start=NOW - DAY, end=NOW + DAY)
    both = [
        Shifts(schedule="s", compiled_at=NOW - hours, through=NOW + WEEK, shifts=(shift,))
        for hours in (timedelta(hours=12), timedelta())
    ]

    found = as_it_was(both, NOW - WEEK)

    assert [(one.start, one.end) for one in found] == [(shift.start, NOW), (NOW, shift.end)]
    assert as_it_was(both, NOW + WEEK) == ()
