"""`careflow restore`: putting a store back from a backup, and how a restore ends."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated

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
from careflow_cli.commands.backup import BackupFile
from careflow_cli.commands.backup import described as backed_up
from careflow_cli.commands.stack import alone, kept
from careflow_cli.operators import restoring
from careflow_cli.operators.client import Answer, Operator
from careflow_cli.operators.shown import Act, as_json, columns, counted, plain
from careflow_cli.progress import step
from careflow_cli.stack import backups

app = typer.Typer(no_args_is_help=True, help="Put a store back from a backup: put, look, finish, list what it lost.")


@app.command()
def put(service: Service, file: BackupFile, execute: Execute = False, json: AsJson = False) -> None:
    """Make the store of a service of the local stack hold what a backup holds and nothing else. Without --execute the
    backup is read to its end. The service is stopped meanwhile and fenced afterwards: `restore finish` lets it go on.
    """
    name, stack = service_named(service), kept()
    with step("reading the backup"):
        plan = backups.look(stack, name, file)
    act = Act(name, execute, json)
    act.plan(f"{name}, to put back: {backed_up(plan)}", plan)
    if not execute:
        return
    with alone(), step(f"restoring {name}") as running:
        done = backups.put_back(stack, name, file, running.say)
    act.done(
        f"{name} is as it was and fenced: careflow restore status {name}, careflow restore finish {name}", plan, done
    )


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


class By(StrEnum):
    """What a line of the list of orphans stands for."""

    TYPE = "type"
    STREAM = "stream"
    EVENT = "event"


@app.command()
def orphans(
    service: Service,
    by: Annotated[By, typer.Option(help="One line for each type, each stream, or each event.")] = By.TYPE,
    urls: Urls = None,
    token_file: TokenFile = None,
    json: AsJson = False,
) -> None:
    """List what others have acted on and this service has forgotten: names and numbers, never content. They are known
    by name once the restore is finished. With --json each event, however they are counted for people.
    """
    name = service_named(service)
    listed = "restore/orphans" if json or by is By.EVENT else "restore/orphans/counts"
    how = {} if json or by is By.EVENT else {"by": by.value}

    async def all_of(operator: Operator) -> tuple[Answer, list[Answer]]:
        restore = await operator.get(name, "restore")
        return restore, [each async for each in operator.items(name, listed, **how)]

    restore, found = ask(access(urls, token_file), f"asking {name}", lambda operator, _: all_of(operator))
    fenced = restore["fenced_since"] is not None
    if fenced:
        typer.echo(f"{described(name, restore)}; they are listed once it is finished", err=True)
    if json:
        as_json(found)
    elif found:
        typer.echo(_listed(found, by))
        if by is not By.EVENT:
            others = " and ".join(f"--by {each}" for each in By if each not in (by, By.TYPE))
            events = counted(sum(each["events"] for each in found), "event")
            typer.echo(f"{name} has forgotten {events} of {counted(len(found), by.value)}: {others}")
    elif not fenced:
        typer.echo(f"{name} has no orphans")


def _listed(found: list[Answer], by: By) -> str:
    if by is By.EVENT:
        fields = ("recorded_at", "type", "sequence", "stream", "id")
        return columns(
            ("recorded", "type", "number", "stream", "id"), [[each[field] for field in fields] for each in found]
        )
    most_first = sorted(found, key=lambda each: (-each["events"], each["name"]))
    if by is By.STREAM:
        shown = [
            [each["name"], each["events"], each["first"], each["last"], _of_each(each["types"])] for each in most_first
        ]
        return columns(("stream", "events", "first", "last", "of them"), shown)
    shown = [[each["name"], each["events"], each["streams"], each["first"], each["last"]] for each in most_first]
    return columns(("type", "events", "streams", "first", "last"), shown)


def _of_each(types: Mapping[str, int]) -> str:
    return ", ".join(f"{number} {name}" for name, number in sorted(types.items()))


def described(name: str, restore: Answer) -> str:
    """Where the restore stands."""
    if restore["fenced_since"] is None:
        return f"{name} is not fenced"
    if restore["filling"]:
        return f"{name} is fenced: its store was not filled to the backup's end, or still is; put it back again"
    if not restore["looked"]:
        return f"{name} is fenced since {plain(restore['fenced_since'])}: its worker has not read its topics yet"
    finishing = ", being finished" if restore["finishing"] else ""
    held = f"{counted(restore['orphans'], 'event')} in {counted(restore['streams'], 'stream')}"
    return f"{name} is fenced since {plain(restore['fenced_since'])}{finishing}: its topics hold {held} it forgot"
