"""Short resources by language, topic and reading level: one YAML file each, one text each.

They name no programme. Own wording; a clinician and a native speaker approve each before use.
"""

import unicodedata
from collections.abc import Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Literal

import yaml
from pydantic import Field

from contracts.people import FIRST_LANGUAGE
from contracts.values import Value

Level = Literal["plain", "fuller"]
"""`plain`: short sentences and everyday words (about the sixth grade of US schools); `fuller`: the others."""
MOST_CHARACTERS = 160
"""One GSM-7 segment."""


class Resource(Value):
    """One text."""

    name: str
    language: str
    title: str
    topic: str
    level: Level
    text: str = Field(min_length=1, max_length=MOST_CHARACTERS)

    @property
    def key(self) -> str:
        """What names it: `en/grounding`."""
        return f"{self.language}/{self.name}"


def shipped() -> Mapping[str, Resource]:
    """Return every resource by its key. Raises ValueError that names a file that can't be read."""
    found = {}
    for folder in sorted(
        files("services.followup").joinpath("resources").iterdir(), key=lambda one: one.name
    ):
        if folder.is_dir():
            for file in sorted(folder.iterdir(), key=lambda one: one.name):
                if file.name.endswith(".yaml"):
                    resource = _read(folder.name, file)
                    found[resource.key] = resource
    return found


def choose(resources: Mapping[str, Resource], topic: str, language: str, level: str = "") -> Resource | None:
    """Return the resource of that name, title or topic in the patient's language, else in English.

    A level that is asked for and not there is passed over for one that is.
    """
    for wanted in dict.fromkeys((language, FIRST_LANGUAGE)):
        fits = [
            one
            for one in resources.values()
            if one.language == wanted and topic.casefold() in (one.name, one.topic, _plain(one.title))
        ]
        of_level = [one for one in fits if level in ("", one.level)]
        for one in (*of_level, *fits):
            return one
    return None


def _plain(title: str) -> str:
    """Return a title as somebody types it: small letters without marks, joined like a name."""
    plain = unicodedata.normalize("NFKD", title.casefold())
    return "_".join("".join(c if c.isalnum() else " " for c in plain if not unicodedata.combining(c)).split())


def _read(language: str, file: Traversable) -> Resource:
    try:
        written = yaml.safe_load(file.read_text("utf-8"))
        return Resource(name=file.name.removesuffix(".yaml"), language=language, **written)
    except (ValueError, TypeError, yaml.YAMLError) as error:
        raise ValueError(f"resources/{language}/{file.name}: {error}") from None
