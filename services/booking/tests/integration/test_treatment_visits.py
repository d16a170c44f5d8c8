"""Visits of a course: booked by a plan, after a preparation, apart from each other, each dose with its integration."""

from datetime import timedelta
from typing import Any

import pytest

from careflow_events import contracts
from careflow_events.contracts import codes
from careflow_service.ids import new_id
from services.booking.tests.builders import local
from services.booking.tests.clinic import acts, has_patient, ok, refusal, visit
from services.booking.tests.treatment import (
    DOSING_AT,
    INTEGRATION_AT,
    PREPARATION_AT,
    care_path,
    cleared,
    closed,
    doses,
    dosing,
    has_plan,
    has_team,
    in_treatment,
    of_session,
    plan_changed,
    prepares,
    reads,
    session_completed,
    signed_plan,
)
from services.booking.tests.world import World


async def test_without_a_plan_no_visit_of_a_course_is_booked(world: World) -> None:
    await has_team(world)
    ana = await has_patient(world)
    await cleared(world, ana)
    for kind in ("preparation", "integration", "review", "adjunct"):
        response = await world.coordinator.post("/v1/appointments", visit(ana, kind, PREPARATION_AT))
        assert closed(response) == {"plan_needed"}


async def test_a_dose_needs_a_preparation_before_it_and_an_integration_after_it(world: World) -> None:
    ana, _ = await in_treatment(world)
    alone = dosing(ana, integration_at=None)
    assert closed(await world.coordinator.post("/v1/appointments", alone)) == {
        "preparation_needed",
        "integration_needed",
    }
    await prepares(world, ana)
    assert closed(await world.coordinator.post("/v1/appointments", alone)) == {"integration_needed"}
    booked = await doses(world, ana)
    assert (booked["status"], booked["phase"]) == ("booked", "induction")
    assert booked["integration"]["starts_at"] == INTEGRATION_AT.isoformat().replace("+00:00", "Z")


async def test_an_integration_that_is_booked_already_counts(world: World) -> None:
    ana, _ = await in_treatment(world)
    await prepares(world, ana)
    integration = visit(ana, "integration", INTEGRATION_AT, modality="video")
    ok(await world.coordinator.post("/v1/appointments", integration), 201)
    ok(await world.coordinator.post("/v1/appointments", dosing(ana, integration_at=None)), 201)


async def test_an_integration_too_late_does_not_count(world: World) -> None:
    ana, _ = await in_treatment(world)
    await prepares(world, ana)
    late = dosing(ana, integration_at=DOSING_AT + timedelta(hours=73))
    assert closed(await world.coordinator.post("/v1/appointments", late)) == {"integration_needed"}


async def test_a_pair_is_booked_whole_or_not_at_all(world: World) -> None:
    ana, _ = await in_treatment(world)
    ben = await has_patient(world, email="ben@example.org")
    await has_plan(world, ben)
    await prepares(world, ana)
    taken = visit(ben, "integration", INTEGRATION_AT, modality="video")
    ok(await world.coordinator.post("/v1/appointments", taken), 201)
    response = await world.coordinator.post("/v1/appointments", dosing(ana))
    assert refusal(response) == (409, "slot_taken")
    assert response.json()["next_free"]
    of_ana = ok(await world.coordinator.get("/v1/appointments", patient_id=ana))["items"]
    assert [each["kind"] for each in of_ana] == ["preparation"]
    free_again = await world.coordinator.post("/v1/appointments", dosing(ana, integration_at=local(27, 15)))
    assert free_again.status_code == 201


async def test_an_integration_is_booked_with_nothing_but_a_dose(world: World) -> None:
    ana, _ = await in_treatment(world)
    body = {**dosing(ana), "kind": "preparation"}
    assert refusal(await world.coordinator.post("/v1/appointments", body)) == (422, "not_a_pair")


async def test_doses_keep_their_distance_from_those_booked_and_those_given(world: World) -> None:
    ana, _ = await in_treatment(world)
    await prepares(world, ana)
    first = await doses(world, ana)
    integration = visit(ana, "integration", local(25, 15), modality="video")
    ok(await world.coordinator.post("/v1/appointments", integration), 201)
    next_day = dosing(ana, local(26, 9), local(27, 15))
    assert closed(await world.coordinator.post("/v1/appointments", next_day)) == {"dose_too_close"}
    world.clock.now = DOSING_AT
    await world.hear(contracts.DoseAdministered(**of_session(first, DOSING_AT + timedelta(minutes=30))))
    await world.hear(session_completed(first, DOSING_AT + timedelta(hours=3)))
    assert closed(await world.coordinator.post("/v1/appointments", next_day)) == {"dose_too_close"}
    two_days_later = dosing(ana, local(27, 9), local(27, 15))
    assert (await world.coordinator.post("/v1/appointments", two_days_later)).status_code == 201


async def test_two_doses_a_week_are_the_most(world: World) -> None:
    ana, _ = await in_treatment(world)
    await prepares(world, ana)
    await doses(world, ana, integration_at=local(26, 13))
    await doses(world, ana, at=local(27, 9), integration_at=local(27, 15))
    third = dosing(ana, local(1, 9, month=12), local(2, 13, month=12))
    assert closed(await world.coordinator.post("/v1/appointments", third)) == {"too_many_doses"}


async def test_a_visit_beyond_the_clearance_is_at_risk_and_somebody_has_to_see_to_it(world: World) -> None:
    await has_team(world)
    ana = await has_patient(world)
    clearance_id = await cleared(world, ana, valid_until=local(24, 12))
    await has_plan(world, ana)
    await prepares(world, ana)
    booked = await doses(world, ana)
    path = await care_path(world, ana)
    assert path["at_risk"] == [booked["id"]]
    (task,) = (each for each in path["due"] if each["code"] == "visit_at_risk")
    assert (task["ref"], task["by"]) == (booked["id"], "2026-11-11T17:00:00Z")
    longer = local(1, 9, month=3, year=2027)
    await world.hear(contracts.ClearanceExtended(patient_id=ana, clearance_id=clearance_id, valid_until=longer))
    assert (await care_path(world, ana))["at_risk"] == []


async def test_an_overdue_integration_stops_the_next_dose_and_its_own_visit_cures_it(world: World) -> None:
    ana, _ = await in_treatment(world)
    await prepares(world, ana)
    session_id, due_by = new_id(), world.clock()
    known: dict[str, Any] = {"patient_id": ana, "dosing_session_id": session_id, "due_by": due_by}
    await world.hear(contracts.IntegrationDue(**known))
    await world.hear(contracts.IntegrationOverdue(**known))
    assert closed(await world.coordinator.post("/v1/appointments", dosing(ana))) == {"integration_overdue"}
    ok(
        await world.coordinator.post("/v1/appointments", visit(ana, "integration", local(24, 11), modality="video")),
        201,
    )
    await world.hear(contracts.IntegrationDone(**known))
    await doses(world, ana)


async def test_an_integration_that_is_asked_for_no_more_is_no_task_and_answers_if_it_is_held_after_all(
    world: World,
) -> None:
    ana, _ = await in_treatment(world)
    known: dict[str, Any] = {"patient_id": ana, "dosing_session_id": new_id(), "due_by": world.clock()}

    async def asked_for() -> bool:
        return "integration" in {each["code"] for each in (await care_path(world, ana))["due"]}

    await world.hear(contracts.IntegrationOverdue(**known))
    assert await asked_for()
    await world.hear(contracts.IntegrationEnded(**known))
    assert not await asked_for()
    await world.hear(contracts.IntegrationDue(**known))
    assert not await asked_for()
    await world.hear(contracts.IntegrationDone(**known))
    assert not await asked_for()


async def test_a_visit_is_under_way_and_over_when_its_session_says_so(world: World) -> None:
    ana, plan_id = await in_treatment(world)
    preparation = await prepares(world, ana)
    assert preparation["plan_id"] == plan_id
    world.clock.now = PREPARATION_AT
    await world.hear(contracts.SessionCheckedIn(**of_session(preparation, PREPARATION_AT)))
    assert (await reads(world, preparation))["status"] == "arrived"
    await world.hear(session_completed(preparation, PREPARATION_AT + timedelta(hours=1)))
    assert (await reads(world, preparation))["status"] == "fulfilled"
    assert await world.said_types(ana) == [
        "PatientRegistered",
        "CarePathStageChanged",
        "CarePathStageChanged",
        "TreatmentBooked",
        "TreatmentArrived",
    ]


async def test_a_session_refused_and_held_as_a_therapy_hour_prepares(world: World) -> None:
    ana, _ = await in_treatment(world)
    preparation = await prepares(world, ana)
    booked = await doses(world, ana)
    await acts(world.coordinator, preparation, "cancel", reason="patient_request")
    world.clock.now = DOSING_AT
    await world.hear(session_completed(booked, DOSING_AT, kind=codes.AppointmentKind.PREPARATION))
    assert (await reads(world, booked))["status"] == "fulfilled"
    await doses(world, ana, at=local(2, 9, month=12), integration_at=local(3, 13, month=12))


async def test_the_whole_life_of_a_treatment_visit_is_said(world: World) -> None:
    ana, _ = await in_treatment(world)
    preparation = await prepares(world, ana)
    moved = await acts(world.coordinator, preparation, "reschedule", starts_at=local(24, 11).isoformat())
    world.clock.now = local(24, 11)
    missed = await acts(world.coordinator, moved, "missed")
    assert missed["status"] == "missed"
    again = ok(await world.coordinator.post("/v1/appointments", visit(ana, "preparation", local(25, 9))), 201)
    await acts(world.coordinator, again, "cancel", reason="clinic_closed")
    said = [each for each in await world.said_types(ana) if each.startswith("Treatment")]
    assert said == [
        "TreatmentBooked",
        "TreatmentRescheduled",
        "TreatmentMissed",
        "TreatmentBooked",
        "TreatmentCancelled",
    ]


async def test_the_stages_of_a_course(world: World) -> None:
    ana, plan_id = await in_treatment(world)
    assert (await care_path(world, ana))["stage"] == "preparing"
    await prepares(world, ana)
    booked = await doses(world, ana)
    world.clock.now = DOSING_AT
    await world.hear(contracts.DoseAdministered(**of_session(booked, DOSING_AT)))
    assert (await care_path(world, ana))["stage"] == "in_course"
    adjusted = signed_plan(world.clock(), ana, plan_id, version=2, phase=codes.Phase.MAINTENANCE)
    await world.hear(contracts.PlanAdjusted(**adjusted))
    assert (await care_path(world, ana))["stage"] == "maintenance"
    await world.hear(plan_changed(contracts.PlanCompleted, ana, plan_id))
    path = await care_path(world, ana)
    assert (path["stage"], path["plan"]["status"]) == ("cleared", "completed")
    integration = visit(ana, "integration", local(30, 13), modality="video")
    ok(await world.coordinator.post("/v1/appointments", integration), 201)


async def test_a_plan_on_hold_stops_doses_and_not_the_way_out(world: World) -> None:
    ana, plan_id = await in_treatment(world)
    await world.hear(plan_changed(contracts.PlanPutOnHold, ana, plan_id))
    await prepares(world, ana)
    assert closed(await world.coordinator.post("/v1/appointments", dosing(ana))) == {"plan_on_hold"}
    await world.hear(plan_changed(contracts.PlanResumed, ana, plan_id))
    await doses(world, ana)


@pytest.mark.parametrize(("every_days", "second"), [(None, local(2, 9, month=12)), (14, local(9, 9, month=12))])
async def test_a_series_has_a_result_for_every_pair(world: World, every_days: int | None, second: Any) -> None:
    ana, plan_id = await in_treatment(world)
    await prepares(world, ana)
    pattern = {
        "dosing": {"starts_at": DOSING_AT.isoformat(), "modality": "in_person"},
        "integration": {"starts_at": INTEGRATION_AT.isoformat(), "modality": "video"},
        "pairs": 3,
        "every_days": every_days,
    }
    items = ok(await world.coordinator.post("/v1/appointments/series", {"plan_id": plan_id, "pattern": pattern}))[
        "items"
    ]
    assert [each["refusal"] for each in items] == [None] * 3
    assert items[1]["dosing"]["starts_at"] == second.isoformat().replace("+00:00", "Z")
    assert all(each["dosing"]["integration"]["kind"] == "integration" for each in items)


async def test_a_weekly_series_keeps_its_time_of_day_when_the_clocks_change(world: World) -> None:
    ana, plan_id = await in_treatment(world)
    await prepares(world, ana)
    pattern = {
        "dosing": {"starts_at": local(10, 9, month=3, year=2027).isoformat(), "modality": "in_person"},
        "integration": {"starts_at": local(12, 10, month=3, year=2027).isoformat(), "modality": "video"},
        "pairs": 2,
    }
    series = await world.coordinator.post("/v1/appointments/series", {"plan_id": plan_id, "pattern": pattern})
    times = [(each["dosing_at"], each["integration_at"]) for each in ok(series)["items"]]
    assert times == [
        ("2027-03-10T17:00:00Z", "2027-03-12T18:00:00Z"),
        ("2027-03-17T16:00:00Z", "2027-03-19T17:00:00Z"),
    ]
    assert [each["refusal"] for each in series.json()["items"]] == [None, None]


async def test_a_pair_that_cannot_be_booked_leaves_the_others(world: World) -> None:
    ana, plan_id = await in_treatment(world)
    await prepares(world, ana)
    await doses(world, ana, at=local(2, 9, month=12), integration_at=local(4, 10, month=12))
    body = {
        "plan_id": plan_id,
        "pattern": {
            "dosing": {"starts_at": DOSING_AT.isoformat(), "modality": "in_person"},
            "integration": {"starts_at": INTEGRATION_AT.isoformat(), "modality": "video"},
            "pairs": 3,
        },
    }
    first = await world.coordinator.post("/v1/appointments/series", body, key="series")
    codes_of = [each["refusal"] and each["refusal"]["code"] for each in ok(first)["items"]]
    assert codes_of == [None, "gates_closed", None]
    again = await world.coordinator.post("/v1/appointments/series", body, key="series")
    assert again.json()["items"][0] == first.json()["items"][0]
    assert len(ok(await world.coordinator.get("/v1/appointments", patient_id=ana))["items"]) == 7


async def test_a_series_is_of_ones_own_plan_that_counts_and_of_a_sensible_length(world: World) -> None:
    ana, plan_id = await in_treatment(world)
    time = {"starts_at": DOSING_AT.isoformat(), "modality": "in_person"}
    pattern = {"dosing": time, "integration": time, "pairs": 13}
    body = {"plan_id": plan_id, "pattern": pattern}
    path = "/v1/appointments/series"
    assert refusal(await world.coordinator.post(path, body)) == (422, "series_too_long")
    assert refusal(await world.patient(new_id()).post(path, body)) == (404, "plan_not_found")
    assert refusal(await world.coordinator.post(path, {**body, "plan_id": new_id()})) == (404, "plan_not_found")
    await world.hear(plan_changed(contracts.PlanDiscontinued, ana, plan_id))
    await has_plan(world, ana)
    assert refusal(await world.coordinator.post(path, body)) == (409, "plan_not_current")
