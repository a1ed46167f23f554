"""What each field of a policy file is for, as editors show it while it is written."""

from collections.abc import Mapping

FIELDS: Mapping[tuple[str, str], str] = {
    ("Policy", "id"): "Its name; by default the file's, without .yaml. Letters, digits, - and _.",
    ("Policy", "title"): "What it is for, in words that ops and clinicians use.",
    ("Policy", "order"): "Policies are tried from the lowest to the highest; the first that applies wins.",
    ("Policy", "applies"): "Which signals it is for. All that is written must hold. Without it: for every "
    "signal; one policy, the last in order, must be so.",
    ("Policy", "zone"): "The IANA time zone of `during`, `hours` and `wait_at_night`.",
    ("Policy", "steps"): "Whom to page, one step after the other. Empty only for routine: a worklist entry.",
    ("Policy", "repeat"): "Rounds after the first, each through all steps. The last of them is repeated for "
    "ever.",
    ("Policy", "reach_within"): "From the acknowledgement to contact with the patient; then the holder is "
    "asked, and paged with whoever is on call.",
    ("Policy", "resolve_within"): "From contact to a disposition.",
    ("Policy", "hours"): "A night in which nobody is paged or asked, at the opening and in all that "
    "follows. Only for soon and routine; imminent and urgent never wait.",
    ("Policy", "second_signature"): "Whether a second person signs the disposition. Left out: for imminent "
    "ones only.",
    ("Applies", "kinds"): "What happened: any of these. Left out: anything.",
    ("Applies", "urgencies"): "How fast a person must act: any of these. Left out: any.",
    ("Applies", "tags"): "At least one of these is said of the signal or the patient. Patients have "
    "site:<id>, language:<xx>, programme:<id>, minor, high_risk, recent_discharge, and tags of their own.",
    ("Applies", "all_tags"): "All of these are said of the signal or the patient.",
    ("Applies", "without_tags"): "None of these is said of the signal or the patient.",
    (
        "Applies",
        "during",
    ): "Only within one of these spans of the policy's wall clock. Left out: at any hour.",
    ("Window", "days"): "The days on which the span begins. Left out: every day.",
    ("Window", "start"): "When it begins, on the policy's wall clock.",
    ("Window", "end"): "When it ends: at or before `start` means on the next day; equal means a whole day.",
    ("Step", "page"): "All of these are paged at once, nobody twice.",
    ("Step", "wait"): "Without an acknowledgement the next step begins after so long; at once when nobody "
    "can be paged, everybody passes, or every page fails.",
    ("Step", "wait_at_night"): "The wait between 22:00 and 07:00, where clinicians allow a longer one. Never "
    "for imminent.",
    ("Round", "add"): "Paged at every step of this round and of all later ones, beside the step's own.",
    ("Hours", "quiet_from"): "From here on new signals, next steps and overdue contact wait.",
    ("Hours", "until"): "Here they go on.",
    ("Target", "schedule"): "Whoever is on call on this schedule at that moment.",
    ("Target", "person"): "This responder, on call or not.",
    ("Target", "therapist"): "The patient's own therapist, on call or not.",
    ("Target", "therapist_on_shift"): "The patient's own therapist if they are on any shift at that moment; "
    "otherwise the target is left out, and no fault is raised.",
    ("Target", "everyone"): "Every active responder with a contact method that works.",
}
"""(type, field) -> one or two sentences. Durations are written 90s, 3m, 4h or 2d."""

TYPES: Mapping[str, str] = {
    "Applies": "Which signals a policy is for; an empty field means any.",
    "Hours": "A night in which nobody is paged or asked; what falls into it waits until `until`.",
    "Kind": "What happened, in the programme's words.",
    "Round": "What one more round through the steps adds to each of them.",
    "Step": "Page these at once; after `wait` without an acknowledgement the next step begins.",
    "Target": "Whom a step pages: exactly one of these.",
    "Urgency": "How fast a person must act: imminent now, urgent within the hour, soon today, routine at "
    "the next session.",
    "Weekday": "A day of the week.",
    "Window": "A daily span of the policy's wall clock.",
}
