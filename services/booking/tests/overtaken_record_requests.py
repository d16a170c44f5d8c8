"""What overtakes the decisions about requests for records."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from careflow_events import contracts
from careflow_events.contracts import Sealed, codes
from careflow_service.ids import new_id
from careflow_service.testing.disclosing import discloses
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


Disclosed = contracts.ScreeningRecordDisclosed | contracts.SessionsRecordDisclosed | contracts.BillingRecordDisclosed


def disclosed(
    patient_id: str,
    request_id: str,
    said: type[Disclosed] = contracts.ScreeningRecordDisclosed,
    part: codes.RecordPart = codes.RecordPart.ORDINARY,
) -> Disclosed:
    """What a service says of its share."""
    return said(
        patient_id=patient_id,
        record_request_id=request_id,
        disclosure_id=new_id(),
        disclosed_by="dr-vu",
        for_booking=Sealed.plain(contracts.RecordPartForBooking(part=part)),
    )


def a_share_is_heard_of_while_another_is_recorded(said: type[Disclosed]) -> Race[World]:
    """Both are there."""
    of_billing = said is contracts.BillingRecordDisclosed
    part = codes.RecordPart.BILLING if of_billing else codes.RecordPart.ORDINARY

    async def race(world: World, overtaking: Overtaking) -> None:
        ana, request_id = await _asked(world, parts=[{"part": "ordinary"}, {"part": "billing"}])
        path = f"/v1/record-requests/{request_id}"
        share = {"service": "booking", "reference": "printed"}
        overtaking.by(lambda: world.coordinator.post(f"{path}/parts/ordinary/shares", share, version=1))
        await world.hear(disclosed(ana, request_id, said, part))
        parts = ok(await world.coordinator.get(path))["parts"]
        assert len([each for asked in parts for each in asked["waits_for"]]) == 2

    return race


async def a_record_is_handed_out_while_its_request_is_withdrawn(world: World, overtaking: Overtaking) -> None:
    """It was handed out all the same, and is on record as what it was."""
    ana, request_id = await _asked(world)
    overtaking.by(_withdrawing(world, request_id))
    made = await discloses(world.coordinator, ana, record_request_id=request_id)
    seen = ok(await world.coordinator.get(f"/v1/record-requests/{request_id}"))
    assert (seen["status"], [each["reference"] for each in seen["parts"][0]["exports"]]) == ("withdrawn", [made])


async def it_is_late_while_it_is_withdrawn(world: World, overtaking: Overtaking) -> None:
    _, request_id = await _asked(world)
    world.clock.advance(timedelta(days=20))
    overtaking.by(_withdrawing(world, request_id))
    await world.catch_up()
    assert not ok(await world.coordinator.get(f"/v1/record-requests/{request_id}"))["late"]
