"""Whom a policy pages: somebody, once, loud enough, and everybody in the end."""

from collections import Counter
from collections.abc import Iterator

from contracts.policies import Policy, Step, Target
from contracts.values import Channel, Urgency
from services.programme.linting.delays import LOUD, clinical_urgencies
from services.programme.linting.finding import Finding
from services.programme.linting.roster import Roster
from services.programme.linting.signals import Space


def nobody(policy: Policy, roster: Roster) -> Iterator[Finding]:
    """Find steps that nobody can ever be on, and targets that never add anybody."""
    for number, step in enumerate(policy.steps, 1):
        reasons = [why for target in step.page if (why := roster.why_nobody(target))]
        if len(reasons) == len(step.page):
            sentence = f"can never page anybody: {'; '.join(reasons)}; name somebody who can be"
            yield Finding("P03", sentence, policy.id, number, blocking=True)
        else:
            yield from (_idle(policy, number, why) for why in reasons)
    added = [target for further in policy.repeat for target in further.add]
    for why in dict.fromkeys(roster.why_nobody(target) for target in added):
        if why:
            yield _idle(policy, None, f"under `repeat`, {why}")


def therapist_alone(space: Space, policy: Policy) -> Iterator[Finding]:
    """Find loud steps that hang on the patient's own therapist, who may be off duty."""
    urgencies = clinical_urgencies(space, policy)
    if not urgencies & LOUD:
        return
    for number, step in enumerate(policy.steps, 1):
        # A therapist who is asked only while on shift costs no time when off: the next step begins.
        if not any(target.therapist for target in step.page) or not _only_therapists(step):
            continue
        blocking = number == 1 and Urgency.IMMINENT in urgencies
        what = "an imminent risk" if Urgency.IMMINENT in urgencies else "an urgent signal"
        sentence = (
            f"pages only the therapist, who may be off duty, about {what}; "
            "add a schedule, or write `therapist_on_shift`"
        )
        yield Finding("P08", sentence, policy.id, number, blocking)


def never_everyone(space: Space, policy: Policy) -> Iterator[Finding]:
    """Find loud policies that go round for ever without ever paging everyone."""
    if not policy.steps or not {urgency for _, urgency in space.signals(policy)} & LOUD:
        return
    added = [target for further in policy.repeat for target in further.add]
    if any(target.everyone for target in added):
        return
    if any(target.everyone for step in policy.steps for target in step.page):
        return
    how = "its widest round does not page everyone" if added else "starts again without paging anybody more"
    yield Finding("P09", f"{how}; end `repeat` with `- add: [everyone]`", policy.id)


def named_twice(policy: Policy, roster: Roster) -> Iterator[Finding]:
    """Find people whom one step names twice: only one page goes out."""
    for number, step in enumerate(policy.steps, 1):
        for label in dict.fromkeys(_twice(step, roster)):
            sentence = f"names {label} twice, though one page goes out; widen the step or drop one"
            yield Finding("P11", sentence, policy.id, number)


def paged_twice(policy: Policy, roster: Roster) -> Iterator[Finding]:
    """Find steps that can only page whom, or which phone, an earlier step has paged for certain."""
    asked: dict[str, int] = {}
    phones: dict[str, tuple[int, str]] = {}
    for number, step in enumerate(policy.steps, 1):
        some = _everybody(step, roster)
        certain = _certain(step, roster)
        if some and some <= asked.keys() and not any(target.everyone for target in step.page):
            earlier = ", ".join(f"{name} (step {asked[name]})" for name in sorted(some))
            sentence = f"pages nobody new: {earlier} did not answer before; name somebody else"
            yield Finding("P12", sentence, policy.id, number)
        for name in sorted(certain):
            for phone in roster.people[name].phones:
                before, owner = phones.setdefault(phone, (number, name))
                if owner != name and before != number:
                    sentence = f"{name} has a phone of {owner} (step {before}): it rings twice, one hears it"
                    yield Finding("P12", f"{sentence}; give each their own", policy.id, number)
                    break
            asked.setdefault(name, number)


def text_only(space: Space, policy: Policy, roster: Roster) -> Iterator[Finding]:
    """Find people whom an imminent page can't ring: a text wakes few."""
    if Urgency.IMMINENT not in clinical_urgencies(space, policy):
        return
    named = {name for step in policy.steps for target in step.page for name in _named(target, roster)}
    mute = sorted(name for name in named if not any(c is Channel.VOICE for c, _ in roster.people[name].ways))
    if mute:
        has = "has" if len(mute) == 1 else "have"
        sentence = f"{', '.join(mute)} {has} no voice method, and a text wakes few; add `voice:` to them"
        yield Finding("P14", sentence, policy.id)


def _idle(policy: Policy, number: int | None, why: str) -> Finding:
    return Finding("P19", f"has a target that never adds anybody: {why}; mend or drop it", policy.id, number)


def _only_therapists(step: Step) -> bool:
    return all(target.therapist or target.therapist_on_shift for target in step.page)


def _named(target: Target, roster: Roster) -> frozenset[str]:
    return frozenset() if target.everyone else roster.possible(target)


def _everybody(step: Step, roster: Roster) -> frozenset[str]:
    """Return whom the step could page; nobody known when a therapist is among them."""
    if any(target.therapist or target.therapist_on_shift for target in step.page):
        return frozenset()
    return frozenset(name for target in step.page for name in roster.possible(target))


def _certain(step: Step, roster: Roster) -> frozenset[str]:
    """Return whom the step pages whenever it pages somebody: named, or alone on their schedule."""
    found: set[str] = set()
    for target in step.page:
        possible = roster.possible(target)
        if target.everyone or len(possible) == 1:
            found |= possible
    return frozenset(found)


def _twice(step: Step, roster: Roster) -> Iterator[str]:
    yield from sorted({target.label for target, times in Counter(step.page).items() if times > 1})
    people = {target.person for target in step.page if target.person}
    for target in step.page:
        if target.schedule:
            yield from sorted(f"person {name}" for name in people & set(roster.on.get(target.schedule, ())))
    if len(step.page) > 1 and any(target.everyone for target in step.page):
        yield from (target.label for target in step.page if not target.everyone)
