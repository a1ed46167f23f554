"""Every phone of the simulated world; a number unknown so far gets a phone when first used."""

from services.carrier_emulator.activity import Activity
from services.carrier_emulator.phones import Network, Phone
from services.carrier_emulator.profiles import Profile, preset


class Directory:
    """Phones by number."""

    def __init__(self, network: Network, activity: Activity, default: Profile, seed: int) -> None:
        self._network = network
        self._activity = activity
        self._default = default
        self.seed = seed
        self._phones: dict[str, Phone] = {}

    def phone(self, number: str) -> Phone:
        """Return the phone with that number, made with the default profile if it is new."""
        found = self._phones.get(number)
        return found if found is not None else self.add(number, self._default)

    def add(self, number: str, profile: Profile | str) -> Phone:
        """Add a phone, or give a phone that exists another profile."""
        wanted = preset(profile) if isinstance(profile, str) else profile
        phone = self._phones.get(number)
        if phone is None:
            seed = f"{self.seed}:{number}"
            phone = Phone(number, wanted, self._network, self._activity, seed)
            self._phones[number] = phone
        phone.profile = wanted
        return phone

    def remove(self, number: str) -> None:
        """Forget a phone and everything on it."""
        self._phones.pop(number, None)

    def all(self) -> tuple[Phone, ...]:
        """Return every phone so far."""
        return tuple(self._phones.values())

    def clear(self) -> None:
        """Forget every phone."""
        self._phones.clear()
