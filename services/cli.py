"""`vigil`: every command, in the groups a person looks for them."""

import typer

from services.command_line import accounts, keys, parked, patients, policies, rosters, sessions
from services.command_line.answer import answer
from services.command_line.audit import app as audit
from services.command_line.conversations import conversations
from services.command_line.demo_week import demo
from services.command_line.doctor import doctor
from services.command_line.drill import drill
from services.command_line.education import app as education
from services.command_line.escalations import escalations
from services.command_line.ledger import app as ledger
from services.command_line.media import app as media
from services.command_line.page_test import page_test
from services.command_line.privacy_purge import purge
from services.command_line.readings import readings
from services.command_line.recipients import app as recipients
from services.command_line.reports import report
from services.command_line.rosters import who
from services.command_line.running import provision_streams, run, up
from services.command_line.screens import app as screen
from services.command_line.signals import signal
from services.command_line.tasks import app as tasks
from services.command_line.triage import app as triage
from services.command_line.troubles import Told
from services.command_line.verify import verify

_RUN, _CRISIS, _PROGRAMME, _MEND = "Start", "What happens", "The programme", "Look after it"

app = typer.Typer(
    cls=Told,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    help="Vigil pages the on-call clinician until a person takes it and the patient has been reached.\n\n"
    "Begin with `vigil up --demo`. Settings are environment variables VIGIL_*, see .env.example.",
)
app.command(rich_help_panel=_RUN)(up)
app.command(rich_help_panel=_RUN)(demo)
app.command(rich_help_panel=_RUN)(run)
app.command("provision", rich_help_panel=_RUN)(provision_streams)
app.command(rich_help_panel=_CRISIS)(signal)
app.command(rich_help_panel=_CRISIS)(escalations)
app.command(rich_help_panel=_CRISIS)(conversations)
app.command(rich_help_panel=_CRISIS)(answer)
app.command(rich_help_panel=_CRISIS)(who)
app.add_typer(policies.app, name="policy", rich_help_panel=_PROGRAMME)
app.add_typer(rosters.app, name="roster", rich_help_panel=_PROGRAMME)
app.add_typer(sessions.app, name="sessions", rich_help_panel=_PROGRAMME)
app.command(rich_help_panel=_PROGRAMME)(verify)
app.add_typer(triage, name="triage", rich_help_panel=_PROGRAMME)
app.add_typer(screen, name="screen", rich_help_panel=_PROGRAMME)
app.add_typer(patients.app, name="patient", rich_help_panel=_PROGRAMME)
app.add_typer(tasks, name="tasks", rich_help_panel=_PROGRAMME)
app.add_typer(education, name="education", rich_help_panel=_PROGRAMME)
app.add_typer(media, name="media", rich_help_panel=_PROGRAMME)
app.add_typer(recipients, name="recipients", rich_help_panel=_PROGRAMME)
app.command(rich_help_panel=_MEND)(drill)
app.command("page-test", rich_help_panel=_MEND)(page_test)
app.add_typer(parked.app, name="parked", rich_help_panel=_MEND)
app.add_typer(accounts.app, name="account", rich_help_panel=_MEND)
app.add_typer(keys.app, name="keys", rich_help_panel=_MEND)
app.command(rich_help_panel=_MEND)(purge)
app.command(rich_help_panel=_MEND)(readings)
app.command(rich_help_panel=_MEND)(report)
app.add_typer(ledger, name="ledger", rich_help_panel=_MEND)
app.add_typer(audit, name="audit", rich_help_panel=_MEND)
app.command(rich_help_panel=_MEND)(doctor)

if __name__ == "__main__":
    app()
