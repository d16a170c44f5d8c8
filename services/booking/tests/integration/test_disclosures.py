"""Booking's share of a patient's record is handed out: recorded first, accounted for, and settled for its request."""

import pytest

from careflow_service.ids import new_id
from careflow_service.testing.disclosing import copied, discloses, disclosure, kinds
from services.booking.tests.clinic import has_patient, ok, refusal
from services.booking.tests.integration.test_record_requests import asks, reads
from services.booking.tests.world import World


async def test_what_booking_holds_goes_out_and_settles_its_share_of_the_request(world: World) -> None:
    ana = await has_patient(world)
    request = await asks(world, ana)
    copy = await copied(world.coordinator, ana, record_request_id=request)
    assert copy["format"] == "careflow-booking-record"
    assert {"patient", "care_path", "record_request"} <= set(kinds(copy))
    (part,) = (await reads(world, request))["parts"]
    assert part["waits_for"] == ["screening", "sessions"]
    assert [each["service"] for each in part["exports"]] == ["booking"]
    (listed,) = ok(await world.patient(ana).get(f"/v1/patients/{ana}/disclosures"))["items"]
    assert listed["record_request_id"] == request


async def test_it_answers_no_request_of_somebody_else(world: World) -> None:
    ana, ben = await has_patient(world), await has_patient(world, email="ben@example.org")
    request = await asks(world, ben)
    for unknown in (request, new_id()):
        refused = await world.coordinator.post(f"/v1/patients/{ana}/disclosures", disclosure(record_request_id=unknown))
        assert refusal(refused) == (404, "record_request_not_found")
    assert ok(await world.coordinator.get(f"/v1/patients/{ana}/disclosures"))["items"] == []


@pytest.mark.parametrize(("basis", "status"), [("patient_access", "asked"), ("required_by_law", "declined")])
async def test_what_is_accounted_for_outlasts_the_wish_to_be_erased(world: World, basis: str, status: str) -> None:
    ana = await has_patient(world)
    await discloses(world.coordinator, ana, basis=basis, reference="a law", recipient="an authority")
    ok(await world.coordinator.post(f"/v1/patients/{ana}/erasure", {"grounds": "patient_asked"}), 201)
    assert ok(await world.coordinator.get(f"/v1/patients/{ana}/erasure"))["status"] == status
