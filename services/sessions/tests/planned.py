"""What the tests do about what a plan asks for beside its sessions."""

from datetime import timedelta
from typing import Any

import httpx

from careflow_service.testing.calling import Caller
from services.sessions.tests.clinic import Course, has_course, ok, plan_body
from services.sessions.tests.world import World


def task_body(world: World, *, days: int = 3, **changes: Any) -> dict[str, Any]:
    due_on = (world.clock() + timedelta(days=days)).date().isoformat()
    return {"kind": "mindfulness", "text": "Ten minutes of breathing, each morning", "due_on": due_on, **changes}


async def asks(world: World, course: Course, *, by: Caller | None = None, days: int = 3, **changes: Any) -> str:
    """Somebody of the clinic asks for something, the therapist unless said otherwise; answers its id."""
    body = task_body(world, days=days, **changes)
    made = await (by or world.therapist).post(f"/v1/plans/{course.plan_id}/tasks", body)
    return str(ok(made, 201)["id"])


async def link_of(world: World, patient_id: str) -> str:
    """Where the patient comes to what they are asked to do."""
    return str(ok(await world.therapist.post(f"/v1/patients/{patient_id}/plan-links"), 201)["path"])


async def task_of(world: World, course: Course, task_id: str) -> Any:
    items = ok(await world.nurse.get(f"/v1/patients/{course.patient_id}/plan-tasks"))["items"]
    return next(each for each in items if each["id"] == task_id)


async def settles(world: World, task_id: str, outcome: str, *, by: Caller, **note: str) -> httpx.Response:
    return await by.post(f"/v1/plan-tasks/{task_id}/end", {"outcome": outcome, **note})


async def results(world: World, task_id: str, *, abnormal: bool, summary: str = "TSH 6.1 mIU/L") -> httpx.Response:
    body = {"abnormal": abnormal, "summary": summary}
    return await world.nurse.post(f"/v1/plan-tasks/{task_id}/results", body)


async def reads_result(world: World, course: Course, task_id: str, *, version: int | None = None) -> httpx.Response:
    seen = version or (await task_of(world, course, task_id))["version"]
    body = {"conclusion": "to be measured again"}
    return await world.prescriber.post(f"/v1/plan-tasks/{task_id}/review", body, version=seen)


async def signs_task(world: World, course: Course, task_id: str) -> httpx.Response:
    version = (await task_of(world, course, task_id))["version"]
    return await world.prescriber.post(f"/v1/plan-tasks/{task_id}/sign", version=version)


async def told_of_tasks(world: World, patient_id: str) -> list[tuple[str, str]]:
    said = [each for each in await world.said(patient_id) if ".PlanTask" in each.type]
    return [(each.type.split(".")[2].removeprefix("PlanTask"), str(each.data["category"])) for each in said]


async def maintained(world: World) -> Course:
    """A course in maintenance, to its plan's last day."""
    course = await has_course(world)
    live = ok(await world.prescriber.get(f"/v1/plans/{course.plan_id}"))
    terms = plan_body(
        phase="maintenance",
        maintenance_reason="better for four weeks each",
        cadence_days=28,
        induction_elsewhere="six infusions, documented",
    )
    ok(await world.prescriber.post(f"/v1/plans/{course.plan_id}/adjust", terms, version=live["version"]))
    return course
