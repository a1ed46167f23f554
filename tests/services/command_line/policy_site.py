"""A site with the demo's people and schedules, and policies that a test may change as it likes."""

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from nats.aio.client import Client

from contracts.people import Patient
from services import programme
from services.administration import Administration
from services.runtime import sealing
from tests.support.site import DEPLOY, Site

PATIENT = Patient(id="pt_ana", site="north", language="es", high_risk=True)


class PolicySite(Site):
    """A site whose roster stands, with folders of the shipped policies to edit."""

    def open(self) -> None:
        """Start it, with a roster and one patient."""
        super().open()
        demo = programme.load(DEPLOY / "demo", DEPLOY / "policies")
        seals = sealing.load_or_create(self.var / "secrets" / "seal.json")

        async def fill(nc: Client) -> None:
            administration = Administration(nc, seals, lambda: datetime.now(UTC))
            await administration.put_people(demo.people)
            await administration.put_schedules(demo.schedules)
            bucket = await nc.jetstream().key_value("patients")
            await bucket.put(PATIENT.id, PATIENT.model_dump_json().encode())

        self.as_admin(fill)

    def shipped(self, name: str) -> Path:
        """Return a new folder with the shipped policies."""
        folder = self.folder / name
        shutil.copytree(DEPLOY / "policies", folder, ignore=shutil.ignore_patterns(".vigil-version"))
        return folder

    def exported(self, name: str) -> Path:
        """Return a new folder with the policies in force."""
        folder = self.folder / name
        result = self.vigil("policy", "export", str(folder))
        assert result.exit_code == 0, result.output
        return folder

    def told(self, *words: str) -> Any:
        """Return what a command says with --json."""
        return json.loads(self.vigil("policy", *words, "--json").stdout)

    def version(self) -> int:
        """Return the number of the version in force."""
        return int(self.told("show")["version"])


def edit(folder: Path, file: str, before: str, after: str) -> None:
    """Change a policy file as somebody with an editor would."""
    text = (folder / file).read_text()
    assert before in text
    (folder / file).write_text(text.replace(before, after))
