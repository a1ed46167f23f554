"""Who may sign in to the console, from the first account to its end."""

import re

from contracts.console import Account
from services.console import passwords
from tests.support.site import Site


def stored(site: Site, name: str) -> Account:
    async def read(nc):  # type: ignore[no-untyped-def]
        bucket = await nc.jetstream().key_value("accounts")
        return Account.model_validate_json((await bucket.get(name)).value)

    return site.as_admin(read)  # type: ignore[no-any-return]


def test_an_account_is_made_told_once_reset_and_disabled(site: Site) -> None:
    made = site.vigil("account", "add", "Kim", "--role", "clinician", "--person", "clinician_1")
    assert made.exit_code == 0, made.output
    password = re.search(r"password +(\S+)", made.output)
    secret = re.search(r"authenticator +(\S+)", made.output)
    assert password and secret and "otpauth://totp/Vigil:kim" in made.output
    account = stored(site, "kim")
    assert passwords.fits(password[1], account.password)
    assert secret[1] not in account.model_dump_json()

    listed = site.vigil("account", "list")
    assert "kim" in listed.output and "clinician_1" in listed.output and password[1] not in listed.output

    assert site.vigil("account", "add", "kim", "--role", "ops").exit_code != 0
    assert "responder" in site.vigil("account", "add", "x", "--role", "ops", "--person", "no").output

    reset = site.vigil("account", "reset", "kim")
    assert reset.exit_code == 0 and password[1] not in reset.output
    assert not passwords.fits(password[1], stored(site, "kim").password)
    assert stored(site, "kim").epoch == 1

    assert site.vigil("account", "disable", "kim").exit_code == 0
    assert stored(site, "kim").disabled_at is not None
    assert "disabled" in site.vigil("account", "list").output
    assert site.vigil("account", "enable", "kim").exit_code == 0
    assert (stored(site, "kim").disabled_at, stored(site, "kim").epoch) == (None, 3)


def test_a_short_password_is_refused_and_codes_are_told_in_a_demo_alone(site: Site) -> None:
    short = site.vigil("account", "add", "lee", "--role", "ops", "--ask", input="short\nshort\n")
    assert short.exit_code != 0 and "12 characters" in short.output

    refused = site.vigil("account", "code", "kim")
    assert refused.exit_code != 0 and "only accounts of the demo" in refused.output
