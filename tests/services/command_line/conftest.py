"""A site at which every command can be tried; the other services are played by the tests."""

import shutil
from collections.abc import Iterator

import pytest

from tests.services.command_line.played import append_night
from tests.support.site import DEPLOY, Site


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site with the shipped policies and the demo's people in force."""
    opened = Site(tmp_path_factory.mktemp("site"))
    opened.open()
    try:
        applied = opened.vigil("roster", "apply", str(DEPLOY / "demo"))
        assert applied.exit_code == 0, applied.output
        # A copy: the folder is marked with the version it became.
        policies = shutil.copytree(DEPLOY / "policies", opened.folder / "policies")
        applied = opened.vigil("policy", "apply", str(policies), "--reason", "first")
        assert applied.exit_code == 0, applied.output
        yield opened
    finally:
        opened.close()


@pytest.fixture(scope="session")
def night(site: Site) -> str:
    """An escalation that was paged, and is held."""
    return append_night(site)


@pytest.fixture(scope="module")
def empty_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site of one's own, provisioned, with nobody on its roster."""
    opened = Site(tmp_path_factory.mktemp("empty_site"))
    opened.open()
    try:
        yield opened
    finally:
        opened.close()
