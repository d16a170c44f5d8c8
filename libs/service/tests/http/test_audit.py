"""Auditors ask over HTTP whether the trail is whole and who did what; that they asked is in the trail."""

from typing import Any

import httpx
import pytest

from careflow_service.identity import Role
from careflow_service.ids import new_id
from careflow_service.mongo.audit import AUDIT
from libs.service.tests.toy.world import RunningToy


async def ask(toy: RunningToy, path: str, *roles: Role, **params: Any) -> httpx.Response:
    headers = toy.token(*(roles or (Role.AUDITOR,)), subject="audrey")
    return await toy.client.get(f"/ops/audit{path}", params=params, headers=headers)


async def search(toy: RunningToy, *roles: Role, **what: Any) -> httpx.Response:
    headers = {**toy.token(*(roles or (Role.AUDITOR,)), subject="audrey"), "Idempotency-Key": new_id()}
    return await toy.client.post("/ops/audit/search", json=what, headers=headers)


async def book(toy: RunningToy, patient_id: str) -> str:
    body = {"patient_id": patient_id, "note": "n", "ends_at": "2026-12-28T10:00:00Z"}
    headers = {**toy.token(Role.NURSE, subject="nora"), "Idempotency-Key": new_id()}
    return str((await toy.client.post("/v1/visits", json=body, headers=headers)).json()["id"])


async def test_whoever_saw_a_patient_is_found_by_the_patients_id(toy: RunningToy) -> None:
    patient = new_id()
    visit = await book(toy, patient)
    await book(toy, new_id())
    await toy.client.get(f"/v1/visits/{visit}", headers=toy.token(Role.NURSE, subject="nils"))
    await toy.client.get(f"/v1/visits/{visit}", headers=toy.token(Role.PATIENT, patient_id=new_id(), subject="eve"))

    found = (await search(toy, patient=patient)).json()

    assert [(each["actor"], each["outcome"]) for each in found["items"]] == [
        ("eve", "denied"),
        ("nils", "read"),
        ("nora", "done"),
    ]
    assert found["next"] is None


async def test_to_have_asked_is_in_the_trail(toy: RunningToy) -> None:
    patient = new_id()
    await search(toy, patient=patient)
    await ask(toy, "/verify")

    (asked,) = (await search(toy, patient=patient)).json()["items"]
    assert (asked["actor"], asked["action"]) == ("audrey", "search_audit")
    assert await toy.process.resources.database[AUDIT].count_documents({"action": "verify_audit"}) == 1


async def test_the_trail_says_how_far_it_is_sealed(toy: RunningToy) -> None:
    assert (await ask(toy, "")).json() == {"head": None, "unsealed_since": None}
    await book(toy, new_id())
    await toy.process.resources.audit_seals.seal()

    trail = (await ask(toy, "")).json()

    assert (trail["head"]["number"], trail["unsealed_since"]) == (1, None)
    assert (await ask(toy, "/seals/1")).json() == trail["head"]
    missing = await ask(toy, "/seals/2")
    assert (missing.status_code, missing.json()["code"]) == (404, "seal_not_found")


async def test_it_is_verified_page_by_page(toy: RunningToy) -> None:
    for _ in range(3):
        await book(toy, new_id())
    resources = toy.process.resources
    await resources.audit_seals.seal()
    await resources.database[AUDIT].update_one({"actor": "nora"}, {"$set": {"actor": "nobody"}})

    pages: list[dict[str, Any]] = []
    after: dict[str, str] = {}
    while not pages or pages[-1]["next"] is not None:
        pages.append((await ask(toy, "/verify", limit=2, **after)).json())
        after = {"after": pages[-1]["next"]}

    assert sum(page["seals"] for page in pages) == 3
    assert sum(page["entries"] for page in pages) >= 3
    assert [fault["fault"] for page in pages for fault in page["faults"]] == ["changed"]


@pytest.mark.parametrize("after", ["x", "-1", "²", "9" * 19, "entries:x"])
async def test_a_cursor_made_up_is_refused(toy: RunningToy, after: str) -> None:
    response = await ask(toy, "/verify", after=after)
    assert (response.status_code, response.json()["code"]) == (422, "invalid_cursor")


async def test_it_is_for_operators_and_auditors_alone(toy: RunningToy) -> None:
    assert (await search(toy, Role.NURSE, Role.MEDICAL_DIRECTOR)).status_code == 403
    for path in ("", "/seals/1", "/verify"):
        assert (await ask(toy, path, Role.NURSE, Role.MEDICAL_DIRECTOR)).status_code == 403
        assert (await ask(toy, path, Role.OPERATOR)).status_code in {200, 404}
