"""Reads the languages: the files of this package, and those of the site beside them."""

from importlib import resources
from pathlib import Path

import yaml
from pydantic import ValidationError

from services.conversation.core.languages import Languages, languages


def load(folder: str = "") -> Languages:
    """Return every language; a file of the site's folder replaces the shipped one of the same name.

    Raises ValueError that names the file and what is wrong in it.
    """
    shipped = resources.files("services.conversation") / "languages"
    texts = {
        Path(one.name).stem: one.read_text("utf-8") for one in shipped.iterdir() if _is_language(one.name)
    }
    for file in sorted(Path(folder).glob("*.yaml")) if folder else ():
        texts[file.stem] = file.read_text("utf-8")
    read: dict[str, object] = {}
    for name, text in texts.items():
        try:
            read[name] = yaml.safe_load(text)
            languages({name: read[name]})
        except (yaml.YAMLError, ValidationError) as error:
            problem = str(error).replace("\n", "; ")
            raise ValueError(f"language {name}.yaml: {problem}") from error
    return languages(read)


def _is_language(name: str) -> bool:
    return name.endswith(".yaml")
