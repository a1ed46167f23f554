"""Signatures, against the vector that the carrier publishes."""

from services.gateway.signatures import Form, Signatures

FORM = Form(
    [
        ("CallSid", "CA1234567890ABCDE"),
        ("Caller", "+14158675309"),
        ("Digits", "1234"),
        ("From", "+14158675309"),
        ("To", "+18005551212"),
    ]
)
GOLDEN = "RSOYDt4T1cUTdK1PDd93/VVr8B8="
HERE = Signatures("https://mycompany.com", ("12345",))


def test_the_published_vector_holds() -> None:
    assert HERE.hold("/myapp.php?foo=1&bar=2", FORM, GOLDEN)


def test_another_query_token_or_signature_does_not() -> None:
    assert not HERE.hold("/myapp.php?foo=1", FORM, GOLDEN)
    assert not Signatures("https://mycompany.com", ("12346",)).hold("/myapp.php?foo=1&bar=2", FORM, GOLDEN)
    assert not HERE.hold("/myapp.php?foo=1&bar=2", FORM, "")
    assert not HERE.hold("/myapp.php?foo=1&bar=2", FORM, GOLDEN.lower())


def test_any_of_the_tokens_will_do() -> None:
    both = Signatures("https://mycompany.com", ("new", "12345"))

    assert both.hold("/myapp.php?foo=1&bar=2", FORM, GOLDEN)


def test_blank_and_repeated_parameters_are_signed_too() -> None:
    blank = Form([*FORM.multi_items(), ("Body", "")])
    repeated = Form([*FORM.multi_items(), ("Digits", "5678")])
    signature = HERE._validators[0].compute_signature("https://mycompany.com/a", blank)

    assert HERE.hold("/a", blank, signature)
    assert HERE.hold("/a", FORM, signature) is False
    assert not HERE.hold("/myapp.php?foo=1&bar=2", repeated, GOLDEN)


def test_a_body_that_the_sdk_trips_over_is_a_no() -> None:
    assert not HERE.hold("/a", "raw json", "x")
    assert not Signatures("https://h:port", ("12345",)).hold("/a", FORM, "x")
