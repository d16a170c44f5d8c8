"""A process starts with everything it needs, or says in one line what is missing and exits with an error."""

import io
import logging
import os
import socket
from collections.abc import Iterator
from dataclasses import replace

import pytest
import structlog

from careflow_events.publication import published
from careflow_service.main import EXIT_CANNOT_START, EXIT_TASK_DIED, main
from careflow_service.processes.indexes import make_indexes
from careflow_service.processes.opening import BOOT, StartUpFailure, opened
from libs.service.tests.toy.application import Toy
from libs.service.tests.toy.service import SERVICE
from libs.service.tests.toy.world import World


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    root = logging.getLogger()
    before = (root.handlers[:], root.level)
    yield
    structlog.reset_defaults()
    root.handlers[:], root.level = before


@pytest.fixture
def given(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """The world as this process's environment; a test changes it before it calls `run`."""
    for name in [name for name in os.environ if name.startswith("CAREFLOW_")]:
        monkeypatch.delenv(name)
    for name, value in world.environment.items():
        monkeypatch.setenv(name, value)
    return world


def run(*arguments: str) -> object:
    with pytest.raises(SystemExit) as ended:
        main(SERVICE, arguments)
    return ended.value.code


def complaint(capsys: pytest.CaptureFixture[str]) -> str:
    """The one line for the operator; the others are log entries."""
    (line,) = (line for line in capsys.readouterr().err.splitlines() if not line.startswith("{"))
    return line


@pytest.mark.parametrize("process", ["api", "timers", "indexes", "worker"])
def test_a_missing_setting(
    given: World, process: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("CAREFLOW_MASTER_KEY_FILE")
    assert run(process) == EXIT_CANNOT_START
    assert complaint(capsys) == f"toy {process} cannot start: CAREFLOW_MASTER_KEY is missing"


def test_a_worker_needs_kafka(given: World, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("worker") == EXIT_CANNOT_START
    assert complaint(capsys) == "toy worker cannot start: CAREFLOW_KAFKA_URL is missing"


def test_an_api_needs_to_know_whom_to_trust(
    given: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("CAREFLOW_TOKEN_JWKS_FILE")
    assert run("api") == EXIT_CANNOT_START
    assert "CAREFLOW_TOKEN_JWKS_FILE or CAREFLOW_TOKEN_JWKS_URL is missing" in complaint(capsys)


def test_the_development_issuer_is_refused_in_production(
    given: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CAREFLOW_ENVIRONMENT", "production")
    monkeypatch.delenv("CAREFLOW_CLOCK_FILE")
    assert run("api") == EXIT_CANNOT_START
    assert "CAREFLOW_TOKEN_ISSUER names the development issuer" in complaint(capsys)


@pytest.mark.parametrize(
    ("key", "size", "said"),
    [
        ("MASTER_KEY", 96, "CAREFLOW_MASTER_KEY is not the key this database was written with"),
        ("BLIND_INDEX_KEY", 32, "CAREFLOW_BLIND_INDEX_KEY is not the key this database was written with"),
        ("AUDIT_KEY", 32, "CAREFLOW_AUDIT_KEY is not the key this database was written with"),
    ],
)
def test_a_key_of_another_database(
    given: World, capsys: pytest.CaptureFixture[str], key: str, size: int, said: str
) -> None:
    assert run("indexes") == 0
    assert run("indexes") == 0
    (given.folder / key).write_bytes(os.urandom(size))
    capsys.readouterr()
    assert run("api") == EXIT_CANNOT_START
    assert said in complaint(capsys)


def test_a_port_that_is_taken(
    given: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        monkeypatch.setenv("CAREFLOW_HTTP_PORT", str(port))
        assert run("api") == EXIT_CANNOT_START
    assert f"cannot listen on 127.0.0.1 port {port} (Address already in use)" in complaint(capsys)


def test_an_address_that_is_no_store(
    given: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CAREFLOW_MONGO_URL", "postgres://secret@host")
    assert run("api") == EXIT_CANNOT_START
    line = complaint(capsys)
    assert "CAREFLOW_MONGO_URL is not a MongoDB connection string" in line
    assert "secret" not in line


def test_a_clock_file_that_is_none(given: World, capsys: pytest.CaptureFixture[str]) -> None:
    (given.folder / "clock.json").write_text("noon")
    assert run("timers") == EXIT_CANNOT_START
    assert "the clock file must be" in complaint(capsys)


def test_a_fault_nobody_foresaw_is_its_class_and_place(given: World, capsys: pytest.CaptureFixture[str]) -> None:
    def broken(_: object) -> Toy:
        raise RuntimeError("Jane Doe")

    with pytest.raises(SystemExit) as ended:
        main(replace(SERVICE, bootstrap=broken), ["timers"])
    assert ended.value.code == EXIT_TASK_DIED
    said = capsys.readouterr().err
    assert '"error_class":"RuntimeError"' in said
    assert "test_starting.py" in said
    assert "Jane Doe" not in said


def test_a_command_nobody_knows(given: World, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("dance") == 2
    assert "invalid choice: 'dance'" in capsys.readouterr().err


async def test_a_store_that_does_not_answer(world: World) -> None:
    world.environment["CAREFLOW_MONGO_URL"] = "mongodb://127.0.0.1:9/?replicaSet=secantus"
    with pytest.raises(StartUpFailure, match="no primary answered at CAREFLOW_MONGO_URL within 0 seconds"):
        async with opened(SERVICE, world.settings(), process="tests", store_wait=0.3):
            pass


@pytest.mark.parametrize("content", ['{"keys": []}', "{}", "not json"])
async def test_a_service_that_seals_needs_the_keys_of_its_readers(world: World, content: str) -> None:
    (world.folder / "sealing.json").write_text(content)
    with pytest.raises(StartUpFailure, match="CAREFLOW_SEALING_PUBLIC_FILE"):
        async with opened(replace(SERVICE, name="booking"), world.settings(), process="tests"):
            pass


async def test_a_fact_that_is_not_published(world: World) -> None:
    with pytest.raises(StartUpFailure, match=r"what toy publishes is not complete: no row says the fact VisitClosed$"):
        async with opened(replace(SERVICE, published=published()), world.settings(), process="tests"):
            pass


@pytest.mark.skipif(not BOOT.exists(), reason="only Linux names a boot")
async def test_who_is_bound_to_the_same_port_again_holds_leases_under_the_same_name(world: World) -> None:
    async def holder(process: str, port: int) -> str:
        world.environment["CAREFLOW_HEALTH_PORT"] = str(port)
        async with opened(SERVICE, world.settings(), process=process) as started:
            return started.holder

    assert await holder("worker", 8001) == await holder("worker", 8001)
    assert await holder("worker", 8001) != await holder("worker", 8002)
    assert await holder("worker", 0) != await holder("worker", 0), "any port is nobody's own"
    assert await holder("keys", 8001) != await holder("keys", 8001), "some may run side by side"


async def test_making_indexes_again_changes_nothing(world: World) -> None:
    async with opened(SERVICE, world.settings(), process="tests") as process:

        async def indexes() -> dict[str, set[str]]:
            database = process.resources.database
            names = await database.list_collection_names()
            return {name: set(await database[name].index_information()) for name in names}

        await make_indexes(process)
        made = await indexes()
        await make_indexes(process)
        assert await indexes() == made
        for collection in ("visits", "_outbox", "_positions", "_audit", "_idempotency"):
            assert len(made[collection]) > 1


def test_a_restore_that_is_given_no_backup_says_so_in_one_line(
    given: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"something else")))

    assert run("restore") == EXIT_TASK_DIED
    assert complaint(capsys) == "toy restore: this is no backup of CareFlow"
