"""`careflow sample`: fills the running local stack with a clinic on a Tuesday morning, to look at.

Owns the command's start, its refusals and what it says at the end. Invariant: it speaks to the kept stack of this
checkout alone, as its own issuer's people, whom production refuses, and never to a clinic that is there already.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable
from typing import Final

import httpx
import typer

from careflow_cli.commands.clock import running
from careflow_cli.commands.stack import alone, kept
from careflow_cli.errors import CareflowError
from careflow_cli.infra import topics
from careflow_cli.progress import step
from careflow_cli.stack.stack import Stack
from careflow_clinic import sample_day
from careflow_clinic.bedside import CLINIC_ZONE
from careflow_clinic.cashier import BILLER
from careflow_clinic.clinic import COORDINATOR, DIRECTOR, NURSE, PRESCRIBER, THERAPIST, Clinic
from careflow_clinic.http import Caller, Http, Refused
from careflow_clinic.sample_day import Sample
from careflow_clinic.subscriber import NotSeen, Subscriber
from careflow_clinic.walk import Walk

ELSEWHERE: Final = "CAREFLOW_URLS"
"""By which operators name a deployment."""
START_OVER: Final = "careflow down --forget, then careflow up"
STAFF: Final = (
    (COORDINATOR, "booking/pages/day", "the day: a dose is being given, a call is booked; a question on the desk"),
    (NURSE, "sessions/pages/bedside", "the running infusion, whose next vital signs come due"),
    (PRESCRIBER, "screening/pages/cases", "somebody is screened and waits for a decision"),
    (THERAPIST, "booking/pages/day", "tomorrow an integration"),
    (BILLER, "billing/pages/money", "a dose is charged and not paid"),
)


def run() -> None:
    """Fill the stack and say what there is. Raises CareflowError when it is no empty clinic, or a step is refused."""
    if os.environ.get(ELSEWHERE):
        raise CareflowError(f"{ELSEWHERE} names a deployment, and a sample fills the local stack alone: unset it")
    with alone():
        clock, stack = running(), kept()
        began = time.monotonic()
        with step("a sample day") as filling:
            _, links = asyncio.run(filled(stack, filling.say))
    now = clock.now().astimezone(CLINIC_ZONE)
    typer.echo(
        f"filled in {time.monotonic() - began:.0f} s. In this clinic it is {now:%A, %d %B %Y, %H:%M} (California)."
    )
    typer.echo("\nOne of these logs in at its page with its own token:")
    for caller, page, what in STAFF:
        roles = " ".join(f"--role {role}" for role in caller.roles)
        typer.echo(f"{what}: {stack.address}/{page}\n  .venv/bin/careflow token {roles} --subject {caller.subject}")
    typer.echo("\nPatients come in by a link and their birth date (month, day, year), as on a phone:")
    for line in links:
        typer.echo(line)


async def filled(stack: Stack, say: Callable[[str], None]) -> tuple[Sample, list[str]]:
    """Fills an empty stack, telling what it is at. Returns the people there are, and ways in for patients, a line each.
    Raises CareflowError when it is not empty, or a step is refused.
    """

    def token(caller: Caller) -> str:
        return stack.token(*caller.roles, subject=caller.subject, patient_id=caller.patient_id)

    urls = {spec.name: stack.service_url(spec.name) for spec in stack.services}
    subscriber = Subscriber(stack.kafka_url, [topic.name for topic in topics.declared()])
    async with Http(urls, token) as http:
        await _is_empty(http)
        async with subscriber.following() as events:
            clinic = Clinic(http, events)
            try:
                sample = await sample_day.fill(Walk(clinic, stack.clock, chapter=say))
                return sample, await _links(clinic, str(stack.address), sample)
            except (Refused, NotSeen, httpx.HTTPError) as error:
                raise CareflowError(f"the sample broke off: {error}\nstart over with {START_OVER}") from error


async def _is_empty(http: Http) -> None:
    """Raises CareflowError where a clinic is at work already, or where this stack's people are nobody."""
    for path in ("/v1/practitioners", "/v1/rooms"):
        found = await http.ask(DIRECTOR, "GET", "booking", path)
        if found.status >= httpx.codes.BAD_REQUEST:
            raise CareflowError(f"booking does not let this checkout's own people in ({found.code}): no sample is made")
        if found.body["items"]:
            raise CareflowError(
                f"there is a clinic in this stack already, and a sample fills an empty one: {START_OVER}"
            )


async def _links(clinic: Clinic, address: str, sample: Sample) -> list[str]:
    """Ways in for patients, a line each."""
    screened = (await clinic.case(sample.screened)).body["id"]
    ways = (
        ("questions before the screening", sample_day.SCREENED, "screening", f"/v1/cases/{screened}/links"),
        ("the account", sample_day.BETWEEN, "billing", f"/v1/accounts/{sample.between.id}/links"),
    )
    return [
        f"{person.given_name} {person.family_name}, born {person.birth_date}, {what}: "
        f"{address}/{service}{(await clinic.http.post(COORDINATOR, service, path)).body['path']}"
        for what, person, service, path in ways
    ]
