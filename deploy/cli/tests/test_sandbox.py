"""`careflow sandbox`: a subscriber hears all of it on a Kafka without services, and sees what was done to it."""

import asyncio
import signal
import sys
from asyncio.subprocess import PIPE
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer

from careflow_cli import sandbox
from careflow_cli.checkout import root
from careflow_cli.errors import CareflowError
from careflow_cli.sandbox import CHECKPOINT_EVERY, run, write_keys
from careflow_events.catalogue import CATALOGUE
from careflow_events.contracts.feed import FeedCheckpoint
from careflow_events.contracts.model import EventData
from careflow_events.envelope import decode
from careflow_events.kafka.subscriber import KeyRing, Received, Subscriber, Trouble
from careflow_events.testing.sandbox.play import Act, Plan, play
from careflow_events.topics import EVERY_TOPIC, TOPICS
from careflow_events.troubles import Gap, Stale

PLAN = Plan(patients=3, repeats=10, gaps=10, rotate=True)
STEPS = list(play(PLAN))


class Written:
    """A producer of Kafka's that keeps what it is given."""

    def __init__(self) -> None:
        self.records: list[tuple[str, int | None, str]] = []

    async def send(self, topic: str, value: bytes, *, key: Any = None, partition: Any = None, headers: Any) -> None:
        event = decode(value, headers)
        assert event.key() == key
        self.records.append((topic, partition, event.type))

    async def partitions_for(self, topic: str) -> set[int]:
        return {0, 1}

    async def flush(self) -> None:
        """All is stored at once."""


async def test_what_is_left_out_is_not_written_and_checkpoints_reach_every_partition() -> None:
    written = Written()

    done = await sandbox._play(written, PLAN, 0, lambda _step: None)

    checkpoints = [each for each in written.records if each[2] == FeedCheckpoint.type()]
    events = [each for each in written.records if each[2] != FeedCheckpoint.type()]
    assert [kind for _, _, kind in events] == [step.event.type for step in STEPS if step.act is not Act.LOSE]
    assert done[Act.LOSE] > 0
    times = len(STEPS) // CHECKPOINT_EVERY + 1
    wanted = [(topic.name, partition, FeedCheckpoint.type()) for topic in TOPICS for partition in (0, 1)]
    assert sorted(checkpoints, key=str) == sorted(wanted * times, key=str)


async def test_no_more_is_said_in_a_second_than_was_asked_for() -> None:
    said: list[float] = []
    clock = asyncio.get_running_loop().time
    began = clock()

    await sandbox._play(Written(), Plan(patients=1), 100, lambda _step: said.append(clock() - began))

    assert len(said) > 10
    assert all(at >= number / 100 for number, at in enumerate(said))


def test_keys_are_there_for_before_and_after_a_rotation(tmp_path: Path) -> None:
    write_keys(tmp_path, PLAN)

    assert KeyRing.from_file("sessions", tmp_path / "sessions.json").kids() == ["sessions-1", "sessions-2"]
    assert KeyRing.from_file("sessions", tmp_path / "sessions-before-rotation.json").kids() == ["sessions-1"]


class Heard:
    """A subscriber to everything, and what it was told."""

    def __init__(self, kafka_url: str, keys: Path) -> None:
        self.events: list[tuple[str, int]] = []
        self.troubles: list[Trouble] = []
        keyring = KeyRing.from_file("billing", keys / "billing.json")
        self.subscriber = Subscriber(kafka_url, "sandbox-test", keyring=keyring, on_trouble=self._told)
        for contract in CATALOGUE.values():
            if contract.topic is not EVERY_TOPIC:
                self.subscriber.on(contract)(self._heard)
        self.enough = asyncio.Event()
        self.wanted = sum(step.act is Act.SAY for step in STEPS)

    async def _heard(self, event: Received[EventData]) -> None:
        self.events.append((event.stream, event.sequence))
        if len(self.events) == self.wanted:
            self.enough.set()

    async def _told(self, trouble: Trouble) -> None:
        self.troubles.append(trouble)


@pytest.mark.long
@pytest.mark.usefixtures("ctrl_c_is_heard")
async def test_a_subscriber_hears_each_event_once_and_is_told_of_each_gap() -> None:
    options = ["--patients", "3", "--per-second", "0", "--repeats", "10", "--gaps", "10", "--rotate-keys"]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "careflow_cli", "sandbox", *options, cwd=root(), stdout=PIPE
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(120):
            kafka_url = (await process.stdout.readline()).decode().split()[1]
            keys = root() / (await process.stdout.readline()).decode().split()[1]
            heard = Heard(kafka_url, keys)
            await heard.subscriber.listen(heard.enough)
            assert (await process.stdout.readline()).decode().startswith(f"{heard.wanted} events of 3 patients, ")
        group = "careflow.screening.careflow.booking.v1"
        async with AIOKafkaConsumer(TOPICS[0].name, bootstrap_servers=kafka_url, group_id=group):
            with pytest.raises(CareflowError, match="CareFlow's services listen"):
                await run(kafka_url, PLAN, 0, lambda _step: None)
    finally:
        process.send_signal(signal.SIGINT)
    assert await process.wait() == 130

    assert sorted(heard.events) == sorted(
        (step.event.stream, step.event.sequence) for step in STEPS if step.act is Act.SAY
    )
    gaps = [each for each in heard.troubles if isinstance(each, Gap)]
    missing = {(each.stream, number) for each in gaps for number in range(each.first, each.last + 1)}
    assert missing == {(step.event.stream, step.event.sequence) for step in STEPS if step.act is Act.LOSE}
    assert {type(each) for each in heard.troubles} <= {Gap, Stale}  # what happens there is months ago
