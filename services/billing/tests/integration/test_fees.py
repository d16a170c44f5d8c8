"""Fees for lost visits: by the notice that counts, by a signed policy, the next business day, not the first time."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from careflow_events import contracts
from careflow_events.contracts import codes
from careflow_events.contracts.session_codes import ConsentCategory
from careflow_service.ids import new_id
from services.billing.tests.builders import ANA, local
from services.billing.tests.clinic import (
    books,
    charges,
    corrected,
    fees,
    has_patient,
    missed,
    ok,
    pays,
    refusal,
    trial_balance,
)
from services.billing.tests.heard import consent, later, registered, session_refused, visit
from services.billing.tests.world import World

WEDNESDAY_AT_NINE = local(25, 9)
THE_DAY_AFTER_THANKSGIVING_AT_NINE = local(27, 9)


async def cancelled(world: World, visit: dict[str, Any], notice_minutes: int, by: codes.CancelledBy) -> None:
    await world.hear(
        contracts.TreatmentCancelled(
            **later(visit, status=codes.AppointmentStatus.CANCELLED),
            cancelled_by=by,
            reason=codes.CancelReason.PATIENT_REQUEST,
            notice_minutes=notice_minutes,
        )
    )


async def gives_up_both(world: World, *visits: dict[str, Any], between: Callable[[], Awaitable[None]]) -> None:
    """The patient calls them off by one command; billing hears of them in this order, and of each twice."""
    command, at = new_id(), world.clock()
    for each in visits:
        event = contracts.TreatmentCancelled(
            **later(each, status=codes.AppointmentStatus.CANCELLED),
            cancelled_by=codes.CancelledBy.PATIENT,
            reason=codes.CancelReason.PATIENT_REQUEST,
            notice_minutes=60,
        )
        await world.take_in(world.next_event(event, time=at, cause=command))
        await world.hear_again()
        await between()


async def a_pair(world: World) -> tuple[dict[str, Any], dict[str, Any]]:
    dose = await books(world, WEDNESDAY_AT_NINE)
    integration = visit(local(27, 11), kind=codes.AppointmentKind.INTEGRATION)
    await world.hear(contracts.TreatmentBooked(**integration, booked_by=codes.BookedBy.STAFF))
    return dose, integration


async def standing(world: World, *visits: dict[str, Any]) -> list[tuple[str, str | None]]:
    known = {fee["id"]: (fee["state"], fee["waiver"]) for fee in await fees(world)}
    return [known[each["appointment_id"]] for each in visits]


CHARGED, SPARED = ("posted", None), ("waived", "same_decision")


async def has_had_the_courtesy(world: World) -> None:
    """Ana lost a visit before; it was waived."""
    await has_patient(world)
    world.clock.now = local(19, 10)
    await missed(world, await books(world, local(19, 9)))
    world.clock.now = local(20, 10)
    await world.catch_up()
    assert [fee["waiver"] for fee in await fees(world)] == ["first_time_courtesy"]
    world.clock.now = WEDNESDAY_AT_NINE


async def test_the_first_one_is_waived_and_said(world: World) -> None:
    await has_had_the_courtesy(world)
    assert "FeeWaived" in await world.said_types(ANA)
    assert await trial_balance(world) == {}


async def test_a_missed_visit_is_charged_the_next_business_day_by_the_signed_policy(world: World) -> None:
    await has_had_the_courtesy(world)
    await missed(world, await books(world, WEDNESDAY_AT_NINE))
    world.clock.now = THE_DAY_AFTER_THANKSGIVING_AT_NINE - timedelta(seconds=1)
    await world.catch_up()
    assert await charges(world) == []
    world.clock.advance(timedelta(seconds=1))
    await world.catch_up()
    assert await trial_balance(world) == {"receivable": 62_000, "revenue_fees": -62_000}
    (charge,) = await charges(world)
    assert (charge["cause"], charge["lines"][0]["service"]) == ("no_show", None)


@pytest.mark.parametrize(
    ("notice_minutes", "by", "fee"),
    [
        (48 * 60 - 1, codes.CancelledBy.PATIENT, 31_000),
        (48 * 60, codes.CancelledBy.PATIENT, 0),
        (1, codes.CancelledBy.CLINIC, 0),
        (1, codes.CancelledBy.CLINICAL_HOLD, 0),
    ],
)
async def test_a_cancellation_costs_by_who_and_when(
    world: World, notice_minutes: int, by: codes.CancelledBy, fee: int
) -> None:
    await has_had_the_courtesy(world)
    await cancelled(world, await books(world, WEDNESDAY_AT_NINE), notice_minutes, by)
    world.clock.now = local(30, 12)
    await world.catch_up()
    assert (await trial_balance(world)).get("receivable", 0) == fee


async def test_moving_a_visit_costs_nothing(world: World) -> None:
    await has_had_the_courtesy(world)
    visit = await books(world, WEDNESDAY_AT_NINE)
    await world.hear(
        contracts.TreatmentRescheduled(
            **later(visit),
            previous_starts_at=WEDNESDAY_AT_NINE,
            rescheduled_by=codes.RescheduledBy.PATIENT,
            notice_minutes=60,
            first_notice_minutes=60,
            late_moves=1,
        )
    )
    world.clock.now = local(30, 12)
    await world.catch_up()
    assert len(await fees(world)) == 1


async def test_without_a_signed_financial_policy_nothing_is_charged(world: World) -> None:
    await world.hear(registered())
    await world.hear(consent(ConsentCategory.TREATMENT))
    await missed(world, await books(world, WEDNESDAY_AT_NINE))
    world.clock.now = local(30, 12)
    await world.catch_up()
    assert [fee["waiver"] for fee in await fees(world)] == ["no_signed_policy"]
    assert await charges(world) == []


async def test_who_comes_after_all_owes_nothing_even_if_it_was_charged(world: World) -> None:
    await has_had_the_courtesy(world)
    visit = await missed(world, await books(world, WEDNESDAY_AT_NINE))
    world.clock.now = local(30, 12)
    await world.catch_up()
    await world.hear(contracts.TreatmentArrived(**later(visit, status=codes.AppointmentStatus.ARRIVED)))
    assert await trial_balance(world) == {}
    assert [fee["state"] for fee in await fees(world)] == ["waived", "dropped"]


async def test_who_was_marked_missed_by_mistake_gets_back_what_was_charged(world: World) -> None:
    await has_had_the_courtesy(world)
    visit = await missed(world, await books(world, WEDNESDAY_AT_NINE))
    world.clock.now = local(30, 12)
    await world.catch_up()
    assert await trial_balance(world) == {"receivable": 62_000, "revenue_fees": -62_000}
    await corrected(world, visit)
    assert await trial_balance(world) == {}
    assert [fee["state"] for fee in await fees(world)] == ["waived", "dropped"]


async def test_a_courtesy_for_a_visit_that_was_not_lost_is_there_for_the_first_that_is(world: World) -> None:
    await has_patient(world)
    visit = await missed(world, await books(world, WEDNESDAY_AT_NINE))
    world.clock.now = local(30, 12)
    await world.catch_up()
    await corrected(world, visit)
    await missed(world, await books(world, local(30, 11)))
    world.clock.now = local(30, 12) + timedelta(days=1)
    await world.catch_up()
    assert [(fee["state"], fee["waiver"]) for fee in await fees(world)] == [
        ("dropped", None),
        ("waived", "first_time_courtesy"),
    ]
    assert await charges(world) == []


async def test_a_session_the_clinic_refuses_costs_nothing(world: World) -> None:
    await has_had_the_courtesy(world)
    visit = await missed(world, await books(world, WEDNESDAY_AT_NINE))
    await world.hear(session_refused(visit))
    world.clock.now = local(30, 12)
    await world.catch_up()
    assert await charges(world) == []


async def test_a_biller_waives_with_a_reason_before_or_after(world: World) -> None:
    await has_had_the_courtesy(world)
    await missed(world, await books(world, WEDNESDAY_AT_NINE))
    world.clock.now = local(30, 12)
    await world.catch_up()
    fee = next(each for each in await fees(world) if each["state"] == "posted")
    path = f"/v1/fees/{fee['id']}/waive"
    (charge,) = await charges(world)
    reversing = await world.biller.post(f"/v1/charges/{charge['id']}/reverse", version=charge["version"])
    assert refusal(reversing) == (409, "waive_the_fee")
    ok(await world.biller.post(path, {"reason": "emergency"}, version=fee["version"]))
    again = await world.biller.post(path, {"reason": "emergency"}, version=fee["version"] + 1)
    assert refusal(again) == (409, "fee_settled")
    assert await trial_balance(world) == {}


@pytest.mark.parametrize("settled_between", [False, True])
@pytest.mark.parametrize("dose_first", [True, False])
async def test_a_pair_given_up_by_one_command_costs_one_fee_until_one_of_them_took_place(
    world: World, dose_first: bool, settled_between: bool
) -> None:
    await has_had_the_courtesy(world)
    dose, integration = await a_pair(world)

    async def days_pass() -> None:
        world.clock.now = local(30, 12)
        await world.catch_up()

    async def nothing() -> None: ...

    heard = (dose, integration) if dose_first else (integration, dose)
    await gives_up_both(world, *heard, between=days_pass if settled_between else nothing)
    await days_pass()
    assert await standing(world, dose, integration) == [CHARGED, SPARED]
    assert await trial_balance(world) == {"receivable": 31_000, "revenue_fees": -31_000}
    await pays(world, 310)
    await corrected(world, {**dose, "version": 2})
    world.clock.now = local(30, 12) + timedelta(days=2)
    await world.catch_up()
    assert await standing(world, dose, integration) == [("dropped", None), CHARGED]
    assert (await trial_balance(world))["revenue_fees"] == -11_250


async def test_a_pair_given_up_for_the_first_time_costs_nothing_and_spends_one_courtesy(world: World) -> None:
    await has_patient(world)
    world.clock.now = WEDNESDAY_AT_NINE - timedelta(hours=1)
    dose, integration = await a_pair(world)

    async def nothing() -> None: ...

    await gives_up_both(world, dose, integration, between=nothing)
    world.clock.now = local(30, 12)
    await world.catch_up()
    assert await standing(world, dose, integration) == [("waived", "first_time_courtesy"), SPARED]
    assert await trial_balance(world) == {}
    await corrected(world, {**dose, "version": 2})
    assert await standing(world, dose, integration) == [("dropped", None), ("waived", "first_time_courtesy")]


async def test_a_visit_that_took_place_after_all_leaves_its_courtesy_to_the_next_lost_one(world: World) -> None:
    await has_patient(world)
    world.clock.now = local(19, 10)
    first = await missed(world, await books(world, local(19, 9)))
    world.clock.now = local(20, 10)
    await world.catch_up()
    await missed(world, await books(world, local(20, 9)))
    world.clock.now = local(23, 10)
    await world.catch_up()
    assert [(fee["state"], fee["waiver"]) for fee in await fees(world)] == [
        ("waived", "first_time_courtesy"),
        ("posted", None),
    ]
    await corrected(world, first)
    assert [(fee["state"], fee["waiver"]) for fee in await fees(world)] == [
        ("dropped", None),
        ("waived", "first_time_courtesy"),
    ]
    assert await trial_balance(world) == {}
