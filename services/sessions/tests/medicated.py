"""What the tests do with medicines beside the dose over HTTP."""

from datetime import timedelta
from typing import Any

import httpx

from careflow_service.testing.calling import Caller
from services.sessions.tests.builders import MILL_VALLEY
from services.sessions.tests.clinic import dosing_visit, has_course, has_vial, ok
from services.sessions.tests.world import World

ORDERS = f"/v1/locations/{MILL_VALLEY}/standing-orders"


def medicine(**changes: Any) -> dict[str, Any]:
    """Ondansetron, 4 to 8 mg, no more than 8 in a visit, an hour apart: numbers of the tests, of no clinic."""
    return {
        "medicine": "Ondansetron",
        "strength": "4 mg tablet",
        "route": "oral",
        "unit": "mg",
        "least": "4",
        "most": "8",
        "in_visit": "8",
        "interval_minutes": 60,
        "indication": "nausea",
        **changes,
    }


def lorazepam(**changes: Any) -> dict[str, Any]:
    return medicine(
        medicine="Lorazepam",
        strength="2 mg/mL vial",
        route="intravenous",
        least="0.5",
        most="1",
        in_visit="2",
        indication="agitation",
        **changes,
    )


async def visit(world: World) -> str:
    """A patient of a dosing visit has arrived; answers the session's id."""
    return await dosing_visit(world, await has_course(world))


async def asked(world: World, session_id: str, **checks: Any) -> None:
    """Medicines and allergies were gone through."""
    ok(await world.nurse.post(f"/v1/sessions/{session_id}/checks", {"allergic": False, **checks}))


async def signs_standing_order(world: World, **changes: Any) -> str:
    """The prescriber signs one for this month; answers its id."""
    body = {"medicine": medicine(**changes), "valid_from": "2026-11-01", "valid_until": "2026-12-31"}
    return str(ok(await world.prescriber.post(ORDERS, body), 201)["id"])


async def revokes(world: World, order_id: str) -> httpx.Response:
    return await world.prescriber.post(f"/v1/standing-orders/{order_id}/revoke", {"reason": "kept no more"})


async def orders(world: World, session_id: str, **changes: Any) -> str:
    """The prescriber writes an order in the session; answers its id."""
    path = f"/v1/sessions/{session_id}/medicine-orders"
    return str(ok(await world.prescriber.post(path, {"medicine": medicine(**changes)}), 201)["added_id"])


async def takes_order(world: World, session_id: str, body: dict[str, Any] | None = None, **changes: Any) -> str:
    """The nurse takes an order from the prescriber by telephone; answers its id."""
    said = {
        "medicine": body or medicine(),
        "prescriber": "user-prescriber",
        "read_back": True,
        "reason": "she is on her way",
        **changes,
    }
    return str(ok(await world.nurse.post(f"/v1/sessions/{session_id}/verbal-orders", said), 201)["added_id"])


async def answers(
    world: World, session_id: str, order_id: str, *, by: Caller | None = None, **answer: Any
) -> httpx.Response:
    path = f"/v1/sessions/{session_id}/verbal-orders/{order_id}/answer"
    return await (by or world.prescriber).post(path, answer or {"signed": True})


async def gives(world: World, session_id: str, order_id: str, amount: str = "4", **more: Any) -> httpx.Response:
    """The nurse writes down what she gave."""
    body = {"order_id": order_id, "amount": amount, "allergic": False, **more}
    return await world.nurse.post(f"/v1/sessions/{session_id}/medicines", body)


async def gave(world: World, session_id: str, order_id: str, amount: str = "4", **more: Any) -> str:
    """As `gives`; answers the administration's id."""
    return str(ok(await gives(world, session_id, order_id, amount, **more), 201)["added_id"])


def outside(world: World, order_id: str | None = None, minutes: int = 1, **more: Any) -> dict[str, Any]:
    """What was given some minutes ago; without an order, epinephrine that nobody had ordered."""
    given_at = (world.clock() - timedelta(minutes=minutes)).isoformat()
    said: dict[str, Any] = {"amount": "4", "given_at": given_at, "allergic": False, "reason": "she could not breathe"}
    epinephrine = {
        "medicine": "Epinephrine",
        "strength": "0.3 mg pen",
        "route": "intramuscular",
        "unit": "mg",
        "indication": "anaphylaxis",
    }
    what = {"medicine": epinephrine, "amount": "0.3"} if order_id is None else {"order_id": order_id}
    return {**said, **what, **more}


async def gave_outside(world: World, session_id: str, body: dict[str, Any]) -> str:
    """The nurse writes it down; answers the administration's id."""
    return str(ok(await does_with(world, session_id, "outside-order", body), 201)["added_id"])


async def reviews_medicine(world: World, session_id: str, given_id: str, *, by: Caller | None = None) -> httpx.Response:
    path = f"/v1/sessions/{session_id}/medicines/outside-order/{given_id}/reviews"
    return await (by or world.prescriber).post(path, {"decision": "resume", "note": "seen, settled"})


async def does_with(world: World, session_id: str, what: str, body: dict[str, Any]) -> httpx.Response:
    return await world.nurse.post(f"/v1/sessions/{session_id}/medicines/{what}", body)


async def medicines(world: World, session_id: str) -> Any:
    return ok(await world.nurse.get(f"/v1/sessions/{session_id}/medicines"))


async def has_lorazepam(world: World) -> str:
    """A vial of 1 mL with 2 mg."""
    return await has_vial(world, drug="lorazepam", ml="1", mg_per_ml="2", ndc="00641604425")


async def draws_for(world: World, vial: str, session_id: str, order_id: str, ml: str = "0.5") -> httpx.Response:
    body = {"session_id": session_id, "ml": ml, "order_id": order_id}
    return await world.nurse.post(f"/v1/drug-log/containers/{vial}/draws", body)
