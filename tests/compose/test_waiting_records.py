"""What a service cannot handle, seen and settled with the commands of the runbook: a section sealed to a key that its
worker does not hold, and data no contract knows.
"""

import json
import uuid
from datetime import UTC, datetime

import pytest
from aiokafka import AIOKafkaProducer

from careflow_clinic.clinic import Person
from careflow_clinic.walk import Walk
from careflow_events.contracts import ScreeningStarted
from tests.compose.project import ROOT, Project, run, until

PATIENCE = 60.0
NONE = "{} has no parked events"


def parked(project: Project, service: str) -> str:
    """What an operator is shown."""
    return project.operator("parked", "list", service)


def keys(project: Project, *arguments: str) -> None:
    """`careflow keys …` beside the deployment, as its page says."""
    command = str(ROOT / ".venv" / "bin" / "careflow")
    run(command, "keys", *arguments, "--secrets", str(project.folder / "secrets"), "--execute")


@pytest.fixture
def sealed_too_early(project: Project) -> None:
    """Booking seals to a key of screening's that its worker was not given yet."""
    keys(project, "new", "screening", "sealing")
    keys(project, "seal-to", "screening", "screening-2")
    project.compose("up", "--detach", "--force-recreate", "--no-deps", "booking-api")
    project.await_healthy()


@pytest.mark.usefixtures("sealed_too_early")
async def test_what_is_sealed_to_a_key_the_worker_lacks_waits_for_it(
    project: Project, walk: Walk, person: Person
) -> None:
    patient, _ = await walk.info_call(person)

    assert until(lambda: "sealing_key_missing" in parked(project, "screening"), PATIENCE)
    assert person.family_name not in parked(project, "screening")

    project.compose("up", "--detach", "--force-recreate", "--no-deps", "screening-worker")
    project.await_healthy()

    await walk.clinic.events.wait_for("ScreeningStarted", subject=patient.subject)
    assert until(lambda: NONE.format("screening") in parked(project, "screening"), PATIENCE), "by itself"


async def test_what_no_contract_knows_is_given_up_and_its_stream_goes_on(project: Project) -> None:
    patient = str(uuid.uuid4())
    async with AIOKafkaProducer(bootstrap_servers=project.kafka_url) as producer:
        for sequence, data in (
            (1, {"patient_id": patient, "phase": "waxing"}),
            (2, {"patient_id": patient, "case_id": str(uuid.uuid4()), "started_at": "2026-01-01T00:00:00.000Z"}),
        ):
            key, value = _screening_started(patient, sequence, data, project.clock().now())
            await producer.send_and_wait(ScreeningStarted.topic.name, value, key=key)
    stream = f"{ScreeningStarted.topic.name}/patient:{patient}"

    def listed() -> list[tuple[str, int]]:
        found = json.loads(project.operator("parked", "list", "booking", "--stream", stream, "--json"))
        return [(each["cause"], each["place"]) for each in found]

    assert until(lambda: listed() == [("data_invalid", 1), ("blocked", 2)], PATIENCE), listed()
    assert "waxing" not in parked(project, "booking")

    project.operator("parked", "replay", "booking", "--stream", stream, "--execute")
    assert until(lambda: listed()[:1] == [("data_invalid", 1)], PATIENCE), "it is no better than before"
    project.operator("parked", "discard", "booking", "--stream", stream, "--cause", "data_invalid", "--execute")
    assert listed() == [("blocked", 2)], "nothing behind it is handled before somebody says so"
    project.operator("parked", "replay", "booking", "--stream", stream, "--execute")

    assert until(lambda: ("blocked", 2) not in listed(), PATIENCE), "it was handled, or has a cause of its own"


def _screening_started(patient: str, sequence: int, data: dict[str, str], at: datetime) -> tuple[bytes, bytes]:
    subject, now = f"patient:{patient}", at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    event = {
        "specversion": "1.0",
        "id": str(uuid.uuid4()),
        "source": "/careflow/screening",
        "type": ScreeningStarted.type(),
        "subject": subject,
        "stream": f"{ScreeningStarted.topic.name}/{subject}",
        "sequence": f"{sequence:010}",
        "time": now,
        "recordedtime": now,
        "dataschema": ScreeningStarted.schema_id(),
        "datacontenttype": "application/json",
        "dataclassification": "operational",
        "data": data,
    }
    return subject.encode(), json.dumps(event).encode()
