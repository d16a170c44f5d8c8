"""`GET /v1/events`: what a service has said, page after page, to whoever may read it and to nobody else."""

import asyncio
import base64
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any
from urllib.parse import urljoin

import bson
import httpx
import pytest
from starlette.types import Message, Scope

from careflow_events.contracts import CarePathStageChanged, ClearanceGranted, SafetyAlertRaised
from careflow_events.contracts.codes import CareStage
from careflow_events.envelope import decode
from careflow_events.feed import FeedPlace
from careflow_events.lease import LEASE_TTL, RELAY_LEASE
from careflow_events.mongo import MongoLeases, MongoUnpublished
from careflow_events.publication import published, says
from careflow_events.testing.examples import examples
from careflow_events.testing.worker import until
from careflow_service.clock import wall_clock
from careflow_service.http import feed
from careflow_service.identity import Role
from careflow_service.ids import new_id
from careflow_service.mongo.paging import cursor_at
from libs.service.tests.http.test_trace import say
from libs.service.tests.toy.service import SERVICE
from libs.service.tests.toy.visits import VisitClosed
from libs.service.tests.toy.world import RunningToy, World, running_toy

MOVED, ALARMED, CLEARED = (new_id() for _ in range(3))
"""Patients of whose closed visit the service says one thing or another."""


def _said(fact: VisitClosed) -> Any:
    if fact.patient_id == MOVED:
        return CarePathStageChanged(patient_id=MOVED, from_=CareStage.INFO_CALL, to=CareStage.SCREENING)
    contract: Any = SafetyAlertRaised if fact.patient_id == ALARMED else ClearanceGranted
    found = next(each.data for each in examples() if type(each.data) is contract)
    return found.model_copy(update={"patient_id": fact.patient_id})


SAYS = replace(
    SERVICE, published=published(says(VisitClosed, (CarePathStageChanged, SafetyAlertRaised, ClearanceGranted), _said))
)


@pytest.fixture
async def toy(world: World) -> AsyncIterator[RunningToy]:
    """It says operational and safety events."""
    async with running_toy(world, SAYS) as running:
        yield running


async def tell(toy: RunningToy, *patients: str) -> None:
    """Each of them has an event that was published."""
    for patient in patients:
        await say(toy, patient)
    await publish(toy)


async def publish(toy: RunningToy) -> None:
    """What the relay does."""
    database = toy.process.resources.database
    grant = await MongoLeases(database).take(RELAY_LEASE, "a", LEASE_TTL)
    assert grant is not None
    rows = await MongoUnpublished(database).fetch(100, ())
    await MongoUnpublished(database).mark(rows, grant, wall_clock())


async def ask(
    toy: RunningToy, *roles: Role, url: str = "/v1/events", consumer: str | None = None, **query: Any
) -> httpx.Response:
    headers = toy.token(*(roles or (Role.EVENTS_OPERATIONAL,)), subject="registry", consumer=consumer)
    return await toy.client.get(url, params=query or None, headers=headers)


async def read(toy: RunningToy, *roles: Role, **query: Any) -> list[dict[str, Any]]:
    response = await ask(toy, *roles, **query)
    assert response.status_code == 200, response.text
    events: list[dict[str, Any]] = response.json()
    return events


def whose(events: list[dict[str, Any]]) -> list[str]:
    return [event["subject"].removeprefix("patient:") for event in events]


def following(response: httpx.Response) -> str:
    """The address of what follows, as any client resolves it."""
    return urljoin(str(response.url), response.links["next"]["url"])


def refused(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, response.json()["code"]


async def test_an_event_is_as_it_was_published(toy: RunningToy) -> None:
    await tell(toy, MOVED)

    response = await ask(toy)

    row = await toy.process.resources.database["_outbox"].find_one({})
    assert row is not None
    assert response.content == b"[" + row["record"] + b"]"
    assert response.headers["content-type"] == "application/cloudevents-batch+json"
    assert response.headers["cache-control"] == "no-store"
    assert decode(row["record"], ()).type == CarePathStageChanged.type()


async def test_page_follows_page_to_the_end_and_goes_on_from_there(toy: RunningToy) -> None:
    await tell(toy, MOVED, CLEARED, MOVED)

    first = await ask(toy, limit=2)
    second = await ask(toy, url=following(first))
    third = await ask(toy, url=following(second))
    await tell(toy, CLEARED)
    fourth = await ask(toy, url=following(third))

    pages = (first, second, third, fourth)
    assert [whose(page.json()) for page in pages] == [[MOVED, CLEARED], [MOVED], [], [CLEARED]]
    assert [page.headers["careflow-caught-up"] for page in pages] == ["false", "true", "true", "true"]


async def test_what_follows_asks_the_same_question(toy: RunningToy) -> None:
    await tell(toy, MOVED, CLEARED, MOVED, CLEARED)
    subject, type_ = f"patient:{CLEARED}", ClearanceGranted.type()

    first = await ask(toy, limit=1, wait=1, type=type_, subject=subject)
    second = await ask(toy, url=following(first))

    assert whose(first.json()) == whose(second.json()) == [CLEARED]
    assert (await ask(toy, url=following(second))).json() == []
    assert httpx.URL(following(second)).params.multi_items()[1:] == [
        ("limit", "1"),
        ("wait", "1"),
        ("type", type_),
        ("subject", subject),
    ]


async def test_a_reader_sees_the_classes_its_roles_name_and_no_other(toy: RunningToy) -> None:
    await tell(toy, MOVED, ALARMED)

    assert whose(await read(toy, Role.EVENTS_OPERATIONAL)) == [MOVED]
    assert whose(await read(toy, Role.EVENTS_SAFETY)) == [ALARMED]
    assert {*whose(await read(toy, Role.EVENTS_OPERATIONAL, Role.EVENTS_SAFETY))} == {MOVED, ALARMED}
    assert refused(await ask(toy, Role.EVENTS_FINANCIAL)) == (403, "forbidden")
    assert refused(await ask(toy, Role.NURSE, Role.OPERATOR)) == (403, "forbidden")


async def test_a_type_that_is_not_said_here_or_not_granted_is_refused(toy: RunningToy) -> None:
    async def of_type(*types: str) -> tuple[int, str]:
        return refused(await ask(toy, type=list(types)))

    moved = CarePathStageChanged.type()
    assert await of_type(moved, "careflow.billing.ChargePosted.v1") == (422, "event_not_said_here")
    assert await of_type("careflow.booking.CarePathStageChangedd.v1") == (422, "event_not_said_here")
    assert await of_type(SafetyAlertRaised.type()) == (403, "event_class_not_granted")
    assert await of_type("ClearanceGranted") == (422, "invalid_request")
    denied = await toy.process.resources.database["_audit"].find({"outcome": "denied"}).to_list()
    assert [entry["touched"] for entry in denied] == [["GET /v1/events"]]


async def test_a_sealed_section_keeps_the_readers_own_recipients_only(toy: RunningToy) -> None:
    await tell(toy, CLEARED)

    async def recipients(consumer: str | None) -> list[str]:
        (event,) = await read(toy, consumer=consumer)
        return [each["header"]["kid"] for each in event["data"]["for_sessions"]["recipients"]]

    assert await recipients("sessions") == ["sessions-1"]
    assert await recipients("billing") == []
    assert await recipients(None) == []


@pytest.mark.parametrize(
    "after", ["x", "", "%00", cursor_at({"position": "1", "_id": 0}, feed._ORDER, of="toy"), "a" * 513]
)
async def test_a_cursor_made_up_is_refused(toy: RunningToy, after: str) -> None:
    assert refused(await ask(toy, after=after)) in {(422, "invalid_cursor"), (422, "invalid_request")}


async def test_a_cursor_of_another_service_is_refused_and_one_that_says_no_service_is_good(toy: RunningToy) -> None:
    await tell(toy, MOVED, CLEARED)

    anothers = feed._cursor(FeedPlace(1), "booking")
    assert refused(await ask(toy, after=anothers)) == (422, "invalid_cursor"), "it would pass over what it never saw"
    assert whose(await read(toy, after=feed._cursor(FeedPlace(1), "toy"))) == [CLEARED]
    assert whose(await read(toy, after=base64.urlsafe_b64encode(bson.encode({"at": [1, 0]})).decode())) == [CLEARED]


async def test_a_place_that_is_gone_says_where_there_is_something(toy: RunningToy) -> None:
    await tell(toy, MOVED, CLEARED, MOVED)
    await toy.process.resources.database["_outbox"].delete_one({"position": 1})

    gone = await ask(toy, after=feed._cursor(FeedPlace(0), "toy"))

    assert refused(gone) == (410, "position_gone")
    assert whose(await read(toy, after=gone.json()["oldest"])) == [CLEARED, MOVED]
    assert refused(await ask(toy, after=feed._cursor(FeedPlace(99), "toy"))) == (410, "position_gone")


async def test_what_was_shown_of_whom_is_in_the_trail(toy: RunningToy) -> None:
    await tell(toy, MOVED, CLEARED)

    events = await read(toy)
    assert await read(toy, after=feed._cursor(FeedPlace(2), "toy")) == []

    resources = toy.process.resources
    (entry,) = await resources.database["_audit"].find({"outcome": "read"}).to_list()
    assert (entry["actor"], entry["action"]) == ("registry", "list_events")
    assert entry["touched"] == [f"outbox/{event['id']}" for event in events]
    assert entry["whose"] == sorted(each for patient in (MOVED, CLEARED) for each in resources.audit.hidden(patient))


async def test_whoever_waits_is_answered_when_there_is_something_for_them(toy: RunningToy) -> None:
    await tell(toy, MOVED)
    here = following(await ask(toy))

    waiting = asyncio.create_task(ask(toy, url=f"{here}&wait=20"))
    await until(lambda: _waits(toy, 1))
    await tell(toy, ALARMED)
    await tell(toy, CLEARED)

    assert whose((await waiting).json()) == [CLEARED]


async def test_nothing_comes_and_the_wait_is_over(toy: RunningToy) -> None:
    began = time.monotonic()

    response = await ask(toy, wait=1)

    assert (response.json(), response.headers["careflow-caught-up"]) == ([], "true")
    assert time.monotonic() - began >= 1
    assert toy.http.state.feed.waiting == 0


async def test_nobody_is_kept_waiting_by_a_process_that_stops(toy: RunningToy) -> None:
    waiting = asyncio.create_task(ask(toy, wait=20))
    await until(lambda: _waits(toy, 1))

    toy.http.state.feed.close()

    assert (await asyncio.wait_for(waiting, 5)).json() == []


async def test_whoever_has_gone_away_is_not_waited_for(toy: RunningToy) -> None:
    """Two hundred wait, half of them leave, and those who stay are answered."""
    leave = asyncio.Event()
    leaving = [asyncio.create_task(_ask_until(toy, leave)) for _ in range(100)]
    staying = [asyncio.create_task(ask(toy, wait=20)) for _ in range(100)]
    await until(lambda: _waits(toy, 200))

    leave.set()
    await asyncio.wait_for(asyncio.gather(*leaving), 10)
    assert await _waits(toy, 100)
    await tell(toy, MOVED)

    answers = await asyncio.wait_for(asyncio.gather(*staying), 10)
    assert [whose(each.json()) for each in answers] == [[MOVED]] * 100


async def _ask_until(toy: RunningToy, leave: asyncio.Event) -> None:
    """Waits as a client of a server does that closes its connection then."""
    asked = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive() -> Message:
        if asked:
            return asked.pop()
        await leave.wait()
        return {"type": "http.disconnect"}

    async def send(_: Message) -> None: ...

    token = toy.token(Role.EVENTS_OPERATIONAL, subject="registry")["Authorization"]
    scope: Scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "scheme": "http",
        "server": ("toy", 80),
        "client": ("127.0.0.1", 1),
        "root_path": "",
        "method": "GET",
        "path": "/v1/events",
        "raw_path": b"/v1/events",
        "query_string": b"wait=20",
        "headers": [(b"host", b"toy"), (b"authorization", token.encode())],
    }
    await toy.http(scope, receive, send)


async def _waits(toy: RunningToy, readers: int) -> bool:
    return bool(toy.http.state.feed.waiting == readers)


@pytest.mark.parametrize(
    "query", [{"limit": 0}, {"limit": 201}, {"wait": -1}, {"wait": 21}, {"subject": "patient:jane"}, {"subject": MOVED}]
)
async def test_what_is_out_of_bounds_is_refused(toy: RunningToy, query: dict[str, Any]) -> None:
    assert refused(await ask(toy, **query)) == (422, "invalid_request")
