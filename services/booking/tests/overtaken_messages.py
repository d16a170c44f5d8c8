"""What overtakes what patients are told, and what comes of it then."""

from typing import Any

from booking.domain.ids import PatientId
from careflow_service.testing.overtaking import Overtaking
from services.booking.tests.builders import local
from services.booking.tests.clinic import acts, books, has_patient, has_practitioner
from services.booking.tests.treatment import reads
from services.booking.tests.world import World


async def has_visit(world: World) -> tuple[str, Any]:
    """Somebody, whose visit in four days they have heard of."""
    await has_practitioner(world)
    ana = await has_patient(world)
    visit = await books(world.coordinator, ana, starts_at=local(27, 10))
    await world.catch_up()
    return ana, visit


async def states(world: World, patient_id: str) -> list[tuple[str, str]]:
    """What became of the patient's messages."""
    found = await world.ports.messages.of_patient(PatientId(patient_id), 50, None)
    return sorted((each.reason.value, each.state.value) for each in found.items)


async def a_patient_is_reminded_while_the_visit_is_moved(world: World, overtaking: Overtaking) -> None:
    ana, visit = await has_visit(world)
    world.clock.now = local(25, 10)
    overtaking.by(lambda: acts(world.coordinator, visit, "reschedule", starts_at=local(30, 10).isoformat()))
    await world.catch_up()
    assert await states(world, ana) == [("visit_booked", "sent"), ("visit_moved", "sent")]
    assert (await reads(world, visit))["starts_at"] == "2026-11-30T18:00:00Z"


async def a_message_is_settled_while_the_visit_is_cancelled(world: World, overtaking: Overtaking) -> None:
    await has_practitioner(world)
    ana = await has_patient(world, channels=["phone"])
    visit = await books(world.coordinator, ana, starts_at=local(27, 10))
    overtaking.by(lambda: acts(world.coordinator, visit, "cancel", reason="clinic_closed"))
    await world.catch_up()
    assert await states(world, ana) == [("visit_booked", "undelivered"), ("visit_cancelled", "undelivered")]
    assert (await reads(world, visit))["status"] == "cancelled"
