"""The demo put together: the cast, the phones' screens, the timeline, and the page over them."""

from collections.abc import Iterable

from aiohttp import web

from services.carrier_emulator.demo import cast as casts
from services.carrier_emulator.demo import hints, page, words
from services.carrier_emulator.demo.cast import Member
from services.carrier_emulator.demo.live import Connect, Live
from services.carrier_emulator.demo.screens import Screens
from services.carrier_emulator.demo.settings import DemoSettings
from services.carrier_emulator.demo.signals import BUTTONS, Signals
from services.carrier_emulator.demo.stream import Stream
from services.carrier_emulator.demo.timeline import Timeline
from services.carrier_emulator.directory import Directory
from services.carrier_emulator.entries import Entry
from services.carrier_emulator.ledger import Ledger
from services.carrier_emulator.numbers import Numbers
from services.runtime.clock import Clock, ScaledClock


class Demo:
    """The page of one emulator."""

    def __init__(
        self,
        clock: Clock,
        phones: Directory,
        numbers: Numbers,
        ledger: Ledger,
        settings: DemoSettings,
        connect: Connect,
    ) -> None:
        self._clock = clock
        self._phones = phones
        self._numbers = numbers
        self._settings = settings
        self._cast = casts.read(settings.demo_folder, with_pins=settings.demo_pins)
        self._screens = Screens()
        self._timeline = Timeline(self._cast)
        self._stream = Stream(self._keys, self._render)
        self._live = Live(connect, self._timeline, clock.now, self._stream.changed)
        ledger.listeners.append(self._happened)
        self._give_phones()

    def routes(self) -> list[web.RouteDef]:
        """Return the routes; those under /_emu/ are guarded like the rest of the admin API."""
        signals = Signals(
            self._cast,
            self._settings,
            self._clock.now,
            self._text,
            self._live.report,
            self._timeline.knows_patient,
        )
        return [
            web.get("/", self.page),
            page.asset_route(),
            web.get("/_emu/demo/events", self._stream.listen),
            web.post("/_emu/demo/signals", signals.press),
        ]

    def start(self) -> None:
        """Begin to follow Vigil, whether or not it is there yet."""
        self._live.start()

    async def stop(self) -> None:
        """End everything."""
        self._stream.stop()
        await self._live.stop()

    def forget(self) -> None:
        """Empty the screens of the phones, after a reset of the emulator."""
        self._screens.clear()
        self._give_phones()
        self._stream.changed(self._keys())

    async def page(self, request: web.Request) -> web.Response:
        """Answer GET / with the page."""
        return page.render(
            "page.html",
            {
                "staff": [self._card(member) for member in self._staff_in_order()],
                "patients": [self._card(member) for member in self._cast.patients],
                "buttons": BUTTONS,
                "staff_hints": hints.STAFF,
                "patient_hints": hints.PATIENTS,
                "zone": words.zone_word(self._cast.zone),
            },
        )

    def _give_phones(self) -> None:
        for member in self._cast.everybody:
            self._phones.phone(member.phone)

    def _staff_in_order(self) -> list[Member]:
        """Whoever is on call comes first, in the order in which they are paged."""
        order = [schedule for schedule, _ in self._cast.duties]
        on_call = self._live.on_call()

        def rank(member: Member) -> int:
            known = [order.index(duty) for duty in on_call.get(member.id, []) if duty in order]
            return min(known, default=len(order))

        return sorted(self._cast.staff, key=rank)

    def _card(self, member: Member) -> dict[str, object]:
        return {
            "id": member.id,
            "name": member.name,
            "short": _short(member.name),
            "phone": member.phone,
            "line": self._line_of(member),
            "zone": words.zone_word(member.zone),
            "is_staff": member.is_staff,
            "language": words.language(member.language),
            "pin": member.pin,
        }

    def _line_of(self, member: Member) -> str:
        staff = self._settings.staff_number or next(iter(self._numbers.senders), "")
        return staff if member.is_staff else self._settings.patient_number or staff

    async def _text(self, phone: str, body: str) -> str:
        member = next(m for m in self._cast.everybody if m.phone == phone)
        return await self._phones.phone(phone).text(body, self._line_of(member))

    def _happened(self, entry: Entry) -> None:
        self._stream.changed(f"phone:{phone}" for phone in self._screens.fold(entry))

    def _keys(self) -> Iterable[str]:
        yield "status"
        for member in self._cast.everybody:
            yield f"phone:{member.phone}"
        # Oldest first: the page puts each new one on top.
        for run in reversed(self._timeline.runs(self._clock.now())):
            yield f"run:{run}"

    def _render(self, key: str) -> tuple[str, object] | None:
        what, _, name = key.partition(":")
        match what:
            case "phone":
                member = next((m for m in self._cast.everybody if m.phone == name), None)
                if member is None:
                    return None
                return "phone", self._screens.view(name, member.zone, self._names())
            case "run":
                view = self._timeline.view(name)
                return None if view is None else ("run", view)
            case _other:
                return "status", self._status()

    def _status(self) -> dict[str, object]:
        on_call = self._live.on_call()
        return {
            "now": self._clock.now().isoformat(),
            "scale": self._clock.scale if isinstance(self._clock, ScaledClock) else 0,
            "zone": self._cast.zone,
            "vigil": self._live.is_connected,
            "runs": self._timeline.runs(self._clock.now()),
            "on_call": {
                member.id: [self._cast.duty_title(duty) for duty in on_call.get(member.id, [])]
                for member in self._staff_in_order()
            },
        }

    def _names(self) -> dict[str, str]:
        ours = {number: "Vigil" for number in self._numbers.senders}
        return ours | self._cast.by_phone()


def _short(name: str) -> str:
    """Return the first name; a title such as `Dr.` is none."""
    first = name.split(" ", 1)[0]
    return name if first.endswith(".") else first
