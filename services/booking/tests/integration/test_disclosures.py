"""Booking's share of a patient's record is handed out: recorded first, accounted for, and settled for its request."""

import httpx
import pytest

from careflow_service.ids import new_id
from careflow_service.testing.disclosing import copied, discloses, disclosure, kinds, waited_for
from services.booking.tests.at_a_browser import logs_in
from services.booking.tests.clinic import acts, books, has_patient, has_practitioner, ok, refusal
from services.booking.tests.integration.test_desk import merges
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


async def test_what_was_merged_into_a_record_goes_out_with_it(world: World) -> None:
    await has_practitioner(world)
    ana, again, once_more = [await has_patient(world) for _ in range(3)]
    call = await books(world.coordinator, once_more)
    await acts(world.coordinator, call, "cancel", reason="booked_in_error")
    ok(await merges(world, once_more, again))
    ok(await merges(world, again, ana, version=2))
    copy = await copied(world.coordinator, ana)
    written = {each["id"] for each in copy["documents"] if each["kind"] in ("patient", "visit")}
    assert {ana, again, once_more, call["id"]} <= written
    alone = await copied(world.coordinator, again)
    assert ana not in {each["id"] for each in alone["documents"]}


async def test_bookings_own_share_is_handed_out_at_the_desk(world: World) -> None:
    ana = await has_patient(world)
    request = await asks(world, ana)
    assert await waited_for(world.coordinator) == [(request, "2026-12-08", ["general"])]
    someone, page = await logs_in(world, to="/pages/desk/record-requests")
    waits = await someone.follows(page, "Records that were asked for")
    form = await someone.follows(waits, "Hand out: the record")
    typed = {"recipient": "the patient", "basis": "patient_access", "reason": "by hand"}
    made = await someone.presses(form, "Put it on record", **typed)
    copy = await world.client.get(str(httpx.URL(made.url).join(made.links["Copy to read (text)"])))
    assert copy.headers["content-disposition"] == 'attachment; filename="booking-record-general.txt"'
    assert await waited_for(world.coordinator) == []
    (part,) = (await reads(world, request))["parts"]
    assert [each["service"] for each in part["exports"]] == ["booking"]
