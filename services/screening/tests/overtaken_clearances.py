"""What overtakes each command and deadline of a clearance, and what comes of it then."""

from datetime import timedelta
from typing import Any

import httpx

from careflow_service.testing.overtaking import Overtaking
from services.screening.tests.clinic import (
    cleared,
    grants,
    has_evidence,
    ok,
    reads_clearance,
    ready_to_decide,
    refusal,
)
from services.screening.tests.overtaken_cases import closes
from services.screening.tests.world import World

LAB_IS_OLD = timedelta(days=60)
LASTS = timedelta(days=30)
"""What is left of the lab panel then, and so of the clearance."""


async def does(
    world: World, clearance_id: str, what: str, body: Any = None, *, version: int | None = None
) -> httpx.Response:
    return await world.prescriber.post(f"/v1/clearances/{clearance_id}/{what}", body, version=version)


async def suspends(world: World, clearance_id: str) -> Any:
    """A prescriber halts dosing; answers the reference and the version."""
    return ok(await does(world, clearance_id, "suspend", {"reason": "wants to talk first"}))


async def revokes(world: World, clearance_id: str) -> httpx.Response:
    version = (await reads_clearance(world, clearance_id))["version"]
    return await does(world, clearance_id, "revoke", {"reason": "moved away"}, version=version)


async def extends(world: World, clearance_id: str) -> httpx.Response:
    version = (await reads_clearance(world, clearance_id))["version"]
    return await does(world, clearance_id, "extend", version=version)


async def cleared_with_an_old_lab(world: World) -> tuple[Any, str]:
    case = await ready_to_decide(world, lab_taken_at=world.clock() - LAB_IS_OLD)
    return case, ok(await grants(world, case), 201)["clearance_id"]


async def an_extension_while_it_is_suspended(world: World, overtaking: Overtaking) -> None:
    case, clearance_id = await cleared_with_an_old_lab(world)
    await has_evidence(world, case)
    until = (await reads_clearance(world, clearance_id))["valid_until"]
    overtaking.by(lambda: suspends(world, clearance_id))
    assert refusal(await extends(world, clearance_id)) == (412, "stale_version")
    clearance = await reads_clearance(world, clearance_id)
    assert (clearance["valid"], clearance["valid_until"]) == (False, until)


async def a_reinstatement_while_it_is_suspended_again(world: World, overtaking: Overtaking) -> None:
    _, clearance_id = await cleared(world)
    suspended = await suspends(world, clearance_id)
    body = {"suspended_for": "prescriber", "ref": suspended["ref"], "reason": "talked"}
    overtaking.by(lambda: suspends(world, clearance_id))
    late = await does(world, clearance_id, "reinstate", body, version=suspended["version"])
    assert refusal(late) == (412, "stale_version")
    assert len((await reads_clearance(world, clearance_id))["suspensions"]) == 2


async def a_suspension_while_it_is_revoked(world: World, overtaking: Overtaking) -> None:
    _, clearance_id = await cleared(world)
    overtaking.by(lambda: revokes(world, clearance_id))
    late = await does(world, clearance_id, "suspend", {"reason": "wants to talk first"})
    assert refusal(late) == (409, "clearance_ended")


async def a_revocation_while_it_is_revoked(world: World, overtaking: Overtaking) -> None:
    case, clearance_id = await cleared(world)
    overtaking.by(lambda: revokes(world, clearance_id))
    assert refusal(await revokes(world, clearance_id)) == (409, "clearance_ended")
    assert (await world.said_types(case["patient_id"])).count("ClearanceRevoked") == 1


async def an_expiry_while_it_is_extended(world: World, overtaking: Overtaking) -> None:
    case, clearance_id = await cleared_with_an_old_lab(world)
    world.clock.advance(LASTS)
    await has_evidence(world, case)
    overtaking.by(lambda: extends(world, clearance_id))
    await world.catch_up()
    said = await world.said_types(case["patient_id"])
    assert ("ClearanceExtended" in said, "ClearanceExpired" in said) == (True, False)


async def a_warning_of_evidence_while_the_case_is_closed(world: World, overtaking: Overtaking) -> None:
    case = await ready_to_decide(world)
    due = await world.ports.cases.next_due()
    assert due is not None
    world.clock.now = due[0]
    overtaking.by(lambda: closes(world, case))
    await world.catch_up()
    assert "EvidenceExpiring" not in await world.said_types(case["patient_id"])
