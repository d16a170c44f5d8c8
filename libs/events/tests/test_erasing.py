"""What stands in a stream once its patient is erased."""

from datetime import UTC, datetime

import pytest

from careflow_events import catalogue
from careflow_events.admission import Admission
from careflow_events.consumed import ConsumedRecord
from careflow_events.contracts import EventErased, PatientErased
from careflow_events.contracts.model import PatientEvent
from careflow_events.envelope import decode
from careflow_events.erasing import NOTHING, stripped_of
from careflow_events.testing.samples import Sample, samples
from careflow_events.topics import EVERY_TOPIC, TOPICS

OF_PATIENTS = [each for each in samples() if issubclass(each.contract, PatientEvent)]
LATER = datetime(2030, 1, 1, tzinfo=UTC)


def a_record(sample: Sample, value: bytes | None = None) -> ConsumedRecord:
    stream = sample.envelope.stream or ""
    return ConsumedRecord(
        topic=stream.partition("/")[0],
        partition=0,
        offset=0,
        key=sample.key,
        value=sample.value if value is None else value,
        headers=sample.headers,
    )


@pytest.mark.parametrize("sample", OF_PATIENTS, ids=str)
def test_every_event_keeps_its_place_and_says_nothing_but_those_of_the_erasure(sample: Sample) -> None:
    left = stripped_of(a_record(sample))
    if sample.contract.outlasts_erasure:
        assert left is None
        return

    assert left is not None
    value, headers = left
    event, before = decode(value, headers), sample.envelope
    assert event.type == EventErased.type()
    assert (event.id, event.stream, event.sequence, event.subject, event.source) == (
        (before.id, before.stream, before.sequence, before.subject, before.source)
    )
    assert event.data == {"patient_id": (before.subject or "").removeprefix("patient:")}
    assert isinstance(catalogue.read(event, None), EventErased)
    record = ConsumedRecord(
        topic=a_record(sample).topic, partition=0, offset=0, key=sample.key, value=value, headers=headers
    )
    assert Admission(TOPICS, lambda: LATER).admit(record) == event, "a consumer moves on by it"
    assert stripped_of(record) is None, "done again it changes nothing"


def test_what_was_never_an_event_leaves_nothing() -> None:
    sample = OF_PATIENTS[0]
    assert stripped_of(a_record(sample, b'{"name": "Ana"}')) == NOTHING
    assert stripped_of(a_record(sample, b"")) is None


def test_what_tells_of_an_erasure_stays_and_only_that() -> None:
    staying = {each for each in catalogue.CATALOGUE.values() if each.outlasts_erasure}
    assert PatientErased in staying
    assert all("Eras" in each.name() for each in staying)
    assert EventErased.topic is EVERY_TOPIC
