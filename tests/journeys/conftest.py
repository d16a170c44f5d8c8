"""A clinic at work on a running stack: every journey drives it over HTTP and watches the topics from outside."""

import itertools
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import pytest

from careflow_cli.infra import topics
from careflow_clinic.clinic import PRESCRIBER, SAFE_WITH_PLAN, Clinic, Person
from careflow_clinic.http import Caller, Http
from careflow_clinic.subscriber import Subscriber
from careflow_clinic.walk import Walk
from tests.journeys.terminal import Terminal

if TYPE_CHECKING:
    from careflow_cli.stack.stack import Stack

_numbers = itertools.count(1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A journey is marked as one by standing here."""
    for item in items:
        if "journeys" in item.path.parts:
            item.add_marker(pytest.mark.journey)


@pytest.fixture
async def walk(stack: "Stack") -> AsyncIterator[Walk]:
    """Somebody to take patients through the clinic, which is open."""

    def token(caller: Caller) -> str:
        return stack.token(*caller.roles, subject=caller.subject, patient_id=caller.patient_id)

    urls = {spec.name: stack.service_url(spec.name) for spec in stack.services}
    subscriber = Subscriber(stack.kafka_url, [topic.name for topic in topics.declared()])
    async with Http(urls, token) as http, subscriber.following() as events:
        walk = Walk(Clinic(http, events), stack.clock)
        await walk.open_the_clinic()
        yield walk
        await _call_off_what_is_booked(walk)
        await _answer_the_alerts(walk)
        assert (events.gaps, events.repeats) == ([], []), "every stream reaches an outsider whole"


async def _call_off_what_is_booked(walk: Walk) -> None:
    """The next journey finds the calendar free, and nothing to wait for on its way through time."""
    told = {event.data["appointment_id"]: event.data for event in walk.clinic.events.seen if "holds" in event.data}
    for appointment_id in (each for each, visit in told.items() if visit["status"] == "booked"):
        if (await walk.clinic.appointment(str(appointment_id))).body["status"] == "booked":
            await walk.clinic.move_appointment(str(appointment_id), "cancel", {"reason": "booked_in_error"})


async def _answer_the_alerts(walk: Walk) -> None:
    """An alert pages people until somebody closes it: the next journey would be woken every few minutes of its way."""
    http, clinic = walk.clinic.http, walk.clinic
    while alerts := (await http.get(PRESCRIBER, "screening", "/v1/alerts")).body["items"]:
        for alert in alerts:
            if alert["state"] == "open":
                await clinic.act_on("alerts", alert["id"], "acknowledge")
            await clinic.act_on("alerts", alert["id"], "close", SAFE_WITH_PLAN)


@pytest.fixture
def person() -> Person:
    """Somebody nobody has met yet."""
    number = next(_numbers)
    return Person(
        given_name="Robin",
        family_name=f"Invented-{number}",
        email=f"robin.{number}@example.org",
        phone=f"+1415555{1000 + number}",
    )


@pytest.fixture
def careflow(stack: "Stack") -> Terminal:
    """An operator at a terminal."""
    urls = " ".join(f"{spec.name}={stack.service_url(spec.name)}" for spec in stack.services)
    return Terminal({"CAREFLOW_URLS": urls, "CAREFLOW_TOKEN": stack.token("operator", subject="olga-operator")})
