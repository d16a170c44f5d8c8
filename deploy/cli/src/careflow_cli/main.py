"""The `careflow` command.

Invariant: a failure is one clear line and an exit code other than zero, never a traceback.
"""

import signal
import sys

import click
import typer

from careflow_cli.commands import infra
from careflow_cli.errors import CareflowError, Interrupted
from careflow_cli.processes.signals import raise_interrupted

app = typer.Typer(
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help="CareFlow's local stack."
)
app.add_typer(infra.app, name="infra")


def run() -> None:
    """Entry point: runs the command and turns what went wrong into a line and an exit code."""
    for each in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, raise_interrupted)
    try:
        app()
    except CareflowError as error:
        print(f"careflow: {error}", file=sys.stderr)
        sys.exit(1)
    except (KeyboardInterrupt, click.Abort):
        print("careflow: stopped", file=sys.stderr)
        sys.exit(130)
    except Interrupted as interrupted:
        print(f"careflow: stopped by {interrupted}", file=sys.stderr)
        sys.exit(143)
