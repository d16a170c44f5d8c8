"""Kafka is away while patients are treated: bookings, answers, payments and pages go on. A dose needs a prescriber who
has read the case, once the view of it is older than the clinic allows; when Kafka is back, everything is told in order.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta

import pytest

from careflow_cli.stack.stack import Stack
from careflow_clinic.bedside import READY_TO_LEAVE
from careflow_clinic.clinic import DIRECTOR, PRESCRIBER, Person
from careflow_clinic.course import Course
from careflow_clinic.walk import Walk
from tests.journeys.alarmed import in_screening, pages

pytestmark = pytest.mark.long

SESSIONS, SCREENING_SAFETY = "careflow.sessions.v1", "careflow.screening.safety.v1"
TOO_OLD = timedelta(minutes=11)
"""A dose may rest on what was heard of screening in the last 10 minutes."""
IN_ORDER = [
    "SessionCleared",
    "SessionStarted",
    "DoseAdministered",
    "IntegrationDue",
    "SessionDischarged",
    "SessionCompleted",
]
READ_THE_CASE = {"reason": "Read the case in screening itself: cleared, nothing open."}


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    """One of its own: what was on its way when Kafka went may stand in the topics twice, for all who come after."""
    with Stack.ephemeral() as running:
        yield running


async def test_a_clinic_day_goes_on_without_kafka_and_is_told_afterwards(
    walk: Walk, person: Person, stack: Stack
) -> None:
    visitor = Person(given_name="Noor", email=f"noor.{person.email}", phone=person.phone.replace("+1415", "+1628"))
    worried, case_id = await in_screening(walk, visitor)
    course = Course(walk, await walk.to_clearance(person))
    (pair,) = await course.to_first_dose(pairs=1)
    await course.answer_before(pair.dosing, score=12)
    session_id = await course.ready_for_dose(pair.dosing)
    patient, clinic, bedside, events = course.cleared.patient, walk.clinic, course.bedside, walk.clinic.events

    stack.stop("kafka")  # what was on its way when it was told to stop is still heard
    seen = len(events.seen)

    newcomer = Person(given_name="Ines", email=f"ines.{person.email}", phone=person.phone.replace("+1415", "+1510"))
    _, call = await clinic.book_info_call(newcomer, (await clinic.free_info_calls(walk.clock.now()))[-1])
    assert call.body["status"] == "booked"
    assert (await course.cashier.receive(patient, 10_00)).status == 201
    saved = await clinic.answer_questionnaire(worried, case_id, "phq-9", {"9": "2"}, complete=False)
    alert_id = saved.body["alert_id"]
    assert await _until(lambda: _is_paged(stack, alert_id))
    stack.clock.file.put(stack.clock.file.offset() + TOO_OLD)
    assert await _until(lambda: _reaches_the_director(walk, alert_id))

    assert await bedside.failed(session_id) == ["eligibility_fresh"]
    shut = await bedside.tries(session_id, "clear", {"overrides": []}, by=PRESCRIBER)
    assert (shut.status, shut.code) == (409, "dose_gate_closed")
    await bedside.does(session_id, "attest", READ_THE_CASE, by=PRESCRIBER)
    began, draw_id = await course.give_dose(session_id, pair.dosing["location_id"])
    assert len(events.seen) == seen, "nobody outside has heard of any of it"

    stack.start("kafka")
    await asyncio.to_thread(stack.clock.rest)

    await course.watched(session_id, began, draw_id)
    await bedside.does(session_id, "discharge", READY_TO_LEAVE)
    await bedside.does(session_id, "complete", {"therapy": []})
    completed = await events.wait_for("SessionCompleted", subject=course.subject, count=2)
    assert events.said(SESSIONS, course.subject)[-6:] == IN_ORDER
    assert events.said(SCREENING_SAFETY, worried.subject)[:2] == ["SafetyAlertRaised", "SafetyAlertEscalated"]
    await events.wait_for("PatientRegistered", subject=f"patient:{call.body['patient_id']}")
    await course.charged_for([completed])
    assert "safety_alert_open" in await clinic.closed_gates(worried, "dosing")
    assert [each["amount"]["minor"] for each in await course.cashier.payments(patient)] == [10_00]
    await bedside.close_drug_day(pair.dosing["location_id"], walk.clock.now())

    assert events.gaps == []
    events.repeats.clear()  # each under its number: a reader knows it has them


async def _is_paged(stack: Stack, alert_id: str) -> bool:
    return bool(pages(stack, alert_id))


async def _reaches_the_director(walk: Walk, alert_id: str) -> bool:
    alert = await walk.clinic.http.get(DIRECTOR, "screening", f"/v1/alerts/{alert_id}")
    return DIRECTOR.subject in alert.body["paged"]


async def _until(it_is_so: Callable[[], Awaitable[bool]], *, within: float = 20) -> bool:
    """Whether it becomes so within seconds; nothing tells of it, as Kafka is away."""
    for _ in range(int(within / 0.2)):
        if await it_is_so():
            return True
        await asyncio.sleep(0.2)
    return False
