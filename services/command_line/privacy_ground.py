"""On what ground a record leaves: consent, or an exception of 42 CFR Part 2. Pure."""

from dataclasses import dataclass

from contracts.privacy import Ground
from services.command_line.troubles import Trouble

RULES = {
    Ground.CONSENT: "42 CFR 2.31, 2.33",
    Ground.PATIENT: "the patient's own access, 42 CFR 2.23",
    Ground.EMERGENCY: "medical emergency, 42 CFR 2.51",
    Ground.COURT_ORDER: "order of a court, 42 CFR 2.61 to 2.67",
    Ground.AUDIT: "audit and evaluation, 42 CFR 2.53",
    Ground.RESEARCH: "research, 42 CFR 2.52",
    Ground.WITHIN_PROGRAMME: "within the programme, 42 CFR 2.12(c)(3)",
    Ground.SERVICE_ORGANIZATION: "qualified service organization, 42 CFR 2.12(c)(4)",
    Ground.CRIME: "crime on the premises or against staff, 42 CFR 2.12(c)(5)",
    Ground.CHILD_ABUSE: "report of child abuse, 42 CFR 2.12(c)(6)",
}
EXCEPTIONS = tuple(ground.value for ground in Ground if ground is not Ground.CONSENT)
_NEEDS_DOCUMENT = frozenset({Ground.COURT_ORDER, Ground.AUDIT, Ground.RESEARCH, Ground.SERVICE_ORGANIZATION})


@dataclass(frozen=True)
class Grounds:
    """Why it may leave, as it is recorded and as it goes along."""

    ground: Ground
    basis: str = ""
    scope: str = ""

    @property
    def sentence(self) -> str:
        """What stands on what leaves."""
        kept = f" (kept as {self.basis})" if self.basis else ""
        if self.ground is Ground.CONSENT:
            covers = f". It covers: {self.scope}" if self.scope else ""
            return f"with the patient's written consent{kept}, {RULES[self.ground]}{covers}"
        return f"without consent: {RULES[self.ground]}{kept}"


def grounds(consent: str, scope: str, exception: str, basis: str) -> Grounds:
    """Return it from the options of a command. Raises Trouble that names the one which is missing."""
    consent, scope, exception, basis = (one.strip() for one in (consent, scope, exception, basis))
    if bool(consent) == bool(exception):
        raise Trouble(
            "on what ground? Give --consent with where the signed consent is kept, or --exception "
            f"({', '.join(EXCEPTIONS)}); not both"
        )
    if consent:
        if not scope:
            raise Trouble(
                "--scope: say what the consent covers; 42 CFR 2.32 wants that (or a copy) to go along"
            )
        return Grounds(Ground.CONSENT, consent, scope)
    if exception not in EXCEPTIONS:
        raise Trouble(f"--exception: {exception!r} is none of {', '.join(EXCEPTIONS)}")
    ground = Ground(exception)
    if ground in _NEEDS_DOCUMENT and not basis:
        raise Trouble(f"--basis: where is the order or agreement kept on which it rests ({RULES[ground]})?")
    return Grounds(ground, basis)
