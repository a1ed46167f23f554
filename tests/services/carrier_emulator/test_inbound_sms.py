"""Texts from phones reach our webhook once, and the fallback when that fails."""

ANA = "+15550101001"
FAST = "+15550100001"


async def test_a_text_is_posted_with_the_full_list_and_the_reply_is_sent(world) -> None:
    """Blank parameters are there and are signed."""
    world.site.replies["/sms"] = "<Response><Message><Body>Thank you</Body></Message></Response>"
    phone = world.emulator.phone(ANA)

    sid = await phone.text("I need to talk", to=FAST)
    await world.run_for(1)

    hit = world.site.at("/sms")[0]
    assert hit.signed
    assert hit.params["MessageSid"] == hit.params["SmsSid"] == hit.params["SmsMessageSid"] == sid
    assert (hit.params["From"], hit.params["To"]) == (ANA, FAST)
    assert (hit.params["SmsStatus"], hit.params["NumMedia"]) == ("received", "0")
    assert hit.params["FromCity"] == ""
    assert [text.body for text in phone.inbox] == ["Thank you"]
    listed = await world.client.messages.list_async(from_=ANA)
    assert [(m.direction, m.status) for m in listed] == [("inbound", "received")]


async def test_the_fallback_answers_when_the_webhook_fails(world) -> None:
    """It is told which error struck which URL, and its static document is used."""
    world.emulator.configure(FAST, sms_fallback_url=f"{world.site.url}/static")
    world.site.replies["/sms"] = (500, "oops")
    world.site.replies["/static"] = "<Response><Message>Call 988</Message></Response>"
    phone = world.emulator.phone(ANA)

    await phone.text("help me", to=FAST)
    await world.run_for(1)

    hit = world.site.at("/static")[0]
    assert hit.params["ErrorCode"] == "11217"
    assert hit.params["ErrorUrl"] == f"{world.site.url}/sms"
    assert [text.body for text in phone.inbox] == ["Call 988"]


async def test_a_static_file_may_be_fetched_with_get(world) -> None:
    """The parameters are in the query and in the signature."""
    world.emulator.configure(
        FAST,
        sms_url="http://127.0.0.1:9/dead",
        sms_fallback_url=f"{world.site.url}/static.xml",
        sms_fallback_method="GET",
    )
    await world.emulator.phone(ANA).text("hello there", to=FAST)
    await world.run_for(1)

    hit = world.site.at("/static.xml")[0]
    assert (hit.method, hit.signed, hit.params["Body"]) == ("GET", True, "hello there")
    assert [attempt.error_code for attempt in world.tried("sms_inbound")] == [11205, 11205]


async def test_a_text_is_not_delivered_again_when_everything_fails(world) -> None:
    """It stays in the list, for whoever reconciles."""
    world.site.replies["/sms"] = (503, "down")

    await world.emulator.phone(ANA).text("hello", to=FAST)
    await world.run_for(86_400)

    assert len(world.site.at("/sms")) == 1
    assert len(await world.client.messages.list_async(from_=ANA)) == 1


async def test_pictures_come_as_media(world) -> None:
    """The sid starts with MM, and each file has an address in the API."""
    sid = await world.emulator.phone(ANA).text("look", FAST, media=("http://127.0.0.1/1.jpg",))
    await world.run_for(1)

    assert sid.startswith("MM")
    params = world.site.at("/sms")[0].params
    assert params["MediaContentType0"] == "image/jpeg" and params["NumMedia"] == "1"
    assert params["MediaUrl0"].startswith(f"{world.emulator.base_url}/2010-04-01/Accounts/")
    assert f"/Messages/{sid}/Media/ME" in params["MediaUrl0"]
