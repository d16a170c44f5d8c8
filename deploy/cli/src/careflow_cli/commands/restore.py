"""`careflow restore`: how the restore of a service whose store was put back from a copy ends."""

import typer

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
from careflow_cli.operators import restoring
from careflow_cli.operators.client import Answer, Operator
from careflow_cli.operators.shown import Act, as_json, columns, counted, plain

app = typer.Typer(no_args_is_help=True, help="After a store was put back from a copy: look, finish, list what it lost.")


@app.command()
def status(service: Service, urls: Urls = None, token_file: TokenFile = None, json: AsJson = False) -> None:
    """Say whether a service stands still because its store was put back from a copy."""
    name = service_named(service)
    restore = ask(access(urls, token_file), f"asking {name}", lambda operator, _: operator.get(name, "restore"))
    if json:
        as_json(restore)
    else:
        typer.echo(described(name, restore))


@app.command()
def finish(
    service: Service,
    execute: Execute = False,
    urls: Urls = None,
    token_file: TokenFile = None,
    json: AsJson = False,
) -> None:
    """Let a fenced service take up what its topics hold and go on behind it."""
    name, to = service_named(service), access(urls, token_file)
    plan = ask(to, f"asking {name}", lambda operator, _: operator.post(name, "restore/finish", {"dry_run": True}))
    act = Act(name, execute, json)
    act.plan(described(name, plan), plan)
    if not execute:
        return
    ask(to, f"asking {name}", lambda operator, _: operator.post(name, "restore/finish", {"dry_run": False}))
    with goes_on(f"careflow restore status {name}"):
        done = ask(to, "finishing the restore", lambda operator, say: restoring.follow(operator, name, say))
    act.done(f"{name} goes on; what to enter again: careflow restore orphans {name}", plan, done)


@app.command()
def orphans(service: Service, urls: Urls = None, token_file: TokenFile = None, json: AsJson = False) -> None:
    """List what others have acted on and this service has forgotten: names and numbers, never content."""
    name = service_named(service)

    async def all_of(operator: Operator) -> list[Answer]:
        return [orphan async for orphan in operator.items(name, "restore/orphans")]

    found = ask(access(urls, token_file), f"asking {name}", lambda operator, _: all_of(operator))
    if json:
        as_json(found)
        return
    fields = ("recorded_at", "type", "sequence", "stream", "id")
    rows = [[each[field] for field in fields] for each in found]
    typer.echo(columns(("recorded", "type", "number", "stream", "id"), rows) if rows else f"{name} has no orphans")


def described(name: str, restore: Answer) -> str:
    """Where the restore stands."""
    if restore["fenced_since"] is None:
        return f"{name} is not fenced"
    finishing = ", being finished" if restore["finishing"] else ""
    held = f"{counted(restore['orphans'], 'event')} in {counted(restore['streams'], 'stream')}"
    return f"{name} is fenced since {plain(restore['fenced_since'])}{finishing}: its topics hold {held} it forgot"
