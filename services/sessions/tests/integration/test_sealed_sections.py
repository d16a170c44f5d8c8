"""Sections that do not open: the patient's stream waits, no dose is given meanwhile, nothing is lost."""

from datetime import datetime, timedelta

import pytest

from careflow_events import contracts
from careflow_events.contracts import codes
from careflow_events.contracts.model import EventData
from careflow_events.contracts.sealed import Sealed
from careflow_events.handling import Settled
from careflow_events.testing.builders import Keys
from careflow_service.identity import Role
from careflow_service.ids import new_id
from careflow_service.testing.store import new_keys
from careflow_service.testing.world import FORGED, PARKING
from services.sessions.tests.clinic import Course, gate_of, has_course, ok, ready_for_dose
from services.sessions.tests.news import alert_raised, clearance_granted, registered, screen_assessed
from services.sessions.tests.world import World, running


def suspended(course: Course, now: datetime) -> EventData:
    return contracts.ClearanceSuspended(
        patient_id=course.patient_id,
        clearance_id=course.clearance_id,
        valid_until=now + timedelta(days=90),
        reason=codes.SuspensionReason.CLINICAL,
        for_sessions=Sealed.plain(contracts.SuspensionForSessions(reason="new medication")),
    )


def news(course: Course, now: datetime) -> dict[str, EventData]:
    """Everything sessions hears with a section of its own."""
    return {
        "clearance": clearance_granted(course.patient_id, new_id(), now + timedelta(days=90)),
        "suspension": suspended(course, now),
        "screen": screen_assessed(course.patient_id, now),
        "registration": registered(course.patient_id, datetime(1988, 4, 2)),  # noqa: DTZ001 - a birth date
    }


@pytest.mark.parametrize("kind", ["clearance", "suspension", "screen", "registration"])
async def test_a_section_that_does_not_open_changes_nothing_and_closes_the_gate(world: World, kind: str) -> None:
    course, other = await has_course(world), await has_course(world)
    session_id, others = await ready_for_dose(world, course), await ready_for_dose(world, other)

    async with world.nothing_changes(but=PARKING):
        event = world.next_event(news(course, world.clock())[kind], keys=FORGED)
        assert await world.deliver(event) is Settled.PARKED

    assert await gate_of(world, session_id) == ["record_complete"]
    assert await gate_of(world, others) == []
    (parked,) = ok(await world.calling(Role.OPERATOR).get("/ops/parked"))["items"]
    assert (parked["cause"], parked["stream"]) == ("section_broken", event.stream)
    assert not {"new medication", "Rivera"} & set(str(parked).split())


async def test_what_takes_away_holds_at_once_even_behind_what_waits(world: World) -> None:
    """An alert behind a section that does not open is not waited for; the good news behind it is."""
    course = await has_course(world)
    session_id = await ready_for_dose(world, course)
    unreadable = clearance_granted(course.patient_id, new_id(), world.clock() + timedelta(days=90))
    await world.deliver(world.next_event(unreadable, keys=FORGED))
    await world.deliver(world.next_event(suspended(course, world.clock())))
    await world.deliver(world.next_event(alert_raised(course.patient_id, new_id(), world.clock())))

    assert {"record_complete", "clearance_valid", "no_open_alert"} <= set(await gate_of(world, session_id))


async def test_once_the_key_is_there_a_replay_takes_everything_in_in_order(store_url: str, database: str) -> None:
    keys = new_keys()
    async with running(store_url, database, keys=keys) as world:
        course = await has_course(world)
        session_id = await ready_for_dose(world, course)
        later = clearance_granted(course.patient_id, new_id(), world.clock() + timedelta(days=30))
        first = world.next_event(suspended(course, world.clock()), keys=FORGED)
        second = world.next_event(later, keys=FORGED)
        for event in (first, second):
            assert await world.deliver(event) is Settled.PARKED
        assert await world.replay() == 0, "without the key it waits on"
        now = world.clock()
    async with running(store_url, database, keys=keys, now=now, keyring=FORGED.ring("sessions")) as world:
        assert await world.replay() == 2
        assert await world.deliver(second) is Settled.DUPLICATE
        await world.has_heard_all()
        assert await gate_of(world, session_id) == []
        assert ok(await world.calling(Role.OPERATOR).get("/ops/parked"))["items"] == []


async def test_what_is_sealed_with_a_key_that_is_not_there_yet_waits_for_it(store_url: str, database: str) -> None:
    async with (
        running(store_url, database, keyring=Keys("billing").ring("sessions")) as world,
        world.nothing_changes(but=PARKING),
    ):
        event = clearance_granted(new_id(), new_id(), world.clock() + timedelta(days=90))
        assert await world.deliver(world.next_event(event)) is Settled.PARKED
