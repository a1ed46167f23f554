"""The safety plan by text: only with a consent of its own, and after the patient texted a word.

Asked -> the patient is asked for the word -> they text it -> the plan is sent. Whatever goes otherwise
becomes a task: a person reads it out.
"""

from datetime import timedelta

from contracts.followups import PlanConfirmed, PlanEnded, PlanRequested, TextAsked
from contracts.outreach import OutreachKind
from services.followup.core import tasks, wordings
from services.followup.core.draft import Draft, opaque
from services.followup.core.state import Text

QUESTION, PLAN = "plan_question", "plan"
_ASK_WITHIN = timedelta(minutes=10)
_SEND_WITHIN = timedelta(minutes=30)


def request(draft: Draft, name: str, by: str) -> str:
    """Begin; return `done`, or why it is not texted."""
    here = draft.here
    if not here.known.has_plan:
        return "there is no safety plan on file"
    if draft.state.plan is not None:
        return "it was asked for already, and waits for the patient's word"
    if not here.known.plan_by_text:
        tasks.read_plan_out(draft, name, "no_consent")
        return "no consent to have it texted; a task to read it out was made"
    if here.known.opted_out:
        tasks.read_plan_out(draft, name, "opted_out")
        return "the patient opted out of texts; a task to read it out was made"
    confirm_by = here.now + here.limits.confirm_within
    draft.add(PlanRequested(at=here.now, request=name, by=by, confirm_by=confirm_by))
    _ask(draft, name, f"{QUESTION}/{here.known.language}", here.now + _ASK_WITHIN)
    return "done"


def word(draft: Draft, sid: str, body: str) -> None:
    """The patient texted while the word is waited for."""
    here, plan = draft.here, draft.state.plan
    if plan is None or plan.confirm_by is None or here.now > plan.confirm_by:
        return
    if not wordings.is_word(body):
        return
    if not here.known.plan_by_text or not here.known.has_plan:
        # Taken back since: what counts is this second.
        draft.add(PlanEnded(at=here.now, request=plan.request, why="no_consent"))
        tasks.read_plan_out(draft, plan.request, "no_consent")
        return
    draft.add(PlanConfirmed(at=here.now, request=plan.request, text=sid))
    _ask(draft, plan.request, PLAN, here.now + _SEND_WITHIN)


def unconfirmed(draft: Draft) -> None:
    """Nobody texted the word in time."""
    plan, now = draft.state.plan, draft.here.now
    if plan is not None and plan.confirm_by is not None and plan.confirm_by <= now:
        draft.add(PlanEnded(at=now, request=plan.request, why="unconfirmed"))
        tasks.read_plan_out(draft, plan.request, "unconfirmed")


def text_ended(draft: Draft, text: Text, *, sent: bool) -> None:
    """It is known what became of the question, or of the plan itself."""
    plan, now = draft.state.plan, draft.here.now
    if plan is None or plan.request != text.request:
        return
    if not sent:
        draft.add(PlanEnded(at=now, request=plan.request, why="withheld"))
        tasks.read_plan_out(draft, plan.request, "withheld")
    elif text.resource == PLAN:
        draft.add(PlanEnded(at=now, request=plan.request, why="sent"))


def undelivered(draft: Draft, text: Text) -> None:
    """The question, or the plan itself, was taken and did not arrive: somebody reads it out."""
    if draft.state.plan is not None and draft.state.plan.request == text.request:
        draft.add(PlanEnded(at=draft.here.now, request=draft.state.plan.request, why="withheld"))
    if text.request is not None:
        tasks.read_plan_out(draft, text.request, "undelivered")


def _ask(draft: Draft, name: str, resource: str, send_by: object) -> None:
    here = draft.here
    draft.add(
        TextAsked.model_validate(
            {
                "at": here.now,
                "outreach": opaque("plan", f"{draft.state.patient} {name} {resource}"),
                "kind": OutreachKind.SAFETY_PLAN,
                "send_by": send_by,
                "answer_by": here.now + _SEND_WITHIN + here.limits.answer_within,
                "request": name,
                "resource": resource,
            }
        )
    )
