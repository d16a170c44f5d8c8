"""Therapy that was held and not as planned, over HTTP: on record at once, a visit and a bill once it was reviewed."""

from datetime import timedelta

from services.sessions.tests.clinic import books, does, gate_of, ok, refusal, session_of
from services.sessions.tests.distance import agrees_to_telehealth, hour_at_a_distance
from services.sessions.tests.otherwise import (
    dosed_yesterday,
    held,
    hour_nobody_began,
    reviews_therapy,
    therapy,
    writes_down,
)
from services.sessions.tests.world import World

INTEGRATION = "integration_since_last_dose"


async def test_an_hour_nobody_began_counts_and_is_billed_once_it_is_reviewed(world: World) -> None:
    course = await dosed_yesterday(world)
    session_id = await hour_nobody_began(world, course)

    ok(await writes_down(world, session_id, therapy(world)), 201)

    shown = ok(await world.nurse.get(f"/v1/sessions/{session_id}"))
    assert (shown["state"], shown["started_at"], shown["ended_at"]) == (
        "completed",
        (await held(world, session_id))["started_at"],
        (await held(world, session_id))["ended_at"],
    )
    assert (await held(world, session_id))["against"] == ["outside_times", "therapist_not_joined"]
    assert ok(await world.nurse.get(f"/v1/sessions/{session_id}/services"))["lines"] == []
    visit = await session_of(world, await books(world, course.patient_id, world.clock()))
    assert INTEGRATION in await gate_of(world, visit["id"])
    (waiting,) = ok(await world.prescriber.get("/v1/therapy-otherwise"))["items"]
    assert waiting["session_id"] == session_id
    assert ok(await world.prescriber.get("/v1/doses-outside-gate"))["items"] == []

    assert refusal(await reviews_therapy(world, session_id, by=world.therapist)) == (403, "forbidden")
    ok(await reviews_therapy(world, session_id), 201)

    assert INTEGRATION not in await gate_of(world, visit["id"])
    billed = ok(await world.nurse.get(f"/v1/sessions/{session_id}/services"))
    assert (billed["revision"], [each["minutes"] for each in billed["lines"]]) == (2, [50])
    said = await world.said_types(course.patient_id)
    assert [each for each in said if each.startswith("TherapyReview")] == [
        "TherapyReviewDue",
        "TherapyReviewCompleted",
    ]
    assert ok(await world.prescriber.get("/v1/therapy-otherwise"))["items"] == []


async def test_an_hour_by_video_without_its_check_is_on_record_and_never_billed(world: World) -> None:
    course = await dosed_yesterday(world)
    await agrees_to_telehealth(world, course.patient_id)
    session_id = await hour_at_a_distance(world, course, kind="integration")
    await world.travel(timedelta(minutes=60))
    assert refusal(await does(world, session_id, "start", by=world.therapist)) == (409, "telehealth_not_ready")

    ok(await writes_down(world, session_id, therapy(world, 45, ended=5)), 201)
    assert (await held(world, session_id))["unready"] == ["verified_now"]
    ok(await reviews_therapy(world, session_id), 201)

    assert ok(await world.nurse.get(f"/v1/sessions/{session_id}/services"))["lines"] == []
    assert "IntegrationDone" in await world.said_types(course.patient_id)


async def test_a_review_that_is_late_is_said_once(world: World) -> None:
    course = await dosed_yesterday(world)
    session_id = await hour_nobody_began(world, course)
    ok(await writes_down(world, session_id, therapy(world)), 201)
    await world.travel(timedelta(hours=49))
    assert (await world.said_types(course.patient_id)).count("TherapyReviewOverdue") == 1
