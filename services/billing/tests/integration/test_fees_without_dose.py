"""An integration whose dose was not given: nobody missed it, and nobody owes a fee for it, in whatever order the clinic
learns of both.
"""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from careflow_events import contracts
from careflow_events.contracts import codes
from services.billing.tests.builders import local
from services.billing.tests.clinic import corrected, fees, missed, ok, refusal, trial_balance
from services.billing.tests.heard import PLAN, consent, later, registered, session_refused, visit
from services.billing.tests.integration.test_fees import (
    CHARGED,
    WEDNESDAY_AT_NINE,
    cancelled,
    has_had_the_courtesy,
    standing,
)
from services.billing.tests.world import World

SPARED = ("waived", "dose_not_given")
Lost = Callable[[World, dict[str, Any]], Awaitable[Any]]


async def a_pair(world: World) -> tuple[dict[str, Any], dict[str, Any]]:
    """A dose of the plan on Wednesday, and its integration on the Friday after."""
    pair = (
        visit(WEDNESDAY_AT_NINE, plan_id=PLAN),
        visit(local(27, 11), kind=codes.AppointmentKind.INTEGRATION, plan_id=PLAN),
    )
    for each in pair:
        await world.hear(contracts.TreatmentBooked(**each, booked_by=codes.BookedBy.STAFF))
    return pair


async def refused(world: World, dose: dict[str, Any]) -> None:
    await world.hear(session_refused(dose).model_copy(update={"plan_id": PLAN}))


async def called_off_by_the_clinic(world: World, dose: dict[str, Any]) -> None:
    await cancelled(world, dose, 60, codes.CancelledBy.CLINIC)


async def called_off_late(world: World, dose: dict[str, Any]) -> None:
    await cancelled(world, dose, 60, codes.CancelledBy.PATIENT)


async def days_pass(world: World, december: int | None = None) -> None:
    """The Monday after has come, or a day of December."""
    world.clock.now = local(december, 12, month=12) if december else local(30, 12)
    await world.catch_up()


@pytest.mark.parametrize(
    ("lost", "owed", "dose_first"),
    [
        (missed, 62_000, True),
        (missed, 62_000, False),
        (refused, 0, False),
        (called_off_late, 31_000, False),
        (called_off_by_the_clinic, 0, True),
    ],
)
async def test_it_costs_nothing_whichever_is_heard_first(world: World, lost: Lost, owed: int, dose_first: bool) -> None:
    await has_had_the_courtesy(world)
    dose, integration = await a_pair(world)
    heard: list[tuple[Lost, dict[str, Any]]] = [(lost, dose), (missed, integration)]
    for happens, each in heard if dose_first else reversed(heard):
        await happens(world, each)
        await days_pass(world)
    await days_pass(world, december=2)
    assert await standing(world, integration) == [SPARED]
    assert (await trial_balance(world)).get("receivable", 0) == owed


async def test_a_dose_that_was_given_after_all_is_one_whose_integration_was_missed(world: World) -> None:
    await has_had_the_courtesy(world)
    dose, integration = await a_pair(world)
    lost = await missed(world, dose)
    await missed(world, integration)
    await days_pass(world)
    assert await standing(world, dose, integration) == [CHARGED, SPARED]
    await corrected(world, lost)
    await world.catch_up()
    assert await trial_balance(world) == {}
    await days_pass(world, december=2)
    assert await standing(world, dose, integration) == [("dropped", None), CHARGED]
    assert await trial_balance(world) == {"receivable": 22_500, "revenue_fees": -22_500}


async def test_the_courtesy_spent_on_it_is_there_for_the_dose(world: World) -> None:
    await world.hear(registered())
    await world.hear(consent())
    dose, integration = await a_pair(world)
    await missed(world, integration)
    await days_pass(world)
    assert await standing(world, integration) == [("waived", "first_time_courtesy")]
    await missed(world, dose)
    await world.catch_up()
    assert await standing(world, integration) == [SPARED]
    await days_pass(world, december=2)
    assert await standing(world, dose) == [("waived", "first_time_courtesy")]
    assert await trial_balance(world) == {}


async def test_the_integration_of_another_dose_is_owed_as_ever(world: World) -> None:
    await has_had_the_courtesy(world)
    dose, integration = await a_pair(world)
    next_dose = visit(local(30, 9), plan_id=PLAN)
    await world.hear(contracts.TreatmentBooked(**next_dose, booked_by=codes.BookedBy.STAFF))
    arrived = later(dose, status=codes.AppointmentStatus.ARRIVED)
    await world.hear(contracts.TreatmentArrived(**arrived))
    await missed(world, integration)
    await called_off_by_the_clinic(world, next_dose)
    await days_pass(world)
    assert await standing(world, integration) == [CHARGED]


async def test_what_follows_from_the_visits_is_nobodys_decision(world: World) -> None:
    await has_had_the_courtesy(world)
    dose, _ = await a_pair(world)
    await missed(world, dose)
    fee = next(each for each in await fees(world) if each["id"] == dose["appointment_id"])
    for reason in ("dose_not_given", "same_decision"):
        waiving = await world.biller.post(f"/v1/fees/{fee['id']}/waive", {"reason": reason}, version=fee["version"])
        assert refusal(waiving) == (422, "reason_not_a_decision")
    ok(await world.biller.post(f"/v1/fees/{fee['id']}/waive", {"reason": "emergency"}, version=fee["version"]))
