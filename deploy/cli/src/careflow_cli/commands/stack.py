"""`careflow up | down | status | logs`: the kept stack of this checkout.

Invariant: one of `up` and `down` at a time; what a crash or a kill left behind never stops the next `up`.
"""

import fcntl
import json
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from careflow_cli import checkout
from careflow_cli.edge.pages import PAGES, all_of_them
from careflow_cli.errors import CareflowError
from careflow_cli.processes import endings
from careflow_cli.progress import step
from careflow_cli.stack.report import ProcessReport, report
from careflow_cli.stack.stack import Stack, is_infrastructure

NOT_RUNNING = 3  # exit code of `status`, as service scripts have it
FOLLOW_EVERY = 0.2  # seconds


def kept() -> Stack:
    """The stack of this checkout: data kept between runs, in stores that survive being killed."""
    return Stack(checkout.state(), durable=True, edge=True)


@contextmanager
def alone() -> Iterator[None]:
    """Refuse to work on the kept stack while another command does."""
    checkout.state().mkdir(parents=True, exist_ok=True)
    with (checkout.state() / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise CareflowError("another careflow command is starting or stopping this checkout's stack") from error
        yield


def up() -> None:
    """Start the local stack and leave it running. Kafka and stores that run are kept; services are
    started anew unless everything runs.
    """
    with alone():
        stack = kept()
        expected = {server.name for server in stack.servers}
        if expected <= set(stack.table.running()):
            typer.echo("already running")
        else:
            with step("starting CareFlow") as running:
                left_over = [name for name in stack.table.running() if not is_infrastructure(name)]
                stack.table.stop(left_over, 0)  # services of a run that was killed half-way: their addresses may be old
                stack.start_all(running.say)
    show(report(stack))
    show_pages(stack)


def down(forget: Annotated[bool, typer.Option("--forget", help="And remove its data.")] = False) -> None:
    """Stop the local stack; its data is kept."""
    with alone():
        stack = kept()
        names = sorted(stack.table.running())
        killed = []
        if names:
            with step(f"stopping {len(names)} processes"):
                killed = stack.stop_all()
        else:
            typer.echo("nothing is running")
        if forget:
            endings.run(stack.folder)
            shutil.rmtree(stack.folder)
    if killed:
        typer.echo(f"had to be killed: {', '.join(killed)}")


def status(as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False) -> None:
    """Show each process: state, port, uptime, memory, health. Exit code 3 unless all of them are ready."""
    rows = report(kept())
    if as_json:
        typer.echo(json.dumps([row.as_dict() for row in rows], indent=2))
    else:
        show(rows)
    if not all(row.health == "ready" for row in rows):
        raise typer.Exit(NOT_RUNNING)


def logs(
    name: Annotated[str | None, typer.Argument(help="A process, e.g. booking-api; all of them without.")] = None,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on until Ctrl-C.")] = False,
) -> None:
    """Print what the processes wrote."""
    folder = checkout.state() / "logs"
    files = {file.stem: file for file in sorted(folder.glob("*.log"))} if folder.is_dir() else {}
    if name is not None and name not in files:
        raise CareflowError(f"{name} has no log here; there are: {', '.join(files) or 'none'}")
    chosen = {name: files[name]} if name else files
    read = dict.fromkeys(chosen, 0)
    while True:
        for process, file in chosen.items():
            with file.open("rb") as log:
                log.seek(read[process])
                content = log.read()
            whole = content[: content.rfind(b"\n") + 1] if follow else content
            read[process] += len(whole)
            for line in whole.decode("utf-8", "replace").splitlines():
                typer.echo(line if name else f"{process:<18} {line}")
        if not follow:
            return
        time.sleep(FOLLOW_EVERY)


def show_pages(stack: Stack) -> None:
    """Where to look at all of it in a browser, and as whom."""
    served = {spec.name for spec in stack.services}
    typer.echo(f"\nwhat is written to patients: .venv/bin/careflow messages\nin a browser: {stack.address}")
    if rows := [each for each in PAGES if each.service in served]:
        typer.echo(f"log in there once, with what this prints: {all_of_them()}")
        typer.echo("a new stack is an empty clinic; one on a working day, with people to look at: make sample")
    for each in rows:
        typer.echo(f"{each.what}{f', as {each.role}' if each.role else ''}: {stack.address}{each.address}")


def show(rows: list[ProcessReport]) -> None:
    """A table of the processes; full width when nobody's terminal limits it."""
    table = Table(box=None, pad_edge=False)
    for column in ("process", "state", "port", "pid", "uptime", "memory", "health"):
        table.add_column(column, justify="right" if column in ("port", "pid", "uptime", "memory") else "left")
    for row in rows:
        table.add_row(row.name, row.state, *row.figures(), row.health)
    Console(width=None if sys.stdout.isatty() else 140).print(table)
