"""`careflow clock`: the time of the local stack, which may run ahead of the machine's.

Invariant: going on means stopping at every deadline on the way; only `reset` goes back.
"""

from datetime import datetime, timedelta
from typing import Annotated

import typer

from careflow_cli import instants
from careflow_cli.commands.stack import kept
from careflow_cli.domain_clock import durations
from careflow_cli.domain_clock.clock_file import ClockFile
from careflow_cli.errors import CareflowError
from careflow_cli.progress import step
from careflow_cli.stack.clock import StackClock

app = typer.Typer(no_args_is_help=True, help="The local stack's time: show it, travel forward, start over.")


@app.command()
def show() -> None:
    """Print the stack's time, how far it is ahead, and each service's next deadline."""
    stack = kept()
    clock = ClockFile(stack.folder / "clock.json")
    ahead = timedelta(seconds=round(clock.offset().total_seconds()))
    typer.echo(f"{clock.now():%Y-%m-%d %H:%M:%S} UTC, {ahead} ahead")
    if all(stack.table.find(f"{spec.name}-api") for spec in stack.services):
        for service, one in stack.clock.remaining().items():
            due = f"{one.next_deadline:%Y-%m-%d %H:%M:%S} UTC" if one.next_deadline else "none"
            typer.echo(
                f"  {service}: next deadline {due}; parked {one.parked}{', ' + one.words() if one.words() else ''}"
            )


@app.command()
def advance(duration: Annotated[str, typer.Argument(help="6w, 90d, 36h, 15m, 1d12h")]) -> None:
    """Go on by a duration, from due deadline to due deadline."""
    length = durations.parse(duration)
    clock = running()
    travel(clock, clock.now() + length)


@app.command("set")
def set_(instant: Annotated[str, typer.Argument(help="2026-12-24T09:00:00Z; without a zone it is UTC")]) -> None:
    """Go on to an instant, from due deadline to due deadline."""
    travel(running(), instants.parse(instant))


@app.command()
def reset() -> None:
    """Back to the machine's time. What happened stays, some of it in the future: meant for starting over."""
    ClockFile(kept().folder / "clock.json").path.unlink(missing_ok=True)
    typer.echo("the stack has the machine's time")


def running() -> StackClock:
    """The clock of the running stack. Raises CareflowError when there is none: deadlines could not fire."""
    stack = kept()
    if not all(stack.table.find(server.name) for server in stack.servers if server.ours):
        raise CareflowError("the stack is not running completely: careflow up, or careflow status to see why")
    return stack.clock


def travel(clock: StackClock, target: datetime) -> None:
    with step("travelling") as progress:
        stops = clock.set(target, progress.say)
    typer.echo(f"{clock.now():%Y-%m-%d %H:%M:%S} UTC, stopped at {stops} deadlines on the way")
