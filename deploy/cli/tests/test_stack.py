"""An ephemeral stack in the hands of a test: its addresses, its processes by name, its clock."""

import signal
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from pymongo import MongoClient

from careflow_cli.errors import CareflowError
from careflow_cli.stack.services import ServiceSpec
from careflow_cli.stack.stack import Stack

SAMPLE = Path(__file__).parent / "sample"

pytestmark = [pytest.mark.kafka, pytest.mark.store, pytest.mark.thorough]


@pytest.fixture(scope="module")
def sample() -> Iterator[Stack]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(SAMPLE))
        with Stack.ephemeral(
            [ServiceSpec("sample_service", pages_on_call=True, writes_to_patients=True)], durable=True
        ) as stack:
            yield stack


@pytest.fixture
def deadlines(sample: Stack) -> Iterator[Any]:
    client: MongoClient[dict[str, Any]] = MongoClient(sample.mongo_url("sample_service"), tz_aware=True)
    with client:
        collection = client[sample.database("sample_service")].deadlines
        collection.delete_many({})
        yield collection


def environment_of(stack: Stack, process: str) -> dict[str, str]:
    url = stack.service_url("sample_service")
    if process == "worker":
        url = f"http://127.0.0.1:{stack.table.running()['sample_service-worker'].port}"
    told: dict[str, str] = httpx.get(f"{url}/environment").json()
    return told


def test_a_service_is_told_its_store_its_secrets_and_the_clock(sample: Stack) -> None:
    told = environment_of(sample, "api")

    assert told["CAREFLOW_ENVIRONMENT"] == "development"
    assert told["CAREFLOW_MONGO_URL"] == sample.mongo_url("sample_service")
    assert told["CAREFLOW_MONGO_DATABASE"] == "sample_service"
    assert told["CAREFLOW_CLOCK_FILE"] == str(sample.folder / "clock.json")
    assert told["CAREFLOW_PAGES_DIR"] == str(sample.pages)
    assert told["CAREFLOW_MESSAGES_DIR"] == str(sample.messages)
    assert told["CAREFLOW_DESK_EMAIL"] == "desk@clinic.invalid"
    assert Path(told["CAREFLOW_MASTER_KEY_FILE"]).stat().st_size == 96


def test_only_the_worker_is_told_where_kafka_is(sample: Stack) -> None:
    assert "CAREFLOW_KAFKA_URL" not in environment_of(sample, "api")
    assert environment_of(sample, "worker")["CAREFLOW_KAFKA_URL"] == sample.kafka_url


def test_memory_is_known_for_every_process(sample: Stack) -> None:
    assert sorted(sample.memory()) == ["kafka", "sample_service-api", "sample_service-store", "sample_service-worker"]


def test_a_killed_process_comes_back_where_it_was(sample: Stack) -> None:
    name = "sample_service-api"
    before = sample.table.running()[name]

    sample.kill(name)
    assert name not in sample.table.running()
    sample.start(name)

    after = sample.table.running()[name]
    assert (after.port, after.pid != before.pid) == (before.port, True)


def test_a_stopped_service_ends_by_itself(sample: Stack) -> None:
    sample.stop("sample_service-worker")

    assert "sample_service-worker" not in sample.table.running()
    sample.start("sample_service-worker")


def test_a_paused_process_answers_again_when_it_goes_on(sample: Stack) -> None:
    url = sample.service_url("sample_service")

    sample.pause("sample_service-api")
    with pytest.raises(httpx.TimeoutException):
        httpx.get(url, timeout=0.3)
    sample.resume("sample_service-api")

    assert httpx.get(url, timeout=10).status_code == 200


def test_a_name_the_stack_does_not_have_is_refused(sample: Stack) -> None:
    for wrong in ("billing-api", "sample_service-boss", "zookeeper"):
        with pytest.raises(CareflowError):
            sample.kill(wrong, signal.SIGTERM)


def test_travelling_fires_every_deadline_at_its_own_time(sample: Stack, deadlines: Any) -> None:
    start = sample.clock.now()
    due = [start + timedelta(days=days) for days in (1, 8, 20, 60)]
    deadlines.insert_many([{"due_at": instant, "fired_at": None} for instant in due])

    stops = sample.clock.advance("6w")

    assert stops == 3
    fired = [found["fired_at"] for found in deadlines.find({"fired_at": {"$ne": None}}).sort("due_at")]
    assert [abs(at - instant) < timedelta(minutes=1) for at, instant in zip(fired, due[:3], strict=True)] == [True] * 3
    assert abs(sample.clock.now() - start - timedelta(weeks=6)) < timedelta(minutes=1)


def test_a_stack_that_does_not_come_to_rest_is_named(
    sample: Stack, deadlines: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("careflow_cli.domain_clock.travel.REST_PATIENCE", 0.5)
    sample.stop("sample_service-worker")
    deadlines.insert_one({"due_at": sample.clock.now() + timedelta(days=1), "fired_at": None})

    try:
        with pytest.raises(CareflowError, match=r"did not come to rest in .*: sample_service: a due deadline"):
            sample.clock.advance("2d")
    finally:
        sample.start("sample_service-worker")


async def test_the_stack_can_be_used_from_asynchronous_code(sample: Stack) -> None:
    before = sample.clock.now()

    sample.clock.advance("1h")

    assert sample.clock.now() - before >= timedelta(hours=1)
