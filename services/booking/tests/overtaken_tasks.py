"""What overtakes the decisions about who sees to what, and what comes of it then."""

from datetime import timedelta
from typing import Any

from careflow_service.identity import Role
from careflow_service.testing.overtaking import Overtaking
from services.booking.tests.clinic import TOMORROW_AT_TEN, acts, books, has_patient, has_practitioner, ok, refusal
from services.booking.tests.world import World


async def somebody_is_late(world: World) -> Any:
    """A call to which the patient did not come: they are to be called."""
    await has_practitioner(world)
    call = await books(world.coordinator, await has_patient(world))
    world.clock.now = TOMORROW_AT_TEN + timedelta(minutes=20)
    return call


async def sees_to(world: World, call: Any, act: str = "take", *, role: Role = Role.COORDINATOR, **body: str) -> Any:
    path = f"/v1/tasks/{call['id']}/{act}"
    return await world.calling(role).post(path, body or None, version=call["version"])


async def who_sees_to_it(world: World) -> str | None:
    (task,) = ok(await world.coordinator.get("/v1/tasks"))["items"]
    return task["taken"]["by"] if task["taken"] else None


async def a_task_is_taken_while_it_is_taken(world: World, overtaking: Overtaking) -> None:
    call = await somebody_is_late(world)
    overtaking.by(lambda: sees_to(world, call, role=Role.NURSE))
    assert refusal(await sees_to(world, call)) == (409, "task_taken")
    assert await who_sees_to_it(world) == "user-nurse"


async def a_task_is_given_back_while_its_patient_arrives(world: World, overtaking: Overtaking) -> None:
    call = await somebody_is_late(world)
    ok(await sees_to(world, call))
    overtaking.by(lambda: acts(world.coordinator, call, "arrive"))
    assert refusal(await sees_to(world, call, "give-back")) == (412, "stale_version")


async def a_task_is_handed_over_while_it_is_taken(world: World, overtaking: Overtaking) -> None:
    call = await somebody_is_late(world)
    overtaking.by(lambda: sees_to(world, call, role=Role.NURSE))
    assert refusal(await sees_to(world, call, "hand-over", to="lou")) == (409, "task_taken")
    assert await who_sees_to_it(world) == "user-nurse"
