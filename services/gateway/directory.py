"""Whose phone it is: a responder's, an enrolled patient's, both, or nobody's we know."""

import structlog
from pydantic import ValidationError

from contracts.carrier import withheld
from contracts.people import Person
from services.gateway.core.routing import Caller
from services.gateway.registry import Registry, is_enrolled
from services.runtime.follow import ValueTable
from services.runtime.log import Unavailable
from services.runtime.sealing import PatientSeals, Seals

_log = structlog.get_logger()


class Directory:
    """Looks phones up by their keyed hash. `people` is held in memory, patients are asked for."""

    def __init__(self, people: ValueTable[Person], registry: Registry, seals: Seals) -> None:
        self._people = people
        self._registry = registry
        self._seals = seals

    async def caller(self, phone: str) -> Caller:
        """Return whose phone it is; raises Unavailable.

        A phone that is known as a patient's only because it texted once isn't enrolled: a clinician
        who wrote a sentence to the crisis line goes on acknowledging with a bare `1`.
        """
        refs = self._seals.phone_refs(phone)
        responder = self._responder(refs)
        if responder is None:
            return Caller(None, False)
        patient = await self._registry.of_phone(refs)
        try:
            record = await self._registry.patient(patient) if patient else None
        except ValidationError:
            # Somebody who can't be read may be a patient: in doubt, they are.
            return Caller(responder, True)
        return Caller(responder, record is not None and is_enrolled(record))

    async def seals_of(self, phone: str) -> PatientSeals:
        """Return what seals that a patient at this phone said: with their own key.

        Somebody unknown gets an id and a key first, as the crisis line would give them. Where that
        can't be had at this moment the site's key serves: nothing keeps a text from being stored.
        """
        if withheld(phone):
            return self._seals.site()
        refs = self._seals.phone_refs(phone)
        try:
            patient = await self._registry.of_phone(refs) or await self._registry.minted(refs[0])
            return await self._seals.for_patient(patient)
        except (Unavailable, ValidationError) as error:
            _log.warning("sealed_by_the_site", error=type(error).__name__)
            return self._seals.site()

    def _responder(self, refs: tuple[str, ...]) -> str | None:
        wanted = set(refs)
        owners = [
            person.id
            for person in self._people.values.values()
            if person.active and any(method.phone_ref in wanted for method in person.methods)
        ]
        return min(owners, default=None)
