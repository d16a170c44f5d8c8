"""`careflow infra`: what the local stack needs from outside, fetched and pinned."""

from pathlib import Path
from typing import Annotated

import typer

from careflow_cli.blocking import wait_for
from careflow_cli.cache import jars
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
) -> None:
    """Make a deployment's Kafka have the declared topics; again changes nothing, one that differs is an error."""
    from careflow_cli.infra import topics  # the Kafka client loads slowly

    wanted = topics.for_deployment(file)
    wait_for(topics.apply(kafka, wanted))
    typer.echo(f"{len(wanted)} topics as declared")


@app.command("lock-jars")
def lock_jars() -> None:
    """Resolve Kafka's jars anew and write deploy/kafka/jars.sha256; for raising its version."""
    with step("Kafka's jars") as running:
        count = jars.write_list(running.say)
    typer.echo(f"{count} jars listed in {jars.list_file()}")
