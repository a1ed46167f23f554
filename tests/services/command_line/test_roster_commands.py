"""The roster at a terminal: what a change does is shown before it does it."""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from nats.aio.client import Client

from contracts.notices import NoticeSent
from contracts.schedules import Handoff, Schedule, Swap
from tests.support.site import Site

FAR = "2031-05-"
"""A month in which nothing else happens."""

PEOPLE = """
people:
  - {id: kim, name: Kim, methods: [{sms: "+12025550101"}, {voice: "+12025550101"}], pin: "2741"}
  - {id: lee, name: Lee, methods: [{sms: "+12025550102"}]}
  - {id: ana, name: Ana, methods: [{sms: "+12025550103"}], zone: Europe/Berlin}
"""
SCHEDULES = """
schedules:
  - id: primary
    title: Crisis clinician
    rotations:
      - {id: weekly, people: [kim, lee], every: week, starts_on: 2024-01-01}
  - id: backup
    rotations:
      - {people: [ana], every: week, starts_on: 2024-01-01}
"""


def folder(at: Path, people: str = PEOPLE, schedules: str = SCHEDULES, holidays: str = "") -> str:
    (at / "people.yaml").write_text(people)
    (at / "schedules.yaml").write_text(schedules)
    if holidays:
        (at / "holidays.yaml").write_text(holidays)
    return str(at)


@pytest.fixture
def site(empty_site: Site, tmp_path: Path) -> Site:
    """The roster as the files above have it, without what earlier tests added."""

    async def cleared(nc: Client) -> None:
        for bucket in ("leaves", "swaps", "schedules", "people", "shifts", "calendars", "verifications"):
            await nc.jetstream().purge_stream(f"KV_{bucket}")

    empty_site.as_admin(cleared)
    applied = empty_site.vigil("roster", "apply", folder(tmp_path))
    assert applied.exit_code == 0, applied.output
    return empty_site


def ok(site: Site, *words: str) -> str:
    result = site.vigil("roster", *words)
    assert result.exit_code == 0, result.output + result.stderr
    return result.stdout


def as_json(site: Site, *words: str) -> object:
    return json.loads(site.vigil("roster", *words, "--json").stdout)


def test_a_first_apply_says_who_is_new_and_whose_phone_is_not_verified(site: Site, tmp_path: Path) -> None:
    again = ok(site, "apply", folder(tmp_path), "--dry-run")

    assert "Nothing was changed; it would be 3 people, 2 schedules." in again
    assert "no phone of ana is VERIFIED; run `vigil roster verify ana`" in again
    assert "New" not in again and ">" not in again


def test_a_dry_run_shows_the_difference_and_changes_nothing(site: Site, tmp_path: Path) -> None:
    changed = folder(
        tmp_path,
        PEOPLE.replace("Lee,", "Leo,").replace("+12025550103", "+12025550133")
        + "  - {id: bo, name: Bo, active: false}\n",
        SCHEDULES.replace("[ana]", "[ana, lee]"),
    )

    said = ok(site, "apply", changed, "--dry-run")
    told = as_json(site, "apply", changed, "--dry-run")

    assert "+ bo" in said and "~ lee: name Lee > Leo" in said
    assert "~ ana: sms ... ends in 03 removed; sms ... ends in 33 added" in said
    assert re.search(r"backup, \w+ \d+ \w+ \d\d:00 to .*: ana > lee", said)
    assert isinstance(told, dict) and told["applied"] is False and told["people"]["added"] == ["bo"]
    assert {one["schedule"] for one in told["shifts"]} == {"backup"}
    assert "+1202" not in said + json.dumps(told)
    assert "ana" in ok(site, "show", "backup") and "lee" not in ok(site, "show", "backup")


def test_a_change_that_would_leave_nobody_within_a_day_needs_a_reason(site: Site, tmp_path: Path) -> None:
    changed = folder(tmp_path, PEOPLE, SCHEDULES.replace("[ana], every", "[ana], ends_on: 2024-02-01, every"))

    refused = site.vigil("roster", "apply", changed)
    rehearsed = ok(site, "apply", changed, "--dry-run")
    forced = site.vigil("roster", "apply", changed, "--override", "the site is closed")

    assert refused.exit_code == 1 and "nothing was changed" in refused.stderr
    assert "NOBODY is on call" in refused.stderr
    assert "It would be REFUSED" in rehearsed
    assert forced.exit_code == 0 and "New Gap in backup" in forced.output
    assert site.vigil("roster", "gaps").exit_code == 1


def test_who_changed_the_roster_when_why_and_how_is_kept(site: Site, tmp_path: Path) -> None:
    before = as_json(site, "history")
    assert isinstance(before, list)
    last = before[-1]["number"]
    plain = folder(tmp_path, PEOPLE.replace("Lee,", "Leo,"))
    ok(site, "apply", plain, "--reason", "a typing mistake")
    ok(site, "apply", plain, "--dry-run")
    ended = SCHEDULES.replace("[ana], every", "[ana], ends_on: 2024-02-01, every")
    site.vigil("roster", "apply", folder(tmp_path, PEOPLE, ended))
    ok(site, "apply", folder(tmp_path, PEOPLE, ended), "--override", "the site is closed")

    told = as_json(site, "history")
    shown = ok(site, "history", str(last + 2))

    assert isinstance(told, list)
    first, second = (one for one in told if one["number"] > last)
    assert (first["number"], first["reason"], first["overridden"]) == (last + 1, "a typing mistake", False)
    assert first["summary"] == ["~ lee: name"] and first["what"] == f"apply {tmp_path}" and first["by"]
    assert (second["reason"], second["overridden"]) == ("the site is closed", True)
    assert any("ana > NOBODY" in line for line in second["summary"])
    assert "OVERRIDDEN: the site is closed" in shown and "New Gap in backup" in shown
    assert "a typing mistake" in " ".join(ok(site, "history").split())
    assert f"there is no change {last + 9}" in site.vigil("roster", "history", str(last + 9)).stderr


def test_codes_are_sent_to_all_on_call_at_once(site: Site) -> None:
    said = ok(site, "verify", "--all-on-call", "--now")
    again = as_json(site, "verify", "--all-on-call", "--now")

    assert "3 phones of 3 people were sent a code: ana, kim, lee." in said
    assert isinstance(again, dict) and again["sent"] == [] and len(again["waiting"]) == 3
    assert "leave out the responder" in site.vigil("roster", "verify", "kim", "--all-on-call").stderr
    assert "--now belongs to" in site.vigil("roster", "verify", "kim", "--now").stderr
    assert "name a responder" in site.vigil("roster", "verify").stderr


def test_every_mistake_of_every_file_is_told_at_once(site: Site, tmp_path: Path) -> None:
    broken = folder(
        tmp_path,
        PEOPLE.replace("Europe/Berlin", "Europe/Berlim"),
        SCHEDULES.replace("2024-01-01", "01.01.2024"),
        "calendars: [{id: us, days: [{day: 24 Dec}]}]",
    )

    said = site.vigil("roster", "apply", broken).stderr

    assert "did you mean `Europe/Berlin`?" in said
    assert "schedules.yaml:6:" in said and "holidays.yaml:1:" in said


def test_holidays_are_applied_with_the_schedules_that_ask_for_them(site: Site, tmp_path: Path) -> None:
    schedules = SCHEDULES.replace("id: backup", "id: backup\n    calendar: us").replace(
        "[ana], every", "[ana], holidays: never, every"
    )
    days = '{rule: "FREQ=MONTHLY;BYMONTHDAY=1", from: 2024-01-01, to: 2044-01-01}'
    holidays = f"calendars:\n  - id: us\n    days:\n      - {days}\n"
    ok(site, "apply", folder(tmp_path, PEOPLE, schedules, holidays), "--override", "may be the first today")

    gaps = as_json(site, "gaps", "--days", "40")

    assert isinstance(gaps, dict)
    empty = [gap for gap in gaps["gaps"] if gap["schedule"] == "backup" and gap["why"] == "nobody"]
    first = datetime.fromisoformat(empty[0]["start"]).astimezone(ZoneInfo("America/New_York"))
    assert first.day == 1


def test_show_says_who_is_on_and_why(site: Site) -> None:
    made = ok(
        site,
        "override",
        "primary",
        "--add",
        "ana",
        "--from",
        FAR + "05",
        "--to",
        FAR + "05",
        "--reason",
        "fair",
    )
    name = re.findall(r"cli-\w+", made)[0]
    said = ok(site, "show", "primary", "--at", FAR + "05", "--days", "1")
    told = as_json(site, "show", "primary", "--at", FAR + "05", "--days", "1")

    here = datetime.now(ZoneInfo("America/New_York")).replace(second=0, microsecond=0)
    soon = as_json(site, "show", "primary", "--at", f"{here - timedelta(minutes=5):%H:%M}", "--days", "1")
    assert isinstance(soon, list) and datetime.fromisoformat(soon[0]["start"]) > here, "the next one"
    assert "primary: Crisis clinician, America/New_York" in said
    assert "Ana (ana), UNVERIFIED" in said and "rotation weekly" in said
    assert f"override {name}: fair (by " in said
    assert isinstance(told, list) and {p["origin"] for p in told[0]["people"]} >= {f"override {name}"}
    assert told[0]["gap"] == "unverified"
    assert (
        "there is no schedule 'primry'; did you mean `primary`? There are backup, primary"
        in site.vigil("roster", "show", "primry").stderr
    )


def test_gaps_are_told_and_end_with_status_1(site: Site) -> None:
    result = site.vigil("roster", "gaps")

    assert result.exit_code == 1 and "no phone of ana is VERIFIED" in result.output
    assert result.output.rstrip().endswith("gaps in the next 28 days.")


def test_overrides_come_and_go_and_outlive_an_apply(site: Site, tmp_path: Path) -> None:
    start, end = FAR + "10T18:00", FAR + "11T08:00"
    made = ok(
        site, "override", "backup", "--replace", "lee", "--instead-of", "ana", "--from", start, "--to", end
    )
    name = re.findall(r"cli-\w+", made)[0]
    ok(site, "apply", folder(tmp_path))

    assert "lee instead of ana" in ok(site, "overrides") and name in ok(site, "overrides", "backup")
    assert name not in ok(site, "overrides", "primary")
    assert "Lee (lee)" in ok(site, "show", "backup", "--at", FAR + "10T19:00", "--days", "1")
    assert "is gone" in ok(site, "overrides", "--remove", name)
    assert as_json(site, "overrides") == {"overrides": [], "temporary": []}
    assert "there is no override" in site.vigil("roster", "overrides", "--remove", name).stderr


def test_wrong_words_about_an_override_are_told(site: Site) -> None:
    for words, said in (
        (["--add", "kim", "--remove", "lee"], "name one of --add, --remove and --replace"),
        (["--add", "kmi"], "there is no responder 'kmi'; did you mean `kim`? There are ana, kim, lee"),
        (["--remove", "kim", "--instead-of", "lee"], "belongs to --replace"),
        (["--replace", "kim", "--instead-of", "kim"], "is the same person"),
    ):
        result = site.vigil("roster", "override", "primary", *words, "--from", FAR + "01", "--to", FAR + "02")
        assert result.exit_code == 1 and said in result.stderr
    past = site.vigil(
        "roster", "override", "primary", "--add", "kim", "--from", "2024-01-01", "--to", "2024-01-02"
    )
    assert "lies in the past" in past.stderr
    turned = site.vigil(
        "roster", "override", "primary", "--add", "kim", "--from", FAR + "02", "--to", FAR + "01"
    )
    assert "is not after" in turned.stderr
    assert (
        "is no moment"
        in site.vigil("roster", "override", "primary", "--add", "kim", "--from", "soon", "--to", "x").stderr
    )
    assert "under `temporary` in schedules.yaml" in " ".join(ok(site, "temporary").split())


def test_an_override_that_empties_the_coming_day_needs_a_reason(site: Site) -> None:
    words = ["override", "backup", "--remove", "ana", "--from", "2024-01-01", "--to", FAR + "01"]

    assert "within 24 hours a page would reach nobody" in site.vigil("roster", *words).stderr
    assert "ana > NOBODY" in ok(site, *words, "--dry-run")
    assert "ana is off" in ok(site, *words, "--override", "closed")


def test_leave_tells_its_gaps_at_once_and_can_be_cancelled(site: Site) -> None:
    made = site.vigil("roster", "leave", "ana", "--from", "2024-01-01", "--to", FAR + "01")
    name = re.findall(r"l-\w+", made.stdout)[-1]

    assert made.exit_code == 0 and "ana > NOBODY" in made.stdout
    assert "New Gap in backup" in made.stdout and "1 new gap; put somebody else on" in made.stdout
    assert "Europe/Berlin" in ok(site, "leaves")
    assert "NOBODY" in ok(site, "show", "backup")
    assert "is cancelled" in ok(site, "leaves", "--cancel", name)
    assert as_json(site, "leaves") == []
    assert "NOBODY" not in ok(site, "show", "backup")


def offered(site: Site, *more: str) -> Swap:
    told = as_json(
        site,
        "swap",
        "offer",
        "primary",
        "kim",
        "lee",
        "--from",
        FAR + "12T08:00",
        "--to",
        FAR + "26T08:00",
        *more,
    )
    assert isinstance(told, dict)
    return Swap.model_validate(told["swap"])


def test_a_swap_changes_nothing_until_it_is_accepted(site: Site) -> None:
    swap = offered(site)
    before = ok(site, "show", "primary", "--at", FAR + "12T08:00", "--days", "14")
    assert swap.number == 1 and "offered" in ok(site, "swap", "list")
    second = site.vigil(
        "roster", "swap", "offer", "backup", "ana", "lee", "--from", FAR + "12", "--to", FAR + "12"
    )
    assert "swap yes 2" in second.output

    ok(site, "swap", "accept", swap.id)
    after = ok(site, "show", "primary", "--at", FAR + "12T08:00", "--days", "14")

    assert "Kim (kim)" in before and "Kim (kim)" not in after and "swap of kim with lee" in after
    assert "accepted by" in ok(site, "swap", "list")
    assert "is accepted already" in site.vigil("roster", "swap", "refuse", swap.id).stderr
    assert "withdrawn" in ok(site, "swap", "withdraw", swap.id)
    held = as_json(site, "swap", "list", "--all")
    assert isinstance(held, list) and [one["undone"] for one in held if one["id"] == swap.id] == [True]
    assert "Kim (kim)" in ok(site, "show", "primary", "--at", FAR + "12T08:00", "--days", "14")


def test_swaps_that_make_no_sense_are_refused_in_a_sentence(site: Site) -> None:
    def refused(giver: str, taker: str, start: str, end: str, *more: str) -> str:
        result = site.vigil(
            "roster", "swap", "offer", "primary", giver, taker, "--from", start, "--to", end, *more
        )
        assert result.exit_code == 1, result.output
        return result.stderr

    kims = re.search(
        r"(2031-05-\d\d)T",
        next(
            one["start"]
            for one in as_json(site, "show", "primary", "--at", FAR + "01", "--days", "21")  # type: ignore[attr-defined]
            if one["people"][0]["person"] == "kim"
        ),
    )
    assert kims is not None
    day = kims[1]
    assert "same person" in refused("kim", "kim", day, day)
    assert "there is no responder 'zoe'" in refused("kim", "zoe", day, day)
    assert "ana has no shift on primary" in refused("ana", "lee", day, day)
    assert "that time is over" in refused("kim", "lee", "2024-01-01", "2024-01-02")
    assert "belong together" in refused("kim", "lee", day, day, "--return-from", day)
    ok(site, "override", "primary", "--add", "lee", "--from", day, "--to", day)
    assert "lee is on primary already" in refused("kim", "lee", day, day)
    ok(site, "leave", "ana", "--from", day, "--to", day)
    assert "ana is on leave" in refused("kim", "ana", day, day)


def test_an_offer_whose_taker_went_on_leave_since_is_not_accepted(site: Site) -> None:
    swap = offered(site)
    ok(site, "leave", "lee", "--from", FAR + "12", "--to", FAR + "26")

    refused = site.vigil("roster", "swap", "accept", swap.id)

    assert refused.exit_code == 1 and "lee is on leave" in refused.stderr
    assert "refused" in ok(site, "swap", "refuse", swap.id)


def test_a_phone_is_verified_by_the_code_that_was_sent_to_it(site: Site) -> None:
    said = ok(site, "verify", "kim")

    async def sent(nc: Client) -> NoticeSent:
        stored = await nc.jetstream().get_last_msg("NOTICES", "notices.kim")
        return NoticeSent.model_validate_json(stored.data or b"")

    code = site.as_admin(sent).args["code"]
    wrong = site.vigil("roster", "verify", "kim", "--code", "000000" if code != "000000" else "000001")

    assert "by sms (... ends in 01)" in said and code not in said
    assert wrong.exit_code == 1 and "4 tries left" in wrong.output
    assert "NOT VERIFIED" in ok(site, "phones")
    assert "m1 of kim is verified" in ok(site, "verify", "kim", "--code", code)
    phones = as_json(site, "phones")
    assert isinstance(phones, list) and "+1202" not in json.dumps(phones)
    assert [bool(one["verified_at"]) for one in phones if one["person"] == "kim"] == [True, True]
    assert "six digits" in site.vigil("roster", "verify", "kim", "--code", "12").stderr
    assert "kim has m1, m2" in site.vigil("roster", "verify", "kim", "--method", "m9").stderr


def test_a_feed_is_made_once_listed_without_its_address_and_revoked(site: Site) -> None:
    made = site.vigil("roster", "feed", "make", "--person", "kim", VIGIL_PUBLIC_URL="https://vigil.example/")
    address = made.stdout.strip()
    secret = address.removeprefix("https://vigil.example/calendar/").removesuffix(".ics")
    name = re.findall(r"revoke (\w+)", made.stderr)[0]

    listed = ok(site, "feed", "list") + json.dumps(as_json(site, "feed", "list"))

    assert len(secret) == 43 and secret not in listed and name in listed and "person kim" in listed
    assert "is revoked" in ok(site, "feed", "revoke", name)
    assert "revoked" in ok(site, "feed", "list")
    again = ok(site, "feed", "revoke", name)
    assert re.search(r"is revoked already, since \w+ \d+ \w+ \d\d:\d\d E[SD]T; nothing was changed", again)
    assert "there is no feed" in site.vigil("roster", "feed", "revoke", "nothing").stderr
    assert "either --person or --schedule" in site.vigil("roster", "feed", "make").stderr


def test_who_is_on_is_there_as_json(site: Site) -> None:
    told = json.loads(site.vigil("who", "--json").stdout)

    assert [one["schedule"] for one in told] == ["backup", "primary"]
    assert told[0]["now"] == told[0]["reachable"] == ["ana"]
    assert re.search(r"On call, .* E[SD]T \(America/New_York\)", " ".join(site.vigil("who").stdout.split()))
    at = json.loads(site.vigil("who", "--at", FAR + "05T08:00", "--json").stdout)
    assert at[0]["at"] == FAR + "05T12:00:00+00:00"


def test_handoffs_say_who_confirmed_and_who_stays_on_until_then(site: Site) -> None:
    assert "Nobody was asked" in ok(site, "handoffs", "backup") and as_json(site, "handoffs", "backup") == []
    start = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=1)
    late = Handoff(
        schedule="primary", person="kim", start=start, ahead_told_at=start - timedelta(hours=2),
        outgoing=("lee",), outgoing_until=start + timedelta(days=1),
    )  # fmt: skip
    early = late.model_copy(update={"person": "lee", "outgoing": ("kim",), "confirmed_at": start})

    async def put(nc: Client) -> None:
        bucket = await nc.jetstream().key_value("handoffs")
        for one in (late, early):
            key = f"{one.schedule}.{one.start:%Y%m%dT%H%M%SZ}.{one.person}"
            await bucket.put(key, one.model_dump_json().encode())

    async def clear(nc: Client) -> None:
        bucket = await nc.jetstream().key_value("handoffs")
        for one in (late, early):
            await bucket.delete(f"{one.schedule}.{one.start:%Y%m%dT%H%M%SZ}.{one.person}")

    site.as_admin(put)
    said = " ".join(ok(site, "handoffs", "primary").split())
    told = as_json(site, "handoffs")
    site.as_admin(clear)

    assert "NOT CONFIRMED; lee on as well until " in said and "confirmed " in said
    assert isinstance(told, list) and [one["person"] for one in told] == ["kim", "lee"]


def test_what_commands_added_is_stored_beside_what_the_file_says(site: Site) -> None:
    ok(site, "override", "backup", "--add", "kim", "--from", FAR + "05", "--to", FAR + "06")

    async def stored(nc: Client) -> Schedule:
        bucket = await nc.jetstream().key_value("schedules")
        return Schedule.model_validate_json((await bucket.get("backup")).value or b"")

    assert [one.person for one in site.as_admin(stored).overrides] == ["kim"]


def test_json_is_all_that_stands_on_stdout_even_when_a_gap_is_overridden(site: Site) -> None:
    words = ("override", "backup", "--remove", "ana", "--from", "2024-01-01", "--to", FAR + "01")

    forced = site.vigil("roster", *words, "--override", "the site is closed", "--json")

    told = json.loads(forced.stdout)
    assert told["applied"] is True and told["new_gaps"][0]["why"] == "nobody"
    assert "roster_gap_overridden" in forced.stderr and "the site is closed" in forced.stderr
