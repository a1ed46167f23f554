"""The files of a text: the API wants credentials and redirects to a store, where the URL lets in."""

import base64

import aiohttp

from services.carrier_emulator.faults import Fault
from services.carrier_emulator.messages import Attachment
from tests.services.carrier_emulator.conftest import ACCOUNT, FAST, TOKEN, World

ANA = "+12025550111"
PNG = Attachment(b"\x89PNG of a door", "image/png")
LOGIN = {"Authorization": "Basic " + base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()}


async def address(world: World) -> str:
    await world.emulator.phone(ANA).text("", FAST, (PNG,))
    await world.run_for(1)
    return world.site.at("/sms")[0].params["MediaUrl0"]


async def test_a_file_is_given_to_whoever_has_credentials_by_way_of_a_signed_address(world: World) -> None:
    url = await address(world)
    async with aiohttp.ClientSession() as http:
        async with http.get(url, allow_redirects=False) as refused:
            assert refused.status == 401
        async with http.get(url, headers=LOGIN, allow_redirects=False) as there:
            assert there.status == 307
            signed = there.headers["Location"]
        async with http.get(signed) as file:
            assert (await file.read(), file.headers["Content-Type"]) == (PNG.content, PNG.content_type)
        async with http.get(signed.partition("?")[0]) as unsigned:
            assert unsigned.status == 403


async def test_a_deleted_file_is_in_neither_place(world: World) -> None:
    url = await address(world)
    (file,) = await world.client.messages(url.split("/")[-3]).media.list_async()
    assert file.content_type == "image/png"
    async with aiohttp.ClientSession() as http:
        async with http.get(url, headers=LOGIN, allow_redirects=False) as there:
            signed = there.headers["Location"]

        assert await world.client.messages(file.parent_sid).media(file.sid).delete_async()

        for gone in (url, signed):
            async with http.get(gone, headers=LOGIN) as reply:
                assert reply.status == 404


async def test_a_fault_may_strike_a_download(world: World) -> None:
    url = await address(world)
    world.emulator.faults.add(Fault("http_5xx", path="/Media/", times=1))
    async with aiohttp.ClientSession() as http:
        statuses = []
        for _ in range(2):
            async with http.get(url, headers=LOGIN, allow_redirects=False) as reply:
                statuses.append(reply.status)

    assert statuses == [503, 307]
