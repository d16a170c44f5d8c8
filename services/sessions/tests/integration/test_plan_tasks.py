"""What a plan asks for beside its sessions, over HTTP and events."""

from datetime import timedelta

from services.sessions.tests.clinic import gate_of, has_course, ok, ready_for_dose, refusal
from services.sessions.tests.integration.test_end_of_care import discharges, ends, open_in
from services.sessions.tests.planned import (
    asks,
    reads_result,
    results,
    settles,
    signs_task,
    task_body,
    task_of,
    told_of_tasks,
)
from services.sessions.tests.world import World

WAITING = "/v1/plan-tasks"


async def test_a_patient_sees_what_they_are_asked_for_and_says_that_it_is_done(world: World) -> None:
    course = await has_course(world)
    patient = world.patient(course.patient_id)
    task_id = await asks(world, course)
    (seen,) = ok(await patient.get(f"/v1/patients/{course.patient_id}/plan-tasks"))["items"]
    assert (seen["text"], seen["step"], seen["waits"]) == ("Ten minutes of breathing, each morning", "to_do", None)

    ok(await settles(world, task_id, "done", by=patient))
    assert refusal(await settles(world, task_id, "done", by=patient)) == (409, "task_over")
    end = (await task_of(world, course, task_id))["end"]
    assert (end["outcome"], end["taken"]["by"]) == ("done", None)
    assert await told_of_tasks(world, course.patient_id) == [("Due", "plan_task"), ("Completed", "plan_task")]


async def test_what_is_late_is_on_the_work_list_until_somebody_settles_it(world: World) -> None:
    course = await has_course(world)
    task_id = await asks(world, course, days=1)
    assert ok(await world.nurse.get(WAITING))["items"] == []
    await world.travel(timedelta(days=2))
    (waiting,) = ok(await world.nurse.get(WAITING))["items"]
    assert (waiting["id"], waiting["waits"]) == (task_id, "late")
    assert refusal(await settles(world, task_id, "missed", by=world.nurse)) == (422, "note_missing")
    ok(await settles(world, task_id, "missed", by=world.nurse, note="no time this week"))
    assert ok(await world.nurse.get(WAITING))["items"] == []
    assert [what for what, _ in await told_of_tasks(world, course.patient_id)] == ["Due", "Overdue", "Completed"]


async def test_a_step_of_a_taper_asks_nothing_before_a_prescriber_has_signed_it(world: World) -> None:
    course = await has_course(world)
    patient = world.patient(course.patient_id)
    task_id = await asks(world, course, kind="taper", text="Half of the tablet from Monday on")
    assert ok(await patient.get(f"/v1/patients/{course.patient_id}/plan-tasks"))["items"] == []
    assert refusal(await settles(world, task_id, "done", by=patient)) == (409, "task_not_signed")
    (waiting,) = ok(await world.prescriber.get(WAITING))["items"]
    assert waiting["waits"] == "signature"
    denied = await world.nurse.post(f"/v1/plan-tasks/{task_id}/sign", version=waiting["version"])
    assert refusal(denied) == (403, "forbidden")
    ok(await signs_task(world, course, task_id))
    assert len(ok(await patient.get(f"/v1/patients/{course.patient_id}/plan-tasks"))["items"]) == 1
    assert ok(await world.prescriber.get(WAITING))["items"] == []


async def test_an_abnormal_result_is_read_by_a_prescriber_before_care_ends_and_is_not_shown_to_the_patient(
    world: World,
) -> None:
    course = await has_course(world)
    patient = world.patient(course.patient_id)
    task_id = await asks(world, course, by=world.prescriber, kind="labs", text="Thyroid, in the morning")
    other = await asks(world, course)
    ok(await settles(world, task_id, "done", by=patient))
    ok(await results(world, task_id, abnormal=True), 201)
    seen = ok(await patient.get(f"/v1/patients/{course.patient_id}/plan-tasks"))["items"]
    assert [each["results"] for each in seen] == [[], []]
    assert "TSH" not in str(seen)

    await ends(world, course)
    assert open_in(await discharges(world, course.patient_id)) == [("result_not_reviewed", task_id)]
    stale = (await task_of(world, course, task_id))["version"]
    ok(await results(world, task_id, abnormal=False, summary="corrected: TSH 2.1 mIU/L"), 201)
    assert (await reads_result(world, course, task_id, version=stale)).status_code == 412
    ok(await reads_result(world, course, task_id))
    ok(await discharges(world, course.patient_id), 201)
    assert (await task_of(world, course, other))["end"]["outcome"] == "called_off"
    assert await told_of_tasks(world, course.patient_id) == [
        ("Due", "plan_task"),
        ("Due", "plan_task"),
        ("Due", "plan_task"),
        ("Due", "result_review"),
        ("Completed", "result_review"),
        ("Completed", "plan_task"),
    ]


async def test_no_task_gates_a_dose(world: World) -> None:
    course = await has_course(world)
    session_id = await ready_for_dose(world, course)
    before = await gate_of(world, session_id)
    labs = await asks(world, course, by=world.prescriber, kind="labs")
    await asks(world, course, kind="taper")
    ok(await results(world, labs, abnormal=True), 201)
    assert await gate_of(world, session_id) == before


async def test_nothing_is_asked_for_by_a_plan_that_is_not_signed_or_has_ended(world: World) -> None:
    course = await has_course(world)
    await ends(world, course)
    late = await world.therapist.post(f"/v1/plans/{course.plan_id}/tasks", task_body(world))
    assert refusal(late) == (409, "plan_not_live")


async def test_a_long_work_list_is_read_page_by_page_the_most_urgent_first(world: World) -> None:
    course = await has_course(world)
    made = [await asks(world, course, kind="taper", days=days) for days in (5, 2, 9)]
    first = ok(await world.nurse.get(WAITING, limit=2))
    second = ok(await world.nurse.get(WAITING, limit=2, after=first["next"]))
    assert [each["id"] for each in (*first["items"], *second["items"])] == [made[1], made[0], made[2]]
    assert second["next"] is None
