"""`careflow ops`: all services at one look."""

import typer

from careflow_cli.commands.asking import AsJson, TokenFile, Urls, access, ask
from careflow_cli.operators import standing
from careflow_cli.operators.shown import as_json, columns, plain
from careflow_cli.stack.services import SERVICES

NEEDS_SOMEBODY = 3  # exit code

app = typer.Typer(no_args_is_help=True, help="All services at one look.")


@app.command()
def status(urls: Urls = None, token_file: TokenFile = None, json: AsJson = False) -> None:
    """Show where each service stands. Exit code 1 when one gives no answer, 3 when one is waiting for an operator:
    it has parked events, is stopped, paused or fenced, or has heard nothing of a topic for minutes, as while Kafka is
    away.
    """
    names = [spec.name for spec in SERVICES]
    rows = ask(access(urls, token_file), "asking", lambda operator, _: standing.of_all(operator, names))
    if json:
        as_json([row.as_dict() for row in rows])
    else:
        typer.echo(table(rows))
        for row in rows:
            if row.trouble:
                typer.echo(f"careflow: {plain(row.trouble)}", err=True)
    if any(row.trouble for row in rows):
        raise typer.Exit(1)
    if any(row.needs_somebody for row in rows):
        raise typer.Exit(NEEDS_SOMEBODY)


def table(rows: list[standing.Standing]) -> str:
    """A row for each service; a dash is what there is not, or is not known."""
    headings = (
        "service",
        "unpublished",
        "oldest",
        "effects",
        "parked",
        "stopped",
        "paused",
        "silent",
        "fenced since",
        "next deadline",
    )
    return columns(
        headings,
        [
            (
                row.service,
                row.unpublished,
                row.oldest,
                row.effects,
                row.parked,
                row.stopped,
                row.paused,
                row.silent,
                row.fenced_since,
                row.next_deadline,
            )
            for row in rows
        ],
    )
