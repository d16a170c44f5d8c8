"""A visit's life over HTTP: held, booked, moved, cancelled, attended, missed."""

from datetime import timedelta

from careflow_service.identity import Role
from services.booking.tests.builders import local
from services.booking.tests.clinic import (
    TOMORROW_AT_TEN,
    acts,
    books,
    had_info_call,
    has_patient,
    has_practitioner,
    has_room,
    ok,
    refusal,
    screening_began,
    visit,
)
from services.booking.tests.world import World


async def test_a_call_is_booked_and_said(world: World) -> None:
    await has_practitioner(world)
    ana = await has_patient(world)
    response = await world.coordinator.post("/v1/appointments", visit(ana))
    booked = ok(response, 201)
    assert (booked["status"], booked["version"], booked["starts_at"]) == ("booked", 1, "2026-11-24T18:00:00Z")
    assert booked["providers"] == [{"id": "dr-lee", "role": "prescriber"}]
    assert response.headers["etag"] == '"1"'
    assert response.headers["location"] == f"/v1/appointments/{booked['id']}"
    assert response.headers["careflow-position"].startswith(f"careflow.booking.v1/patient:{ana}@")
    assert await world.said_types(ana) == ["PatientRegistered", "ConsultationBooked", "CarePathStageChanged"]
    event = (await world.said(ana))[1]
    assert event.data["booked_by"] == "staff"
    assert event.data["starts_at"] == "2026-11-24T18:00:00.000Z"
    assert ok(await world.patient(ana).get(f"/v1/appointments/{booked['id']}")) == booked


async def test_a_visit_is_moved_as_the_same_appointment_and_its_old_time_is_free_again(world: World) -> None:
    await has_practitioner(world)
    ana, ben = await has_patient(world), await has_patient(world, given_name="Ben", email="ben@example.org")
    booked = await books(world.coordinator, ana)
    moved = await acts(world.patient(ana), booked, "reschedule", starts_at=local(27, 11).isoformat())
    assert (moved["id"], moved["version"], moved["status"]) == (booked["id"], 2, "booked")
    assert moved["starts_at"] == "2026-11-27T19:00:00Z"
    await books(world.coordinator, ben)
    event = (await world.said(ana))[-1]
    assert event.type == "careflow.booking.ConsultationRescheduled.v1"
    assert event.data["previous_starts_at"] == "2026-11-24T18:00:00.000Z"
    assert (event.data["rescheduled_by"], event.data["notice_minutes"]) == ("patient", 25 * 60)
    assert (event.data["first_notice_minutes"], event.data["late_moves"]) == (25 * 60, 1)


async def test_a_call_becomes_a_video_call_at_the_same_time(world: World) -> None:
    await has_practitioner(world)
    booked = await books(world.coordinator, await has_patient(world))
    moved = await acts(world.coordinator, booked, "reschedule", starts_at=TOMORROW_AT_TEN.isoformat(), modality="video")
    assert (moved["modality"], moved["version"]) == ("video", 2)
    same = {"starts_at": TOMORROW_AT_TEN.isoformat(), "modality": "video"}
    again = await world.coordinator.post(f"/v1/appointments/{booked['id']}/reschedule", same, version=2)
    assert refusal(again) == (422, "same_slot")


async def test_a_second_late_move_is_the_coordinators(world: World) -> None:
    await has_practitioner(world)
    ana = await has_patient(world)
    booked = await books(world.coordinator, ana)
    moved = await acts(world.patient(ana), booked, "reschedule", starts_at=local(24, 11).isoformat())
    path, body = f"/v1/appointments/{moved['id']}/reschedule", {"starts_at": local(27, 11).isoformat()}
    assert refusal(await world.patient(ana).post(path, body, version=2)) == (403, "late_move_needs_coordinator")
    assert (await acts(world.coordinator, moved, "reschedule", **body))["version"] == 3


async def test_a_cancelled_visit_gives_its_time_back_and_says_whose_wish_it_was(world: World) -> None:
    await has_practitioner(world)
    ana = await has_patient(world)
    booked = await books(world.coordinator, ana)
    cancelled = await acts(world.patient(ana), booked, "cancel", reason="provider_unavailable")
    assert cancelled["cancellation"] == {"by": "patient", "reason": "patient_request", "notice_minutes": 25 * 60}
    again = await books(world.coordinator, ana)
    gone = await acts(world.coordinator, again, "cancel", reason="clinic_closed")
    assert gone["cancellation"]["by"] == "clinic"
    assert (await world.said_types(ana))[-2:] == ["ConsultationCancelled", "CarePathStageChanged"]


async def test_a_call_that_ends_with_proceed_opens_the_way_to_the_evaluation(world: World) -> None:
    await has_practitioner(world)
    await has_room(world)
    ana = await has_patient(world)
    done = await had_info_call(world, ana)
    assert (done["status"], done["disposition"], done["version"]) == ("fulfilled", "proceed", 3)
    evaluation = visit(ana, "evaluation", local(25, 9))
    assert refusal(await world.coordinator.post("/v1/appointments", evaluation)) == (409, "gates_closed")
    await screening_began(world, ana)
    booked = ok(await world.patient(ana).post("/v1/appointments", evaluation), 201)
    assert booked["room_id"] is not None
    assert await world.said_types(ana) == [
        "PatientRegistered",
        "ConsultationBooked",
        "CarePathStageChanged",
        "ConsultationArrived",
        "ConsultationCompleted",
        "CarePathStageChanged",
        "ConsultationBooked",
        "CarePathStageChanged",
    ]


async def test_a_missed_call_can_be_booked_again(world: World) -> None:
    await has_practitioner(world)
    ana = await has_patient(world)
    call = await books(world.coordinator, ana)
    world.clock.now = TOMORROW_AT_TEN + timedelta(minutes=15)
    assert (await acts(world.coordinator, call, "missed"))["status"] == "missed"
    assert (await books(world.coordinator, ana, starts_at=local(25, 10)))["version"] == 1


async def test_who_was_marked_missed_and_came_is_corrected_to_arrived(world: World) -> None:
    await has_practitioner(world)
    ana = await has_patient(world)
    call = await books(world.coordinator, ana)
    world.clock.now = TOMORROW_AT_TEN + timedelta(minutes=15)
    missed = await acts(world.coordinator, call, "missed")
    corrected = await acts(world.coordinator, missed, "correct")
    assert (corrected["status"], corrected["version"]) == ("arrived", 3)
    event = (await world.said(ana))[-1]
    assert event.type == "careflow.booking.AppointmentCorrected.v1"
    assert (event.data["from"], event.data["to"], event.data["status"]) == ("missed", "arrived", "arrived")
    assert (await acts(world.calling(Role.THERAPIST), corrected, "complete", disposition="proceed"))[
        "status"
    ] == "fulfilled"


async def test_a_day_and_a_patients_visits_are_listed_page_by_page(world: World) -> None:
    await has_practitioner(world)
    patients = [await has_patient(world, email=f"p{n}@example.org") for n in range(3)]
    booked = [
        await books(world.coordinator, patient, starts_at=local(24, 10 + hour)) for hour, patient in enumerate(patients)
    ]
    first = ok(await world.coordinator.get("/v1/appointments", day="2026-11-24", limit=2))
    second = ok(await world.coordinator.get("/v1/appointments", day="2026-11-24", limit=2, after=first["next"]))
    assert [each["id"] for each in first["items"] + second["items"]] == [each["id"] for each in booked]
    assert second["next"] is None
    own = ok(await world.patient(patients[0]).get("/v1/appointments", patient_id=patients[0]))
    assert [each["id"] for each in own["items"]] == [booked[0]["id"]]


async def test_a_repeated_request_is_answered_as_the_first_and_books_once(world: World) -> None:
    await has_practitioner(world)
    ana = await has_patient(world)
    first = await world.coordinator.post("/v1/appointments", visit(ana), key="click")
    again = await world.coordinator.post("/v1/appointments", visit(ana), key="click")
    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers["idempotency-replayed"] == "true"
    assert again.headers["careflow-position"] == first.headers["careflow-position"]
    assert (await world.said_types(ana)).count("ConsultationBooked") == 1
