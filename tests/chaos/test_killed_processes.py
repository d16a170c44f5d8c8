"""Any process killed at any time: the same end state and the same events, once each.

The smoke runs with every `make test`; the long form (`make test-chaos`) adds seeds, the stores and the broker.
"""

import asyncio
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import pytest

from careflow_cli.stack.stack import Stack
from careflow_clinic.clinic import PRESCRIBER, Clinic, Person
from careflow_clinic.http import Caller, Http
from careflow_clinic.subscriber import Subscriber
from careflow_clinic.walk import Walk
from tests import undisturbed
from tests.chaos.fire import Killer, walked_under_fire

if TYPE_CHECKING:
    from collections.abc import Iterator

SERVICES = ("booking-api", "booking-worker", "screening-api", "screening-worker")
STORES_AND_BROKER = ("booking-store", "screening-store", "kafka")


@pytest.fixture(scope="module")
def kept_stack() -> "Iterator[Stack]":
    """The services on the way to a clearance, with stores that lose nothing when they are killed; not shared, since
    everything in it dies.
    """
    with Stack.ephemeral(("booking", "screening", "billing"), durable=True) as stack:
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


@pytest.mark.chaos
@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", range(2, 12))
async def test_any_process_dies_again_and_again(kept_stack: Stack, seed: int) -> None:
    await survives(kept_stack, SERVICES + STORES_AND_BROKER, seed=seed, at_most=20)


@pytest.mark.chaos
@pytest.mark.timeout(600)
async def test_kafka_is_away_while_the_clinic_works(kept_stack: Stack) -> None:
    """Bookings are taken without a broker; when it is back, all of it is told in order."""
    stack = kept_stack

    def token(caller: Caller) -> str:
        return stack.token(*caller.roles, subject=caller.subject, patient_id=caller.patient_id)

    urls = {spec.name: stack.service_url(spec.name) for spec in stack.services}
    person = Person(email="away@example.org", phone="+17075559999")
    async with Http(urls, token) as http:
        topics = ["careflow.booking.v1"]
        clinic = Clinic(http, Subscriber(stack.kafka_url, topics))
        await Walk(clinic, stack.clock).open_the_clinic()
        await asyncio.to_thread(stack.kill, "kafka")
        starts = await clinic.free_info_calls(stack.clock.now())
        patient, booked = await clinic.book_info_call(person, starts[0])
        assert booked.body["status"] == "booked"
        await clinic.http.get(PRESCRIBER, "screening", f"/v1/patients/{patient.id}/cases")
        await asyncio.to_thread(stack.start, "kafka")
        await asyncio.to_thread(stack.clock.rest)
        async with Subscriber(stack.kafka_url, topics).following() as events:
            await events.wait_for("ConsultationBooked", subject=patient.subject, within=60)
            assert [event.sequence for event in events.about(patient.subject)] == [1, 2, 3]
