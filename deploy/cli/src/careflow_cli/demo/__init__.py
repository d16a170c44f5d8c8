"""`careflow demo`: one patient through the running system, watched from outside.

Owns the demo's start, its end and its exit code: 0 only if every claim on screen held.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from contextlib import ExitStack
from typing import Any

import httpx
from rich.console import Console
from rich.table import Table

from careflow_cli.demo.clinic import Clinic, Person
from careflow_cli.demo.http import Caller, Http, Refused
from careflow_cli.demo.story import Claims, tell, timeline
from careflow_cli.demo.subscriber import NotSeen, Subscriber
from careflow_cli.demo.view import View, view_for
from careflow_cli.demo.walk import Walk
from careflow_cli.errors import CareflowError
from careflow_cli.infra import topics
from careflow_cli.progress import step
from careflow_cli.stack.stack import Stack

SERVICES = ("booking", "screening")
"""Those the story goes through."""


def run() -> None:
    """Start a stack, tell the story, show what came of it, stop everything. Raises CareflowError if a claim failed."""
    console = Console(highlight=False)
    began = time.monotonic()
    with ExitStack() as running:
        with step("starting Kafka, the stores and the services") as starting:
            stack = running.enter_context(Stack.ephemeral(SERVICES, say=starting.say))
        claims = asyncio.run(_perform(stack, console))
        stopping = running.enter_context(step("stopping everything that was started"))
        stopping.say("")
    console.print(f"{time.monotonic() - began:.0f} s in all; nothing is left running.")
    if claims.failed:
        raise CareflowError(f"{len(claims.failed)} of {claims.held + len(claims.failed)} claims did not hold")
    console.print(f"[green]All {claims.held} claims held.[/green]")


async def _perform(stack: Stack, console: Console) -> Claims:
    view = view_for(console)
    claims = Claims(view)
    subscriber = Subscriber(stack.kafka_url, [topic.name for topic in topics.declared()], on_event=view.seen)

    def token(caller: Caller) -> str:
        return stack.token(*caller.roles, subject=caller.subject, patient_id=caller.patient_id)

    urls = {spec.name: stack.service_url(spec.name) for spec in stack.services}
    async with Http(urls, token, on_asked=view.asked) as http, subscriber.following() as events:
        walk = Walk(Clinic(http, events), stack.clock, chapter=view.chapter)
        with view:
            cleared = await _told(walk, claims, view)
        path = await walk.clinic.care_path(cleared)
    _show_timeline(console, subscriber, cleared.subject)
    _show_care_path(console, path)
    return claims


async def _told(walk: Walk, claims: Claims, view: View) -> Any:
    try:
        return (await tell(walk, claims, Person())).patient
    except (Refused, NotSeen, httpx.HTTPError) as error:
        view.note(str(error))
        raise CareflowError(f"the story broke off: {error}") from error


def _show_timeline(console: Console, subscriber: Subscriber, subject: str) -> None:
    table = Table(title="Timeline: every event about this patient, by the clinic's time", title_justify="left")
    table.add_column("when (UTC)", no_wrap=True)
    table.add_column("event", no_wrap=True)
    table.add_column("stream and sequence", no_wrap=True)
    for row in timeline(subscriber.about(subject)):
        table.add_row(*row)
    console.print(table)


def _show_care_path(console: Console, path: Mapping[str, Any]) -> None:
    table = Table(title=f"Care path: stage {path['stage']}", title_justify="left")
    table.add_column("visit", no_wrap=True)
    table.add_column("may be booked", no_wrap=True)
    table.add_column("why not")
    for each in path["bookable"]:
        reasons = "; ".join(gate["reason"] for gate in each["closed_gates"])
        table.add_row(each["kind"], "yes" if each["allowed"] else "no", reasons)
    console.print(table)
    if path["due"]:
        console.print("Due next: " + ", ".join(_due(item) for item in path["due"]))


def _due(item: Mapping[str, Any]) -> str:
    what = str(item["code"]).replace("_", " ")
    return f"{what} by {item['by'][:10]}" if item["by"] else what
