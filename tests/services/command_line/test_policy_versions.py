"""Versions of the policies at a terminal: who, when, why and what; back again; two people at once."""

import asyncio
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from nats.aio.client import Client

from contracts.policies import PolicySet
from services.policy_store import PoliciesChanged, PolicyStore
from services.programme import load_policies
from tests.services.command_line.policy_site import PolicySite, edit
from tests.support.site import DEPLOY


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PolicySite]:
    opened = PolicySite(tmp_path_factory.mktemp("policies"))
    opened.open()
    try:
        first = opened.vigil(
            "policy", "apply", str(opened.shipped("first")), "--reason", "first", "--by", "kim"
        )
        assert first.exit_code == 0, first.output
        yield opened
    finally:
        opened.close()


def test_what_was_applied_is_shown_and_exported_as_it_was_written(site, tmp_path):
    """Comments, quotes and blank lines too."""
    mine = site.exported("same")
    (mine / "urgent.yaml").rename(mine / "within_the_hour.yml")
    (mine / "within_the_hour.yml").write_bytes(
        b"id: urgent # as ever\r\n" + (mine / "within_the_hour.yml").read_bytes()
    )
    assert site.vigil("policy", "apply", str(mine), "--reason", "renamed").exit_code == 0

    site.vigil("policy", "export", str(tmp_path / "out"))

    assert {p.name: p.read_bytes() for p in (tmp_path / "out").iterdir()} == {
        p.name: p.read_bytes() for p in mine.iterdir()
    }
    assert site.vigil("policy", "show", "urgent").stdout.startswith("id: urgent # as ever")
    assert "# clinical 6g: 3 min for each tier" in site.vigil("policy", "show", "imminent").stdout
    assert load_policies(tmp_path / "out") == load_policies(mine)


def test_each_version_keeps_who_when_why_and_a_diff(site):
    mine = site.exported("who")
    edit(mine, "soon.yaml", "reach_within: 24h", "reach_within: 20h")
    copied = (mine / "imminent.yaml").read_text().replace("order: 20", "order: 19")
    (mine / "minors.yaml").write_text(copied.replace("  urgencies: [imminent]", "  tags: [minor]"))
    applied = site.told("apply", str(mine), "--reason", "minors first", "--by", "ana")

    last = site.told("history")[-1]
    assert (last["by"], last["reason"], last["changed"]) == (
        "ana",
        "minors first",
        ["soon.yaml", "+minors.yaml"],
    )
    assert datetime.fromisoformat(last["at"]).tzinfo is not None
    assert "-reach_within: 24h" in last["diff"] and "+reach_within: 20h" in last["diff"]
    assert applied["diff"] == last["diff"]
    table = site.vigil("policy", "history").stdout
    assert "ana" in table and "minors first" in table and "soon.yaml, +minors.yaml" in table


def test_versions_and_folders_are_compared(site):
    was, mine = site.version(), site.exported("compared")
    edit(mine, "soon.yaml", "title: Soon, by day", "title: Soon")

    ahead = site.told("diff", str(mine))
    assert (ahead["from"], ahead["changed"]) == (f"v{was}", ["soon.yaml"])
    site.vigil("policy", "apply", str(mine))

    assert site.told("diff")["changed"] == ["soon.yaml"]
    assert site.told("diff", str(was))["diff"] == site.told("diff", str(was), "current")["diff"]
    back = site.vigil("policy", "diff", "current", str(was)).stdout
    assert "-title: Soon\n" in back and "+title: Soon, by day\n" in back
    assert "Nothing differs" in site.vigil("policy", "diff", str(mine)).stdout
    assert "there is no version 99" in site.vigil("policy", "diff", "99").stderr


def test_an_earlier_version_comes_back_as_a_new_one(site):
    was, mine = site.version(), site.exported("rolled")
    edit(mine, "soon.yaml", "order: 60", "order: 61")
    site.vigil("policy", "apply", str(mine))
    again = site.told("rollback", str(was), "--reason", "too late at night", "--by", "kim")

    assert (again["version"], again["rolled_back_to"], again["reason"]) == (was + 2, was, "too late at night")
    assert site.told("diff", str(was))["changed"] == []
    assert f"too late at night (back to version {was})" in site.vigil("policy", "history").stdout
    assert "there is no version 99" in site.vigil("policy", "rollback", "99", "--reason", "x").stderr
    assert "says exactly this" in site.vigil("policy", "rollback", str(was), "--reason", "x").stdout


def test_applying_what_is_in_force_makes_no_version(site):
    was = site.version()
    result = site.vigil("policy", "apply", str(site.exported("again")))

    assert result.exit_code == 0 and "Nothing to change" in result.stdout
    assert site.version() == was


class TestBroken:
    """What lint or verify finds broken is refused, unless somebody says why not."""

    def test_it_is_refused_and_nothing_changes(self, site):
        was, mine = site.version(), site.exported("broken")
        (mine / "last_resort.yaml").unlink()
        result = site.vigil("policy", "apply", str(mine))

        assert result.exit_code == 1
        assert "BLOCKING P01 no_last_resort" in result.stdout
        assert "POLICY_FINDINGS.md#p01" in result.stdout
        assert "nothing was changed" in result.stderr and '--override "..."' in result.stderr
        assert site.version() == was
        refused = site.told("apply", str(mine))
        assert (refused["applied"], refused["findings"][0]["code"]) == (False, "P01")

    def test_an_override_is_kept_with_what_it_overrode(self, site):
        mine = site.exported("overridden")
        (mine / "last_resort.yaml").unlink()
        empty = site.vigil("policy", "apply", str(mine), "--override", " ")
        applied = site.told("apply", str(mine), "--override", "only a drill")
        shown, table = site.told("show"), site.vigil("policy", "history").stdout
        site.vigil("policy", "rollback", str(applied["version"] - 1), "--reason", "the drill is over")

        assert empty.exit_code == 1 and "give the reason" in empty.stderr
        assert shown["overridden"].startswith("only a drill (P01")
        assert "OVERRIDDEN: only a drill (P01" in table

    def test_what_only_verify_finds_is_refused_too(self, site):
        """Nothing in the files is wrong, but two people who stay silent are all there are."""
        was, mine = site.version(), site.exported("narrow")
        for path in mine.glob("*.yaml"):
            if path.stem not in ("fault", "last_resort"):
                path.unlink()
        for name in ("last_resort", "fault"):
            (mine / f"{name}.yaml").write_text(
                f"order: {1 if name == 'fault' else 2}\n"
                + ("applies: {kinds: [system_fault]}\n" if name == "fault" else "")
                + "steps:\n  - page: [schedule: ops]\n    wait: 3m\nreach_within: 15m\n"
            )
        result = site.vigil("policy", "apply", str(mine), "--onto", "current")

        assert result.exit_code == 1 and site.version() == was
        assert "P09 never_everyone" in result.stdout and "BLOCKING P" not in result.stdout
        assert "BLOCKING hole V0" in result.stdout
        assert site.told("apply", str(mine))["holes"]

    def test_an_override_of_nothing_is_not_kept(self, site):
        mine = site.exported("sound")
        edit(mine, "soon.yaml", "resolve_within: 48h", "resolve_within: 47h")

        assert site.told("apply", str(mine), "--override", "in a hurry")["overridden"] == ""


class TestTwoPeople:
    """The second is told who changed what, and how to go on; nothing is lost."""

    def test_the_second_is_told_what_the_first_changed(self, site):
        was, kim, ana = site.version(), site.exported("kim"), site.exported("ana")
        edit(kim, "soon.yaml", "wait: 60m", "wait: 45m")
        edit(ana, "concern.yaml", "reach_within: 30m", "reach_within: 25m")
        site.vigil("policy", "apply", str(kim), "--by", "kim", "--reason", "sooner")
        before = {path.name: path.read_bytes() for path in ana.iterdir()}

        second = site.vigil("policy", "apply", str(ana), "--by", "ana")

        assert second.exit_code == 1
        assert f"was made from version {was}, and since then" in second.stderr
        assert f"version {was + 1}, by kim" in second.stderr and ": sooner" in second.stderr
        assert "+    wait: 45m" in second.stderr
        assert f"--onto {was + 1}" in second.stderr
        assert {path.name: path.read_bytes() for path in ana.iterdir()} == before
        assert site.told("apply", str(ana))["in_force"]["by"] == "kim"

    def test_merged_the_second_goes_on(self, site):
        was, kim, ana = site.version(), site.exported("kim2"), site.exported("ana2")
        edit(kim, "soon.yaml", "order: 60", "order: 62")
        edit(ana, "urgent.yaml" if (ana / "urgent.yaml").exists() else "within_the_hour.yml", "60m ", "55m ")
        site.vigil("policy", "apply", str(kim), "--by", "kim")
        shutil.copy(site.exported("other") / "soon.yaml", ana)

        wrong = site.vigil("policy", "apply", str(ana), "--onto", str(was))
        merged = site.told("apply", str(ana), "--onto", str(was + 1), "--by", "ana")

        assert (
            wrong.exit_code == 1 and f"--onto says {was}, but in force is version {was + 1}" in wrong.stderr
        )
        assert (merged["applied"], merged["version"]) == (True, was + 2)
        assert site.told("diff", str(was))["changed"] == sorted(
            ["soon.yaml", *site.told("diff")["changed"]], key=["soon.yaml"].count
        )
        # Its folder says the new version now, so the next edit needs no word more.
        edit(ana, "soon.yaml", "order: 62", "order: 60")
        assert site.told("apply", str(ana))["applied"] is True

    def test_a_folder_that_does_not_say_its_version_must_be_vouched_for(self, site):
        was, mine = site.version(), site.exported("unmarked")
        edit(mine, "soon.yaml", "title: Soon", "title: Today")
        (mine / ".vigil-version").unlink()
        refused = site.vigil("policy", "apply", str(mine))

        assert refused.exit_code == 1 and f"--onto {was}" in refused.stderr
        assert site.told("apply", str(mine), "--onto", "current")["version"] == was + 1

    def test_the_mark_of_another_site_counts_for_nothing(self, site):
        mine = site.exported("elsewhere")
        edit(mine, "soon.yaml", "zone: America/New_York", "zone: America/Chicago")
        (mine / ".vigil-version").write_text(f"{site.version()} 2020-01-01T00:00:00+00:00 kim\n")

        assert "has no .vigil-version of this site" in site.vigil("policy", "apply", str(mine)).stderr
        (mine / ".vigil-version").write_text("seven\n")
        assert "cannot be read" in site.vigil("policy", "apply", str(mine)).stderr

    def test_of_two_at_the_same_moment_one_wins(self, site):
        policies = load_policies(DEPLOY / "policies")

        async def race(nc: Client) -> list[PolicySet | BaseException]:
            stores = [PolicyStore(nc, lambda: datetime.now(UTC)) for _ in range(4)]
            current = await stores[0].current()
            number = current.version if current else 0
            tries = [store.apply(policies, f"p{n}", based_on=number) for n, store in enumerate(stores)]
            return await asyncio.gather(*tries, return_exceptions=True)

        was = site.version()
        ended = site.as_admin(race)

        (won,) = [one for one in ended if isinstance(one, PolicySet)]
        assert all(isinstance(one, PoliciesChanged) for one in ended if one is not won)
        assert (won.version, site.version()) == (was + 1, was + 1)
        assert [one["version"] for one in site.told("history")] == list(range(1, was + 2))


def test_a_crash_between_two_writes_is_made_good_by_the_next_command(site):
    was = site.version()

    async def crash(nc: Client) -> None:
        await (await nc.jetstream().key_value("policies")).purge(f"v{was}")

    site.as_admin(crash)

    assert site.told("history")[-1]["version"] == was


def test_an_export_never_writes_over_other_files(site, tmp_path):
    (tmp_path / "soon.yaml").write_text("# mine\n")
    result = site.vigil("policy", "export", str(tmp_path))

    assert result.exit_code == 1 and "nothing was written" in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["soon.yaml"]


def test_an_earlier_version_is_exported_with_its_own_mark(site, tmp_path):
    site.vigil("policy", "export", str(tmp_path / "old"), "--version", "1")

    assert (tmp_path / "old" / ".vigil-version").read_text().startswith("1 ")
    shipped: Path = DEPLOY / "policies" / "imminent.yaml"
    assert (tmp_path / "old" / "imminent.yaml").read_bytes() == shipped.read_bytes()
