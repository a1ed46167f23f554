"""When a session is over, and when a sign-in is not looked at."""

from datetime import UTC, datetime, timedelta

from contracts.console import Account, Role, Session, SignIns
from contracts.values import Sealed
from services.console import passwords
from services.console.core.sessions import (
    MOST_ANYWHERE,
    MOST_HERE,
    WINDOW,
    Limits,
    is_over,
    must_note,
    noted,
    refused_until,
    steps,
    taken,
)
from services.console.throttle import Throttle

NOW = datetime(2026, 11, 24, 8, 10, tzinfo=UTC)
LIMITS = Limits(idle=timedelta(minutes=30), whole=timedelta(hours=12))
ACCOUNT = Account(
    id="ana", role=Role.CLINICIAN, password="x", totp=Sealed(key="k1", box="b"), made_at=NOW, made_by="ops"
)
SESSION = Session(account="ana", epoch=0, made_at=NOW, seen_at=NOW, stepped_up_at=NOW, csrf="c")


def test_it_lasts_until_nobody_used_it_for_half_an_hour() -> None:
    assert not is_over(SESSION, ACCOUNT, NOW + timedelta(minutes=29), LIMITS)
    assert is_over(SESSION, ACCOUNT, NOW + timedelta(minutes=30), LIMITS)


def test_it_ends_after_a_shift_however_busy_it_is() -> None:
    later = NOW + timedelta(hours=12)
    busy = SESSION.model_copy(update={"seen_at": later})

    assert is_over(busy, ACCOUNT, later, LIMITS)
    assert not is_over(busy, ACCOUNT, later - timedelta(seconds=1), LIMITS)


def test_it_ends_with_its_account_with_a_reset_and_when_it_is_ended() -> None:
    assert is_over(SESSION, None, NOW, LIMITS)
    assert is_over(SESSION, ACCOUNT.model_copy(update={"disabled_at": NOW}), NOW, LIMITS)
    assert is_over(SESSION, ACCOUNT.model_copy(update={"epoch": 1}), NOW, LIMITS)
    assert is_over(SESSION.model_copy(update={"ended_at": NOW}), ACCOUNT, NOW, LIMITS)


def test_its_use_is_written_down_once_a_minute() -> None:
    assert not must_note(SESSION, NOW + timedelta(seconds=59))
    assert must_note(SESSION, NOW + timedelta(seconds=60))


def _wrong(times: int, source: str = "here", name: str = "ana") -> SignIns:
    tries = SignIns(account=name)
    for number in range(times):
        tries = noted(tries, source if source else f"place{number}", NOW)
    return tries


def test_after_five_from_one_place_that_place_waits_and_no_other() -> None:
    assert refused_until(_wrong(MOST_HERE - 1), "here", NOW) is None
    assert refused_until(_wrong(MOST_HERE), "here", NOW) == NOW + WINDOW
    assert refused_until(_wrong(MOST_HERE), "there", NOW) is None
    assert refused_until(_wrong(MOST_HERE), "here", NOW + WINDOW) is None


def test_guessing_from_many_places_ends_too() -> None:
    assert refused_until(_wrong(MOST_ANYWHERE - 1, source=""), "elsewhere", NOW) is None
    assert refused_until(_wrong(MOST_ANYWHERE, source=""), "elsewhere", NOW) == NOW + WINDOW


def test_a_right_one_forgives_the_tries_from_there() -> None:
    after = taken(_wrong(4), "here", step=7)

    assert (after.wrong, after.last_step) == ((), 7)
    assert len(taken(_wrong(4), "there", step=7).wrong) == 4


def test_a_one_time_code_is_taken_once_and_for_clocks_that_differ_a_little() -> None:
    secret, step = passwords.new_secret(), steps(NOW)[0]
    code = passwords.code_at(secret, step)
    spaced = f"{code[:3]} {code[3:]}"

    assert passwords.step_of(spaced, secret, steps(NOW), after=0) == step
    assert passwords.step_of(code, secret, steps(NOW + timedelta(seconds=30)), after=0) == step
    assert passwords.step_of(code, secret, steps(NOW + timedelta(seconds=60)), after=0) is None
    assert passwords.step_of(code, secret, steps(NOW), after=step) is None
    assert passwords.step_of("١٢٣٤٥٦", secret, steps(NOW), after=0) is None


def test_passwords_are_argon2id_and_nobodys_fits_nothing() -> None:
    stored = passwords.hashed("a long one indeed")

    assert stored.startswith("$argon2id$")
    assert passwords.fits("a long one indeed", stored)
    assert not passwords.fits("another long one", stored)
    assert not passwords.fits("nobody has this password", None)


def test_one_address_tries_so_often_a_minute_and_no_more() -> None:
    moments = [NOW]
    throttle = Throttle(3, lambda: moments[-1])

    assert [throttle.allows("a") for _ in range(4)] == [True, True, True, False]
    assert throttle.allows("b")
    moments.append(NOW + timedelta(seconds=20))
    assert [throttle.allows("a") for _ in range(2)] == [True, False]
