"""The files in which ops describe a programme: people, schedules, patients and policies.

No service of its own: the command line reads files through it, and tests read the shipped ones.
It reads only what it is given and writes nothing. Every mistake of every file is told at once,
as `file:line: field: what is wrong, and what to do`, in one ProgrammeError.
"""

from services.programme.drafts import MethodDraft, PatientDraft, PersonDraft
from services.programme.linting.finding import Finding
from services.programme.linting.lint import lint
from services.programme.load import (
    Programme,
    load,
    load_calendars,
    load_patients,
    load_people,
    load_policies,
    load_schedules,
)
from services.programme.policy_files import PolicyFolder, load_policy_folder
from services.programme.roster_folder import load_roster_folder
from services.programme.schema import policy_schema
from services.programme.yaml_text import Problem, ProgrammeError

__all__ = [
    "Finding",
    "MethodDraft",
    "PatientDraft",
    "PersonDraft",
    "PolicyFolder",
    "Problem",
    "Programme",
    "ProgrammeError",
    "lint",
    "load",
    "load_calendars",
    "load_patients",
    "load_people",
    "load_policies",
    "load_policy_folder",
    "load_roster_folder",
    "load_schedules",
    "policy_schema",
]
