"""The free call, for anybody: registered and booked in one step, and the clinic gives nothing away."""

from dataclasses import replace
from typing import Any

import pytest

from booking.adapters.clinic_data import booking_policy
from booking.application.commands.book_info_call import BookInfoCall, BookInfoCallHandler
from booking.entrypoints.http.public_schemas import InfoCallBody
from careflow_domain.setting import Setting
from careflow_service.errors import LimitReached
from careflow_service.identity import Actor
from services.booking.tests.builders import local
from services.booking.tests.clinic import (
    ABOUT_PATIENTS,
    TOMORROW_AT_TEN,
    details,
    has_patient,
    has_practitioner,
    ok,
    refusal,
)
from services.booking.tests.world import World

CALLS = "/v1/public/info-calls"
POLICY = booking_policy()
TWO = Setting(value=2, default=50, source="this test")


def wish(**changes: Any) -> dict[str, Any]:
    return details(**{"starts_at": TOMORROW_AT_TEN.isoformat(), **changes})


async def test_a_visitor_chooses_a_free_time_and_is_registered_with_it(world: World) -> None:
    await has_practitioner(world)
    day = {"from": local(24, 0).isoformat(), "to": local(25, 0).isoformat()}
    free = ok(await world.public.get(f"{CALLS}/availability", **day))["items"]
    assert len(free) == 32
    assert free[4] == {"starts_at": "2026-11-24T18:00:00Z", "ends_at": "2026-11-24T18:15:00Z"}
    booked = ok(await world.public.post(CALLS, wish(starts_at=free[4]["starts_at"])), 201)
    assert booked.keys() == {"appointment_id", "starts_at", "ends_at", "timezone", "modality", "confirm_by"}
    appointment = ok(await world.coordinator.get(f"/v1/appointments/{booked['appointment_id']}"))
    assert await world.said_types(appointment["patient_id"]) == [
        "PatientRegistered",
        "ConsultationBooked",
        "CarePathStageChanged",
    ]
    assert (await world.said(appointment["patient_id"]))[1].data["booked_by"] == "patient"
    assert free[4] not in ok(await world.public.get(f"{CALLS}/availability", **day))["items"]


async def test_the_answer_is_the_same_whether_or_not_the_person_is_known(world: World) -> None:
    await has_practitioner(world)
    known = await has_patient(world)
    as_known = await world.public.post(CALLS, wish(starts_at=local(24, 10).isoformat()))
    as_new = await world.public.post(CALLS, wish(starts_at=local(24, 11).isoformat(), email="b@example.org"))
    assert as_known.status_code == as_new.status_code == 201
    assert as_known.json().keys() == as_new.json().keys()
    assert as_known.headers.keys() == as_new.headers.keys()
    positions = [each.headers["careflow-position"].rpartition("@")[2] for each in (as_known, as_new)]
    assert positions[0] == positions[1]
    appointment = ok(await world.coordinator.get(f"/v1/appointments/{as_known.json()['appointment_id']}"))
    patient = ok(await world.coordinator.get(f"/v1/patients/{appointment['patient_id']}"))
    assert patient["possible_duplicates"] == [known]


async def test_somebody_else_on_the_same_phone_is_no_duplicate(world: World) -> None:
    await has_practitioner(world)
    await has_patient(world)
    booked = ok(await world.public.post(CALLS, wish(birth_date="1990-01-01", email="o@example.org")), 201)
    appointment = ok(await world.coordinator.get(f"/v1/appointments/{booked['appointment_id']}"))
    patient = ok(await world.coordinator.get(f"/v1/patients/{appointment['patient_id']}"))
    assert patient["possible_duplicates"] == []


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"birth_date": "2010-01-01"}, "minor_not_served"), ({"state": "OR"}, "state_not_served")],
)
async def test_who_cannot_be_served_is_told_so_and_nothing_is_kept(
    world: World, changes: dict[str, Any], code: str
) -> None:
    await has_practitioner(world)
    assert refusal(await world.public.post(CALLS, wish(**changes))) == (422, code)
    for kept in ("patients", "appointments", "care_paths", "calendar_days", "_outbox"):
        assert await world.store.database[kept].count_documents(ABOUT_PATIENTS.get(kept, {})) == 0


async def test_a_call_is_not_booked_for_the_next_minutes(world: World) -> None:
    await has_practitioner(world)
    soon = wish(starts_at=local(23, 9, 45).isoformat())
    assert refusal(await world.public.post(CALLS, soon)) == (422, "slot_too_soon")


async def test_who_finds_the_time_taken_is_told_of_others(world: World) -> None:
    await has_practitioner(world)
    ok(await world.public.post(CALLS, wish()), 201)
    response = await world.public.post(CALLS, wish(email="b@example.org"))
    assert refusal(response) == (409, "slot_taken")
    assert response.json()["next_free"] == ["2026-11-24T18:15:00Z", "2026-11-24T18:30:00Z", "2026-11-24T18:45:00Z"]


async def test_one_client_cannot_ask_for_ever(world: World) -> None:
    await has_practitioner(world)
    answers = [await world.public.post(CALLS, {}) for _ in range(11)]
    assert refusal(answers[9]) == (422, "invalid_request")
    assert refusal(answers[10]) == (429, "rate_limited")
    assert int(answers[10].headers["retry-after"]) >= 1


async def test_strangers_who_chose_the_same_key_never_meet(world: World) -> None:
    """Each is answered with what they asked for; the same request again with what it came to."""
    await has_practitioner(world)
    wishes = [wish(), wish(starts_at=local(24, 11).isoformat(), email="b@example.org", phone="415 555 0124")]
    first = [await world.public.post(CALLS, each, key="1") for each in wishes]
    again = [await world.public.post(CALLS, each, key="1") for each in wishes]
    assert [each.status_code for each in first] == [201, 201]
    assert first[0].json()["appointment_id"] != first[1].json()["appointment_id"]
    assert [each.json() for each in again] == [each.json() for each in first]
    assert {each.headers["idempotency-replayed"] for each in again} == {"true"}


def at(number: int) -> str:
    """Free times one after another."""
    return local(24, 9 + number // 4, 15 * (number % 4)).isoformat()


async def test_one_person_does_not_fill_the_calendar(world: World) -> None:
    """Whichever of their contacts they leave out; and the same request again is still answered as it was."""
    await has_practitioner(world)
    first = await world.public.post(CALLS, wish(starts_at=at(0)), key="first")
    ok(first, 201)
    ok(await world.public.post(CALLS, wish(starts_at=at(1), email="other@example.org")), 201)
    too_many = await world.public.post(CALLS, wish(starts_at=at(2), email="third@example.org"))
    assert refusal(too_many) == (429, "rate_limited")
    assert 1 <= int(too_many.headers["retry-after"]) <= 86_400
    assert await world.store.database["patients"].count_documents({}) == 2
    assert (await world.public.post(CALLS, wish(starts_at=at(0)), key="first")).json() == first.json()


async def test_others_of_a_household_may_call_too(world: World) -> None:
    await has_practitioner(world)
    for number in range(3):
        ok(await world.public.post(CALLS, wish(starts_at=at(number), birth_date=f"198{number}-01-01")), 201)


async def test_nobody_is_written_to_for_ever_by_whoever_invents_birth_dates(world: World) -> None:
    """A household shares its contacts; beyond that, an address is not asked about calls any more."""
    await has_practitioner(world)
    household = POLICY.info_calls_per_contact_a_day.value
    for number in range(household):
        ok(await world.public.post(CALLS, wish(starts_at=at(number), birth_date=f"19{80 + number}-01-01")), 201)
    again = {"starts_at": at(household), "birth_date": "1979-01-01"}
    for changes in ({}, {"phone": "415 555 0188", "email": " ANA@example.org "}, {"email": "other@example.org"}):
        assert refusal(await world.public.post(CALLS, wish(**again, **changes))) == (429, "rate_limited")
    ok(await world.public.post(CALLS, wish(**again, email="other@example.org", phone="415 555 0188")), 201)


async def test_an_address_does_not_fill_the_calendar_either(world: World) -> None:
    """As many as the policy lets it; then others are asked to wait, whoever they are."""
    await has_practitioner(world)
    desk, policy = world.application.book_info_call.desk, replace(POLICY, info_calls_per_address_a_day=TWO)
    calls = BookInfoCallHandler(replace(desk, ports=replace(world.ports, policy=policy)))

    async def call(number: int) -> None:
        person = wish(email=f"{number}@example.org", phone=f"+1415555013{number}", starts_at=at(number))
        body = InfoCallBody.model_validate(person)
        command = BookInfoCall(body.details(), body.starts_at, body.modality, "192.0.2.7")
        await calls(command, Actor.public(), None)

    await call(0)
    await call(1)
    with pytest.raises(LimitReached):
        await call(2)


async def test_what_was_refused_counts_for_nothing(world: World) -> None:
    await has_practitioner(world)
    ok(await world.public.post(CALLS, wish(email="b@example.org", phone="415 555 0124")), 201)
    for _ in range(3):
        assert refusal(await world.public.post(CALLS, wish())) == (409, "slot_taken")
    ok(await world.public.post(CALLS, wish(starts_at=at(1))), 201)


async def test_who_called_cannot_be_read_from_the_counts(world: World) -> None:
    await has_practitioner(world)
    ok(await world.public.post(CALLS, wish()), 201)
    counts = str(await world.store.database["_limits"].find().to_list())
    for told in ("ana@example.org", "4155550123", "1988-04-02", "127.0.0.1"):
        assert told not in counts
