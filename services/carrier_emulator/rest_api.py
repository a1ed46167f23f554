"""Every route of the REST API, as the real carrier has them."""

from aiohttp import web

from services.carrier_emulator.behaviour import Behaviour
from services.carrier_emulator.carrier import Carrier
from services.carrier_emulator.rest_account import AccountResource
from services.carrier_emulator.rest_calls import CallsResource
from services.carrier_emulator.rest_media import MediaResource
from services.carrier_emulator.rest_messages import MessagesResource
from services.carrier_emulator.rest_numbers import NumbersResource
from services.carrier_emulator.rest_registration import RegistrationResource
from services.carrier_emulator.validation import Validation

ACCOUNT = "/2010-04-01/Accounts/{account}"


def routes(carrier: Carrier, behaviour: Behaviour) -> list[web.RouteDef]:
    """Return the routes of messages and their files, calls, numbers, the account, and lookups."""
    validation = Validation(
        behaviour=behaviour,
        numbers=carrier.numbers,
        phones=carrier.phones,
        blocked=carrier.blocked,
        sms=carrier.sms,
    )
    messages = MessagesResource(
        account_sid=carrier.account_sid,
        now=carrier.wall,
        identifiers=carrier.identifiers,
        validation=validation,
        sms=carrier.sms,
    )
    calls = CallsResource(validation=validation, voice=carrier.voice, new_call=carrier.new_call)
    account = AccountResource(account_sid=carrier.account_sid, phones=carrier.phones)
    media = MediaResource(sms=carrier.sms)
    numbers = NumbersResource(account_sid=carrier.account_sid, numbers=carrier.numbers)
    registration = RegistrationResource(account_sid=carrier.account_sid, numbers=carrier.numbers)
    return [
        *messages.routes(ACCOUNT),
        *media.routes(ACCOUNT),
        *calls.routes(ACCOUNT),
        *numbers.routes(ACCOUNT),
        *account.routes(ACCOUNT),
        *registration.routes(),
    ]
