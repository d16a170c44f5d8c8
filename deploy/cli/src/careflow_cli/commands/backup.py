"""`careflow backup`: a service's store, as it is at one moment, in one file."""

from pathlib import Path
from typing import Annotated, Any

import typer

from careflow_cli.commands.asking import AsJson, Service, service_named
from careflow_cli.commands.stack import kept
from careflow_cli.operators.shown import as_json, counted, plain
from careflow_cli.progress import step
from careflow_cli.stack import backups

BackupFile = Annotated[Path, typer.Argument(metavar="FILE", help="The backup.")]


def backup(service: Service, file: BackupFile, json: AsJson = False) -> None:
    """Write a backup of one service of the local stack, while it works, and read it back. Only this service, with its
    master key, can read it. A deployment: see docs/operators/backup.md.
    """
    name = service_named(service)
    with step(f"backing up {name}") as running:
        found = backups.take(kept(), name, file, running.say)
    if json:
        as_json({**found, "file": str(file)})
    else:
        typer.echo(f"{file}: {described(found)}, read back")


def described(found: dict[str, Any]) -> str:
    """What a backup holds."""
    documents = found["documents"]
    amount = f"{counted(sum(documents.values()), 'document')} in {counted(len(documents), 'collection')}"
    return f"{plain(found['service'])} as of {plain(found['taken_at'])}, {amount}"
