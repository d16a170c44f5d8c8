"""Where is this event: what a service says of those it has said, and how it stands to those it was told."""

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from careflow_events.contracts import CarePathStageChanged, ScreeningStarted
from careflow_events.lease import LEASE_TTL
from careflow_events.mongo import MongoLeases, MongoUnpublished
from careflow_events.producing import Place
from careflow_service.clock import wall_clock
from careflow_service.http.ops import trace
from careflow_service.identity import Role
from careflow_service.ids import new_id
from libs.service.tests.http.test_ops import TOPIC, park
from libs.service.tests.toy.world import RunningToy

LATER = datetime(2030, 1, 1, tzinfo=UTC)


async def ask(toy: RunningToy, path: str, body: dict[str, Any], role: Role = Role.OPERATOR) -> httpx.Response:
    headers = toy.token(role, subject="olga")
    return await toy.client.post(f"/ops/{path}", json=body, headers=headers)


async def traced(toy: RunningToy, asked: str, **more: str) -> dict[str, Any]:
    response = await ask(toy, "trace", {"id": asked, **more})
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


async def told(toy: RunningToy, **event: Any) -> dict[str, Any]:
    response = await ask(toy, "trace/told", {"events": [event]})
    assert response.status_code == 200, response.text
    (found,) = response.json()["events"]
    assert isinstance(found, dict)
    return found


async def say(toy: RunningToy, patient: str) -> None:
    """The toy says that a visit of this patient was closed."""
    nurse = {**toy.token(Role.NURSE), "Idempotency-Key": new_id()}
    body = {"patient_id": patient, "note": "a secret note", "ends_at": LATER.isoformat()}
    visit = (await toy.client.post("/v1/visits", json=body, headers=nurse)).json()["id"]
    again = {**nurse, "Idempotency-Key": new_id(), "If-Match": '"1"'}
    assert (await toy.client.post(f"/v1/visits/{visit}/close", headers=again)).is_success


async def publish(toy: RunningToy, *places: Place) -> None:
    database = toy.process.resources.database
    grant = await MongoLeases(database).take("relay", "a", LEASE_TTL)
    assert grant is not None
    rows = await MongoUnpublished(database).fetch(10, ())
    where = {row.id: place for row, place in zip(rows, places, strict=True)}
    await MongoUnpublished(database).mark(rows, grant, wall_clock(), places=where)


async def test_an_event_is_found_by_its_id_its_run_and_its_patient(toy: RunningToy) -> None:
    patient = new_id()
    await say(toy, patient)
    (by_patient,) = (await traced(toy, patient))["said"]

    by_id = await traced(toy, by_patient["id"])
    by_run = await traced(toy, by_patient["correlation"])

    assert by_id["said"] == by_run["said"] == [by_patient]
    assert by_patient["type"] == CarePathStageChanged.type()
    assert (by_patient["stream"], by_patient["sequence"]) == (f"careflow.booking.v1/patient:{patient}", 1)
    assert (by_patient["published_at"], by_patient["offset"], by_patient["orphan"]) == (None, None, False)
    assert await traced(toy, new_id()) == {"said": [], "parked": [], "next": None}


async def test_it_says_when_and_where_it_was_published(toy: RunningToy) -> None:
    patient = new_id()
    await say(toy, patient)
    await publish(toy, Place(2, 117))

    (said,) = (await traced(toy, patient))["said"]

    assert (said["partition"], said["offset"], said["published_at"] is not None) == (2, 117, True)


async def test_many_events_come_in_pages(toy: RunningToy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trace, "EVENTS_AT_ONCE", 2)
    patient = new_id()
    for _ in range(3):
        await say(toy, patient)

    first = await traced(toy, patient)
    rest = await traced(toy, patient, after=first["next"])

    assert [each["sequence"] for each in first["said"] + rest["said"]] == [1, 2, 3]
    assert rest["next"] is None


async def test_what_is_parked_is_found_though_nobody_said_it(toy: RunningToy) -> None:
    patient = new_id()
    parked = await park(toy, patient)
    event_id = parked.rpartition("#")[2]

    for asked in (event_id, patient):
        found = await traced(toy, asked)
        assert ([each["id"] for each in found["parked"]], found["said"]) == ([parked], [])


async def test_how_a_consumer_stands_to_an_event(toy: RunningToy) -> None:
    patient = new_id()
    parked = await park(toy, patient)
    event = {"type": ScreeningStarted.type(), "stream": f"{TOPIC}/patient:{patient}", "partition": 0}

    waits = await told(toy, id=parked.rpartition("#")[2], sequence=1, **event)
    behind = await told(toy, id=new_id(), sequence=2, **event)
    unheard = await told(toy, id=new_id(), sequence=1, **{**event, "stream": f"careflow.billing.v1/patient:{patient}"})

    assert (waits["stage"], waits["parked"]["id"], waits["parked"]["cause"]) == ("parked", parked, "ValueError")
    assert (behind["stage"], behind["parked"], behind["next_offset"]) == ("lagging", None, None)
    assert unheard["stage"] == "not_heard"


@pytest.mark.parametrize(("closing", "stage"), [("asked", "done"), ("erased", "erased"), ("destroyed", "erased")])
async def test_what_was_passed_of_somebody_erased_is_told_as_erased(toy: RunningToy, closing: str, stage: str) -> None:
    patient, other = new_id(), new_id()
    database = toy.process.resources.database
    await database["_owners"].insert_one({"_id": patient, "version": 1, "guard": 0, "heads": [], "closing": closing})
    streams = [f"{TOPIC}/patient:{each}" for each in (patient, other)]
    await database["_positions"].insert_many(
        [
            {"_id": f"toy|{stream}", "last": 1, "last_event_id": None, "block": None, "given_up": []}
            for stream in streams
        ]
    )

    of_patient, of_other = [
        await told(toy, id=new_id(), type=ScreeningStarted.type(), stream=stream, sequence=1) for stream in streams
    ]

    assert (of_patient["stage"], of_other["stage"]) == (stage, "done")


async def test_the_time_of_a_reaction_is_that_of_its_commit(toy: RunningToy) -> None:
    """By the audit trail; `at` stays empty where a reaction had nothing to change."""
    cause = new_id()
    await toy.process.resources.database["_audit"].insert_many(
        [
            {"_id": new_id(), "outcome": "done", "cause": cause, "at": LATER},
            {"_id": new_id(), "outcome": "read", "cause": cause, "at": datetime(2031, 1, 1, tzinfo=UTC)},
        ]
    )
    stream = f"{TOPIC}/patient:{new_id()}"
    resources = toy.process.resources
    await resources.database["_positions"].insert_one(
        {"_id": f"toy|{stream}", "last": 2, "last_event_id": None, "block": None, "given_up": []}
    )

    event = {"type": ScreeningStarted.type(), "stream": stream}
    done = await told(toy, id=cause, sequence=1, **event)
    nothing = await told(toy, id=new_id(), sequence=2, **event)

    assert (done["stage"], datetime.fromisoformat(done["at"])) == ("done", LATER)
    assert (nothing["stage"], nothing["at"]) == ("done", None)


async def test_nothing_that_is_in_an_event_is_shown_and_who_looked_is_kept(toy: RunningToy) -> None:
    patient = new_id()
    await say(toy, patient)
    await park(toy, patient)

    response = await ask(toy, "trace", {"id": patient})

    assert "case_id" not in response.text
    assert "stage" not in response.text
    entry = await toy.process.resources.database["_audit"].find_one({"action": "trace"})
    assert entry is not None
    (said,), (parked,) = response.json()["said"], response.json()["parked"]
    assert (entry["actor"], entry["touched"]) == ("olga", [f"outbox/{said['id']}", f"parked/{parked['id']}"])


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("trace", {"id": ""}),
        ("trace", {"id": "a", "after": "nonsense"}),
        ("trace", {"id": "a", "after": "stream|x@none"}),
        ("trace/told", {"events": []}),
        ("trace/told", {"events": [{"id": "a", "type": "T", "stream": "no-subject", "sequence": 1}]}),
        ("trace/told", {"events": [{"id": "a", "type": "T", "stream": "t/s", "sequence": 0}]}),
    ],
)
async def test_a_question_that_makes_no_sense_is_refused(toy: RunningToy, path: str, body: dict[str, Any]) -> None:
    assert (await ask(toy, path, body)).json()["code"] == "invalid_request"


async def test_only_an_operator_may_ask(toy: RunningToy) -> None:
    assert (await ask(toy, "trace", {"id": "a"}, Role.NURSE)).status_code == 403


async def test_when_something_was_done_is_found_by_an_index(toy: RunningToy) -> None:
    question = {"find": "_audit", "filter": {"outcome": "done", "cause": {"$in": ["a"]}}}

    plan = (await toy.process.resources.database.command("explain", question))["queryPlanner"]["winningPlan"]

    while "inputStage" in plan:
        plan = plan["inputStage"]
    assert plan["indexName"] == "by_cause"
