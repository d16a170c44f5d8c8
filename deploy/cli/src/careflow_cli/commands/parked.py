"""`careflow parked`: events that a service could not handle, and what becomes of them.

Invariant: events are shown by their names and codes, never by their content; nothing is settled without `--execute`.
"""

import shlex
from typing import Annotated

import typer

from careflow_cli.commands.asking import AsJson, Execute, Service, TokenFile, Urls, access, ask, service_named
from careflow_cli.operators import parked
from careflow_cli.operators.client import Answer
from careflow_cli.operators.parked import Chosen, Settlement
from careflow_cli.operators.shown import Act, as_json, columns, counted, facts, plain

app = typer.Typer(no_args_is_help=True, help="Events a service could not handle: look, replay, give up.")

Id = Annotated[str | None, typer.Option("--id", help="One event, by the id that `list` shows.")]
Stream = Annotated[str | None, typer.Option(help="Those of one stream, e.g. careflow.booking.v1/patient:….")]
Cause = Annotated[str | None, typer.Option(help="Those with this code, e.g. gap, blocked, diverged.")]

DONE = {
    "replay": "the worker replays {count} now: careflow parked list {service}",
    "discard": "{count} given up; what waits behind goes on with: careflow parked replay {service}",
    "accept-gap": "the gap is accepted, the worker replays the stream now: careflow parked list {service}",
}
WOULD = {"replay": "to replay, from there on", "discard": "to give up", "accept-gap": "to go on from"}


@app.command("list")
def list_(
    service: Service,
    stream: Stream = None,
    cause: Cause = None,
    urls: Urls = None,
    token_file: TokenFile = None,
    json: AsJson = False,
) -> None:
    """List events that wait for an operator, in the order of their streams."""
    name = service_named(service)
    events = ask(
        access(urls, token_file),
        f"asking {name}",
        lambda operator, _: parked.found(operator, name, stream, cause),
    )
    if json:
        as_json(events)
    else:
        typer.echo(table(events) if events else f"{name} has no parked events")


@app.command()
def show(
    service: Service,
    parked_id: Annotated[str, typer.Argument(metavar="ID", help="As `list` shows it.")],
    urls: Urls = None,
    token_file: TokenFile = None,
    json: AsJson = False,
) -> None:
    """Show one parked event: names and codes, never what is in it."""
    name = service_named(service)
    event = ask(access(urls, token_file), f"asking {name}", lambda operator, _: parked.one(operator, name, parked_id))
    if json:
        as_json(event)
        return
    typer.echo(facts(event))
    if event["cause"] == "gap" and event["stream"] and event["place"]:
        stream = shlex.quote(plain(event["stream"]))
        typer.echo(f"fed again by: careflow consumer rewind {name} --stream {stream} --last {event['place'] - 1}")


@app.command()
def replay(
    service: Service,
    parked_id: Id = None,
    stream: Stream = None,
    cause: Cause = None,
    execute: Execute = False,
    urls: Urls = None,
    token_file: TokenFile = None,
    json: AsJson = False,
) -> None:
    """Have the service handle the streams of these events again, each from its first parked event on."""
    settle("replay", service, Chosen(parked_id, stream, cause), urls, token_file, execute=execute, json=json)


@app.command()
def discard(
    service: Service,
    parked_id: Id = None,
    stream: Stream = None,
    cause: Cause = None,
    execute: Execute = False,
    urls: Urls = None,
    token_file: TokenFile = None,
    json: AsJson = False,
) -> None:
    """Give these events up: the service will never have handled them."""
    settle("discard", service, Chosen(parked_id, stream, cause), urls, token_file, execute=execute, json=json)


@app.command("accept-gap")
def accept_gap(
    service: Service,
    parked_id: Id = None,
    stream: Stream = None,
    execute: Execute = False,
    urls: Urls = None,
    token_file: TokenFile = None,
    json: AsJson = False,
) -> None:
    """Declare that what is missing before an event will never come. First try: careflow consumer rewind."""
    settle("accept-gap", service, Chosen(parked_id, stream), urls, token_file, execute=execute, json=json)


def settle(
    settlement: Settlement,
    service: str,
    chosen: Chosen,
    urls: Urls,
    token_file: TokenFile,
    *,
    execute: bool,
    json: bool,
) -> None:
    """Show what would become of them, and do it when asked to."""
    name, to = service_named(service), access(urls, token_file)
    plan = ask(to, f"asking {name}", lambda operator, _: parked.rehearse(operator, name, settlement, chosen))
    act = Act(name, execute, json)
    act.plan(f"{name}, {WOULD[settlement]}:\n{described(plan)}", plan)
    if not execute:
        return
    ids = [each["event"]["id"] for each in plan]
    done = ask(
        to, f"{settlement} in {name}", lambda operator, say: parked.carry_out(operator, name, settlement, ids, say)
    )
    count = counted(len(done), "stream" if settlement == "replay" else "event")
    act.done(DONE[settlement].format(count=count, service=name), plan, done)


def described(plan: list[Answer]) -> str:
    """The events of a plan, and what is given up before them."""
    given_up = [
        f"given up: {each['given_up']['first']} to {each['given_up']['last']} of {plain(each['given_up']['stream'])}"
        for each in plan
        if "given_up" in each
    ]
    return "\n".join([table([each["event"] for each in plan]), *given_up])


def table(events: list[Answer]) -> str:
    """Events by name and code; the id is what other commands take."""
    rows = [
        [each[field] for field in ("event_type", "cause", "attempts", "first_failed_at", "state", "id")]
        for each in events
    ]
    return columns(("type", "cause", "attempts", "since", "state", "id"), rows)
