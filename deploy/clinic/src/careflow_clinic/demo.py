"""`careflow demo`: one patient through the running system, watched from outside.

Owns the demo's start, its end and its exit code: 0 only if every claim on screen held.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from contextlib import ExitStack

import httpx
from rich.console import Console

from careflow_cli import checkout
from careflow_cli.errors import CareflowError
from careflow_cli.infra import topics
from careflow_cli.progress import step
from careflow_cli.stack.stack import Stack
from careflow_clinic import show
from careflow_clinic.claims import Claims
from careflow_clinic.clinic import Clinic, Person
from careflow_clinic.http import Caller, Http, Refused
from careflow_clinic.story import Told, tell
from careflow_clinic.subscriber import NotSeen, Subscriber
from careflow_clinic.view import View, view_for
from careflow_clinic.walk import Walk


def run() -> None:
    """Start a stack, tell the story, show what came of it, stop everything. Raises CareflowError if a claim failed."""
    console = Console(highlight=False)
    began = time.monotonic()
    with ExitStack() as running:
        with step("starting Kafka, the stores and the services") as starting:
            stack = running.enter_context(Stack.ephemeral(say=starting.say))
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
            told = await _told(walk, claims, view)
        path = await walk.clinic.care_path(told.course.cleared.patient)
    show.timeline(console, subscriber.about(told.course.subject))
    show.care_path(console, path)
    show.books(console, told.entries, told.trial_balance)
    show.papers(console, told.papers, checkout.state() / "demo")
    show.messages(console, stack.messages, checkout.state() / "demo" / "messages")
    return claims


def _somebody() -> Person:
    """Another one each time: the same person may not call as often as a demo is shown."""
    number = secrets.randbelow(10_000)
    return Person(email=f"wren.{number:04}@example.org", phone=f"+1415555{number:04}")


async def _told(walk: Walk, claims: Claims, view: View) -> Told:
    try:
        return await tell(walk, claims, _somebody())
    except (Refused, NotSeen, httpx.HTTPError) as error:
        view.note(str(error))
        raise CareflowError(f"the story broke off: {error}") from error
