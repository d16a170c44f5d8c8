"""What overtakes the decisions about requests for records."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from careflow_events import contracts
from careflow_events.contracts import Sealed, codes
from careflow_service.ids import new_id
from careflow_service.testing.overtaking import Overtaking, Race
from services.booking.tests.clinic import has_patient, ok, refusal
from services.booking.tests.world import World

LAWYER = {"by": "named_by_patient", "name": "Lou Counsel", "authority": "signed direction"}


async def _asked(world: World, **changes: Any) -> tuple[str, str]:
    ana = await has_patient(world)
    body = {
        "requester": {"by": "patient"},
        "access": "copy",
        "form": "paper",
        "parts": [{"part": "ordinary"}],
        **changes,
    }
    asked = await world.coordinator.post(f"/v1/patients/{ana}/record-requests", body)
    return ana, str(ok(asked, 201)["id"])


def _withdrawing(world: World, request_id: str, version: int = 1) -> Callable[[], Awaitable[Any]]:
    return lambda: world.coordinator.post(f"/v1/record-requests/{request_id}/withdraw", version=version)


async def _all_there(world: World, request_id: str) -> int:
    """The version afterwards."""
    path = f"/v1/record-requests/{request_id}"
    for version, service in enumerate(("booking", "screening", "sessions"), 1):
        share = {"service": service, "reference": "printed"}
        ok(await world.coordinator.post(f"{path}/parts/ordinary/shares", share, version=version))
    return 4


async def a_record_is_asked_for_while_its_erasure_is(world: World, overtaking: Overtaking) -> None:
    ana = await has_patient(world)
    overtaking.by(lambda: world.coordinator.post(f"/v1/patients/{ana}/erasure", {"grounds": "patient_asked"}))
    body = {"requester": {"by": "patient"}, "access": "copy", "form": "paper", "parts": [{"part": "ordinary"}]}
    late = await world.coordinator.post(f"/v1/patients/{ana}/record-requests", body)
    assert refusal(late) == (409, "erasure_under_way")


def it_changes_while_it_is_withdrawn(way: str, body: dict[str, Any] | None) -> Race[World]:
    """Whoever decided on what is over decides anew."""

    async def race(world: World, overtaking: Overtaking) -> None:
        _, request_id = await _asked(world, requester=LAWYER)
        overtaking.by(_withdrawing(world, request_id))
        done = await world.coordinator.post(f"/v1/record-requests/{request_id}/{way}", body, version=1)
        assert refusal(done) == (412, "stale_version")
        assert ok(await world.coordinator.get(f"/v1/record-requests/{request_id}"))["status"] == "withdrawn"

    return race


async def a_part_is_given_while_its_request_is_withdrawn(world: World, overtaking: Overtaking) -> None:
    _, request_id = await _asked(world, identity="photo_id")
    version = await _all_there(world, request_id)
    overtaking.by(_withdrawing(world, request_id, version))
    given = await world.coordinator.post(f"/v1/record-requests/{request_id}/parts/ordinary/give", version=version)
    assert refusal(given) == (412, "stale_version")


def disclosed(patient_id: str, request_id: str) -> contracts.ScreeningRecordDisclosed:
    """What screening says of its share."""
    return contracts.ScreeningRecordDisclosed(
        patient_id=patient_id,
        record_request_id=request_id,
        disclosure_id=new_id(),
        disclosed_by="dr-vu",
        for_booking=Sealed.plain(contracts.RecordPartForBooking(part=codes.RecordPart.ORDINARY)),
    )


async def a_share_is_heard_of_while_another_is_recorded(world: World, overtaking: Overtaking) -> None:
    ana, request_id = await _asked(world)
    path = f"/v1/record-requests/{request_id}"
    share = {"service": "booking", "reference": "printed"}
    overtaking.by(lambda: world.coordinator.post(f"{path}/parts/ordinary/shares", share, version=1))
    await world.hear(disclosed(ana, request_id))
    (part,) = ok(await world.coordinator.get(path))["parts"]
    assert part["waits_for"] == ["sessions"]


async def it_is_late_while_it_is_withdrawn(world: World, overtaking: Overtaking) -> None:
    _, request_id = await _asked(world)
    world.clock.advance(timedelta(days=20))
    overtaking.by(_withdrawing(world, request_id))
    await world.catch_up()
    assert not ok(await world.coordinator.get(f"/v1/record-requests/{request_id}"))["late"]
