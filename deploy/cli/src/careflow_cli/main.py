"""The `careflow` command.

Invariant: a failure is one clear line and an exit code other than zero, never a traceback; whatever ends the command
also ends what it started and did not mean to leave running.
"""

import signal
import sys
from importlib.metadata import entry_points

import typer

from careflow_cli.commands import (
    address,
    audit,
    backup,
    clock,
    consumer,
    contract,
    doctor,
    events,
    infra,
    init,
    keys,
    messages,
    numbers,
    ops,
    outbox,
    parked,
    readers,
    release,
    restore,
    sandbox,
    stack,
    streams,
    token,
    trace,
    webhooks,
)
from careflow_cli.errors import CareflowError, Interrupted
from careflow_cli.processes.signals import raise_interrupted
from careflow_cli.said_once import confirm_said_once

STOPPED_BY_CTRL_C = 130  # the exit code typer gives it

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="CareFlow: its local stack, its operators.",
)
app.command()(stack.up)
app.command()(stack.down)
app.command()(stack.status)
app.command()(stack.logs)
app.command()(messages.messages)
app.command()(address.address)
app.command()(doctor.doctor)
app.command()(init.init)
app.command()(numbers.numbers)
app.command()(token.token)
app.command()(trace.trace)
app.command()(backup.backup)
app.command()(sandbox.sandbox)
app.command()(release.release)
app.add_typer(clock.app, name="clock")
app.add_typer(infra.app, name="infra")
app.add_typer(ops.app, name="ops")
app.add_typer(parked.app, name="parked")
app.add_typer(readers.app, name="readers")
app.add_typer(consumer.app, name="consumer")
app.add_typer(outbox.app, name="outbox")
app.add_typer(restore.app, name="restore")
app.add_typer(streams.app, name="streams")
app.add_typer(webhooks.app, name="webhooks")
app.add_typer(audit.app, name="audit")
app.add_typer(keys.app, name="keys")
app.add_typer(contract.app, name="contract")
app.add_typer(events.app, name="events")
# What is installed beside this command may add to it: the workspace has `demo`, an operator's installation has not.
for added in entry_points(group="careflow.commands"):
    app.command(added.name)(added.load())


def run() -> None:
    """Entry point: runs the command and turns what went wrong into a line and an exit code."""
    for each in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, raise_interrupted)
    try:
        confirm_said_once(app, sys.argv[1:])
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
