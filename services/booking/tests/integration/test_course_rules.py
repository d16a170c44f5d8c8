"""What a plan allows is what is booked by it, and what is booked stands only as long as it could be booked."""

from datetime import timedelta
from typing import Any

from careflow_events import contracts
from careflow_events.contracts import Sealed, codes
from services.booking.tests import news
from services.booking.tests.builders import local
from services.booking.tests.clinic import acts, books, has_patient, has_practitioner, ok, refusal, visit
from services.booking.tests.treatment import (
    DOSING_AT,
    INTEGRATION_AT,
    PREPARATION_AT,
    care_path,
    closed,
    deadlines_fire,
    doses,
    dosing,
    in_treatment,
    of_session,
    prepares,
    reads,
    session_completed,
    signed_plan,
)
from services.booking.tests.world import World

BOOK = "/v1/appointments"
NEXT_DOSE_AT, NEXT_INTEGRATION_AT = local(2, 9, month=12), local(4, 10, month=12)
THIRD = {"at": local(9, 9, month=12), "integration_at": local(11, 10, month=12)}


async def two_pairs(world: World, **plan: Any) -> tuple[str, str, Any, Any]:
    """A patient with two doses booked, a week apart, each with its integration."""
    ana, plan_id = await in_treatment(world, **plan)
    await prepares(world, ana)
    first = await doses(world, ana)
    second = await doses(world, ana, at=NEXT_DOSE_AT, integration_at=NEXT_INTEGRATION_AT)
    return ana, plan_id, first, second


async def waits_for(world: World, appointment: Any) -> list[tuple[str, str]]:
    return [(each["reason"], each["ref"]) for each in (await reads(world, appointment))["holds"]]


# a plan's counts


async def test_no_more_doses_are_booked_than_were_signed(world: World) -> None:
    ana, plan_id, first, _ = await two_pairs(world, count=2)
    third = dosing(ana, THIRD["at"], THIRD["integration_at"])
    assert closed(await world.coordinator.post(BOOK, third)) == {"plan_used_up"}
    world.clock.now = DOSING_AT
    await world.hear(contracts.DoseAdministered(**of_session(first, DOSING_AT, phase=codes.Phase.INDUCTION)))
    await world.hear(session_completed(first, DOSING_AT + timedelta(hours=3)))
    assert "plan_used_up" in closed(await world.coordinator.post(BOOK, third))
    adjusted = signed_plan(world.clock(), ana, plan_id, version=2, count=3)
    await world.hear(contracts.PlanAdjusted(**adjusted))
    await doses(world, ana, **THIRD)


async def test_a_dose_of_the_plan_can_be_moved_and_one_called_off_leaves_its_place(world: World) -> None:
    ana, _, _, second = await two_pairs(world, count=2)
    moved = await acts(world.coordinator, second, "reschedule", starts_at=local(2, 13, month=12).isoformat())
    await acts(world.coordinator, moved, "cancel", reason="clinic_closed")
    await doses(world, ana, **THIRD)


async def test_maintenance_has_a_count_of_its_own(world: World) -> None:
    ana, plan_id, *_ = await two_pairs(world, count=2)
    adjusted = signed_plan(world.clock(), ana, plan_id, version=2, count=1, phase=codes.Phase.MAINTENANCE)
    await world.hear(contracts.PlanAdjusted(**adjusted))
    await doses(world, ana, **THIRD)
    fourth = dosing(ana, local(16, 9, month=12), local(18, 10, month=12))
    assert closed(await world.coordinator.post(BOOK, fourth)) == {"plan_used_up"}


# one integration for every dose, between the doses


async def test_two_doses_do_not_share_an_integration(world: World) -> None:
    ana, _ = await in_treatment(world)
    await prepares(world, ana)
    await doses(world, ana, integration_at=local(27, 15))
    between = dosing(ana, local(27, 9), integration_at=None)
    assert closed(await world.coordinator.post(BOOK, between)) == {"integration_between_needed"}
    integration = visit(ana, "integration", local(26, 15), modality="video")
    ok(await world.coordinator.post(BOOK, integration), 201)
    ok(await world.coordinator.post(BOOK, between), 201)


async def test_an_integration_behind_the_next_dose_is_not_that_of_the_dose_before(world: World) -> None:
    ana, _ = await in_treatment(world)
    await prepares(world, ana)
    await doses(world, ana, at=local(27, 9), integration_at=local(27, 15))
    earlier = dosing(ana, local(25, 9), integration_at=local(27, 13))
    assert closed(await world.coordinator.post(BOOK, earlier)) == {"integration_needed"}


async def test_an_integration_that_is_called_off_holds_the_next_dose_until_it_is_booked_again(world: World) -> None:
    ana, _, first, second = await two_pairs(world)
    await acts(world.coordinator, first["integration"], "cancel", reason="patient_request")
    assert await waits_for(world, second) == [("clinical", first["id"])]
    assert await waits_for(world, first) == []
    again = visit(ana, "integration", local(30, 13), modality="video")
    ok(await world.coordinator.post(BOOK, again), 201)
    assert await waits_for(world, second) == []


async def test_an_integration_that_took_place_lets_the_next_dose_be(world: World) -> None:
    _, _, first, second = await two_pairs(world)
    world.clock.now = DOSING_AT
    await world.hear(contracts.DoseAdministered(**of_session(first, DOSING_AT)))
    await world.hear(session_completed(first, DOSING_AT + timedelta(hours=3)))
    await world.hear(session_completed(first["integration"], INTEGRATION_AT + timedelta(hours=1)))
    world.clock.now = local(28, 9)
    await deadlines_fire(world)
    assert await waits_for(world, second) == []


async def test_an_integration_that_was_no_more_than_a_call_holds_the_next_dose_until_it_is_booked_again(
    world: World,
) -> None:
    ana, _, first, second = await two_pairs(world)
    world.clock.now = DOSING_AT
    given = of_session(first, DOSING_AT)
    await world.hear(contracts.DoseAdministered(**given))
    await world.hear(session_completed(first, DOSING_AT + timedelta(hours=3)))
    called = contracts.SessionRefused(
        **of_session(first["integration"], INTEGRATION_AT),
        reason=codes.HoldReason.LOGISTICS,
        patient_controllable=False,
        for_booking_and_billing=Sealed.plain(contracts.RefusalDetails(items=("state_served",))),
    )
    await world.hear(called)
    assert (await reads(world, first["integration"]))["status"] == "fulfilled"
    assert await waits_for(world, second) == [("clinical", given["session_id"])]
    ok(await world.coordinator.post(BOOK, visit(ana, "integration", local(30, 13))), 201)
    assert await waits_for(world, second) == []


# no clearance, no dose


async def test_a_dose_of_somebody_who_is_denied_is_held_and_called_off_and_never_missed(world: World) -> None:
    known, dose = await news.booked(world)
    await world.hear(news.clearance(contracts.ClearanceRevoked)(known))
    await world.hear(news.clearance_denied(known))
    assert await waits_for(world, dose) == [("clinical", known["clearance_id"])]
    held = await reads(world, dose)
    world.clock.now = DOSING_AT - timedelta(hours=1)
    missed = await world.coordinator.post(f"{BOOK}/{dose['id']}/missed", version=held["version"])
    assert refusal(missed) == (409, "on_hold")
    await deadlines_fire(world)
    after = await reads(world, dose)
    assert (after["status"], after["cancellation"]["by"]) == ("cancelled", "clinical_hold")


async def test_a_new_run_through_the_clinic_releases_no_dose_of_the_last_one(world: World) -> None:
    known, dose = await news.booked(world)
    await world.hear(news.clearance_denied(known))
    await books(world.coordinator, known["patient_id"], starts_at=local(24, 12))
    assert await waits_for(world, dose) == [("clinical", dose["id"])]


async def test_a_dose_is_held_when_screening_closes_the_path(world: World) -> None:
    known, dose = await news.booked(world)
    await world.hear(news.screening_closed(known))
    assert await waits_for(world, dose) == [("clinical", known["clearance_id"])]


# a visit of an earlier day that nobody marked


async def test_a_preparation_that_nobody_marked_prepares_nothing_from_its_day_on(world: World) -> None:
    ana, _ = await in_treatment(world)
    preparation = await prepares(world, ana)
    dose = await doses(world, ana, at=NEXT_DOSE_AT, integration_at=NEXT_INTEGRATION_AT)
    world.clock.now = local(25, 0) - timedelta(minutes=1)
    await deadlines_fire(world)
    assert await waits_for(world, dose) == []
    world.clock.now = local(25, 0)
    await deadlines_fire(world)
    assert await waits_for(world, dose) == [("logistics", preparation["id"])]
    path = await care_path(world, ana)
    assert ("mark_visit", preparation["id"]) in [(each["code"], each["ref"]) for each in path["due"]]
    third = dosing(ana, THIRD["at"], THIRD["integration_at"])
    assert closed(await world.coordinator.post(BOOK, third)) == {"preparation_needed"}


async def test_one_arrives_on_the_day_of_a_visit_and_afterwards_it_is_corrected(world: World) -> None:
    ana, _ = await in_treatment(world)
    preparation = await prepares(world, ana)
    dose = await doses(world, ana, at=NEXT_DOSE_AT, integration_at=NEXT_INTEGRATION_AT)
    world.clock.now = PREPARATION_AT + timedelta(days=1)
    late = await world.coordinator.post(f"{BOOK}/{preparation['id']}/arrive", version=preparation["version"])
    assert refusal(late) == (409, "too_late_to_arrive")
    await deadlines_fire(world)
    unmarked = await reads(world, preparation)
    assert unmarked["unmarked"]
    corrected = await acts(world.coordinator, unmarked, "correct")
    assert (corrected["status"], corrected["unmarked"]) == ("arrived", False)
    assert await waits_for(world, dose) == []


async def test_a_call_that_nobody_marked_does_not_stand_in_the_way_of_another(world: World) -> None:
    await has_practitioner(world)
    ana = await has_patient(world)
    call = await books(world.coordinator, ana)
    world.clock.now = local(25, 8)
    await deadlines_fire(world)
    await books(world.coordinator, ana, starts_at=local(25, 11))
    missed = await acts(world.coordinator, await reads(world, call), "missed")
    assert (missed["status"], missed["unmarked"]) == ("missed", False)


async def test_a_plan_that_is_used_up_is_named_where_the_patient_stands(world: World) -> None:
    ana, *_ = await two_pairs(world, count=2)
    bookable = {each["kind"]: each for each in (await care_path(world, ana))["bookable"]}
    assert "plan_used_up" in {gate["code"] for gate in bookable["dosing"]["closed_gates"]}
