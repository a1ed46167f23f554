"""`vigil policy`: look at the policies in force, check files, put them in force."""

import typer

from services.command_line import policy_apply, policy_lint, policy_route, policy_versions
from services.command_line.replay import replay
from services.command_line.simulate import simulate
from services.command_line.troubles import Told

app = typer.Typer(cls=Told, no_args_is_help=True, help="Escalation policies: show, check, put in force.")
app.command("show")(policy_versions.show_policies)
app.command("route")(policy_route.route)
app.command("simulate")(simulate)
app.command("replay")(replay)
app.command("lint")(policy_lint.lint_policies)
app.command("explain")(policy_lint.explain)
app.command("diff")(policy_versions.diff)
app.command("apply")(policy_apply.apply)
app.command("history")(policy_versions.history)
app.command("rollback")(policy_apply.rollback)
app.command("export")(policy_versions.export)
