"""`careflow streams verify`: every stream of the topics whole, each number once and in order."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import NoReturn

import pytest
from aiokafka import AIOKafkaProducer

from careflow_cli.errors import CareflowError
from careflow_cli.operators.streams import Findings, Stream, read
from careflow_cli.pytest_plugin import MakeTopic
from careflow_events.envelope import Envelope, encode
from deploy.cli.tests.operating import Careflow

Seen = Sequence[tuple[int, str]]


def stream(*seen: int | tuple[int, str], trimmed: bool = False) -> Stream:
    """A stream in which these numbers were read; each with an id of its own unless it names one."""
    found = Stream("t/s", trimmed)
    for each in seen:
        number, event_id = each if isinstance(each, tuple) else (each, f"id-{each}")
        found.take(number, event_id)
    return found


def test_a_stream_that_is_whole() -> None:
    assert stream(1, 2, 3).whole
    assert stream(1, 2, 3).lost == []


def test_what_is_missing_is_lost_also_before_the_first() -> None:
    found = stream(3, 4, 7)

    assert (found.lost, found.whole) == ([range(1, 3), range(5, 7)], False)


def test_where_the_log_was_trimmed_nothing_is_missing_before_the_first() -> None:
    assert stream(3, 4, trimmed=True).whole
    assert stream(3, 5, trimmed=True).lost == [range(4, 5)]


def test_a_number_that_comes_late_is_out_of_order_and_not_lost() -> None:
    found = stream(1, 3, 2)

    assert (found.reordered, found.lost, found.whole) == (1, [], False)


def test_an_event_that_stands_there_twice_harms_nobody() -> None:
    found = stream(1, 2, 1, 2, 3)

    assert (found.doubled, found.reordered, found.whole) == (2, 0, True)


def test_two_events_with_one_number_contradict_each_other() -> None:
    found = stream(1, (2, "one"), (2, "other"))

    assert (found.diverged, found.doubled, found.whole) == (1, 0, False)


def test_a_forged_number_far_away_costs_nothing() -> None:
    assert stream(1, 9_999_999_999).lost == [range(2, 9_999_999_999)]


def event(topic: str, subject: str, sequence: int) -> Envelope:
    return Envelope(
        id=f"{subject}-{sequence}",
        source="/careflow/screening",
        type="careflow.screening.MoonPhaseNoted.v1",
        subject=subject,
        stream=f"{topic}/{subject}",
        sequence=sequence,
        time=datetime(2026, 11, 28, tzinfo=UTC),
        dataschema="careflow:schemas/screening/MoonPhaseNoted/v1",
        dataclassification="operational",
        data={"phase": "waxing"},
    )


async def look(kafka_url: str, topics: Sequence[str]) -> Findings:
    return await read(kafka_url, topics, lambda _: None)


@pytest.mark.kafka
async def test_topics_are_read_whole_over_all_partitions(kafka_url: str, make_topic: MakeTopic) -> None:
    topic, empty = make_topic(3), make_topic(3)
    subjects = [f"patient:{number}" for number in range(9)]
    async with AIOKafkaProducer(bootstrap_servers=kafka_url) as producer:
        for subject in subjects:
            for number in (1, 2, 4) if subject == "patient:4" else (1, 2, 3):
                said = event(topic, subject, number)
                await producer.send_and_wait(topic, encode(said), key=said.key())
        elsewhere = replace(event(topic, "patient:1", 9), stream="careflow.booking.v1/patient:1")
        await producer.send_and_wait(topic, encode(elsewhere), key=elsewhere.key())
        await producer.send_and_wait(topic, b"\xff", key=b"patient:1")
        await producer.send_and_wait(topic, encode(event(topic, "patient:1", 8)), key=b"patient:2")

    findings = await look(kafka_url, [topic, empty])

    assert (findings.records, findings.foreign, len(findings.streams)) == (30, 3, 9)
    assert [name for name, each in findings.streams.items() if not each.whole] == [f"{topic}/patient:4"]
    assert findings.streams[f"{topic}/patient:4"].lost == [range(3, 4)]


@pytest.mark.kafka
async def test_a_topic_there_is_not_is_named(kafka_url: str) -> None:
    with pytest.raises(CareflowError, match=r"Kafka has no topic no\.such\.topic"):
        await look(kafka_url, ["no.such.topic"])


def test_kafka_that_is_away_is_one_line(careflow: Careflow) -> None:
    done = careflow("streams", "verify", "--kafka", "127.0.0.1:1")

    assert (done.code, done.out) == (1, "")
    assert done.err.startswith("careflow: Kafka does not answer at 127.0.0.1:1 (")
    assert done.err.count("\n") == 1


def test_only_topics_of_a_service_are_verified(careflow: Careflow) -> None:
    done = careflow("streams", "verify", "--kafka", "127.0.0.1:1", "--topic", "careflow.moon.v1")

    assert (done.code, done.err.startswith("careflow: no service writes that topic")) == (1, True)


def test_findings_are_shown_and_are_an_exit_code(careflow: Careflow) -> None:
    async def found(*_: object) -> Findings:
        return Findings({"a": stream(1, 2, 2), "b": stream(1, 2), "c": stream(1, 5, 7)}, records=8)

    careflow.patch.setattr("careflow_cli.operators.streams.read", found)

    done = careflow("streams", "verify", "--kafka", "k")
    told = careflow("streams", "verify", "--kafka", "k", "--json")

    assert (done.code, told.code) == (3, 3)
    assert done.out.splitlines()[0] == "8 records, 3 streams, 0 records that are no event of their topic"
    assert [line.split() for line in done.out.splitlines()[2:]] == [
        ["t/s", "1", "0", "1", "0", "0", "-"],
        ["t/s", "1", "4", "0", "0", "0", "2-4,", "6"],
    ]
    assert [each["lost"] for each in told.document["findings"]] == [[], [[2, 4], [6, 6]]]


def test_doubles_alone_are_well(careflow: Careflow) -> None:
    async def found(*_: object) -> Findings:
        return Findings({"a": stream(1, 2, 2)}, records=3)

    careflow.patch.setattr("careflow_cli.operators.streams.read", found)

    assert careflow("streams", "verify", "--kafka", "k").code == 0


def test_where_there_is_no_checkout_one_is_told_where_kafka_is_asked(careflow: Careflow) -> None:
    def none() -> NoReturn:
        raise CareflowError("the local stack runs from a checkout of CareFlow, and /opt/careflow is none")

    careflow.patch.setattr("careflow_cli.commands.asking.kept", none)
    careflow.patch.delenv("KAFKA_URL", raising=False)

    done = careflow("streams", "verify")

    assert done.code == 1
    assert done.err.endswith("docker-compose run --rm -T topics … is where a deployment's is\n")
