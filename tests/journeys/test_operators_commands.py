"""An operator at a terminal, on a running clinic: looks, settles what is parked, has a service fed again."""

import json
import time
import uuid
from typing import TYPE_CHECKING, Any

import pytest
from aiokafka import AIOKafkaProducer

from careflow_clinic.clinic import Person
from careflow_clinic.walk import Walk
from tests.journeys.terminal import Terminal

pytestmark = pytest.mark.thorough

if TYPE_CHECKING:
    from careflow_cli.stack.stack import Stack

TOPIC = "careflow.screening.v1"
PATIENCE = 30.0  # seconds


def parked_under(careflow: Terminal, subject: str) -> list[dict[str, Any]]:
    """What booking has parked of a subject, once it has any."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        found = careflow.document("parked", "list", "booking", "--stream", f"{TOPIC}/{subject}")
        if found:
            return list(found)
    raise AssertionError("nothing was parked")


async def test_a_broken_record_is_looked_at_and_given_up(stack: "Stack", careflow: Terminal) -> None:
    subject = f"patient:{uuid.uuid4()}"
    async with AIOKafkaProducer(bootstrap_servers=stack.kafka_url) as producer:
        await producer.send_and_wait(TOPIC, b"\xff\xfe not json", key=subject.encode())
    (event,) = parked_under(careflow, subject)

    needed = careflow("ops", "status")
    rehearsed = careflow("parked", "discard", "booking", "--id", event["id"])
    still = careflow("parked", "show", "booking", event["id"])
    done = careflow("parked", "discard", "booking", "--id", event["id"], "--execute")
    gone = careflow("parked", "show", "booking", event["id"])

    assert needed.returncode == 3, "somebody is needed"
    assert (rehearsed.returncode, "dry run" in rehearsed.stdout) == (0, True)
    assert (still.returncode, "not json" in still.stdout) == (0, False)
    assert done.returncode == 0
    assert done.stdout.splitlines()[-1].startswith("1 event given up")
    assert (gone.returncode, gone.stderr) == (1, "careflow: booking has no open parked event of that id\n")


async def test_a_consumer_is_fed_a_stream_again(careflow: Terminal, walk: Walk, person: Person) -> None:
    patient, _ = await walk.info_call(person)
    await walk.clinic.events.wait_for("ScreeningStarted", subject=patient.subject)
    stream = f"{TOPIC}/{patient.subject}"

    planned = careflow.document("consumer", "rewind", "booking", "--stream", stream)
    fed = careflow.document("consumer", "rewind", "booking", "--stream", stream, "--execute")
    outbox = careflow.document("outbox", "status", "screening")

    assert planned["plan"]["events"] >= 1
    assert fed["result"]["fed"] == fed["result"]["events"] >= 1
    assert fed["result"]["id"] in [each["id"] for each in outbox["refeeds"]]
    assert careflow.document("parked", "list", "booking", "--stream", stream) == [], "what it had heard it knows"


async def test_an_event_is_followed_through_all_services(careflow: Terminal, walk: Walk, person: Person) -> None:
    patient, _ = await walk.info_call(person)
    await walk.clinic.events.wait_for("ScreeningStarted", subject=patient.subject)
    run = careflow.document("trace", patient.subject.partition(":")[2])["events"]
    of_type = {event["type"].split(".")[2]: event["id"] for event in run}

    def traced() -> Any:
        return careflow.document("trace", of_type["ScreeningStarted"])["events"][0]

    deadline = time.monotonic() + PATIENCE
    while "lagging" in {told["stage"] for told in traced()["told"].values()}:
        assert time.monotonic() < deadline
    event = traced()
    shown = careflow("trace", event["id"])

    assert list(of_type).index("ConsultationBooked") < list(of_type).index("ScreeningStarted")
    assert (event["service"], event["told"]["booking"]["stage"]) == ("screening", "done")
    assert event["offset"] is not None
    assert (shown.returncode, "ScreeningStarted" in shown.stdout) == (0, True)
    assert person.family_name not in shown.stdout + json.dumps(run)


def test_a_token_that_is_none_and_a_role_that_may_not(stack: "Stack", careflow: Terminal) -> None:
    forged = Terminal({**careflow.environment, "CAREFLOW_TOKEN": "no.such.token"})
    nurse = Terminal({**careflow.environment, "CAREFLOW_TOKEN": stack.token("nurse")})

    for terminal, code in ((forged, "unauthenticated"), (nurse, "forbidden")):
        done = terminal("consumer", "status", "booking")
        assert (done.returncode, done.stderr.count("\n"), f"({code})" in done.stderr) == (1, 1, True)
