"""Screens as FHIR R4: a QuestionnaireResponse in a transaction, as a record system sends it. Pure."""

from services.demo_week.script import Answered

_LOINC = "http://loinc.org"
_PHQ9 = ("44250-9", "44255-8", "44259-0", "44254-1", "44251-7", "44258-2", "44252-5", "44253-3", "44260-8")
_OFTEN = ("LA6568-5", "LA6569-3", "LA6570-1", "LA6571-9")
_CSSRS = ("93246-7", "93247-5", "93248-3", "93249-1", "93250-9", "93267-3")
_YES_NO = {"yes": "LA33-6", "no": "LA32-8"}


def of_screen(name: str, at: str, screen: Answered) -> dict[str, object]:
    """Return the bundle of a PHQ-9 or C-SSRS screener; `name` is the resource's id."""
    if screen.instrument == "phq-9":
        coded = [(code, _OFTEN[int(screen.answers[str(n)])]) for n, code in enumerate(_PHQ9, start=1)]
    else:
        coded = [(code, _YES_NO[screen.answers[str(n)]]) for n, code in enumerate(_CSSRS, start=1)]
    resource = {
        "resourceType": "QuestionnaireResponse",
        "id": name,
        "status": "completed",
        "subject": {"reference": f"Patient/{screen.patient}"},
        "authored": at,
        "item": [
            {"linkId": f"/{code}", "answer": [{"valueCoding": {"system": _LOINC, "code": answer}}]}
            for code, answer in coded
        ],
    }
    entry = {
        "fullUrl": f"https://records.example.org/fhir/QuestionnaireResponse/{name}",
        "resource": resource,
        "request": {"method": "PUT", "url": f"QuestionnaireResponse/{name}"},
    }
    return {"resourceType": "Bundle", "type": "transaction", "entry": [entry]}
