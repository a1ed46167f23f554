"""What ops read of a delivery that is parked: what is wrong and what to do, without a word about whom."""

_SEE = "See `vigil recipients parked`."
_NOTES = {
    "no_consent": "has nothing of a patient who gave no consent to it",
    "revoked": "has nothing more of a patient who took their consent back",
    "expired": "has nothing more of a patient whose consent has ended",
    "substance": "has nothing of what tells of substance use: recipient or consent does not cover that",
    "erased": "has nothing more of a patient who was erased",
    "no_patient": "is to be told of a patient whose record is not there or can't be read",
    "no_recipient": "is configured no more, or switched off, and something was still to be told to it",
    "no_token": "has no bearer token; set VIGIL_RECIPIENT_TOKENS, then `vigil parked retry gateway`",
    "unreadable": "could not be told what can't be opened any more",
    "refused": "refuses what it is sent",
    "redirected": "answers with another address, which is not followed; mend base_url",
    "tries": "could not be reached for ten hours; it is tried again every six",
}
_CONSENT = frozenset({"no_consent", "revoked", "expired", "substance", "erased"})


def is_a_matter_of_consent(why: str) -> bool:
    """Return whether nothing is broken: the law, or the patient, says that it stays here."""
    return why in _CONSENT


def note(recipient: str, why: str) -> str:
    """Return the note of the fault."""
    return f"Recipient {recipient} {_NOTES.get(why, why)}. {_SEE}"
