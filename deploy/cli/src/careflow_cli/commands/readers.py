"""`careflow readers`: who else may read a deployment's events from Kafka, where Kafka asks for accounts.

Invariant: only files are changed; Kafka knows of it once it and its topics job were started anew.
"""

from pathlib import Path
from typing import Annotated

import typer

from careflow_cli import checkout
from careflow_cli.deployment import kafka_accounts
from careflow_cli.deployment.deployment import READABLE
from careflow_cli.stack.secrets import Secrets

app = typer.Typer(no_args_is_help=True, help="Who else may read events from Kafka, where it asks for accounts.")
Folder = Annotated[Path | None, typer.Option("--secrets", envvar="CAREFLOW_SECRETS", help="Instead of ./secrets.")]
Name = Annotated[str, typer.Argument(help="The reader's account.")]
THEN = "Then: docker-compose up -d --force-recreate kafka topics"


@app.command("list")
def show(secrets: Folder = None) -> None:
    """Each reader and what it may read."""
    for reader, classifications in sorted(kafka_accounts.readers(_kept(secrets)).items()):
        typer.echo(f"{reader}: {', '.join(classifications)}")


@app.command()
def admit(
    reader: Name,
    to: Annotated[list[str], typer.Option(help=f"{', '.join(kafka_accounts.OPEN_TO_READERS)}; may be said again.")],
    secrets: Folder = None,
) -> None:
    """Give a reader an account that may read the topics of these classifications, in groups named `<reader>.…`."""
    kept = _kept(secrets)
    file = kafka_accounts.admit(kept, reader, to)
    typer.echo(f"{reader} reads {', '.join(sorted({*to}))}. Its password is in {kept.folder / file}; {THEN}")


@app.command()
def dismiss(reader: Name, secrets: Folder = None) -> None:
    """Take a reader's account away."""
    kafka_accounts.dismiss(_kept(secrets), reader)
    typer.echo(f"{reader} is gone. {THEN}")


def _kept(secrets: Path | None) -> Secrets:
    return Secrets((secrets or checkout.root() / "secrets").resolve(), READABLE)
