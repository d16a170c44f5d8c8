"""What is read in one pass is read as the long way reads it; what is not is the long way's to judge."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import orjson
import pytest

from careflow_events.admission import LARGEST_RECORD, Admission
from careflow_events.consumed import ConsumedRecord
from careflow_events.contracts import ClearanceExtended, ClearanceGranted
from careflow_events.contracts.model import EventData
from careflow_events.one_pass import OnePass
from careflow_events.subscription import Received, received
from careflow_events.testing.builders import NOON, a_checkpoint, a_record, an_event, an_id
from careflow_events.testing.samples import Sample, sample_key_ring, samples, with_unknown_codes, with_unknown_fields
from careflow_events.topics import EVERY_TOPIC

SAMPLES = [sample for sample in samples() if sample.contract.topic is not EVERY_TOPIC]
AS_WRITTEN: list[Callable[[Sample], Sample]] = [lambda each: each, with_unknown_fields, with_unknown_codes]


@cache
def one_pass(contract: type[EventData], now: datetime) -> OnePass:
    return OnePass([contract], keyring=None, clock=lambda: now)


def the_long_way(record: ConsumedRecord, contract: type[EventData], now: datetime) -> Received[Any]:
    return received(Admission([contract.topic], lambda: now).admit(record), None)


@pytest.mark.parametrize("sample", SAMPLES, ids=str)
def test_every_sample_is_read_in_one_pass_as_the_long_way_reads_it(sample: Sample) -> None:
    contract, now = sample.contract, sample.envelope.time
    for newer in AS_WRITTEN:
        record = a_record(newer(sample).envelope)
        assert one_pass(contract, now).read(record) == the_long_way(record, contract, now)


@pytest.mark.parametrize("sample", SAMPLES[::40], ids=str)
def test_whatever_is_changed_in_a_record_is_read_as_the_long_way_reads_it_or_left_to_it(sample: Sample) -> None:
    contract, now, read = sample.contract, sample.envelope.time, 0
    for changed in changed_ways(a_record(sample.envelope)):
        quick = one_pass(contract, now).read(changed)
        read += quick is not None
        assert quick is None or quick == the_long_way(changed, contract, now)

    assert read > 10, "what does not matter is still read in one pass"


def changed_ways(record: ConsumedRecord) -> Iterator[ConsumedRecord]:
    """The record with each attribute, each header and each field of its data left out, emptied, and of another kind."""
    document = orjson.loads(record.value or b"")
    others: tuple[object, ...] = (
        None,
        "",
        0,
        2**60,
        [],
        {},
        "x" * 513,
        "é" * 512,
        "0000000000",
        "0000000012",
        "２" * 10,
    )
    for whole, names in ((document, list(document)), (document["data"], list(document["data"]))):
        for name in names:
            before = whole.pop(name)
            yield replace(record, value=orjson.dumps(document))
            for other in (*others, f"{before} ", "2199-01-01T00:00:00Z", "2026-11-23T12:00:00+02:00"):
                whole[name] = other
                yield replace(record, value=orjson.dumps(document))
                yield replace(record, value=orjson.dumps(document), headers=())
            whole[name] = before
    for index, (name, _) in enumerate(record.headers):
        for header in ((name, b"other"), (name, None), (name, b"\xff"), (name.upper(), b"other"), ("ce_id", b"x")):
            yield replace(record, headers=(*record.headers[:index], header, *record.headers[index + 1 :]))
    yield replace(record, key=None)
    yield replace(record, key=b"\xff")
    yield replace(record, topic="careflow.elsewhere.v1")
    yield replace(record, value=orjson.dumps(document, option=orjson.OPT_INDENT_2))
    yield replace(record, value=(record.value or b"").replace(b'"data":{', b'"data":{"patient_id":"x",'))
    yield replace(record, value=(record.value or b"") + b" " * (LARGEST_RECORD // 2))


def test_what_nobody_hears_has_its_number_and_its_data_as_it_came() -> None:
    event = an_event(7)

    quick = OnePass([ClearanceGranted], keyring=None, clock=lambda: NOON).read(a_record(event))

    assert quick is not None
    assert (quick.sequence, quick.id, quick.data) == (7, event.id, event.data)


@pytest.mark.parametrize(
    "record",
    [
        a_checkpoint(NOON),
        a_record(an_event(1, type="careflow.screening.InventedLater.v1")),
        a_record(an_event(1, time=NOON + timedelta(days=2))),
        a_record(an_event(1, recordedtime=NOON + timedelta(days=2))),
        replace(a_record(an_event(1)), value=None),
        replace(a_record(an_event(1)), value=b"[]"),
        replace(a_record(an_event(1, patient=1)), key=f"patient:{an_id(2)}".encode()),
    ],
    ids=["checkpoint", "newer type", "from the future", "recorded in the future", "tombstone", "no object", "key"],
)
def test_the_rest_is_left_to_the_long_way(record: ConsumedRecord) -> None:
    assert OnePass([ClearanceExtended], keyring=None, clock=lambda: NOON).read(record) is None


def test_a_section_that_may_be_ones_own_takes_the_long_way() -> None:
    (granted, *_) = (sample for sample in SAMPLES if sample.contract is ClearanceGranted)
    own = OnePass([ClearanceGranted], keyring=sample_key_ring("sessions"), clock=lambda: granted.envelope.time)

    assert own.read(a_record(granted.envelope)) is None
