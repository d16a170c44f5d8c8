"""`careflow sandbox`: events to build on, without services."""

import signal
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from careflow_cli.blocking import wait_for
from careflow_cli.checkout import state
from careflow_cli.progress import step

if TYPE_CHECKING:
    from careflow_events.testing.sandbox.play import Step


def sandbox(
    patients: Annotated[int, typer.Option(min=1, max=100_000, help="How many.")] = 10,
    per_second: Annotated[float, typer.Option(min=0, help="Events in a second; 0: as fast as it goes.")] = 5,
    seed: Annotated[int, typer.Option(help="Another one gives other patients.")] = 1,
    repeats: Annotated[int, typer.Option(min=0, max=100, help="After how many of 100 events some come again.")] = 0,
    gaps: Annotated[int, typer.Option(min=0, max=100, help="How many of 100 events are left out.")] = 0,
    rotate_keys: Annotated[
        bool, typer.Option("--rotate-keys", help="Half-way every consumer gets another key.")
    ] = False,
    kafka: Annotated[
        str | None, typer.Option(help="Bootstrap servers of a Kafka where no service listens. Without: one of its own.")
    ] = None,
) -> None:
    """Say all that CareFlow would say of made-up patients, the same for the same options, on a Kafka of its own that
    goes on until Ctrl-C.
    """
    from careflow_cli import sandbox as playing  # the contracts and the Kafka client load slowly
    from careflow_events.testing.sandbox.play import Act, Plan

    plan = Plan(patients=patients, seed=seed, repeats=repeats, gaps=gaps, rotate=rotate_keys)
    keys = state() / "sandbox" / "keys"
    playing.write_keys(keys, plan)

    with ExitStack() as ending:
        url = kafka or _own(ending)
        _echo(f"kafka  {url}", f"keys   {_shown(keys)}")
        with step("saying it") as running:
            said = count(1)

            def tell(done: "Step") -> None:
                running.say(f"{next(said)} events")
                if done.act is Act.LOSE:
                    typer.echo(f"left out  {done.event.stream} #{done.event.sequence}", err=True)

            counted = wait_for(playing.run(url, plan, per_second, tell))
        told = f"{counted[Act.SAY]} events of {patients} patients"
        _echo(f"{told}, {counted[Act.REPEAT]} said again, {counted[Act.LOSE]} left out")
        if kafka is None:
            _echo("Ctrl-C ends its Kafka")
            while True:
                signal.pause()


def _own(ending: ExitStack) -> str:
    from careflow_cli.stack.stack import Stack

    with step("starting a Kafka") as running:
        return ending.enter_context(Stack.ephemeral((), say=running.say)).kafka_url


def _echo(*lines: str) -> None:
    """At once, also into a pipe."""
    for line in lines:
        print(line, flush=True)


def _shown(folder: Path) -> Path:
    return folder.relative_to(Path.cwd()) if folder.is_relative_to(Path.cwd()) else folder
