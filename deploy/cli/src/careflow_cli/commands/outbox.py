"""`careflow outbox`: what a service has said: what still waits to be published, and what is published again."""

from typing import Annotated

import typer

from careflow_cli import instants
from careflow_cli.commands.asking import (
    AsJson,
    Execute,
    Service,
    TokenFile,
    Urls,
    access,
    ask,
    goes_on,
    service_named,
)
from careflow_cli.errors import CareflowError
from careflow_cli.operators import feeding
from careflow_cli.operators.access import Access
from careflow_cli.operators.client import Answer, Operator
from careflow_cli.operators.shown import Act, as_json, columns, counted, facts, plain

app = typer.Typer(no_args_is_help=True, help="What a service has said: published, waiting, fed again.")

Since = Annotated[str | None, typer.Option(help="Only what was recorded since, e.g. 2026-11-01T00:00:00Z.")]


@app.command()
def status(service: Service, urls: Urls = None, token_file: TokenFile = None, json: AsJson = False) -> None:
    """Show what waits to be published, and how far the latest feedings are."""
    name = service_named(service)

    async def look(operator: Operator) -> tuple[Answer, list[Answer]]:
        return await operator.get(name, "outbox"), (await operator.get(name, "outbox/refeeds"))["items"]

    outbox, refeeds = ask(access(urls, token_file), f"asking {name}", lambda operator, _: look(operator))
    if json:
        as_json({**outbox, "refeeds": refeeds})
        return
    typer.echo(facts(outbox))
    if refeeds:
        typer.echo(feedings(refeeds))


@app.command()
def refeed(
    service: Service,
    topic: Annotated[str, typer.Option(help="A topic of this service that was lost.")],
    since: Since = None,
    execute: Execute = False,
    urls: Urls = None,
    token_file: TokenFile = None,
    json: AsJson = False,
) -> None:
    """Publish a topic again that was lost. To feed one consumer: careflow consumer rewind."""
    name, owner = service_named(service), feeding.owner_of(topic)
    if name != owner:
        raise CareflowError(f"{topic} is written by {owner}")
    feed(access(urls, token_file), owner, {"topic": topic, **recorded(since)}, execute=execute, json=json)


def feed(to: Access, owner: str, body: dict[str, object], *, execute: bool, json: bool) -> None:
    """Show how much would be fed again, and when asked to have it fed and follow that to its end."""
    plan = ask(to, f"asking {owner}", lambda operator, _: feeding.ask(operator, owner, body, dry_run=True))
    act = Act(owner, execute, json)
    act.plan(f"{owner}, to feed again: {counted(plan['events'], 'event')} of {described(plan)}", plan)
    if not execute:
        return
    asked = ask(to, f"asking {owner}", lambda operator, _: feeding.ask(operator, owner, body, dry_run=False))
    with goes_on(f"careflow outbox status {owner}"):
        fed = ask(to, "feeding", lambda operator, say: feeding.follow(operator, owner, asked["id"], say))
    act.done(f"{counted(fed['fed'], 'event')} fed to {plain(fed['to'])}", plan, fed)


def recorded(since: str | None) -> dict[str, object]:
    """The body's part that says since when."""
    return {} if since is None else {"since": instants.parse(since).isoformat()}


def described(feeding: Answer) -> str:
    """From where to where."""
    return plain(f"{feeding['stream'] or feeding['topic']} to {feeding['to']}")


def feedings(items: list[Answer]) -> str:
    """The latest feedings."""
    rows = [
        (each["requested_at"], each["finished_at"], f"{each['fed']}/{each['events']}", described(each))
        for each in items
    ]
    return columns(("asked for", "finished", "fed", "what"), rows)
