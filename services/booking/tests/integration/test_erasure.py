"""Somebody asks to be erased: what every service answers decides, and nothing of whoever is erased is read again."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from careflow_events import contracts
from careflow_events.contracts import codes
from careflow_events.contracts.model import EventData
from careflow_service.identity import Role
from services.booking.tests import mailbox
from services.booking.tests.builders import local
from services.booking.tests.clinic import (
    acts,
    books,
    details,
    had_info_call,
    has_patient,
    has_practitioner,
    ok,
    refusal,
    screening_began,
)
from services.booking.tests.world import World, running

ASKED = {"grounds": "patient_asked"}
AGREEING: Sequence[Any] = (
    contracts.ScreeningErasureAgreed,
    contracts.SessionsErasureAgreed,
    contracts.BillingErasureAgreed,
)
CANARIES = ("Rivera", "ana@example.org", "5550123", "1988-04-02")


async def asks(world: World, patient_id: str) -> str:
    return str(ok(await world.coordinator.post(f"/v1/patients/{patient_id}/erasure", ASKED), 201)["id"])


async def reads(world: World, patient_id: str) -> Any:
    return ok(await world.coordinator.get(f"/v1/patients/{patient_id}/erasure"))


def refused(patient_id: str, erasure_id: str, world: World) -> EventData:
    return contracts.ScreeningErasureRefused(
        patient_id=patient_id,
        erasure_id=erasure_id,
        reason=codes.RetentionReason.CARE_RECORD,
        retain_until=world.clock() + timedelta(days=2557),
    )


async def all_agree(world: World, patient_id: str, erasure_id: str, order: Sequence[Any] = AGREEING) -> None:
    for agreed in order:
        await world.hear(agreed(patient_id=patient_id, erasure_id=erasure_id))
        await world.hear_again()


async def had_a_call(world: World) -> str:
    await has_practitioner(world)
    ana = await has_patient(world)
    await had_info_call(world, ana, disposition="think_it_over")
    return ana


@pytest.mark.parametrize(
    "order", list(permutations(AGREEING)), ids=lambda order: "-".join(e.__name__[:3] for e in order)
)
async def test_when_all_agree_in_whatever_order_nothing_of_them_is_left(world: World, order: Sequence[Any]) -> None:
    ana = await had_a_call(world)
    ben = await has_patient(world, given_name="Ben", family_name="Okafor", email="ben@example.org", phone="4155550177")

    await all_agree(world, ana, await asks(world, ana), order)
    await world.catch_up()

    assert await world.said_types(ana) == ["EventErased"] * 5 + ["PatientErasureRequested", "PatientErased"]
    numbers = [event.sequence for event in await world.said(ana)]
    assert numbers == list(range(1, len(numbers) + 1))
    for canary in CANARIES:
        assert await world.readable(canary) == set()
    database = world.store.database
    left = {name: documents for name, documents in (await world.contents()).items() if ana in repr(documents)}
    assert left.keys() <= {"_audit", "_outbox", "_owners", "_erased", "_positions", "erasures", "_idempotency"}
    assert await database["patients"].count_documents({}) == 1, "the other one's"
    assert await database["calendar_days"].count_documents({"_id": {"$regex": "^patient:"}}) == 0
    assert refusal(await world.coordinator.get(f"/v1/patients/{ana}")) == (410, "erased")
    assert refusal(await world.coordinator.get(f"/v1/care-paths/{ana}")) == (410, "erased")
    assert refusal(await world.coordinator.put(f"/v1/patients/{ana}", details(), version=1)) == (410, "erased")
    assert refusal(await world.coordinator.post(f"/v1/patients/{ana}/erasure", ASKED)) == (410, "erased")
    assert (await reads(world, ana))["status"] == "agreed"
    assert ok(await world.coordinator.get(f"/v1/patients/{ben}"))["details"]["given_name"] == "Ben"


async def test_what_is_heard_of_the_erased_has_no_effect(world: World) -> None:
    ana = await had_a_call(world)
    await all_agree(world, ana, await asks(world, ana))
    await world.catch_up()

    async with world.nothing_changes(but=frozenset({"_positions"})):
        await screening_began(world, ana)
        await world.hear(contracts.ScreeningErasureAgreed(patient_id=ana, erasure_id=(await reads(world, ana))["id"]))


async def test_between_asking_and_the_end_nobody_writes_anything_new(world: World) -> None:
    ana = await had_a_call(world)
    await asks(world, ana)

    email = details(email="new@example.org")
    assert refusal(await world.coordinator.put(f"/v1/patients/{ana}", email, version=1)) == (409, "erasure_under_way")
    assert refusal(await world.coordinator.post(f"/v1/patients/{ana}/erasure", ASKED)) == (409, "erasure_under_way")
    assert ok(await world.coordinator.get(f"/v1/patients/{ana}"))["details"]["email"] == "ana@example.org"


async def test_one_refusal_declines_it_and_says_who_and_until_when(world: World) -> None:
    ana = await had_a_call(world)
    erasure_id = await asks(world, ana)
    agreed = contracts.BillingErasureAgreed(patient_id=ana, erasure_id=erasure_id)
    await world.hear(agreed)
    await world.hear(refused(ana, erasure_id, world))
    await world.hear(contracts.SessionsErasureAgreed(patient_id=ana, erasure_id=erasure_id))
    await world.catch_up()

    erasure = await reads(world, ana)
    assert (erasure["status"], erasure["waits_for"]) == ("declined", [])
    assert [(each["service"], each["reason"]) for each in erasure["answers"] if not each["agreed"]] == [
        ("screening", "care_record")
    ]
    declined = (await world.said(ana))[-1]
    assert declined.type == "careflow.booking.ErasureDeclined.v1"
    refusals: Any = declined.data["refusals"]
    assert [(each["service"], each["reason"]) for each in refusals] == [("screening", "care_record")]
    email = details(email="new@example.org")
    assert ok(await world.coordinator.put(f"/v1/patients/{ana}", email, version=1))["version"] == 2
    assert await asks(world, ana) != erasure_id, "it may be asked for again"


async def test_an_answer_to_an_earlier_request_is_none_to_this_one(world: World) -> None:
    ana = await had_a_call(world)
    earlier = await asks(world, ana)
    ok(await world.coordinator.post(f"/v1/patients/{ana}/erasure/withdraw"))
    world.clock.advance(timedelta(minutes=1))
    await asks(world, ana)

    await all_agree(world, ana, earlier)
    await world.catch_up()

    erasure = await reads(world, ana)
    assert (erasure["status"], erasure["waits_for"]) == ("asked", ["billing", "screening", "sessions"])


async def test_a_request_is_taken_back_until_it_has_ended(world: World) -> None:
    ana = await had_a_call(world)
    withdraw = f"/v1/patients/{ana}/erasure/withdraw"
    assert refusal(await world.coordinator.post(withdraw)) == (404, "erasure_not_found")
    await asks(world, ana)
    ok(await world.patient(ana).post(withdraw))

    assert (await reads(world, ana))["status"] == "withdrawn"
    assert (await world.said(ana))[-1].data.get("refusals", []) == []
    assert refusal(await world.coordinator.post(withdraw)) == (409, "erasure_ended")
    email = details(email="new@example.org")
    assert ok(await world.coordinator.put(f"/v1/patients/{ana}", email, version=1))["version"] == 2


async def test_a_patient_asks_for_themselves_and_for_nobody_else(world: World) -> None:
    ana = await has_patient(world)
    ben = await has_patient(world, email="ben@example.org", phone="4155550177")

    assert ok(await world.patient(ana).post(f"/v1/patients/{ana}/erasure", ASKED), 201)["version"] == 1
    assert refusal(await world.patient(ana).post(f"/v1/patients/{ben}/erasure", ASKED))[0] == 403
    assert refusal(await world.calling(Role.NURSE).post(f"/v1/patients/{ben}/erasure", ASKED))[0] == 403
    assert [each["patient_id"] for each in ok(await world.coordinator.get("/v1/erasures"))["items"]] == [ana]


async def test_what_is_booked_is_settled_first(world: World) -> None:
    await has_practitioner(world)
    ana = await has_patient(world)
    call = await books(world.coordinator, ana)

    assert refusal(await world.coordinator.post(f"/v1/patients/{ana}/erasure", ASKED)) == (409, "visits_open")
    await acts(world.coordinator, call, "cancel", reason="patient_request")
    await asks(world, ana)


async def test_a_merged_record_is_asked_about_with_the_one_that_stayed(world: World) -> None:
    ana = await has_patient(world)
    again = await has_patient(world)
    ok(await world.coordinator.post(f"/v1/patients/{again}/merge", {"surviving_patient_id": ana}, version=1))

    assert refusal(await world.coordinator.post(f"/v1/patients/{again}/erasure", ASKED)) == (409, "patient_merged")
    await asks(world, ana)

    for patient_id in (ana, again):
        assert (await reads(world, patient_id))["status"] == "asked"
        assert (await world.said_types(patient_id))[-1] == "PatientErasureRequested"


async def test_whoever_does_not_answer_within_a_day_is_named(world: World) -> None:
    ana = await had_a_call(world)
    erasure_id = await asks(world, ana)
    await world.hear(contracts.BillingErasureAgreed(patient_id=ana, erasure_id=erasure_id))
    await world.travel(timedelta(hours=23))
    assert not (await reads(world, ana))["late"]

    await world.travel(timedelta(hours=2))

    (waiting,) = ok(await world.coordinator.get("/v1/erasures"))["items"]
    assert (waiting["late"], waiting["waits_for"]) == (True, ["screening", "sessions"])
    assert "erasure_waits" in world.logs.getvalue()


async def test_what_somebody_gave_up_is_offered_although_they_were_erased(world: World) -> None:
    """They called off in the evening, and were erased before the others could be asked in the morning."""
    await has_practitioner(world)
    ana, ben = await has_patient(world), await has_patient(world, email="ben@example.org", phone="4155550177")
    call = await books(world.coordinator, ana)
    ok(await world.coordinator.post("/v1/waitlist", {"patient_id": ben, "kind": "info_call", "modality": "phone"}), 201)
    world.clock.now = local(23, 22)
    await acts(world.coordinator, call, "cancel", reason="patient_request")
    await world.catch_up()
    await all_agree(world, ana, await asks(world, ana))
    await world.catch_up()

    world.clock.now = local(24, 8)
    await world.catch_up()

    (waiting,) = ok(await world.coordinator.get("/v1/waitlist"))["items"]
    hold = ok(await world.coordinator.get(f"/v1/appointments/{waiting['offer']['appointment_id']}"))
    assert (hold["patient_id"], hold["starts_at"]) == (ben, call["starts_at"])


async def test_nobody_is_written_to_of_a_record_that_is_kept_when_the_one_in_use_is_erased(
    store_url: str, database: str, tmp_path: Path
) -> None:
    """Billing keeps what was given up, for its books; what was to be written waits for the morning."""
    async with running(store_url, f"{database}_kept", settings=mailbox.settings(tmp_path)) as world:
        await has_practitioner(world)
        ana, again = await has_patient(world), await has_patient(world)
        call = await books(world.coordinator, again)
        await world.catch_up()
        world.clock.now = local(23, 22)
        await acts(world.coordinator, call, "cancel", reason="clinic_closed")
        ok(await world.coordinator.post(f"/v1/patients/{again}/merge", {"surviving_patient_id": ana}, version=1))
        await all_agree(world, ana, await asks(world, ana))
        kept = (await reads(world, again))["id"]
        await world.hear(refused(again, kept, world))
        await world.catch_up()
        written = len(mailbox.mails(world))

        world.clock.now = local(24, 8)
        await world.catch_up()

        assert len(mailbox.mails(world)) == written
        (news, *_) = ok(await world.coordinator.get(f"/v1/patients/{again}/messages"))["items"]
        assert news["state"] == "withdrawn"


async def merges(world: World, given_up: str, survivor: str, *, version: int = 1) -> None:
    body = {"surviving_patient_id": survivor}
    ok(await world.coordinator.post(f"/v1/patients/{given_up}/merge", body, version=version))


async def test_a_record_that_was_given_up_for_one_that_was_given_up_goes_with_them(world: World) -> None:
    first, second, third = [await has_patient(world) for _ in range(3)]
    await merges(world, first, second)
    await merges(world, second, third, version=2)

    await asks(world, third)
    for each in (first, second, third):
        await all_agree(world, each, (await reads(world, each))["id"])
    await world.catch_up()

    assert await world.store.database["patients"].count_documents({}) == 0


async def test_who_was_declined_is_asked_about_again_although_another_record_of_theirs_is_erased(world: World) -> None:
    ana, again = await has_patient(world), await has_patient(world)
    await merges(world, again, ana)
    await world.hear(refused(ana, await asks(world, ana), world))
    await all_agree(world, again, (await reads(world, again))["id"])
    await world.catch_up()

    await all_agree(world, ana, await asks(world, ana))
    await world.catch_up()

    assert await world.store.database["patients"].count_documents({}) == 0


async def test_a_record_that_had_to_be_kept_is_asked_about_by_itself_once_the_one_in_use_is_erased(
    world: World,
) -> None:
    ana, again = await has_patient(world), await has_patient(world)
    await merges(world, again, ana)
    assert refusal(await world.coordinator.post(f"/v1/patients/{again}/erasure", ASKED)) == (409, "patient_merged")
    await all_agree(world, ana, await asks(world, ana))
    await world.hear(refused(again, (await reads(world, again))["id"], world))
    await world.catch_up()

    await all_agree(world, again, await asks(world, again))
    await world.catch_up()

    assert await world.store.database["patients"].count_documents({}) == 0
