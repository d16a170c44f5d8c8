"""`careflow trace`: where an event is, in one answer of all services."""

import shlex
from collections.abc import Iterator
from typing import Annotated

import typer

from careflow_cli.commands.asking import AsJson, TokenFile, Urls, access, ask
from careflow_cli.commands.ops import NEEDS_SOMEBODY
from careflow_cli.errors import CareflowError
from careflow_cli.operators import tracing
from careflow_cli.operators.client import Answer
from careflow_cli.operators.shown import as_json, counted, plain
from careflow_cli.operators.tracing import Event, Traced
from careflow_cli.stack.services import SERVICES

INDENT = "  "


def trace(
    asked: Annotated[str, typer.Argument(metavar="ID", help="Of an event, a correlation, a patient or a place.")],
    urls: Urls = None,
    token_file: TokenFile = None,
    json: AsJson = False,
) -> None:
    """Say where an event is: who said it and when, where it was published, how every service stands to it. Exit code 1
    when a service gives no answer or nothing was found, 3 when something waits for an operator.
    """
    names = [spec.name for spec in SERVICES]
    if not asked.strip():
        raise CareflowError("say the id of an event, a correlation, a patient or a place")
    traced = ask(access(urls, token_file), "asking", lambda operator, say: tracing.trace(operator, names, asked, say))
    if json:
        as_json(traced.as_dict())
    elif traced.found:
        typer.echo("\n".join(described(traced)))
    for service, why in traced.silent.items():
        typer.echo(f"careflow: {plain(why)}; what {service} knows is missing here", err=True)
    if not traced.found and traced.looked:
        raise CareflowError(
            f"no event, correlation, patient or place {plain(asked)} in the outboxes of {', '.join(traced.looked)}, "
            "and nothing parked there under it"
        )
    if traced.silent:
        raise typer.Exit(1)
    if traced.needs_somebody:
        raise typer.Exit(NEEDS_SOMEBODY)


def described(traced: Traced) -> Iterator[str]:
    """The events with how each service stands to them, what caused which by how far it stands to the right."""
    for depth, event in traced.by_cause():
        margin = INDENT * depth
        said = event.said
        yield f"{margin}{plain(said['recorded_at'])}  {name_of(said['type'])}  {plain(said['id'])}"
        lines = [f"{event.service:<9}  {published(said)}", *stands(event, traced)]
        if depth == 0 and said["causation"] is not None:
            lines.append(f"caused by {plain(said['causation'])}")
        yield from (f"{margin}{INDENT}{line}" for line in lines)
    for service, parked in traced.parked:
        yield f"{plain(parked['first_failed_at'])}  nobody has said this  {plain(parked['event_id'])}"
        yield f"{INDENT}{service:<9}  {waits(service, parked)}"
    if len(traced.events) > 1:
        yield counted(len(traced.events), "event")
    elif traced.events and (run := traced.events[0].said["correlation"]) not in (None, traced.asked):
        yield f"the run it belongs to: careflow trace {plain(run)}"


def published(said: Answer) -> str:
    """Where its writer stands with it."""
    place = f"{plain(said['stream'])}@{said['sequence']}"
    if said["published_at"] is None:
        return f"said as {place}, not published yet"
    topic = said["stream"].partition("/")[0]
    where = "" if said["offset"] is None else f" in partition {said['partition']} at offset {said['offset']}"
    forgotten = ", forgotten by a restore" if said["orphan"] else ""
    return f"said as {place}, published {plain(said['published_at'])} to {plain(topic)}{where}{forgotten}"


def stands(event: Event, traced: Traced) -> Iterator[str]:
    """A line for each service that hears it, and one for those that do not."""
    not_heard = []
    for service, told in sorted(event.told.items()):
        if told["stage"] == "not_heard":
            not_heard.append(service)
        else:
            yield f"{service:<9}  {stage(service, told, event.said, halted(service, event, traced))}"
    if not_heard:
        yield f"not heard by {', '.join(not_heard)}"


def halted(service: str, event: Event, traced: Traced) -> str:
    """Why a service does not read on, if it does not."""
    stopped, topic = traced.stopped.get(service), event.said["stream"].partition("/")[0]
    paused = ", paused by an operator" if topic in traced.paused.get(service, ()) else ""
    return (f", stopped: {plain(stopped)}" if stopped else "") + paused


def stage(service: str, told: Answer, said: Answer, halted: str) -> str:
    """How one service stands to one event."""
    at = "" if told["at"] is None else f" {plain(told['at'])}"
    match told["stage"]:
        case "done":
            return f"done{at}" if at else "done, there was nothing to change"
        case "erased":
            return f"erased with its patient{at}"
        case "passed_over":
            return "passed, it does nothing for this type"
        case "lagging":
            return lagging(service, told, said, halted)
        case "parked" if told["parked"] is not None:
            return waits(service, told["parked"])
        case "discarded":
            return f"discarded by an operator{at}"
        case "given_up":
            return "given up by an operator: never handled"
        case "diverged":
            return "another event was handled under its number"
        case other:
            return plain(other)


def lagging(service: str, told: Answer, said: Answer, halted: str) -> str:
    """Why it was not handled yet."""
    if said["published_at"] is None:
        return "waits for it to be published"
    if told["next_offset"] is None or said["offset"] is None:
        return f"not there yet{halted}"
    if told["next_offset"] > said["offset"]:
        return f"it has read on behind it: careflow consumer status {service}"
    return f"not there yet, {counted(said['offset'] - told['next_offset'], 'record')} before it{halted}"


def waits(service: str, parked: Answer) -> str:
    """What is parked, why, and how one looks at it."""
    early = ", applied early because it only restricts" if parked["applied_early"] else ""
    asked = ", replay requested" if parked["state"] == "replay_requested" else ""
    if parked["state"] in ("replayed", "discarded"):
        return f"{parked['state']} {plain(parked['settled_at'])}"
    shown = f"careflow parked show {service} {shlex.quote(plain(parked['id']))}"
    since = f"since {plain(parked['first_failed_at'])}: {plain(parked['cause'])}"
    return f"parked {since}, {counted(parked['attempts'], 'attempt')}{early}{asked}: {shown}"


def name_of(event_type: str) -> str:
    """`AppointmentBooked` of `careflow.booking.AppointmentBooked.v1`; whole where it is another form."""
    parts = event_type.split(".")
    return plain(parts[2] if len(parts) == 4 else event_type)
