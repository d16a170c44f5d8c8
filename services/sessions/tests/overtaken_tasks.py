"""What overtakes the commands on what plans ask for beside their sessions, and what comes of it then."""

from datetime import date, datetime

from careflow_service.identity import Actor
from careflow_service.testing.overtaking import Overtaking
from services.sessions.tests.clinic import Course, has_course, ok, refusal
from services.sessions.tests.integration.test_end_of_care import ends
from services.sessions.tests.news import merged, renamed
from services.sessions.tests.planned import (
    asks,
    maintained,
    reads_result,
    results,
    settles,
    task_body,
    task_of,
    told_of_tasks,
)
from services.sessions.tests.world import World
from sessions.application.commands.open_plan_link import OpenPlanLink
from sessions.application.deadlines.raise_plan_ending import next_plan_ending
from sessions.domain.ids import PlanLinkId, TaskId


async def to_do(world: World, kind: str = "mindfulness") -> tuple[Course, str]:
    course = await has_course(world)
    by = world.prescriber if kind == "labs" else world.therapist
    return course, await asks(world, course, by=by, kind=kind)


async def a_task_is_made_while_its_plan_ends(world: World, overtaking: Overtaking) -> None:
    course = await has_course(world)
    overtaking.by(lambda: ends(world, course))
    late = await world.therapist.post(f"/v1/plans/{course.plan_id}/tasks", task_body(world))
    assert refusal(late) == (409, "plan_not_live")


async def a_task_is_signed_while_it_is_called_off(world: World, overtaking: Overtaking) -> None:
    course, task_id = await to_do(world, "taper")
    version = (await task_of(world, course, task_id))["version"]
    overtaking.by(lambda: settles(world, task_id, "called_off", by=world.therapist, note="too early"))
    late = await world.prescriber.post(f"/v1/plan-tasks/{task_id}/sign", version=version)
    assert refusal(late) == (409, "task_over")


async def a_task_is_done_while_it_is_called_off(world: World, overtaking: Overtaking) -> None:
    course, task_id = await to_do(world)
    overtaking.by(lambda: settles(world, task_id, "called_off", by=world.nurse, note="no longer needed"))
    late = await settles(world, task_id, "done", by=world.patient(course.patient_id))
    assert refusal(late) == (409, "task_over")


async def a_sample_is_recorded_while_the_patient_says_so(world: World, overtaking: Overtaking) -> None:
    course, task_id = await to_do(world, "labs")
    overtaking.by(lambda: settles(world, task_id, "done", by=world.patient(course.patient_id)))
    late = await world.nurse.post(f"/v1/plan-tasks/{task_id}/sample")
    assert refusal(late) == (409, "sample_taken")


async def a_result_comes_while_the_test_is_called_off(world: World, overtaking: Overtaking) -> None:
    """It is heard, and somebody reads it."""
    course, task_id = await to_do(world, "labs")
    overtaking.by(lambda: settles(world, task_id, "called_off", by=world.nurse, note="done elsewhere"))
    assert (await results(world, task_id, abnormal=True)).status_code == 201
    assert (await task_of(world, course, task_id))["waits"] == "review"


async def a_result_is_read_while_another_comes(world: World, overtaking: Overtaking) -> None:
    course, task_id = await to_do(world, "labs")
    await results(world, task_id, abnormal=False)
    version = (await task_of(world, course, task_id))["version"]
    overtaking.by(lambda: results(world, task_id, abnormal=True))
    assert (await reads_result(world, course, task_id, version=version)).status_code == 412
    assert len((await world.ports.plan_tasks.get(TaskId(task_id))).unread) == 2


BORN = datetime(1989, 4, 2)  # noqa: DTZ001 - a birth date
"""As booking corrects it meanwhile."""


async def comes_in(world: World, link_id: PlanLinkId, born_on: date) -> bool:
    tried = await world.application.open_plan_link(OpenPlanLink(link_id, born_on), Actor.public())
    return tried.value.opened_at is not None


async def a_plan_link_is_made_while_details_change(world: World, overtaking: Overtaking) -> None:
    """It is for whoever is known then."""
    course = await has_course(world)
    overtaking.by(lambda: world.hear(renamed(course.patient_id, BORN, "Rivera")))
    made = ok(await world.nurse.post(f"/v1/patients/{course.patient_id}/plan-links"), 201)
    assert await comes_in(world, PlanLinkId(made["link_id"]), BORN.date())


async def a_tick_is_undone_while_its_result_comes(world: World, overtaking: Overtaking) -> None:
    course, task_id = await to_do(world, "labs")
    ana = world.patient(course.patient_id)
    ok(await settles(world, task_id, "done", by=ana))
    overtaking.by(lambda: results(world, task_id, abnormal=True))
    assert refusal(await ana.post(f"/v1/plan-tasks/{task_id}/undo")) == (409, "not_to_undo")


async def a_plan_link_is_sent_while_the_record_is_merged(world: World, overtaking: Overtaking) -> None:
    course = await has_course(world)
    addresses = world.ports.link_addresses
    object.__setattr__(addresses, "public", "https://clinic.example/sessions")
    overtaking.by(lambda: world.hear(merged(course.patient_id)))
    late = await world.nurse.post(f"/v1/patients/{course.patient_id}/plan-links/send")
    assert refusal(late) == (409, "patient_merged")


async def a_plan_link_is_withdrawn_while_it_is_withdrawn(world: World, overtaking: Overtaking) -> None:
    course = await has_course(world)
    made = ok(await world.nurse.post(f"/v1/patients/{course.patient_id}/plan-links"), 201)
    path = f"/v1/patients/{course.patient_id}/plan-links/{made['link_id']}/withdraw"
    overtaking.by(lambda: world.therapist.post(path))
    assert refusal(await world.nurse.post(path)) == (409, "link_over")


async def a_plan_link_is_opened_while_somebody_guesses(world: World, overtaking: Overtaking) -> None:
    """Both tries count, one after the other."""
    course = await has_course(world)
    made = ok(await world.nurse.post(f"/v1/patients/{course.patient_id}/plan-links"), 201)
    link_id = PlanLinkId(made["link_id"])
    overtaking.by(lambda: comes_in(world, link_id, date(2000, 1, 1)))
    assert not await comes_in(world, link_id, date(2000, 1, 1))
    assert (await world.ports.plan_links.get(link_id)).tries.wrong == 2


async def a_plan_is_told_to_end_while_it_is_completed(world: World, overtaking: Overtaking) -> None:
    course = await maintained(world)
    due = await next_plan_ending(world.ports)
    assert due is not None
    world.clock.now = due[0]
    version = ok(await world.prescriber.get(f"/v1/plans/{course.plan_id}"))["version"]
    body = {"reason": "course_ended"}
    overtaking.by(lambda: world.prescriber.post(f"/v1/plans/{course.plan_id}/complete", body, version=version))
    await world.catch_up()
    said = await world.said_types(course.patient_id)
    assert "PlanCompleted" in said
    assert "PlanEnding" not in said


async def a_task_is_late_while_it_is_done(world: World, overtaking: Overtaking) -> None:
    course, task_id = await to_do(world)
    world.clock.now = (await world.ports.plan_tasks.get(TaskId(task_id))).due_by
    overtaking.by(lambda: settles(world, task_id, "done", by=world.patient(course.patient_id)))
    await world.catch_up()
    assert [what for what, _ in await told_of_tasks(world, course.patient_id)] == ["Due", "Completed"]
