"""`careflow infra`: what the local stack needs from outside, fetched and pinned."""

from pathlib import Path
from typing import Annotated

import typer

from careflow_cli.blocking import wait_for
from careflow_cli.cache import jars
from careflow_cli.errors import CareflowError
from careflow_cli.infra import providers
from careflow_cli.progress import step

app = typer.Typer(no_args_is_help=True, help="What the local stack needs from outside: fetch it, pin it.")


@app.command()
def prepare() -> None:
    """Fetch what is missing in the user's cache (Kafka's jars, the store); quick and offline when nothing is."""
    providers.chosen().prepare()


@app.command("topics")
def apply_topics(
    file: Annotated[Path, typer.Argument(help="A file like deploy/kafka/topics.yaml.")],
    kafka: Annotated[str, typer.Option(envvar="KAFKA_URL", help="Bootstrap servers.")],
    readers: Annotated[
        Path | None, typer.Option(envvar="KAFKA_READERS_FILE", help="Who else may read, where Kafka asks for accounts.")
    ] = None,
    replicas: Annotated[
        int, typer.Option(envvar="KAFKA_REPLICAS", min=1, help="How many brokers keep each of them.")
    ] = 1,
) -> None:
    """Make a deployment's Kafka have the declared topics and, where it asks for accounts, grant each what it may do;
    again changes nothing, a topic that differs is an error.
    """
    from careflow_cli.infra import access, account, topics  # the Kafka client loads slowly

    wanted, options = topics.for_deployment(file, replicas), account.options()
    if options and readers is None:
        raise CareflowError("where Kafka asks for accounts, --readers names the file of who else may read")
    wait_for(topics.apply(kafka, wanted, options))
    if options and readers is not None:
        grants = access.for_deployment(file, readers)
        wait_for(access.apply(kafka, grants, options))
        typer.echo(f"{len(grants)} rights granted, and no others")
    typer.echo(f"{len(wanted)} topics as declared")


@app.command("lock-jars")
def lock_jars() -> None:
    """Resolve Kafka's jars anew and write deploy/kafka/jars.sha256; for raising its version."""
    with step("Kafka's jars") as running:
        count = jars.write_list(running.say)
    typer.echo(f"{count} jars listed in {jars.list_file()}")
