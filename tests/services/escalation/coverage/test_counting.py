"""People who share a phone count once, directly or through others."""

from services.escalation.coverage.counting import answerers, shared
from tests.services.escalation.coverage.plans import START, crew, person


def test_people_with_phones_of_their_own_count_each() -> None:
    assert answerers(crew(person("ana"), person("ben"))) == {"ana": "ana", "ben": "ben"}


def test_who_cannot_be_reached_does_not_count() -> None:
    people = crew(person("ana", verified=False), person("ben", dead=True), person("cleo", active=False))
    failing = person("dan").methods[0].model_copy(update={"failing_since": START})
    people["dan"] = person("dan").model_copy(update={"methods": (failing,)})

    assert answerers(people) == {}


def test_a_chain_of_shared_phones_is_one() -> None:
    ana, ben, cleo = person("ana", phone="x"), person("ben", phone="y"), person("cleo", phone="x")
    cleo = cleo.model_copy(update={"methods": (*cleo.methods, *ben.methods)})
    people = crew(ana, ben, cleo, person("dan"))

    assert answerers(people) == {"ana": "ana", "ben": "ana", "cleo": "ana", "dan": "dan"}
    assert shared(people) == (("ana", "ben", "cleo"),)
