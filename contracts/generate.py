"""Writes what is generated from the contracts: `python -m contracts.generate`."""

from pathlib import Path

import yaml

from contracts import asyncapi, catalogue, golden, streams

HERE = Path(__file__).parent
BEGIN, END = "<!-- generated: begin -->", "<!-- generated: end -->"


def outputs(root: Path = HERE) -> dict[Path, str]:
    """Return every generated file below `root` with the text it should have."""
    files = {
        root / "asyncapi" / f"{service}.yaml": _yaml(asyncapi.document(service))
        for service in streams.SERVICES
    }
    readme = root / "README.md"
    return files | {readme: filled((HERE / "README.md").read_text())}


def filled(text: str) -> str:
    """Return the text with the catalogue between its markers; ValueError if a marker is missing."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"contracts/README.md lacks {BEGIN} or {END}; put both back around the catalogue")
    return f"{before}{BEGIN}\n\n{catalogue.markdown()}\n{END}{after}"


def main(root: Path = HERE) -> None:
    """Write all of it, and golden examples for types that have none yet."""
    for path, text in outputs(root).items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    golden.make_missing(root / "examples")


def _yaml(document: asyncapi.Node) -> str:
    return yaml.dump(document, Dumper=_Plain, sort_keys=False, allow_unicode=True, width=110)


class _Plain(yaml.SafeDumper):
    """Writes repeated parts out: anchors are hard to read in a published document."""

    def ignore_aliases(self, data: object) -> bool:
        return True


if __name__ == "__main__":
    main()
