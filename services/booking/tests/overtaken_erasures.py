"""What overtakes a request to erase somebody, and each answer to it."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from careflow_events import contracts
from careflow_events.contracts import codes
from careflow_events.contracts.model import EventData
from careflow_service.testing.overtaking import Overtaking, Race
from services.booking.tests.clinic import books, has_patient, has_practitioner, ok, refusal
from services.booking.tests.world import World

Answered = Callable[[str, str], EventData]


def agreed(contract: Any) -> Answered:
    return lambda patient_id, erasure_id: contract(patient_id=patient_id, erasure_id=erasure_id)


def refused(contract: Any) -> Answered:
    return lambda patient_id, erasure_id: contract(
        patient_id=patient_id, erasure_id=erasure_id, reason=codes.RetentionReason.CARE_RECORD
    )


async def _asked(world: World) -> tuple[str, str]:
    ana = await has_patient(world)
    asked = await world.coordinator.post(f"/v1/patients/{ana}/erasure", {"grounds": "patient_asked"})
    return ana, str(ok(asked, 201)["id"])


def _withdrawing(world: World, patient_id: str) -> Callable[[], Awaitable[Any]]:
    return lambda: world.coordinator.post(f"/v1/patients/{patient_id}/erasure/withdraw")


async def _status(world: World, patient_id: str) -> str:
    return str(ok(await world.coordinator.get(f"/v1/patients/{patient_id}/erasure"))["status"])


async def an_erasure_is_asked_for_while_a_call_is_booked(world: World, overtaking: Overtaking) -> None:
    await has_practitioner(world)
    ana = await has_patient(world)
    overtaking.by(lambda: books(world.coordinator, ana))
    asked = await world.coordinator.post(f"/v1/patients/{ana}/erasure", {"grounds": "patient_asked"})
    assert refusal(asked) == (409, "visits_open")


async def a_request_is_withdrawn_while_it_is_declined(world: World, overtaking: Overtaking) -> None:
    ana, erasure_id = await _asked(world)
    overtaking.by(lambda: world.hear(refused(contracts.ScreeningErasureRefused)(ana, erasure_id)))
    assert refusal(await _withdrawing(world, ana)()) == (409, "erasure_ended")
    assert await _status(world, ana) == "declined"


def an_answer_comes_while_the_request_is_withdrawn(answer: Answered) -> Race[World]:
    """Whoever takes it back in time is not erased."""

    async def race(world: World, overtaking: Overtaking) -> None:
        ana, erasure_id = await _asked(world)
        overtaking.by(_withdrawing(world, ana))
        await world.hear(answer(ana, erasure_id))
        assert await _status(world, ana) == "withdrawn"
        assert (await world.said_types(ana)).count("ErasureDeclined") == 1
        assert ok(await world.coordinator.get(f"/v1/patients/{ana}"))["id"] == ana

    return race


async def a_request_is_late_while_it_is_withdrawn(world: World, overtaking: Overtaking) -> None:
    ana, _ = await _asked(world)
    world.clock.advance(timedelta(hours=25))
    overtaking.by(_withdrawing(world, ana))
    await world.catch_up()
    assert not ok(await world.coordinator.get(f"/v1/patients/{ana}/erasure"))["late"]
