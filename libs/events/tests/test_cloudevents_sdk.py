"""The official Python SDK reads what we write, through its own door for Kafka, and finds every attribute."""

from collections.abc import Callable
from datetime import datetime

import orjson
import pytest
from cloudevents.core.base import BaseCloudEvent
from cloudevents.core.bindings.kafka import KafkaMessage, from_kafka_event, to_binary_event, to_structured_event

from careflow_events.envelope import decode
from careflow_events.testing.samples import Sample, samples


def delivered(sample: Sample) -> KafkaMessage:
    """The record as any Kafka client hands it over."""
    return KafkaMessage(headers=dict(sample.headers), key=sample.key, value=sample.value)


@pytest.mark.parametrize("sample", samples(), ids=str)
def test_it_reads_every_attribute_and_the_data(sample: Sample) -> None:
    written = orjson.loads(sample.value)
    data = written.pop("data")

    event = from_kafka_event(delivered(sample))

    attributes = dict(event.get_attributes())
    key = attributes.pop("partitionkey", None)
    assert key == (None if sample.key is None else sample.key.decode())
    assert attributes == {**written, "time": datetime.fromisoformat(written["time"])}
    assert event.get_data() == data


@pytest.mark.parametrize("mode", [to_structured_event, to_binary_event])
def test_we_read_what_it_writes(mode: Callable[[BaseCloudEvent], KafkaMessage]) -> None:
    sample = samples()[0]
    event = from_kafka_event(KafkaMessage(headers=dict(sample.headers), key=None, value=sample.value))

    message = mode(event)

    assert decode(message.value, list(message.headers.items())) == sample.envelope
