"""Sealing keys are taken up while a process works; whose key may take over is what the workers say they open."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import ECKey

from careflow_events.mongo.store_time import store_time
from careflow_events.sealing import KeyRing, Sealer
from careflow_service.main import EXIT_TASK_DIED
from careflow_service.mongo import key_watch
from careflow_service.processes.sealing_keys import followed_private, followed_public
from libs.service.tests.toy.process import ToyProcess, started
from libs.service.tests.toy.world import RunningToy

SAYS_WHEN_REFUSED = """
import sys
from careflow_service.main import main
from careflow_service.processes import keys
from careflow_service.telemetry.logs import log
from libs.service.tests.toy.service import SERVICE

sealing_turn = keys._sealing_turn

async def and_says_so(process):
    try:
        return await sealing_turn(process)
    except keys.NotNow:
        log.info("not_yet")
        raise

keys._sealing_turn = and_says_so
main(SERVICE, sys.argv[1:])
"""


def a_key(kid: str) -> ECKey:
    return ECKey.generate_key("P-256", {"kid": kid, "use": "enc"})


def written(file: Path, *keys: ECKey, private: bool = False) -> dict[str, Any]:
    found = {"keys": [key.as_dict(private=private) for key in keys]}
    file.write_text(json.dumps(found))
    return found


def test_what_stands_in_the_files_is_taken_up(tmp_path: Path) -> None:
    one, other = a_key("toy-1"), a_key("toy-2")
    sealer = Sealer(written(tmp_path / "public", one))
    ring = KeyRing("toy", written(tmp_path / "private", one, private=True))
    public = followed_public(tmp_path / "public", sealer, ["toy"])
    private = followed_private(tmp_path / "private", ring)
    assert (public(), private()) == (["seals to toy-1"], ["opens toy-1"])

    written(tmp_path / "private", one, other, private=True)
    written(tmp_path / "public", other)

    assert (public(), private()) == (["seals to toy-2"], ["opens toy-1", "opens toy-2"])
    section = sealer.seal(b"{}", ["toy"], "aad")
    assert ring.open(json.loads(json.dumps(section)), "aad") is not None


@pytest.mark.parametrize(
    "spoil",
    [
        lambda file: file.unlink(),
        lambda file: file.write_text("{"),
        lambda file: file.write_text('{"keys": 1}'),
        lambda file: written(file, a_key("others-1")),
    ],
    ids=["gone", "no JSON", "no keys", "none for whom it has to seal to"],
)
def test_what_cannot_be_used_changes_nothing(tmp_path: Path, spoil: Callable[[Path], object]) -> None:
    file = tmp_path / "public"
    sealer = Sealer(written(file, a_key("toy-1")))
    public = followed_public(file, sealer, ["toy"])
    public()

    spoil(file)

    assert public() == ["seals to toy-1"]


@asynccontextmanager
async def a_worker_that_opens(toy: RunningToy, *kids: str) -> AsyncIterator[None]:
    """It has said so, as a worker does."""
    holders = toy.process.resources.database[key_watch.KEY_HOLDERS]
    name = f"worker of {kids}"
    said = {"process": "worker", "holds": [f"opens {kid}" for kid in kids], "writes_with": {}}
    await holders.insert_one({"_id": name, **said, "seen_at": await store_time(toy.process.resources.database)})
    yield
    await holders.delete_one({"_id": name})


async def refused(toy: RunningToy, *words: str) -> bool:
    async with started(toy.world, "keys", "rotate", "sealing", "--execute") as rotate:
        assert await rotate.exit_code() == EXIT_TASK_DIED
        return all(any(word in line for line in rotate.stderr) for word in words)


def said(process: ToyProcess) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(" ".join(process.kafka_clients or ()))
    return found


async def test_workers_are_given_the_time_to_read_a_key_that_was_just_made(toy: RunningToy) -> None:
    holders = toy.process.resources.database[key_watch.KEY_HOLDERS]
    async with (
        a_worker_that_opens(toy, "toy-1"),
        a_worker_that_opens(toy, "toy-1", "toy-2"),
        started(toy.world, "keys", "rotate", "sealing", program=SAYS_WHEN_REFUSED) as rotate,
    ):
        await rotate.entry("not_yet")
        await holders.update_many({}, {"$set": {"holds": ["opens toy-1", "opens toy-2"]}})
        assert await rotate.exit_code() == 0
        assert said(rotate)["to"] == "toy-2"


async def test_told_to_stop_while_it_waits_for_workers_it_ends_and_accuses_nobody(toy: RunningToy) -> None:
    async with (
        a_worker_that_opens(toy, "toy-1"),
        a_worker_that_opens(toy, "toy-1", "toy-2"),
        started(toy.world, "keys", "rotate", "sealing", program=SAYS_WHEN_REFUSED) as rotate,
    ):
        await rotate.entry("not_yet")
        assert await rotate.stop() == EXIT_TASK_DIED
        assert not any("do not hold" in line for line in rotate.stderr)


@pytest.mark.thorough
async def test_a_sealing_key_takes_over_only_when_every_worker_opens_it(toy: RunningToy) -> None:
    assert await refused(toy, "no worker is alive")
    async with a_worker_that_opens(toy, "toy-1", "toy-2"):
        async with a_worker_that_opens(toy, "toy-1"):
            assert await refused(toy, "1 of 2 workers do not hold toy-2 yet")
        async with started(toy.world, "keys", "rotate", "sealing", "--execute") as rotate:
            assert await rotate.exit_code() == 0
            assert said(rotate)["to"] == "toy-2"

    acts = toy.process.resources.database["_audit"].find({"action": "rotate_sealing_key"})
    assert len(await acts.to_list()) == 1
