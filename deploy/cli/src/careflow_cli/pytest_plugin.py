"""Fixtures for every package's tests: a real store, a real Kafka, fresh names in them, and whole running stacks.

Invariant: tests share servers, never data: each gets a database and topics of its own. Set CAREFLOW_TEST_MONGO_URL or
KAFKA_URL to run the same tests on servers that are there already. Everything heavy is imported when a test first asks
for it.
"""

import functools
import gc
import importlib.util
import os
import signal
import sys
import uuid
from collections.abc import Generator, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import pluggy
import pytest

if TYPE_CHECKING:
    from pymongo import MongoClient

    from careflow_cli.kept_databases import KeptDatabases
    from careflow_cli.shared_servers import RunOwner, SharedServers
    from careflow_cli.stack.stack import Stack

WORKER_INPUT = "careflow_run"
LOG_LINES = 30
OWNER: "pytest.StashKey[RunOwner]" = pytest.StashKey()
RUNNING_STACK: "pytest.StashKey[tuple[Stack, ExitStack]]" = pytest.StashKey()
ON_A_STACK = ("tests/journeys/", "tests/bench/test_")
"""Where tests that share a running stack stand; relative to the checkout, as in the ids of tests."""


class MakeTopic(Protocol):
    """Makes a topic nobody else uses and returns its name."""

    def __call__(self, partitions: int = 3) -> str: ...


def pytest_configure(config: pytest.Config) -> None:
    """The controlling process owns what the run starts; workers only use it."""
    if not hasattr(config, "workerinput"):
        from careflow_cli.shared_servers import RunOwner

        config.stash[OWNER] = RunOwner()
    judge_no_example_by_the_clock()
    look_once_for_what_is_missing()


def look_once_for_what_is_missing() -> None:
    """httpx imports sniffio with every request to an application in this process. Where it is missing, that searches
    all folders each time, for half of a millisecond; with this entry it fails at once.
    """
    if importlib.util.find_spec("sniffio") is None:
        sys.modules["sniffio"] = None  # type: ignore[assignment]  # how Python's import system is told so


def judge_no_example_by_the_clock() -> None:
    """How long an example takes says more of a shared machine than of the code; the bench measures."""
    from hypothesis import HealthCheck, settings

    settings.register_profile("careflow", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.load_profile("careflow")


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell each xdist worker where the run's servers are to be found."""
    node.workerinput[WORKER_INPUT] = str(node.config.stash[OWNER].folder)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Each file on one worker, and all that share a running stack on the same: a stack costs more to start, and to
    keep, than most tests on it.
    """
    if config.getvalue("dist") != "loadfile":
        return None
    from xdist.scheduler import LoadFileScheduling  # type: ignore[import-untyped]

    class OneStack(LoadFileScheduling):  # type: ignore[misc] # xdist tells no types
        def _split_scope(self, nodeid: str) -> str:
            scope: str = super()._split_scope(nodeid)
            return "a running stack" if nodeid.startswith(ON_A_STACK) else scope

    return OneStack(config, log)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Python looks for no garbage while tests are collected, and later never among them: that was nearly half of the
    work of collecting twelve thousand.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests on a running stack come first: they take longest, and the stack is gone while the others run."""
    items.sort(key=lambda item: not _on_a_stack(item))


def _on_a_stack(item: pytest.Item | None) -> bool:
    return isinstance(item, pytest.Function) and "stack" in item.fixturenames


@functools.cache
def engine_complaint() -> str:
    """Why no container can be started here; empty when one can."""
    from careflow_cli.errors import CareflowError
    from careflow_cli.infra.docker import engine

    try:
        with engine.connected():
            return ""
    except CareflowError as error:
        return str(error)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Without a container engine a test that needs one says what is missing."""
    if item.get_closest_marker("containers") and (complaint := engine_complaint()):
        pytest.fail(f"needs a container engine: {complaint}", pytrace=False)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """End the run's servers, and the stack of a run that was interrupted."""
    end_stack(config)
    owner = config.stash.get(OWNER, None)
    if owner:
        owner.close()


def run_folder(config: pytest.Config) -> Path:
    """The folder of this run, the same for all its workers."""
    given = getattr(config, "workerinput", {}).get(WORKER_INPUT)
    return Path(given) if given else config.stash[OWNER].folder


@pytest.fixture(scope="session")
def shared_servers(pytestconfig: pytest.Config) -> "SharedServers":
    """The servers of this run; started on first use."""
    from careflow_cli.shared_servers import SharedServers

    worker = getattr(pytestconfig, "workerinput", {}).get("workerid", "main")
    return SharedServers(run_folder(pytestconfig), worker)


@pytest.fixture(scope="session")
def store_url(request: pytest.FixtureRequest) -> str:
    """Connection string of a real MongoDB-protocol store, shared by the tests of this worker."""
    servers: SharedServers = request.getfixturevalue("shared_servers")
    return os.environ.get("CAREFLOW_TEST_MONGO_URL") or servers.store_url()


@pytest.fixture(scope="session")
def kafka_url(request: pytest.FixtureRequest) -> str:
    """Bootstrap servers of a real Apache Kafka, shared by the run."""
    servers: SharedServers = request.getfixturevalue("shared_servers")
    return os.environ.get("KAFKA_URL") or servers.kafka_url()


@pytest.fixture(scope="session")
def store_client(store_url: str) -> "Iterator[MongoClient[dict[str, Any]]]":
    """A blocking client for looking at and cleaning the store from outside the code under test."""
    from pymongo import MongoClient

    client: MongoClient[dict[str, Any]] = MongoClient(store_url)
    with client:
        yield client


@pytest.fixture
def new_database(store_client: "MongoClient[dict[str, Any]]") -> Iterator[str]:
    """The name of a database that is not there yet; dropped after the test."""
    from careflow_cli.kept_databases import new_name

    name = new_name()
    yield name
    store_client.drop_database(name)


@pytest.fixture(scope="session")
def kept_databases(store_client: "MongoClient[dict[str, Any]]") -> "KeptDatabases":
    """Databases of this worker that tests have one after the other."""
    from careflow_cli.kept_databases import KeptDatabases

    return KeptDatabases(store_client)


@pytest.fixture
def database(new_database: str) -> str:
    """The name of a database nobody else uses; those of a service's tests are kept for the next, empty, with its
    indexes.
    """
    return new_database


@pytest.fixture(scope="session")
def make_topic(kafka_url: str) -> MakeTopic:
    """Makes uniquely named topics with the settings of the real ones; usable in plain and in async tests."""
    from careflow_cli.blocking import wait_for
    from careflow_cli.infra import topics

    def make(partitions: int = 3) -> str:
        config = topics.declared()[0].config
        topic = topics.Topic(f"test.{uuid.uuid4().hex[:16]}.v1", partitions, config)
        wait_for(topics.apply(kafka_url, [topic]))
        return topic.name

    return make


@pytest.fixture
def ctrl_c_is_heard() -> Iterator[None]:
    """As from a terminal: what is started in the background of a shell, and all it starts, is born deaf to Ctrl-C."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def stack(pytestconfig: pytest.Config) -> "Stack":
    """All services running on a broker and stores of their own, shared by the tests that ask for it one after another;
    it ends before the first that does not.
    """
    if RUNNING_STACK not in pytestconfig.stash:
        from careflow_cli.stack.stack import Stack

        with ExitStack() as starting:
            running = starting.enter_context(Stack.ephemeral())
            pytestconfig.stash[RUNNING_STACK] = (running, starting.pop_all())
    return pytestconfig.stash[RUNNING_STACK][0]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Generator[None, None, None]:
    """End the stack that no following test asks for."""
    try:
        yield
    finally:
        if not _on_a_stack(nextitem):
            end_stack(item.config)


def end_stack(config: pytest.Config) -> None:
    """End this worker's stack, if it has one."""
    if RUNNING_STACK in config.stash:
        _, running = config.stash[RUNNING_STACK]
        del config.stash[RUNNING_STACK]
        running.close()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pluggy.Result[pytest.TestReport], None]:
    """A failure report of a test on a stack ends with what its processes wrote last."""
    outcome = yield
    report = outcome.get_result()
    if not report.failed:
        return
    from careflow_cli.stack.stack import Stack

    for running in (given for given in getattr(item, "funcargs", {}).values() if isinstance(given, Stack)):
        for name in sorted(running.table.running()):
            if not name.endswith(("kafka", "-store")):
                report.sections.append((f"log of {name}", running.table.tail(name, LOG_LINES)))
