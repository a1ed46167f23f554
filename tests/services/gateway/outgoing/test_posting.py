"""One request to a recipient's FHIR server, and what each answer means."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from services.gateway.outgoing import posting
from services.gateway.outgoing.posting import Answer, Brought, Later, Poster, Refused
from services.runtime.log import Unavailable
from tests.support.recipient import TOKEN, FhirServer

TASK: dict[str, object] = {"resourceType": "Task", "id": "task-1"}


@pytest.fixture
async def server() -> AsyncIterator[FhirServer]:
    made = FhirServer()
    await made.start()
    yield made
    await made.stop()


async def put(server: FhirServer, *answers: int | str, seconds: float = 20) -> Answer:
    server.answers = list(answers)
    poster = Poster(seconds)
    try:
        return await poster.put(server.url, TOKEN, TASK)
    finally:
        await poster.close()


async def test_a_resource_is_put_under_its_own_id_so_that_a_repetition_is_harmless(
    server: FhirServer,
) -> None:
    assert await put(server) == Brought(201)
    assert await put(server) == Brought(200)
    assert server.latest("Task") == {"task-1": TASK}


async def test_trouble_of_the_recipient_is_tried_again(server: FhirServer) -> None:
    assert await put(server, 503) == Later("http_503")
    assert await put(server, 429) == Later("http_429")
    assert await put(server, 409) == Later("http_409")
    assert await put(server, "hang", seconds=0.2) == Later("timeout")
    await server.stop()
    assert await put(server) == Later("unreachable")


async def test_whoever_hangs_does_not_hold_up_the_end(server: FhirServer) -> None:
    server.answers = ["hang"]
    poster = Poster(60)
    waiting = asyncio.create_task(poster.put(server.url, TOKEN, TASK))
    async with asyncio.timeout(30):
        while not server.asked:
            await asyncio.sleep(0.01)
        await poster.close()
        assert await waiting == Later("unreachable")
    with pytest.raises(Unavailable):
        await poster.put(server.url, TOKEN, TASK)


async def test_a_refusal_is_final_and_says_why(server: FhirServer) -> None:
    for status in (400, 401, 404, 412, 422):
        assert await put(server, status) == Refused(status, "subject Rivera is not known here")


async def test_a_redirect_is_not_followed_and_only_https_leaves_the_machine(server: FhirServer) -> None:
    answer = await put(server, 302)
    assert isinstance(answer, Refused) and answer.status == 302
    poster = Poster(1)
    assert isinstance(await poster.put("http://fhir.example.org", TOKEN, TASK), Refused)
    await poster.close()


def test_the_wait_that_a_recipient_asks_for_is_seconds() -> None:
    assert posting.asked_wait("120") == timedelta(seconds=120)
    for text in ("", "Wed, 21 Oct 2026 07:28:00 GMT", "-1", "9999999", "²"):
        assert posting.asked_wait(text) is None
