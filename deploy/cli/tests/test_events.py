"""`careflow events`: events as they come to the topics, and what they mean."""

import asyncio
import json
import re
import signal
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer

from careflow_cli.checkout import root
from careflow_cli.errors import CareflowError
from careflow_cli.operators.getting import get, published_since
from careflow_cli.operators.tailing import Seen, Wanted, tail, understood
from careflow_cli.pytest_plugin import MakeTopic
from careflow_events.catalogue import CATALOGUE
from careflow_events.consumed import ConsumedRecord
from careflow_events.contracts import ClearanceExtended, ClearanceRevoked
from careflow_events.testing.builders import NOON, a_checkpoint, a_record, an_event, an_id
from careflow_events.testing.samples import samples
from careflow_events.topics import TOPICS
from careflow_service.ids import new_id
from deploy.cli.tests.operating import Careflow

GRANTED = next(sample for sample in samples("careflow.screening.v1") if sample.contract.name() == "ClearanceGranted")


def said(topic: str, sequence: int, patient: int = 1) -> ConsumedRecord:
    return a_record(an_event(sequence, topic=topic, patient=patient))


async def put(kafka_url: str, *records: ConsumedRecord) -> None:
    async with AIOKafkaProducer(bootstrap_servers=kafka_url) as producer:
        for record in records:
            await producer.send_and_wait(record.topic, record.value, key=record.key, headers=list(record.headers))


async def first(
    count: int, kafka_url: str, topics: Sequence[str], wanted: Wanted | None = None, *, past: bool = True
) -> list[Seen]:
    found: list[Seen] = []
    async with asyncio.timeout(20), aclosing(tail(kafka_url, topics, wanted or Wanted(), past=past)) as events:
        async for each in events:
            found.append(each)
            if len(found) == count:
                break
    return found


def numbers(found: Sequence[Seen]) -> list[tuple[str | None, int | None]]:
    return [(each.event.subject, each.event.sequence) for each in found if each.event is not None]


@pytest.mark.kafka
async def test_what_a_topic_holds_and_what_comes_is_shown(kafka_url: str, make_topic: MakeTopic) -> None:
    topic = make_topic(1)
    await put(kafka_url, said(topic, 1), a_checkpoint(NOON, topic=topic), said(topic, 2))
    watching = asyncio.create_task(first(3, kafka_url, [topic, "careflow.not.there"]))
    await first(2, kafka_url, [topic])
    await put(kafka_url, said(topic, 3))

    assert numbers(await watching) == [(f"patient:{an_id(1)}", number) for number in (1, 2, 3)]


@pytest.mark.kafka
async def test_only_one_patient_and_some_types_are_shown(kafka_url: str, make_topic: MakeTopic) -> None:
    topic = make_topic(1)
    revoked = ClearanceRevoked(patient_id=an_id(2), clearance_id=an_id(7), valid_until=NOON)
    await put(
        kafka_url,
        said(topic, 1, patient=1),
        said(topic, 1, patient=2),
        a_record(an_event(2, revoked, patient=2, topic=topic)),
        said(topic, 3, patient=2),
    )
    one = Wanted(types=[ClearanceExtended.type()], subject=f"patient:{an_id(2)}")

    assert numbers(await first(2, kafka_url, [topic], one)) == [(one.subject, 1), (one.subject, 3)]


@pytest.mark.kafka
async def test_what_is_no_event_is_named_with_its_place(kafka_url: str, make_topic: MakeTopic) -> None:
    topic = make_topic(1)
    await put(kafka_url, replace(said(topic, 1), value=b"{"))

    (found,) = await first(1, kafka_url, [topic])

    assert (found.event, found.line()) == (None, f"{topic}/0@0 is no event: not_json")


@pytest.mark.kafka
async def test_topics_that_are_not_there_are_named(kafka_url: str) -> None:
    with pytest.raises(CareflowError, match=r"has no topic no\.such\.topic"):
        await first(1, kafka_url, ["no.such.topic"])


def test_kafka_that_is_away_is_one_line(careflow: Careflow) -> None:
    done = careflow("events", "tail", "--kafka", "127.0.0.1:1")

    assert (done.code, done.out) == (1, "")
    assert done.err.startswith("careflow: Kafka does not answer at 127.0.0.1:1 (")
    assert done.err.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("--type", "ConsultationBookd"), "there is no event ConsultationBookd: did you mean ConsultationBooked"),
        (("--type", "zzz"), "there is no event zzz: careflow events describe lists all"),
        (("--topic", "careflow.moon.v1"), "no service writes that topic"),
        (
            ("--topic", "careflow.screening.v1", "--type", "PatientRegistered"),
            "no event of these types comes in careflow.screening.v1, but in careflow.booking.v1",
        ),
    ],
)
def test_what_there_is_not_is_refused_before_anything_is_read(
    careflow: Careflow, arguments: Sequence[str], complaint: str
) -> None:
    done = careflow("events", "tail", "--kafka", "127.0.0.1:1", *arguments)

    assert (done.code, done.err.startswith(f"careflow: {complaint}")) == (1, True)


class Tailed:
    """What the command asked for, and the events it gets: after the last one, whoever waits presses Ctrl-C."""

    def __init__(self, *records: ConsumedRecord) -> None:
        self.records = records
        self.asked: tuple[Any, ...] = ()

    async def __call__(self, *asked: Any, past: bool, options: Mapping[str, Any]) -> AsyncIterator[Seen]:
        assert not options, "no account was named"
        self.asked = (*asked, past)
        for record in self.records:
            yield understood(record)
        signal.raise_signal(signal.SIGINT)
        await asyncio.sleep(60)


def tailed(careflow: Careflow, *records: ConsumedRecord) -> Tailed:
    double = Tailed(*records)
    careflow.patch.setattr("careflow_cli.operators.tailing.tail", double)
    return double


BROKEN = a_record(an_event(2), offset=8, value=b"{")


def test_people_get_a_line_for_each_event_and_ctrl_c_ends_it(careflow: Careflow) -> None:
    tailed(careflow, a_record(an_event(1)), BROKEN)

    done = careflow("events", "tail", "--kafka", "k")

    assert done.out == (
        f"2026-11-23T12:00:00+00:00  screening ClearanceExtended  patient:{an_id(1)} #1"
        f"  clearance_id={an_id(7)} valid_until=2026-11-23T12:00:00.000Z\n"
    )
    assert done.err.splitlines()[0] == "careflow.screening.v1/0@8 is no event: not_json"
    assert (done.code, "Traceback" in done.err) == (130, False)


def test_programs_get_the_event_with_its_place(careflow: Careflow) -> None:
    tailed(careflow, a_record(GRANTED.envelope, offset=7), BROKEN)

    done = careflow("events", "tail", "--kafka", "k", "--json")
    granted, broken = map(json.loads, done.out.splitlines())

    assert granted["event"] == json.loads(GRANTED.value)
    assert granted["at"] == {"topic": "careflow.screening.v1", "partition": 0, "offset": 7}
    assert (broken["event"], broken["fault"], broken["at"]["offset"]) == (None, "not_json", 8)


def test_a_sealed_section_is_shown_closed() -> None:
    assert "for_sessions=(sealed)" in understood(a_record(GRANTED.envelope)).line()


def test_text_of_a_topic_does_not_steer_the_terminal() -> None:
    event = an_event(1, type="careflow.screening.\x1b[2J.v1")

    assert "\x1b" not in understood(a_record(event)).line()


def test_it_ends_by_itself_after_so_many(careflow: Careflow) -> None:
    double = tailed(careflow, a_record(an_event(1)), a_record(an_event(2)), a_record(an_event(3)))

    done = careflow("events", "tail", "--kafka", "k", "--count", "2", "--past", "--patient", an_id(1))

    assert (done.code, len(done.out.splitlines())) == (0, 2)
    assert double.asked[2:] == (Wanted(types=frozenset(), subject=f"patient:{an_id(1)}"), True)


@pytest.mark.kafka
@pytest.mark.parametrize("event_id", [new_id(), "another kind of id"], ids=["of its time", "of no time"])
async def test_one_event_is_found_by_its_id_where_it_stands_first(
    kafka_url: str, make_topic: MakeTopic, event_id: str
) -> None:
    empty, topic = make_topic(1), make_topic(1)
    wanted = a_record(an_event(2, topic=topic, event_id=event_id))
    broken = replace(wanted, value=b"{" + event_id.encode())
    await put(kafka_url, said(topic, 1), broken, wanted, wanted, said(topic, 3))
    told: list[str] = []

    seen = await get(kafka_url, [empty, topic, "careflow.not.there"], event_id, told.append)
    missing = await get(kafka_url, [empty, topic], new_id(), told.append)

    assert seen is not None
    assert (seen.place, seen.event) == (f"{topic}/0@2", understood(wanted).event)
    assert missing is None
    assert told == ["5 records, 0 partitions to go"]


def test_a_search_begins_an_hour_before_the_id_was_made() -> None:
    of_the_standard = "017F22E2-79B0-7CC3-98C4-DC0C0C07398F"  # RFC 9562, A.6: made at 19:22:22 UTC
    assert published_since(of_the_standard) == datetime(2022, 2, 22, 18, 22, 22, tzinfo=UTC)
    assert published_since(an_id(7)) is None
    assert published_since("7") is None


def found(careflow: Careflow, seen: Seen | None) -> list[Any]:
    asked: list[Any] = []

    async def double(*arguments: Any) -> Seen | None:
        asked.extend(arguments)
        return seen

    careflow.patch.setattr("careflow_cli.operators.getting.get", double)
    return asked


def test_an_event_is_shown_whole_with_its_place(careflow: Careflow) -> None:
    asked = found(careflow, understood(a_record(GRANTED.envelope, offset=7)))

    place, _, event = careflow("events", "get", "some-id", "--kafka", "k").out.partition("\n")
    for_programs = careflow("events", "get", "some-id", "--kafka", "k", "--json").out

    assert asked[:3] == ["k", [each.name for each in TOPICS], "some-id"]
    assert (place, json.loads(event)) == ("careflow.screening.v1/0@7", json.loads(GRANTED.value))
    assert json.loads(for_programs)["event"] == json.loads(GRANTED.value)


def test_an_event_that_the_topics_do_not_hold_is_said_to_be_missing(careflow: Careflow) -> None:
    found(careflow, None)

    done = careflow("events", "get", "some\x1b-id", "--kafka", "k", "--topic", "careflow.booking.v1")

    assert (done.code, done.out) == (1, "")
    assert done.err == "careflow: there is no event some\\x1b-id in careflow.booking.v1\n"


def test_only_the_topics_of_the_named_types_are_read(careflow: Careflow) -> None:
    double = tailed(careflow)

    careflow("events", "tail", "--kafka", "k", "--type", "ConsultationBooked", "--type", "ClearanceExtended")

    assert double.asked[1] == ["careflow.booking.v1", "careflow.screening.v1"]


@pytest.mark.parametrize("contract", CATALOGUE.values(), ids=lambda each: each.name())
def test_every_event_is_described_with_all_its_fields(careflow: Careflow, contract: Any) -> None:
    done = careflow("events", "describe", contract.name())

    assert (done.code, done.err) == (0, "")
    assert contract.type() in done.out
    names = [field.alias or name for name, field in contract.model_fields.items()]
    assert [name for name in names if not re.search(rf"^{name} \(", done.out, re.MULTILINE)] == []


def test_codes_and_sealed_sections_are_described(careflow: Careflow) -> None:
    lines = careflow("events", "describe", "careflow.screening.ClearanceGranted.v1").out.splitlines()

    assert [line for line in lines if line.startswith("for_sessions (sealed for sessions): What the treating team")]
    assert "    intravenous: infusion into a vein" in lines


def test_where_its_page_in_the_catalogue_is_is_said(careflow: Careflow) -> None:
    lines = careflow("events", "describe", "ClearanceGranted").out.splitlines()

    (page,) = [line.split()[1] for line in lines if line.startswith("page ")]
    assert (root() / page).is_file()


def test_without_a_name_all_events_are_listed(careflow: Careflow) -> None:
    done, told = careflow("events", "describe"), careflow("events", "describe", "--json")

    assert len(done.out.splitlines()) == len(CATALOGUE) + 1
    assert {each["type"] for each in json.loads(told.out)} == set(CATALOGUE)


def test_programs_get_the_published_schema(careflow: Careflow) -> None:
    done = careflow("events", "describe", "ConsultationBooked", "--json")

    assert json.loads(done.out)["$id"] == "careflow:schemas/booking/ConsultationBooked/v1"
