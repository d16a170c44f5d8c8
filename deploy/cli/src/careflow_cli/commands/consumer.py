"""`careflow consumer`: whether a service handles what it receives, and feeding it what it missed."""

from typing import Annotated

import typer

from careflow_cli.commands.asking import AsJson, Execute, Service, TokenFile, Urls, access, ask, service_named
from careflow_cli.commands.outbox import Since, feed, recorded
from careflow_cli.errors import CareflowError
from careflow_cli.operators import feeding
from careflow_cli.operators.client import Answer
from careflow_cli.operators.shown import Act, as_json, plain

app = typer.Typer(no_args_is_help=True, help="Whether a service handles what it receives; feed it what it missed.")

WHY = {
    "parked_too_many": "so many events of different streams failed that the fault is the service's: mend it first",
    "offsets_lost": "what was to be read next is no longer in the log: resuming reads from its beginning",
    "topic_recreated": "the topic is not the one that was read: resuming reads the new one from its beginning",
}


@app.command()
def status(service: Service, urls: Urls = None, token_file: TokenFile = None, json: AsJson = False) -> None:
    """Say whether consuming is stopped, and why."""
    name = service_named(service)
    consumer = ask(access(urls, token_file), f"asking {name}", lambda operator, _: operator.get(name, "consumer"))
    if json:
        as_json(consumer)
    else:
        typer.echo(described(name, consumer))


@app.command()
def resume(
    service: Service,
    stopped: Annotated[str | None, typer.Option(help="Why it stands, as `status` says: what was mended.")] = None,
    execute: Execute = False,
    urls: Urls = None,
    token_file: TokenFile = None,
    json: AsJson = False,
) -> None:
    """Let a stopped service go on once its cause is mended. Name the cause, so that none is passed over unseen."""
    name, to = service_named(service), access(urls, token_file)
    plan = ask(to, f"asking {name}", lambda operator, _: operator.get(name, "consumer"))
    if plan["stopped"] is None:
        raise CareflowError(f"{name} is not stopped")
    if stopped is None and execute:
        raise CareflowError(f"{described(name, plan)}. When that is mended: --stopped {plain(plan['stopped'])}")
    body = {"stopped": stopped or plan["stopped"]}

    def ask_to_resume(*, dry_run: bool) -> Answer:
        return ask(
            to,
            f"asking {name}",
            lambda operator, _: operator.post(name, "consumer/resume", {**body, "dry_run": dry_run}),
        )

    ask_to_resume(dry_run=True)
    act = Act(name, execute, json)
    act.plan(f"{described(name, plan)}\nto resume: --stopped {plain(plan['stopped'])}", plan)
    if execute:
        act.done(described(name, resumed := ask_to_resume(dry_run=False)), plan, resumed)


@app.command()
def rewind(
    service: Service,
    stream: Annotated[str | None, typer.Option(help="One stream, e.g. careflow.booking.v1/patient:….")] = None,
    first: Annotated[int | None, typer.Option(min=1, help="From this number of the stream.")] = None,
    last: Annotated[int | None, typer.Option(min=1, help="Up to this number of the stream.")] = None,
    topic: Annotated[str | None, typer.Option(help="All of one topic, e.g. careflow.booking.v1.")] = None,
    since: Since = None,
    execute: Execute = False,
    urls: Urls = None,
    token_file: TokenFile = None,
    json: AsJson = False,
) -> None:
    """Feed a service events of the past again, from the outbox of who said them. What it has handled it knows."""
    name = service_named(service)
    if (stream is None) == (topic is None):
        raise CareflowError("say what to feed: either --stream or --topic")
    if stream is None and (first is not None or last is not None):
        raise CareflowError("--first and --last are numbers of a --stream")
    if stream is not None and since is not None:
        raise CareflowError("--since is for a --topic; a --stream has --first and --last")
    if first is not None and last is not None and first > last:
        raise CareflowError("--first is after --last")
    owner = feeding.owner_of(topic or (stream or "").partition("/")[0])
    if owner == name:
        raise CareflowError(f"that is what {name} says itself; it hears others")
    narrowed = {"topic": topic, "stream": stream, "first": first, "last": last}
    body = {member: value for member, value in narrowed.items() if value is not None}
    feed(access(urls, token_file), owner, {"consumer": name, **body, **recorded(since)}, execute=execute, json=json)


def described(name: str, consumer: Answer) -> str:
    """Whether it goes on, and if not why."""
    stopped = consumer["stopped"]
    if stopped is None:
        return f"{name} handles what it receives"
    return f"{name} is stopped: {plain(stopped)}" + (f" ({WHY[stopped]})" if stopped in WHY else "")
