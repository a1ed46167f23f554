"""Who counts as one: people who share a phone cannot answer for each other.

A person counts only with a contact method that is verified, alive and not failing. Everybody
whose such phones are the same, directly or through others, is one: if that phone lies in a drawer,
all of them are out of reach.
"""

from collections.abc import Mapping

from contracts.people import Person


def answerers(people: Mapping[str, Person]) -> dict[str, str]:
    """Return, for each person who can be reached, the first of those with whom they share a phone.

    Two people with the same value count once; a person who is missing counts not at all.
    """
    first: dict[str, str] = {}
    owner: dict[str, str] = {}
    for who in sorted(people):
        phones = {method.phone_ref for method in people[who].sound_methods}
        if not phones:
            continue
        met = {_root(first, owner[phone]) for phone in phones if phone in owner}
        first[who] = who
        root = min({who, *met})
        for other in {who, *met}:
            first[other] = root
        owner |= dict.fromkeys(phones, root)
    return {who: _root(first, who) for who in first}


def shared(people: Mapping[str, Person]) -> tuple[tuple[str, ...], ...]:
    """Return every group of more than one person who count as one."""
    groups: dict[str, list[str]] = {}
    for who, root in answerers(people).items():
        groups.setdefault(root, []).append(who)
    return tuple(tuple(sorted(group)) for _, group in sorted(groups.items()) if len(group) > 1)


def _root(first: Mapping[str, str], who: str) -> str:
    while first[who] != who:
        who = first[who]
    return who
