"""The world as the rules see it: made afresh for each decision."""

from collections.abc import Callable, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from contracts.people import Patient, Person
from contracts.privacy import Texting
from contracts.schedules import Shifts
from contracts.values import Channel, PhoneRef, Sealed
from services.conversation.core.languages import Languages
from services.conversation.core.state import Hold
from services.conversation.core.world import Reach, Speakers, Times, World
from services.runtime.sealing import PatientSeals, SealError, Seals


class Worlds:
    """Makes worlds from who is who, the wording and the settings."""

    def __init__(
        self,
        people: Callable[[], Mapping[str, Person]],
        languages: Languages,
        seals: Seals,
        times: Times,
        *,
        relay_words: bool,
        shifts: Callable[[], Mapping[str, Shifts]] = dict,
    ) -> None:
        self._people = people
        self._shifts = shifts
        self.languages = languages
        self._seals = seals
        self.times = times
        self._relay_words = relay_words

    def of(
        self,
        hold: Hold | None,
        language: str,
        now: datetime,
        record: Patient | None = None,
        own: PatientSeals | None = None,
    ) -> World:
        """Return the world of a patient's conversation at that moment; `own` seals with their key."""
        return World(
            phrases=self.languages.of(language),
            seal=(own or self._seals).seal,
            unseal=self.unseal,
            hold=hold,
            name_of=self._name_of,
            role_of=self._role_of,
            speakers=lambda language: self._speakers(language, now),
            asks_record=self.languages.asks_record,
            contacts=record.contacts if record is not None else (),
            today=record.today(now) if record is not None else now.date(),
            phone_of=self.phone_of,
            clock_of=self._clock_of,
            words_ref=self._words_ref,
            times=self.times,
            texting=_texting(record, now),
            is_quiet=record is not None and record.is_quiet(now),
            reach=_reach(record),
            relay_words=self._relay_words,
        )

    def unseal(self, sealed: Sealed) -> str | None:
        """Return the content, or None when it can't be opened here."""
        try:
            return self._seals.unseal(sealed)
        except SealError:
            return None

    def phone_of(self, responder: str) -> Sealed | None:
        """Return the phone they are texted on; None: none of theirs takes texts."""
        person = self._people().get(responder)
        if person is None or not person.active:
            return None
        sms = (m for m in person.methods if m.channel is Channel.SMS and m.dead_since is None)
        method = next(sms, None)
        return method.phone if method is not None else None

    def named(self, typed: str) -> str | None:
        """Return the one responder meant by an id, a whole name or its first word."""
        wanted = " ".join(typed.casefold().split())
        meant = {who for who in self._people() if wanted and wanted in self._calls(who)}
        return meant.pop() if len(meant) == 1 else None

    def _calls(self, who: str) -> tuple[str, ...]:
        name = self._name_of(who).casefold()
        return (who.casefold(), name, name.partition(" ")[0])

    def _name_of(self, responder: str) -> str:
        person = self._people().get(responder)
        return (self.unseal(person.name) or "") if person is not None else ""

    def _role_of(self, responder: str) -> str:
        person = self._people().get(responder)
        return person.role if person is not None else ""

    def _speakers(self, language: str, now: datetime) -> Speakers:
        """Return who speaks it: on call for any duty at this moment, and who else is on the roster."""
        on_call = {who for shifts in self._shifts().values() for who in shifts.on(now)}
        people = self._people()
        speak = [who for who, one in sorted(people.items()) if one.active and language in one.languages]
        return Speakers(
            tuple(who for who in speak if who in on_call), tuple(who for who in speak if who not in on_call)
        )

    def _clock_of(self, moment: datetime, responder: str) -> str:
        person = self._people().get(responder)
        try:
            local = moment.astimezone(ZoneInfo(person.zone if person is not None else "UTC"))
        except (ZoneInfoNotFoundError, ValueError):
            local = moment
        return f"{local:%H:%M}"

    def _words_ref(self, words: str) -> PhoneRef | None:
        plain = " ".join(words.casefold().split())
        return self._seals.alias("talk", plain) if plain else None


def _reach(record: Patient | None) -> Reach:
    if record is None:
        return Reach()
    consent, at_all = record.text_consent, record.model_copy(update={"opted_out_at": None})
    return Reach(
        phone=record.phone,
        consents=consent is not None and consent.revoked_at is None,
        opted_out=record.opted_out_at is not None,
        texting_from=at_all.texting_from,
    )


def _texting(record: Patient | None, now: datetime) -> Texting:
    """Whether it is safe; what was opted out of stands in the conversation itself."""
    return (
        record.model_copy(update={"opted_out_at": None}).texting(now) if record is not None else Texting.FREE
    )
