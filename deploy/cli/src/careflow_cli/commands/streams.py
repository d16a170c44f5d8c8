"""`careflow streams`: whether what was published is all there, in order."""

from typing import TYPE_CHECKING, Annotated

import typer

from careflow_cli.blocking import wait_for
from careflow_cli.commands.asking import AsJson, kafka_of
from careflow_cli.operators.feeding import owner_of
from careflow_cli.operators.shown import as_json, columns, counted
from careflow_cli.progress import step
from careflow_events.topics import TOPICS

if TYPE_CHECKING:
    from careflow_cli.operators.streams import Stream

NOT_WHOLE = 3  # exit code
NAMED = 5
"""How many runs of lost numbers are named for people; JSON has all."""

app = typer.Typer(no_args_is_help=True, help="Whether what was published is all there, in order.")


@app.callback()
def streams() -> None:
    """A group, with whatever is added to it."""


@app.command()
def verify(
    topic: Annotated[list[str] | None, typer.Option(help="One topic; may be repeated. Without: all.")] = None,
    kafka: Annotated[
        str | None, typer.Option(envvar="KAFKA_URL", help="Bootstrap servers. Without: the local stack.")
    ] = None,
    json: AsJson = False,
) -> None:
    """Read the topics whole and name every stream with lost, reordered or contradicting events. Exit code 3 when
    there is one; an event that stands there twice is shown, and harms nobody.
    """
    names = topic or [each.name for each in TOPICS]
    for name in names:
        owner_of(name)
    from careflow_cli.infra import account
    from careflow_cli.operators import streams  # the Kafka client loads slowly

    with step("reading the topics") as running:
        findings = wait_for(streams.read(kafka_of(kafka), names, running.say, account.options()))
    shown = [each for _, each in sorted(findings.streams.items()) if not each.whole or each.doubled]
    if json:
        counts = {"records": findings.records, "streams": len(findings.streams), "foreign": findings.foreign}
        as_json({**counts, "findings": [each.as_dict() for each in shown]})
    else:
        typer.echo(
            f"{counted(findings.records, 'record')}, {counted(len(findings.streams), 'stream')}, "
            f"{findings.foreign} records that are no event of their topic"
        )
        typer.echo(table(shown) if shown else "every stream is whole and in order")
    if not all(each.whole for each in shown):
        raise typer.Exit(NOT_WHOLE)


def table(shown: list["Stream"]) -> str:
    """The streams with something to say of them."""
    headings = ("stream", "begins", "lost", "doubled", "reordered", "diverged", "which are lost")
    rows = [
        (
            each.name,
            each.begins,
            sum(map(len, each.lost)),
            each.doubled,
            each.reordered,
            each.diverged,
            named(each.lost),
        )
        for each in shown
    ]
    return columns(headings, rows)


def named(lost: list[range]) -> str | None:
    """The first runs of lost numbers: `4-7, 9`."""
    runs = [f"{run[0]}-{run[-1]}" if len(run) > 1 else f"{run[0]}" for run in lost[:NAMED]]
    return ", ".join([*runs, "…"] if len(lost) > NAMED else runs) or None
