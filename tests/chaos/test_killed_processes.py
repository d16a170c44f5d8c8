"""Any process killed at any time: the same end state and the same events, once each.

This smoke runs with every `make test`; the kill matrix (`make test-chaos`) breaks everything else, under load.
"""

import asyncio
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import pytest

from careflow_cli.stack.stack import Stack
from careflow_clinic.clinic import Person
from tests import undisturbed
from tests.chaos.fire import Killer, walked_under_fire

if TYPE_CHECKING:
    from collections.abc import Iterator

SERVICES = ("booking-api", "booking-worker", "screening-api", "screening-worker")


@pytest.fixture(scope="module")
def kept_stack() -> "Iterator[Stack]":
    """The services on the way to a clearance; not shared, since everything in it dies."""
    with Stack.ephemeral(("booking", "screening"), durable=True) as stack:
        yield stack


async def survives(stack: Stack, victims: Sequence[str], *, seed: int, at_most: int) -> None:
    """Processes die while a patient goes to a clearance, and nobody could tell from what is left."""
    person = Person(email=f"seed.{seed}@example.org", phone=f"+1707555{1000 + seed}")
    killer = Killer(stack, victims, seed=seed, at_most=at_most)

    cleared, seen = await walked_under_fire(stack, killer, person)

    assert killer.killed, "somebody must have been killed, or this says nothing"
    subject = cleared.patient.subject
    assert seen.gaps == [], "a killed relay may send a record again, and never leaves one out"
    for topic, expected in (
        ("careflow.booking.v1", undisturbed.BOOKING),
        ("careflow.screening.v1", undisturbed.SCREENING),
    ):
        names = [event.name for event in seen.seen if event.stream == f"{topic}/{subject}"]
        assert Counter(names) == Counter(expected), "every event, once"
    remaining = await asyncio.to_thread(stack.clock.remaining)
    assert {(left.outbox_unpublished, left.parked) for left in remaining.values()} == {(0, 0)}


@pytest.mark.timeout(600)
async def test_smoke_services_die_while_a_patient_is_cleared(kept_stack: Stack) -> None:
    await survives(kept_stack, SERVICES, seed=1, at_most=4)
