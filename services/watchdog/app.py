"""Wires the watchdog."""

from dataclasses import dataclass
from datetime import timedelta

from services.runtime.activity import Activity
from services.runtime.clock import Clock
from services.runtime.settings import Settings
from services.watchdog.background import Background
from services.watchdog.eyes import Eyes
from services.watchdog.heartbeat import Heartbeat
from services.watchdog.loop import Loop
from services.watchdog.nats_view import NatsView
from services.watchdog.ops_sms import Account, OpsSms
from services.watchdog.settings import WatchdogSettings


@dataclass
class Watchdog:
    """A started watchdog."""

    view: NatsView
    heart: Heartbeat
    background: Background
    loop: Loop

    async def stop(self) -> None:
        """Look no more; texts under way are given up."""
        self.loop.stop()
        await self.background.stop()
        await self.heart.stop()
        await self.view.stop()


async def start(
    settings: Settings, own: WatchdogSettings, clock: Clock, activity: Activity | None = None
) -> Watchdog:
    """Start the watchdog; it needs neither NATS nor the carrier to be there."""
    activity = activity or Activity()
    view, background = NatsView(settings), Background(activity)
    heart = Heartbeat(settings.var / "heartbeat", own.heartbeat_url)
    limits = own.limits()
    loop = Loop(
        clock,
        timedelta(seconds=own.watchdog_look_seconds),
        limits,
        own.ops_zone,
        Eyes(settings, clock, limits, view, background),
        view,
        OpsSms(_account(own), own.phones()),
        heart,
        background,
        activity,
    )
    view.start()
    loop.start()
    return Watchdog(view, heart, background, loop)


def _account(own: WatchdogSettings) -> Account:
    return Account(
        sid=own.twilio_account_sid,
        token=own.twilio_auth_token,
        sender=own.ops_number or own.staff_number,
        api_key=own.twilio_api_key,
        api_secret=own.twilio_api_secret,
        base_url=own.carrier_url,
    )
