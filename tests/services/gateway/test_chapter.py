"""The chapter's requests are answered as it says; `...` stands for anything."""

import json
import re
from pathlib import Path

import pytest

from services import gateway
from services.gateway.fhir.resources import MODELS
from tests.services.gateway.conftest import Site
from tests.services.gateway.fhir.resources import tell

pytestmark = pytest.mark.asyncio(loop_scope="session")
CHAPTER = (Path(gateway.__file__).parent / "README.md").read_text("utf-8")
EXAMPLES = re.findall(r"```http\nPOST (\S+)\n(.*?)```\n```json\n(\d+) (.*?)```", CHAPTER, re.DOTALL)


def fits(said: object, shown: object) -> bool:
    match said, shown:
        case _, "...":
            return True
        case dict(), dict():
            return said.keys() == shown.keys() and all(fits(said[key], shown[key]) for key in shown)
        case list(), list():
            return len(said) == len(shown) and all(map(fits, said, shown))
        case _:
            return said == shown


async def test_every_request_is_answered_as_shown(site: Site) -> None:
    assert len(EXAMPLES) == 3
    for path, sent, status, shown in EXAMPLES:
        reply = await tell(site, path, json.loads(sent))
        assert reply.status == int(status) and fits(reply.json, json.loads(shown)), (path, reply.body)


async def test_every_route_and_resource_is_named(site: Site) -> None:
    paths = (await site.get("/v1/openapi.json")).json["paths"]
    assert isinstance(paths, dict)
    facts = [
        path for path, held in paths.items() if "programme facts" in held.get("post", {}).get("tags", ())
    ]

    assert facts and [path for path in facts if f"`POST {path}`" not in CHAPTER] == []
    assert [name for name in MODELS if f"| {name} |" not in CHAPTER] == []
