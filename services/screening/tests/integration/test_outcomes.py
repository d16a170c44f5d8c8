"""Outcomes in and after a course: patients are asked in time, findings are said once, and clinicians read them."""

from datetime import timedelta
from typing import Any

from careflow_events.catalogue import read
from careflow_events.contracts import OutcomeReviewDue
from careflow_service.ids import new_id
from careflow_service.testing.world import SEALING
from services.screening.tests.builders import phq_9
from services.screening.tests.clinic import answers, cleared, ok, reads, refusal
from services.screening.tests.overtaken_cases import closes
from services.screening.tests.treatment import dosed, plan_completed
from services.screening.tests.world import World

WEEK, MONTH = timedelta(days=7), timedelta(days=30)


async def in_course(world: World) -> Any:
    """A cleared patient with a PHQ-9 of 17 and a first dose; answers the case."""
    case, _ = await cleared(world)
    await world.travel(timedelta(minutes=5))
    await world.hear(dosed(case["patient_id"], world.clock()))
    return case


async def asked(world: World, case: Any) -> list[tuple[str, bool]]:
    """What was asked in and after the course: purpose, and whether it still waits."""
    requests = [each for each in (await reads(world, case))["requests"] if each["purpose"] in ("course", "follow_up")]
    return [(each["purpose"], each["completed_at"] is None) for each in requests]


async def reviews(world: World, patient_id: str) -> list[tuple[str, str]]:
    """What was said to be due for review, opened as sessions would: scale and finding."""
    found = []
    for each in await world.said(patient_id):
        if "OutcomeReviewDue" in each.type:
            data = read(each, SEALING.ring("sessions"))
            assert isinstance(data, OutcomeReviewDue)
            section = data.for_sessions.opened()
            found.append((section.questionnaire, section.finding.value))
    return found


async def phq_9_of(world: World, case: Any) -> Any:
    """The scale as the prescriber reads it."""
    (course,) = ok(await world.prescriber.get(f"/v1/outcomes/{case['patient_id']}"))["items"]
    return next(each for each in course["scales"] if each["questionnaire"] == "phq-9")


async def test_a_week_after_a_dose_the_patient_is_asked_what_is_due(world: World) -> None:
    """The PHQ-9 weekly, the GAD-7 every two weeks; nobody is asked the PCL-5 who never was before."""
    case = await in_course(world)
    await world.travel(WEEK)
    assert await asked(world, case) == [("course", True)]
    await world.travel(WEEK)
    open_now = [each for each in (await reads(world, case))["clinical"]["responses"] if each["missing"]]
    assert [each["questionnaire"] for each in open_now] == ["phq-9", "phq-9", "gad-7"]


async def test_a_response_is_said_once_and_is_a_task_for_a_prescriber(world: World) -> None:
    case = await in_course(world)
    for total in (8, 7):
        await world.travel(WEEK)
        ok(await answers(world, case, "phq-9", phq_9(total), complete=True))
    assert await reviews(world, case["patient_id"]) == [("phq-9", "response")]
    assert (await phq_9_of(world, case))["standing"] == "response"
    (task,) = ok(await world.prescriber.get("/v1/tasks"))["items"]
    assert (task["kind"], task["ref"]) == ("outcome_review", case["patient_id"])
    done = f"/v1/tasks/{task['id']}/complete"
    assert refusal(await world.nurse.post(done)) == (403, "prescriber_reviews")
    ok(await world.prescriber.post(done))
    assert (await world.said_types(case["patient_id"]))[-1] == "OutcomeReviewed"


async def test_a_review_of_what_was_seen_is_none_of_what_was_found_since(world: World) -> None:
    """The prescriber's list is older than the newest answers; doing it lets dosing go on, so it is refused."""
    case = await in_course(world)
    await world.travel(WEEK)
    ok(await answers(world, case, "phq-9", phq_9(7), complete=True))
    (seen,) = ok(await world.prescriber.get("/v1/tasks"))["items"]
    await world.travel(WEEK)
    ok(await answers(world, case, "phq-9", phq_9(20), complete=True))
    assert [finding for _, finding in await reviews(world, case["patient_id"])] == ["response", "deterioration"]

    refused = await world.prescriber.post(f"/v1/tasks/{seen['id']}/complete")

    assert refusal(refused) == (409, "task_already_done")
    (both,) = ok(await world.prescriber.get("/v1/tasks"))["items"]
    assert both["due_at"] == seen["due_at"], "what was due first stays due"
    assert "OutcomeReviewed" not in await world.said_types(case["patient_id"])
    ok(await world.prescriber.post(f"/v1/tasks/{both['id']}/complete"))
    assert (await world.said_types(case["patient_id"])).count("OutcomeReviewed") == 1


async def test_a_dose_heard_of_twice_counts_once(world: World) -> None:
    case, _ = await cleared(world)
    session_id, at = new_id(), world.clock()
    for _ in range(2):
        await world.hear(dosed(case["patient_id"], at, session_id))
    (course,) = ok(await world.prescriber.get(f"/v1/outcomes/{case['patient_id']}"))["items"]
    assert len(course["doses"]) == 1


async def test_after_the_course_the_patient_is_asked_every_month(world: World) -> None:
    case = await in_course(world)
    await world.hear(plan_completed(case["patient_id"]))
    await world.travel(WEEK)
    assert await asked(world, case) == []
    await world.travel(MONTH - WEEK)
    assert await asked(world, case) == [("follow_up", True)] * 2


async def test_an_end_that_is_heard_late_does_not_hide_the_dose_of_the_next_plan(world: World) -> None:
    case = await in_course(world)
    ended_at = world.clock()
    world.clock.advance(timedelta(days=2))
    await world.hear(plan_completed(case["patient_id"]), time=ended_at)
    await world.hear(dosed(case["patient_id"], ended_at + timedelta(days=1)))
    await world.travel(WEEK)
    assert await asked(world, case) == [("course", True)]


async def test_one_review_is_open_for_a_patient_however_many_cases_show_something(world: World) -> None:
    """Whoever does it has looked at all of it: that is what the event says, and what lets dosing go on."""
    first = await in_course(world)
    patient_id = first["patient_id"]
    await world.travel(WEEK)
    ok(await answers(world, first, "phq-9", phq_9(7), complete=True))
    await closes(world, first)
    second, _ = await cleared(world, patient_id)
    await world.travel(timedelta(minutes=5))
    await world.hear(dosed(patient_id, world.clock()))
    await world.travel(WEEK)
    ok(await answers(world, second, "phq-9", phq_9(7), complete=True))
    assert len(await reviews(world, patient_id)) == 2
    open_reviews = [
        each for each in ok(await world.prescriber.get("/v1/tasks"))["items"] if each["kind"] == "outcome_review"
    ]
    assert [each["ref"] for each in open_reviews] == [patient_id]


async def test_a_closed_case_is_not_asked_any_more(world: World) -> None:
    case = await in_course(world)
    await closes(world, case)
    await world.travel(WEEK)
    assert await asked(world, case) == []


async def test_without_a_score_nothing_is_carried_forward(world: World) -> None:
    case = await in_course(world)
    await world.travel(timedelta(days=22))
    found = await phq_9_of(world, case)
    assert (found["baseline"]["total"], found["standing"], found["missing"]) == (17, None, ["no_recent_score"])


async def test_outcomes_are_the_clinicians_and_the_patients_own(world: World) -> None:
    case = await in_course(world)
    path = f"/v1/outcomes/{case['patient_id']}"
    ok(await world.patient(case["patient_id"]).get(path))
    assert refusal(await world.patient(new_id()).get(path))[0] in (403, 404)
    assert ok(await world.nurse.get(f"/v1/outcomes/{new_id()}"))["items"] == []
