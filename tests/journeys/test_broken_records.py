"""Records nobody should have written: they are parked or ignored, and every other patient goes on undisturbed."""

import json
import uuid
from typing import TYPE_CHECKING, Any

import pytest
from aiokafka import AIOKafkaProducer

from careflow_clinic.clinic import Person
from careflow_clinic.http import Caller
from careflow_clinic.walk import Walk
from careflow_events.testing.worker import until

pytestmark = pytest.mark.thorough

if TYPE_CHECKING:
    from careflow_cli.stack.stack import Stack

TOPIC = "careflow.screening.v1"
OPERATOR = Caller("olga-operator", ("operator",))


def event(subject: str, **changes: Any) -> bytes:
    """A well-formed event of a type nobody knows, with whatever is changed about it."""
    whole = {
        "specversion": "1.0",
        "id": str(uuid.uuid4()),
        "source": "/careflow/screening",
        "type": "careflow.screening.MoonPhaseNoted.v1",
        "subject": subject,
        "stream": f"{TOPIC}/{subject}",
        "sequence": "0000000001",
        "time": "2026-11-23T08:00:00.000Z",
        "recordedtime": "2026-11-23T08:00:00.000Z",
        "dataschema": "careflow:schemas/screening/MoonPhaseNoted/v1",
        "datacontenttype": "application/json",
        "dataclassification": "operational",
        "data": {"phase": "waxing"},
    }
    return json.dumps({**whole, **changes}).encode()


async def parked(walk: Walk) -> list[dict[str, Any]]:
    answer = await walk.clinic.http.get(OPERATOR, "booking", "/ops/parked", params={"limit": "200"})
    return list(answer.body["items"])


async def test_broken_records_stop_nobody_else(stack: "Stack", walk: Walk, person: Person) -> None:
    patient, _ = await walk.info_call(person)
    strangers = [f"patient:{uuid.uuid4()}" for _ in range(4)]
    before = len(await parked(walk))
    async with AIOKafkaProducer(bootstrap_servers=stack.kafka_url) as producer:
        for key, value, headers in (
            (strangers[0], b"\xff\xfe not json", []),
            (strangers[1], None, []),
            (strangers[2], event(f"patient:{uuid.uuid4()}"), []),
            (strangers[3], event(strangers[3]), [("traceparent", b"\xff\xfe")]),
            (None, b"[]", []),
        ):
            await producer.send_and_wait(TOPIC, value, key=key.encode() if key else None, headers=headers)

    started = await walk.clinic.events.wait_for("ScreeningStarted", subject=patient.subject)
    path = await walk.clinic.care_path(patient, after=started)

    assert path["stage"] == "screening", "a patient whose events are whole is not held up"
    stack.clock.rest()
    events = walk.clinic.events

    async def outsider_has_read() -> bool:
        return events.unreadable >= 3

    await until(outsider_has_read)  # at its own pace, while the services are at rest
    assert events.unreadable == 3, "an outsider skips what is no event"
    found = await parked(walk)
    assert len(found) > before
    assert not any("waxing" in str(each) for each in found), "an operator's list never shows what was in a record"

    cleared = await walk.to_clearance(Person(given_name="Sam", family_name="Unbothered", email="sam@example.org"))
    assert (await walk.clinic.care_path(cleared.patient, after=cleared.granted))["stage"] == "cleared"
