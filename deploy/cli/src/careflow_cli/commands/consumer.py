"""`careflow consumer`: whether a service handles what it receives, pausing it, and feeding it what it missed."""

import shlex
from collections.abc import Iterator
from typing import Annotated

import typer

from careflow_cli import instants
from careflow_cli.commands.asking import AsJson, Execute, Service, TokenFile, Urls, access, ask, service_named
from careflow_cli.commands.outbox import Since, feed, recorded
from careflow_cli.errors import CareflowError
from careflow_cli.operators import feeding
from careflow_cli.operators.client import Answer
from careflow_cli.operators.shown import Act, as_json, plain
from careflow_cli.operators.standing import silences
from careflow_events.consumers import EVERYTHING

app = typer.Typer(
    no_args_is_help=True, help="Whether a service handles what it receives; pause it; feed it what it missed."
)

PLACES = ("earliest", "latest")
WHY = {
    "parked_too_many": "so many events of different streams failed that the fault is the service's: mend it first",
    "offsets_lost": "what was to be read next is no longer in the log: resuming reads from its beginning",
    "topic_recreated": "the topic is not the one that was read: resuming reads the new one from its beginning",
}


@app.command()
def status(service: Service, urls: Urls = None, token_file: TokenFile = None, json: AsJson = False) -> None:
    """Say whether consuming is stopped or paused, and why, and how far it has heard."""
    name = service_named(service)
    consumer = ask(access(urls, token_file), f"asking {name}", lambda operator, _: operator.get(name, "consumer"))
    if json:
        as_json(consumer)
    else:
        typer.echo("\n".join([described(name, consumer), *heard(name, consumer)]))


@app.command()
def pause(
    service: Service,
    topic: Annotated[list[str] | None, typer.Option(help="One topic; may be repeated. Without: all it hears.")] = None,
    execute: Execute = False,
    urls: Urls = None,
    token_file: TokenFile = None,
    json: AsJson = False,
) -> None:
    """Have a service hear topics no more, until `resume`. What it says goes on, and so does every other service."""
    name, to = service_named(service), access(urls, token_file)
    body = {} if not topic else {"topics": topic}

    def ask_to_pause(*, dry_run: bool) -> Answer:
        return ask(
            to,
            f"asking {name}",
            lambda operator, _: operator.post(name, "consumer/pause", {**body, "dry_run": dry_run}),
        )

    plan = ask_to_pause(dry_run=True)
    act = Act(name, execute, json)
    act.plan(f"{name}, to pause: {', '.join(map(plain, topic)) if topic else 'all it hears'}", plan)
    if execute:
        act.done(described(name, paused := ask_to_pause(dry_run=False)), plan, paused)


@app.command()
def resume(
    service: Service,
    stopped: Annotated[str | None, typer.Option(help="Why it stands, as `status` says: what was mended.")] = None,
    paused_by: Annotated[str | None, typer.Option(help="Whose pause is over, as `status` says.")] = None,
    execute: Execute = False,
    urls: Urls = None,
    token_file: TokenFile = None,
    json: AsJson = False,
) -> None:
    """Let a service go on that is stopped, once its cause is mended, or that somebody has paused. Name which, so that
    nothing is passed over unseen.
    """
    name, to = service_named(service), access(urls, token_file)
    if stopped is not None and paused_by is not None:
        raise CareflowError("one thing at a time: either --stopped or --paused-by")
    plan = ask(to, f"asking {name}", lambda operator, _: operator.get(name, "consumer"))
    ways = ways_on(plan)
    if not ways:
        raise CareflowError(f"{name} is neither stopped nor paused")
    named = {"stopped": stopped, "paused_by": paused_by}
    body = {member: value for member, value in named.items() if value is not None}
    if not body and execute:
        raise CareflowError(f"{described(name, plan)}. When that is over: {' or '.join(map(option, ways))}")

    def ask_to_resume(*, dry_run: bool) -> Answer:
        asked = {**(body or dict(ways[:1])), "dry_run": dry_run}
        return ask(to, f"asking {name}", lambda operator, _: operator.post(name, "consumer/resume", asked))

    ask_to_resume(dry_run=True)
    act = Act(name, execute, json)
    act.plan("\n".join([described(name, plan), *(f"to resume: {option(way)}" for way in ways)]), plan)
    if execute:
        act.done(described(name, resumed := ask_to_resume(dry_run=False)), plan, resumed)


@app.command("start-at")
def start_at(
    service: Service,
    topic: Annotated[str, typer.Option(help="A topic it hears and never read.")],
    at: Annotated[str, typer.Option(help="earliest, latest, or an instant, e.g. 2026-11-01T00:00:00Z.")],
    execute: Execute = False,
    urls: Urls = None,
    token_file: TokenFile = None,
    json: AsJson = False,
) -> None:
    """Have a service begin a topic it never read elsewhere than at its beginning. What lies before it never hears, so
    pause it before its first worker starts, and resume it then.
    """
    name, to = service_named(service), access(urls, token_file)
    place = {"place": at} if at in PLACES else {"place": "instant", "instant": instants.parse(at).isoformat()}

    def ask_to_start(*, dry_run: bool) -> Answer:
        body = {"topic": topic, **place, "dry_run": dry_run}
        return ask(to, f"asking {name}", lambda operator, _: operator.post(name, "consumer/start-at", body))

    plan = ask_to_start(dry_run=True)
    act = Act(name, execute, json)
    act.plan("\n".join(begins(name, plan, topic)), plan)
    if execute:
        act.done("\n".join(begins(name, started := ask_to_start(dry_run=False), topic)), plan, started)


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
    stopped, pauses = consumer["stopped"], consumer["pauses"]
    lines = []
    if stopped is not None:
        lines.append(f"{name} is stopped: {plain(stopped)}" + (f" ({WHY[stopped]})" if stopped in WHY else ""))
    for pause in pauses:
        topics = "all it hears" if EVERYTHING in pause["topics"] else ", ".join(map(plain, pause["topics"]))
        lines.append(f"{name} is paused by {plain(pause['by'])} since {plain(pause['since'])}: {topics}")
    return "\n".join([*(lines or [f"{name} handles what it receives"]), *begins(name, consumer)])


def heard(name: str, consumer: Answer) -> Iterator[str]:
    """How far it knows of what others say, and where that is too long ago."""
    silent = {each.topic: each for each in silences(consumer)}
    for each in consumer["heard"]:
        topic, until = plain(each["topic"]), plain(each["until"])
        if each["topic"] in silent:
            since = f"since {until}, for {silent[each['topic']].words}"
            yield f"{name} has heard nothing of {topic} {since}: look at its writer, Kafka, its worker"
        elif each["until"] is None:
            yield f"{name} does not know yet how far it has heard {topic}"
        else:
            yield f"{name} has heard all that was said in {topic} before {until}"


def begins(name: str, consumer: Answer, topic: str | None = None) -> Iterator[str]:
    """Where topics, or this one, begin other than at their beginning."""
    for start in consumer["starts"]:
        if topic in (None, start["topic"]):
            where = "what is published since " + plain(start["instant"]) if start["instant"] else plain(start["place"])
            verb = "began" if start["begun"] else "is to begin"
            yield f"{name} {verb} {plain(start['topic'])} at {where}, as {plain(start['by'])} said"


def ways_on(consumer: Answer) -> list[tuple[str, str]]:
    """What stands in the way, each as a request to resume names it."""
    stopped = [] if consumer["stopped"] is None else [("stopped", consumer["stopped"])]
    return [*stopped, *(("paused_by", pause["by"]) for pause in consumer["pauses"])]


def option(way: tuple[str, str]) -> str:
    """As it is typed."""
    return f"--{way[0].replace('_', '-')} {shlex.quote(plain(way[1]))}"
