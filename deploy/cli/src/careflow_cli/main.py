"""The `careflow` command.

Invariant: a failure is one clear line and an exit code other than zero, never a traceback; whatever ends the command
also ends what it started and did not mean to leave running.
"""

import signal
import sys

import typer

from careflow_cli.commands import clock, doctor, infra, init, stack, token
from careflow_cli.errors import CareflowError, Interrupted
from careflow_cli.processes.signals import raise_interrupted

STOPPED_BY_CTRL_C = 130  # the exit code typer gives it

app = typer.Typer(
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help="CareFlow's local stack."
)
app.command()(stack.up)
app.command()(stack.down)
app.command()(stack.status)
app.command()(stack.logs)
app.command()(doctor.doctor)
app.command()(init.init)
app.command()(token.token)
app.add_typer(clock.app, name="clock")
app.add_typer(infra.app, name="infra")


@app.command()
def demo() -> None:
    """Walk one patient through the system and show every event on the way."""
    from careflow_cli import demo as walk  # it brings a whole system with it

    walk.run()


def run() -> None:
    """Entry point: runs the command and turns what went wrong into a line and an exit code."""
    for each in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, raise_interrupted)
    try:
        app()
    except CareflowError as error:
        print(f"careflow: {error}", file=sys.stderr)
        sys.exit(1)
    except SystemExit as leaving:
        if leaving.code == STOPPED_BY_CTRL_C:
            print("careflow: stopped", file=sys.stderr)
        raise
    except Interrupted as interrupted:
        print(f"careflow: stopped by {interrupted}", file=sys.stderr)
        sys.exit(128 + signal.Signals[str(interrupted)])
