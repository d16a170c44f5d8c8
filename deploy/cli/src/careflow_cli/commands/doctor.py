"""`careflow doctor`: whether this machine can run the stack, and what an earlier run left behind; with `--deployment`
whether a deployment with docker-compose can start, and works.

Invariant: it changes nothing, except what `--prepare` fetches.
"""

import json
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from careflow_cli import checkout
from careflow_cli.commands.asking import AsJson
from careflow_cli.commands.stack import kept
from careflow_cli.deployment import settings
from careflow_cli.deployment.examining.backlog_found import backlog_found
from careflow_cli.deployment.examining.certificate_found import certificate_found, kafka_found, stores_found
from careflow_cli.deployment.examining.content_found import (
    content_found,
    numbers_found,
    practice_found,
    texts_found,
)
from careflow_cli.deployment.examining.engine_found import (
    disk_found,
    engine_found,
    exposed_found,
    images_found,
    processes_found,
)
from careflow_cli.deployment.examining.findings import Check, Deployed, State, examined
from careflow_cli.deployment.examining.provider_found import provider_found
from careflow_cli.deployment.examining.secrets_found import keys_found, secrets_found, told_found
from careflow_cli.deployment.examining.settings_found import settings_found
from careflow_cli.errors import CareflowError
from careflow_cli.infra import providers
from careflow_cli.processes import records
from careflow_cli.processes.ports import free_ports

CHECKS: tuple[Check, ...] = (
    settings_found,
    secrets_found,
    keys_found,
    content_found,
    numbers_found,
    texts_found,
    practice_found,
    certificate_found,
    kafka_found,
    stores_found,
    provider_found,
    told_found,
    engine_found,
    disk_found,
    images_found,
    processes_found,
    exposed_found,
    backlog_found,
)
"""What is looked at of a deployment, in this order."""
DISK_NEEDED = 1_000_000_000  # bytes for data, logs and the cache


def doctor(
    prepare: Annotated[bool, typer.Option(help="Fetch what is missing.")] = False,
    deployment: Annotated[
        Path | None, typer.Option(help="Look at the docker-compose deployment of this checkout instead.")
    ] = None,
    env: Annotated[Path | None, typer.Option(envvar="CAREFLOW_ENV_FILE", help="Instead of its .env.")] = None,
    as_json: AsJson = False,
) -> None:
    """Check what the local stack needs and what was left behind; with --deployment, a deployment before and after its
    start. Exit code 1 when something keeps it from starting, or from working.
    """
    if (as_json and deployment is None) or (prepare and deployment is not None):
        raise CareflowError("--json goes with --deployment, and --prepare without it")
    if deployment is not None:
        _examine(deployment.resolve(), env, as_json=as_json)
        return
    provider = providers.chosen()
    if prepare:
        provider.prepare()
    checks: dict[str, Callable[[], str]] = {
        "python": python,
        "disk": disk,
        "ports": ports,
        **provider.checks(),
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


def _examine(root: Path, env: Path | None, *, as_json: bool) -> None:
    environment = (env or root / ".env").resolve()
    if not environment.is_file():
        raise CareflowError(f"there is no {environment}: careflow init makes it")
    given = settings.values(environment)
    secrets = root / given.get("CAREFLOW_SECRETS", "secrets")
    found = examined(Deployed(root, environment, secrets.resolve(), given), CHECKS)
    if as_json:
        typer.echo(json.dumps([asdict(each) for each in found], indent=2))
    else:
        for each in found:
            state = each.state.upper() if each.state is not State.OK else each.state
            typer.echo(f"  {state:<5} {each.check:<11} {each.says}" + (f": {each.do}" if each.do else ""))
    if any(each.state is State.FAIL for each in found):
        raise typer.Exit(1)


def python() -> str:
    return f"{sys.version.split()[0]} at {sys.executable}"


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
