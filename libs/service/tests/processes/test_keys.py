"""`keys` as an operator starts it: killed in the middle it leaves everything readable, and is gone on with."""

import asyncio
import json
import os
import signal

import pytest

from careflow_service.identity import Role
from careflow_service.ids import new_id
from careflow_service.main import EXIT_CANNOT_START, EXIT_TASK_DIED
from careflow_service.mongo.blinding import HASHED_WITH
from careflow_service.mongo.key_lines import Key, KeyKind
from careflow_service.mongo.key_vault import generation_of
from careflow_service.mongo.vault import KEYS, key_id_in
from libs.service.tests.toy.process import ToyProcess, started
from libs.service.tests.toy.world import RunningToy

VISITS = 12
SLOWLY = """
import sys
from careflow_service.main import main
from careflow_service.mongo import key_turning
from libs.service.tests.toy.service import SERVICE

key_turning.AT_ONCE = 1
main(SERVICE, sys.argv[1:])
"""
EXECUTE = ("keys", "rotate", "master", "--execute")


async def booked(toy: RunningToy) -> list[str]:
    """Visits of as many patients."""
    headers = toy.token(Role.NURSE)
    bodies = [{"patient_id": new_id(), "note": f"n{n}", "ends_at": "2030-01-01T00:00:00Z"} for n in range(VISITS)]
    answers = [
        await toy.client.post("/v1/visits", json=body, headers={**headers, "Idempotency-Key": new_id()})
        for body in bodies
    ]
    return [answer.json()["id"] for answer in answers]


async def readable(toy: RunningToy, visits: list[str]) -> bool:
    await toy.process.resources.keys.look()
    return all([(await toy.process.ports.visits.get(visit)).id == visit for visit in visits])


async def wrapped_with(toy: RunningToy, key: str) -> int:
    provider = {"masterKey.provider": f"local:{key}"}
    return await toy.process.resources.database[KEYS].count_documents(provider)


async def generations(toy: RunningToy) -> list[int]:
    """Of the data keys that the visits are encrypted with."""
    found = await toy.process.resources.database["visits"].find().to_list()
    return [generation_of(key_id_in(each["body"])) for each in found]


def new_master(toy: RunningToy) -> str:
    material = os.urandom(96)
    toy.world.further_keys({"master": [material]})
    return Key.of(KeyKind.MASTER, material).id


async def said(process: ToyProcess) -> dict[str, object]:
    """What it wrote for programs."""
    stdout = " ".join(process.kafka_clients or ())
    found: dict[str, object] = json.loads(stdout)
    return found


@pytest.mark.thorough
async def test_a_rotation_that_was_killed_leaves_everything_readable_and_is_gone_on_with(toy: RunningToy) -> None:
    visits = await booked(toy)
    new = new_master(toy)
    before = toy.process.resources.keys.lines.master.current_id

    async with started(toy.world, *EXECUTE, program=SLOWLY) as killed:
        await killed.entry("keys_wrapped")
        killed.send(signal.SIGKILL)
        await killed.exit_code()

    assert 0 < await wrapped_with(toy, before) < VISITS
    assert await readable(toy, visits)
    async with started(toy.world, "keys", "retire", "master", before, "--execute") as refused:
        assert await refused.exit_code() == EXIT_TASK_DIED

    async with asyncio.timeout(60):
        while True:  # the lease of the killed one runs out
            async with started(toy.world, *EXECUTE) as again:
                if await again.exit_code() == 0:
                    break
                assert any("by somebody else" in line for line in again.stderr)

    assert (await wrapped_with(toy, before), await wrapped_with(toy, new)) == (0, VISITS)
    assert await readable(toy, visits)
    acts = toy.process.resources.database["_audit"].find({"action": "rotate_master_key", "actor": "system:keys"})
    assert len(await acts.to_list()) == 2


@pytest.mark.thorough
async def test_a_rotation_of_the_blind_index_that_was_killed_is_gone_on_with(toy: RunningToy) -> None:
    visits = await booked(toy)
    toy.world.further_keys({"blind_index": [os.urandom(32)]})
    collection = toy.process.resources.database["visits"]
    execute = ("keys", "rotate", "blind-index", "--execute")

    async with started(toy.world, *execute, program=SLOWLY) as killed:
        await killed.entry("documents_hashed")
        killed.send(signal.SIGKILL)
        await killed.exit_code()

    assert 0 < await collection.count_documents({HASHED_WITH: {"$exists": True}}) < VISITS
    assert await readable(toy, visits)
    async with asyncio.timeout(60):
        while True:  # the lease of the killed one runs out
            async with started(toy.world, *execute) as again:
                if await again.exit_code() == 0:
                    break
                assert any("by somebody else" in line for line in again.stderr)
    assert await collection.count_documents({HASHED_WITH: {"$exists": True}}) == VISITS
    assert await readable(toy, visits)


@pytest.mark.thorough
async def test_a_rotation_of_the_data_keys_that_was_killed_is_gone_on_with(toy: RunningToy) -> None:
    visits = await booked(toy)
    execute = ("keys", "rotate", "data", "--execute")

    async with started(toy.world, *execute, program=SLOWLY) as killed:
        await killed.entry("documents_encrypted")
        killed.send(signal.SIGKILL)
        await killed.exit_code()

    assert set(await generations(toy)) == {1, 2}
    assert await readable(toy, visits)
    async with asyncio.timeout(60):
        while True:  # the lease of the killed one runs out
            async with started(toy.world, *execute) as again:
                if await again.exit_code() == 0:
                    break
                assert any("by somebody else" in line for line in again.stderr)
    assert await generations(toy) == [2] * VISITS
    assert await readable(toy, visits)
    async with started(toy.world, "keys", "retire", "data", "1", "--execute") as early:
        assert await early.exit_code() == EXIT_TASK_DIED
        assert any("may be written late until" in line for line in early.stderr)
    async with started(toy.world, "keys", "list") as listed:
        assert await listed.exit_code() == 0
        keys = (await said(listed))["keys"]
    assert isinstance(keys, list)
    assert {each["key"]: each["state"] for each in keys if each["kind"] == "data"} == {"1": "older", "2": "current"}


@pytest.mark.thorough
async def test_told_to_stop_it_ends_and_the_next_one_goes_on_at_once(toy: RunningToy) -> None:
    visits = await booked(toy)
    new = new_master(toy)

    async with started(toy.world, *EXECUTE, program=SLOWLY) as stopped:
        await stopped.entry("keys_wrapped")
        assert await stopped.stop() == EXIT_TASK_DIED
    assert await readable(toy, visits)

    async with started(toy.world, *EXECUTE) as again:
        assert await again.exit_code() == 0
        assert (await said(again))["to"] is None, "it has taken over already"
    assert await wrapped_with(toy, new) == VISITS


@pytest.mark.thorough
async def test_it_plans_lists_and_retires(toy: RunningToy) -> None:
    await booked(toy)
    new, before = new_master(toy), toy.process.resources.keys.lines.master.current_id

    async with started(toy.world, "keys", "rotate", "master") as plan:
        assert await plan.exit_code() == 0
        assert await said(plan) == {
            "service": "toy",
            "kind": "master",
            "before": before,
            "to": new,
            "data_keys": VISITS,
            "documents": 0,
        }
    assert await wrapped_with(toy, before) == VISITS
    async with started(toy.world, *EXECUTE) as rotate:
        assert await rotate.exit_code() == 0
    async with started(toy.world, "keys", "retire", "master", before, "--execute") as retire:
        assert await retire.exit_code() == 0
    async with started(toy.world, "keys", "list") as listed:
        assert await listed.exit_code() == 0
        keys = (await said(listed))["keys"]
    assert isinstance(keys, list)
    states = {each["key"]: each["state"] for each in keys if each["kind"] == "master"}
    assert states == {before: "retired", new: "current"}


async def test_a_file_of_further_keys_that_cannot_be_used_is_one_line(toy: RunningToy) -> None:
    (toy.world.folder / "further-keys.json").write_text('{"master": ["c2hvcnQ="]}')
    async with started(toy.world, "api") as api:
        assert await api.exit_code() == EXIT_CANNOT_START
        assert "CAREFLOW_FURTHER_KEYS_FILE is not a file of keys" in api.stderr[-1]
