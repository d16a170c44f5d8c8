"""Tries everything that is another patient's, as a patient and as one who is something else as well, on a real store.

`assert await reached_by_strangers(world, ACCESS, {"GET /v1/cases/{case_id}": Theirs(path)}) == []`
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from careflow_service.http.access import AccessTable
from careflow_service.identity import Role
from careflow_service.ids import new_id
from careflow_service.pages import PREFIX
from careflow_service.testing.calling import Caller
from careflow_service.testing.doors import GRANTED
from careflow_service.testing.world import ServiceWorld


@dataclass(frozen=True, slots=True)
class Theirs:
    """A request that its owner could make."""

    path: str
    body: dict[str, Any] | None = None
    version: int | None = None


async def reached_by_strangers(
    world: ServiceWorld[Any, Any], access: AccessTable, theirs: Mapping[str, Theirs]
) -> list[str]:
    """Every row that lets a stranger reach what is another patient's, and every row that `theirs` does not try. No
    token opens a page: who sits before them is tried where they are.
    """
    owned = {row for row, rule in access.items() if rule.own is not None and PREFIX not in row}
    untried = owned - theirs.keys()
    wrong = [f"{row} was not tried" for row in sorted(untried)]
    for row, request in theirs.items():
        for second in (Role.PATIENT, *(role for role in GRANTED if role is not Role.PATIENT)):
            stranger = world.calling(*{Role.PATIENT, second}, patient_id=new_id())
            response = await _made(stranger, row.partition(" ")[0], request)
            if response.status_code not in {403, 404}:
                wrong.append(f"{row} as patient and {second}: {response.status_code} {response.text[:100]}")
    return wrong


async def _made(caller: Caller, method: str, request: Theirs) -> Any:
    if method == "GET":
        return await caller.client.get(request.path, headers=caller.headers)
    if method == "PUT":
        return await caller.put(request.path, request.body or {}, version=request.version)
    return await caller.post(request.path, request.body, version=request.version)
