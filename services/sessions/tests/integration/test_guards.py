"""How far apart and how many doses there may be: counted from what was given, to the minute at which it changes."""

from datetime import UTC, datetime, timedelta

import pytest

from careflow_service.identity import Actor
from careflow_service.ids import new_id
from careflow_service.results import Changed
from careflow_service.work import Transaction
from services.sessions.tests.builders import ZONE
from services.sessions.tests.clinic import dosing_visit, gate_of, has_course, ok, plan_body
from services.sessions.tests.world import World
from sessions.bootstrap import SERVICE
from sessions.domain.course import Course, DosedSession
from sessions.domain.ids import PatientId, PlanId, SessionId
from sessions.domain.words import Phase

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


async def has_had_doses(world: World, patient_id: str, plan_id: str, given_at: list[datetime]) -> None:
    """The patient's course as it is kept after doses at these times."""
    doses = tuple(
        DosedSession(session_id=SessionId(new_id()), plan_id=PlanId(plan_id), phase=Phase.INDUCTION, at=at)
        for at in given_at
    )
    course = Course(id=PatientId(patient_id), doses=doses)

    async def keep(tx: Transaction) -> Changed:
        await SERVICE.ports(world.application).courses.add(course, tx)
        return Changed(course.id, course.version)

    await world.store.work.run(keep, by=Actor.system("tests"), action="has_had_doses", returns=Changed)


def earlier_by_the_clock(moment: datetime, length: timedelta) -> datetime:
    """When the clinic's clock showed so much less; the clocks were changed on the first of this month."""
    return (moment.astimezone(ZONE) - length).astimezone(UTC)


@pytest.mark.parametrize(
    ("item", "ago"),
    [
        ("interval_since_last_dose", [48 * HOUR]),
        ("doses_in_seven_days", [7 * DAY, 4 * DAY]),
        ("doses_in_thirty_days", [30 * DAY, *(days * DAY for days in (26, 23, 19, 16, 12, 9, 5, 2))]),
    ],
)
async def test_a_dose_is_one_too_many_until_the_minute_at_which_it_no_longer_is(
    world: World, item: str, ago: list[timedelta]
) -> None:
    course = await has_course(world)
    allowed_from = world.clock() + HOUR
    given_at = [earlier_by_the_clock(allowed_from, length) for length in ago]
    await has_had_doses(world, course.patient_id, course.plan_id, given_at)
    session_id = await dosing_visit(world, course)

    await world.travel(HOUR - MINUTE)
    assert item in await gate_of(world, session_id)
    await world.travel(MINUTE)
    assert item not in await gate_of(world, session_id)


async def test_in_maintenance_two_weeks_lie_between_doses(world: World) -> None:
    course = await has_course(world)
    live = ok(await world.prescriber.get(f"/v1/plans/{course.plan_id}"))
    terms = plan_body(
        phase="maintenance",
        maintenance_reason="better for four weeks each",
        cadence_days=28,
        induction_elsewhere="six infusions, documented",
    )
    ok(await world.prescriber.post(f"/v1/plans/{course.plan_id}/adjust", terms, version=live["version"]))
    await has_had_doses(world, course.patient_id, course.plan_id, [world.clock() + HOUR - 14 * DAY])
    session_id = await dosing_visit(world, course)

    await world.travel(HOUR - MINUTE)
    assert "maintenance_interval" in await gate_of(world, session_id)
    await world.travel(MINUTE)
    assert "maintenance_interval" not in await gate_of(world, session_id)
