"""Care has ended: what is booked is called off without a fee, nothing is offered, and an info call begins a new run."""

from datetime import timedelta
from typing import Any

from careflow_events import contracts
from careflow_service.ids import new_id
from services.booking.tests import news
from services.booking.tests.builders import local
from services.booking.tests.clinic import acts, books, has_patient, ok, visit
from services.booking.tests.treatment import (
    care_path,
    cleared,
    closed,
    doses,
    dosing,
    has_plan,
    in_treatment,
    prepares,
    reads,
)
from services.booking.tests.world import World


async def discharged(world: World, patient_id: str, plan_id: str) -> None:
    known = {"patient_id": patient_id, "plan_id": plan_id, "now": world.clock()}
    await world.hear(news.care_discharged(known))


async def test_what_is_booked_is_called_off_by_the_clinic(world: World) -> None:
    ana, plan_id = await in_treatment(world)
    booked = [await prepares(world, ana), await doses(world, ana)]
    waiting = {"patient_id": ana, "kind": "integration", "modality": "video"}
    ok(await world.coordinator.post("/v1/waitlist", waiting), 201)

    await discharged(world, ana, plan_id)

    assert [(await reads(world, each))["status"] for each in booked] == ["cancelled", "cancelled"]
    called_off = [each.data for each in await world.said(ana) if ".TreatmentCancelled." in each.type]
    assert {(each["cancelled_by"], each["reason"]) for each in called_off} == {("clinic", "care_ended")}
    assert len(called_off) == 3, "the integration of the dose with them"
    assert ok(await world.coordinator.get("/v1/waitlist", patient_id=ana))["items"] == []
    assert (await care_path(world, ana))["stage"] == "discharged"
    assert "care_closed" in closed(await world.coordinator.post("/v1/appointments", dosing(ana)))


async def test_what_is_being_offered_is_withdrawn(world: World) -> None:
    ana, plan_id = await in_treatment(world)
    ben = await has_patient(world, email="ben@example.org", phone="415 555 0199")
    await cleared(world, ben)
    await has_plan(world, ben)
    freed = await books(world.coordinator, ben, "preparation", starts_at=local(25, 10))
    waiting = {"patient_id": ana, "kind": "preparation", "modality": "video"}
    ok(await world.coordinator.post("/v1/waitlist", waiting), 201)
    await acts(world.coordinator, freed, "cancel", reason="patient_request")
    await world.catch_up()
    (offered,) = ok(await world.coordinator.get("/v1/waitlist", patient_id=ana))["items"]
    await discharged(world, ana, plan_id)
    assert (await reads(world, {"id": offered["offer"]["appointment_id"]}))["status"] == "lapsed"
    assert ok(await world.coordinator.get("/v1/waitlist", patient_id=ana))["items"] == []


async def test_who_comes_back_begins_a_new_run_with_an_information_call(world: World) -> None:
    ana, plan_id = await in_treatment(world)
    await discharged(world, ana, plan_id)
    call = await books(world.coordinator, ana)
    assert (await care_path(world, ana))["stage"] == "info_call"
    world.clock.now = local(24, 11)
    await acts(world.coordinator, call, "arrive")
    await acts(world.coordinator, await reads(world, call), "complete", disposition="proceed")
    known: dict[str, Any] = {"patient_id": ana, "ref": new_id(), "now": world.clock()}
    await world.hear(news.screening_started(known))
    assert (await care_path(world, ana))["stage"] == "screening"
    evaluation = await world.coordinator.post("/v1/appointments", visit(ana, "evaluation", local(25, 13)))
    ok(evaluation, 201)
    await cleared(world, ana)
    await has_plan(world, ana)
    assert (await care_path(world, ana))["stage"] == "preparing"


async def test_heard_after_they_came_back_it_calls_off_what_was_booked_before(world: World) -> None:
    ana, plan_id = await in_treatment(world)
    old = await prepares(world, ana)
    ended_at = world.clock() + timedelta(minutes=1)
    world.clock.advance(timedelta(minutes=2))
    await world.hear(news.screening_started({"patient_id": ana, "ref": new_id(), "now": world.clock()}))
    evaluation = ok(await world.coordinator.post("/v1/appointments", visit(ana, "evaluation", local(25, 13))), 201)
    waiting = {"patient_id": ana, "kind": "integration", "modality": "video"}
    ok(await world.coordinator.post("/v1/waitlist", waiting), 201)

    await world.hear(news.care_discharged({"patient_id": ana, "plan_id": plan_id, "now": ended_at}))

    assert [(await reads(world, each))["status"] for each in (old, evaluation)] == ["cancelled", "booked"]
    assert len(ok(await world.coordinator.get("/v1/waitlist", patient_id=ana))["items"]) == 1
    assert (await care_path(world, ana))["closed_because"] is None


async def test_a_patient_nobody_has_heard_of_is_discharged_all_the_same(world: World) -> None:
    ana = new_id()
    await discharged(world, ana, new_id())
    path = await world.ports.care_paths.find(ana, of=ana)  # type: ignore[arg-type]  # plain text
    assert path is not None
    assert path.stage.value == "discharged"
    assert contracts.CareDischarged.__name__ not in await world.said_types(ana)
