"""The subscribers of `docs/integrators/examples`, each with a Kafka client of its language and nothing of ours: on a
real Kafka they hear each event once and say what is missing, and a second run goes on where the first ended.
"""

import asyncio
import json
import re
import shutil
import signal
import subprocess
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from careflow_cli.checkout import root
from careflow_events.contracts import PatientRegistered
from careflow_events.testing.builders import a_record
from careflow_events.testing.samples import samples
from careflow_events.testing.sandbox.play import Act, Plan, play
from careflow_events.testing.worker import send, until
from careflow_events.topics import BOOKING
from careflow_service.ids import new_id
from tests.languages.conftest import EXAMPLES, HERE, kept_at, made

pytestmark = [pytest.mark.long, pytest.mark.timeout(300), pytest.mark.usefixtures("ctrl_c_is_heard")]

PLAN = Plan(patients=3, repeats=10, gaps=10)
TOLD = [step for step in play(PLAN) if (step.event.stream or "").startswith(f"{BOOKING.name}/")]
REGISTRATIONS = [step for step in TOLD if step.act is Act.SAY and step.event.type == PatientRegistered.type()]
LOST = sorted((step.event.stream, step.event.sequence) for step in TOLD if step.act is Act.LOSE)

Program = Sequence[str]


@dataclass
class Sandbox:
    """A Kafka that holds the play, and whatever was said after it."""

    kafka_url: str
    registered: list[str] = field(default_factory=lambda: [each.event.subject or "" for each in REGISTRATIONS])

    async def register(self) -> str:
        """One patient more, in a stream of their own."""
        sample = next(each.envelope for each in samples(BOOKING.name) if each.contract is PatientRegistered)
        patient_id = new_id()
        subject, data = f"patient:{patient_id}", {**sample.data, "patient_id": patient_id}
        event = replace(sample, id=new_id(), subject=subject, stream=BOOKING.stream(subject), sequence=1, data=data)
        await send(self.kafka_url, [a_record(event)])
        self.registered.append(subject)
        return subject

    async def is_behind(self, group: str) -> bool:
        """Whether the group has all of the topic behind it."""
        admin = AIOKafkaAdminClient(bootstrap_servers=self.kafka_url)
        await admin.start()
        try:
            committed = await admin.list_consumer_group_offsets(group)
        except KafkaError as error:
            if not error.retriable:
                raise
            return False  # a Kafka that never had a group takes a moment to have one
        finally:
            await admin.close()
        async with AIOKafkaConsumer(BOOKING.name, bootstrap_servers=self.kafka_url) as client:
            places = [TopicPartition(BOOKING.name, each) for each in client.partitions_for_topic(BOOKING.name) or ()]
            ends = await client.end_offsets(places)
        reached = {place: known.offset for place, known in committed.items()}
        return all(reached.get(place, 0) == end for place, end in ends.items())


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    options = ["--patients", "3", "--per-second", "0", "--repeats", "10", "--gaps", "10"]
    command = [sys.executable, "-m", "careflow_cli", "sandbox", *options]
    with subprocess.Popen(command, cwd=root(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            assert process.stdout is not None
            kafka_url = process.stdout.readline().split()[1]
            process.stdout.readline()  # where the keys are
            assert " events of 3 patients" in process.stdout.readline()
            yield Sandbox(kafka_url)
        finally:
            process.send_signal(signal.SIGINT)


@pytest.fixture(scope="module")
def go() -> Program:
    compiler = shutil.which("go")
    if compiler is None:
        pytest.skip("there is no Go here: a subscriber in Go was NOT tried")
    source = EXAMPLES / "in_go"
    built = kept_at("go", source / "main.go", source / "go.sum") / "subscriber"
    if not built.exists():
        made([compiler, "vet", "."], source, "a subscriber in Go", GOFLAGS="-mod=readonly")
        made([compiler, "build", "-o", str(built), "."], source, "a subscriber in Go", GOFLAGS="-mod=readonly")
    return [str(built)]


@pytest.fixture(scope="module")
def typescript(node_folder: Path) -> Program:
    options = "--strict --noUncheckedIndexedAccess --module nodenext --target es2022 --skipLibCheck --types node"
    made(["node_modules/.bin/tsc", *options.split(), "in_typescript.mts"], node_folder, "a subscriber in TypeScript")
    return ["node", str(node_folder / "in_typescript.mjs")]


@pytest.fixture(scope="module")
def python() -> Program:
    return [sys.executable, str(EXAMPLES / "with_any_client.py")]


@dataclass
class Heard:
    """What a program said of itself until Ctrl-C."""

    registered: list[str] = field(default_factory=list)
    missing: list[tuple[str, int]] = field(default_factory=list)


@asynccontextmanager
async def listening(program: Program, sandbox: Sandbox, group: str) -> AsyncIterator[Heard]:
    """It runs, is asked to end with Ctrl-C and must do so as one that was asked; then what it said is there."""
    heard = Heard()
    process = await asyncio.create_subprocess_exec(*program, sandbox.kafka_url, group, stdout=PIPE, stderr=PIPE)
    said = asyncio.create_task(process.communicate())
    try:
        yield heard
    finally:
        process.send_signal(signal.SIGINT)
        out, errors = (each.decode() for each in await said)
    assert process.returncode == 0, errors
    heard.registered += [line.split()[0] for line in out.splitlines()]
    for stream, first, last in re.findall(r"^(\S+) lacks (\d+) to (\d+)$", errors, re.MULTILINE):
        heard.missing += [(stream, number) for number in range(int(first), int(last) + 1)]


@pytest.mark.parametrize("language", ["go", "typescript", "python"])
async def test_it_hears_each_once_says_what_is_missing_and_goes_on_where_it_ended(
    language: str, request: pytest.FixtureRequest, sandbox: Sandbox
) -> None:
    program: Program = request.getfixturevalue(language)
    group = f"{language}-{uuid4().hex[:8]}"

    async with listening(program, sandbox, group) as first:
        await until(lambda: sandbox.is_behind(group), within=60)
    assert sorted(first.registered) == sorted(sandbox.registered)
    assert sorted(first.missing) == LOST

    subject = await sandbox.register()
    async with listening(program, sandbox, group) as second:
        await until(lambda: sandbox.is_behind(group), within=60)
    assert (second.registered, second.missing) == ([subject], [])


def test_the_documented_clients_are_those_that_are_locked() -> None:
    page = (EXAMPLES.parent / "in-other-languages.md").read_text("utf-8")
    module = (EXAMPLES / "in_go" / "go.mod").read_text("utf-8")
    packages = json.loads((HERE / "package.json").read_text("utf-8"))["dependencies"]

    (franz,) = re.findall(r"^require (github.com/twmb/franz-go) (v\S+)$", module, re.MULTILINE)
    for name, version in [franz, *((each, packages[each]) for each in ("@platformatic/kafka", "typescript"))]:
        assert f"`{name}` {version}" in page
