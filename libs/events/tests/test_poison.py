"""Poison: what can never be handled is parked at once under a stable code, and holds back only its own stream."""

from dataclasses import replace
from datetime import timedelta

import pytest

from careflow_events import contracts
from careflow_events.admission import LARGEST_RECORD
from careflow_events.consumed import ConsumedRecord
from careflow_events.contracts import codes
from careflow_events.contracts.clearance import SuspensionForSessions
from careflow_events.contracts.sealed import Sealed
from careflow_events.envelope import Envelope, encode
from careflow_events.handling import Settled
from careflow_events.testing.builders import NOON, Keys, a_record, an_event, an_id, with_data
from careflow_events.testing.consuming import Consumer, Failures


@pytest.fixture
def consumer() -> Consumer:
    return Consumer()


def events(*sequences: int, patient: int = 1) -> list[ConsumedRecord]:
    return [a_record(an_event(sequence, patient=patient)) for sequence in sequences]


def nested(levels: int) -> object:
    return 0 if levels == 0 else [nested(levels - 1)]


def broken(name: str) -> ConsumedRecord:
    event, record = an_event(2), a_record(an_event(2))
    return {
        "tombstone": replace(record, value=None),
        "not_json": replace(record, value=b"\xff\xfe{"),
        "not_an_object": replace(record, value=b"[]"),
        "header_not_utf8": replace(record, headers=[("x", b"\xff")]),
        "key_differs_from_subject": replace(record, key=b"patient:somebody-else"),
        "data_invalid": a_record(with_data(event, {"patient_id": "no id"})),
        "missing_attribute": replace(record, value=b"{}", headers=()),
        "wrong_topic": replace(record, topic="careflow.booking.v1"),
        "wrong_source": a_record(replace(event, source="/careflow/booking")),
        "not_numbered": replace(record, value=encode(replace(event, stream=None, sequence=None))),
        "from_the_future": a_record(replace(event, time=NOON + timedelta(days=2))),
        "subject_differs_from_data": a_record(with_data(event, {**event.data, "patient_id": an_id(2)})),
        "time_out_of_reach": a_record(with_data(event, {**event.data, "valid_until": "2099-12-31T00:00:00.000Z"})),
        "duplicate_name": replace(record, value=encode(event).replace(b'"data":{', b'"data":{"patient_id":"x",')),
        "too_deep": a_record(with_data(event, {**event.data, "later": nested(40)})),
        "number_out_of_range": a_record(with_data(event, {**event.data, "later": 2**63})),
        "record_too_large": replace(record, value=b"{" + b" " * LARGEST_RECORD),
    }[name]


@pytest.mark.parametrize(
    "code",
    [
        "tombstone",
        "not_json",
        "not_an_object",
        "header_not_utf8",
        "key_differs_from_subject",
        "data_invalid",
        "missing_attribute",
        "wrong_topic",
        "wrong_source",
        "not_numbered",
        "subject_differs_from_data",
        "time_out_of_reach",
        "duplicate_name",
        "too_deep",
        "number_out_of_range",
    ],
)
async def test_poison_is_parked_at_once_under_its_code(consumer: Consumer, code: str) -> None:
    await consumer.receives(*events(1))

    assert await consumer.receives(broken(code)) == [Settled.PARKED]

    (parked,) = await consumer.parked()
    assert (parked.cause, parked.record) == (code, broken(code))
    assert consumer.seconds == 0


async def test_what_is_ahead_of_the_readers_clock_is_asked_again_before_it_is_parked(consumer: Consumer) -> None:
    ahead = broken("from_the_future")

    assert await consumer.receives(*events(1), ahead) == [Settled.HANDLED, Settled.PARKED]

    assert [each.cause for each in await consumer.parked()] == ["from_the_future"]
    assert consumer.seconds > 0.05, "the domain clock of a process is that much old before it is read again"


async def test_poison_holds_back_what_follows_in_its_stream(consumer: Consumer) -> None:
    outcomes = await consumer.receives(*events(1), broken("not_json"), *events(3), *events(1, patient=2))

    assert outcomes == [Settled.HANDLED, Settled.PARKED, Settled.PARKED, Settled.HANDLED]
    assert {(each.place, each.cause) for each in await consumer.parked()} == {(None, "not_json"), (3, "blocked")}


async def test_what_is_larger_than_any_event_is_kept_by_where_it_stands(consumer: Consumer) -> None:
    record = broken("record_too_large")

    assert await consumer.receives(*events(1), record) == [Settled.HANDLED, Settled.PARKED]

    (parked,) = await consumer.parked()
    assert (parked.cause, parked.record) == ("record_too_large", replace(record, value=None, headers=()))


@pytest.mark.parametrize("name", ["tombstone", "not_json", "wrong_source", "from_the_future", "record_too_large"])
async def test_what_cannot_be_believed_takes_no_place_in_its_stream(consumer: Consumer, name: str) -> None:
    restricting = contracts.ClearanceRevoked(patient_id=an_id(1), clearance_id=an_id(7), valid_until=NOON)
    await consumer.receives(*events(1), replace(broken(name), offset=77))
    (beside,) = await consumer.parked()

    await consumer.operations.discard(beside.id)

    assert await consumer.receives(a_record(an_event(2, restricting))) == [Settled.HANDLED]
    assert consumer.handled() == [1, 2]


async def test_a_record_whose_key_cannot_be_read_is_kept_without_a_stream(consumer: Consumer) -> None:
    assert await consumer.receives(replace(broken("not_json"), key=b"\xff")) == [Settled.PARKED]

    (parked,) = await consumer.parked()
    assert (parked.stream, parked.place) == (None, None)
    assert await consumer.stores.positions.blocked_streams() == 0


def suspended(keys: Keys) -> Envelope:
    fact = contracts.ClearanceSuspended(
        patient_id=an_id(1),
        clearance_id=an_id(7),
        valid_until=NOON,
        reason=codes.SuspensionReason.CLINICAL,
        for_sessions=Sealed.plain(SuspensionForSessions(reason="because")),
    )
    return an_event(1, fact, sealer=keys.sealer())


async def test_a_key_that_has_not_arrived_holds_up_its_stream_alone(keys: Keys) -> None:
    consumer = Consumer(keyring=Keys().ring("sessions"))

    outcomes = await consumer.receives(a_record(suspended(keys)), *events(2), *events(1, patient=2))

    assert outcomes == [Settled.PARKED, Settled.PARKED, Settled.HANDLED]
    assert [(each.place, each.cause) for each in await consumer.parked()] == [
        (1, "sealing_key_missing"),
        (2, "blocked"),
    ]


async def test_who_starts_with_the_key_handles_what_has_waited_for_it(keys: Keys) -> None:
    before = Consumer(keyring=Keys().ring("sessions"))
    await before.receives(a_record(suspended(keys)), *events(2))

    after = Consumer(keyring=keys.ring("sessions"), store=before.store)
    assert await after.replay.run_requested() == 2
    assert after.handled() == [1, 2]


async def test_a_replay_that_lacks_a_key_holds_up_no_other(keys: Keys) -> None:
    consumer = Consumer(keyring=Keys().ring("sessions"))
    consumer.breaks = Failures(KeyError, frozenset({1}), times=3)
    await consumer.receives(a_record(suspended(keys)), *events(1, patient=2))
    for each in await consumer.parked():
        await consumer.operations.request_replay_of(each.id)

    assert await consumer.replay.run_requested() == 1
    assert [each.cause for each in await consumer.parked()] == ["sealing_key_missing"]


async def test_a_section_that_does_not_open_is_poison(keys: Keys) -> None:
    consumer = Consumer(keyring=keys.ring("sessions"))
    event = suspended(keys)
    section = {**dict(event.data["for_sessions"]), "tag": "AAAAAAAAAAAAAAAAAAAAAA"}  # type: ignore[call-overload]  # a section is a mapping

    await consumer.receives(a_record(with_data(event, {**event.data, "for_sessions": section})))

    assert [each.cause for each in await consumer.parked()] == ["section_broken"]


async def test_a_section_for_somebody_else_stays_closed(keys: Keys) -> None:
    consumer = Consumer(keyring=keys.ring("booking"))

    assert await consumer.receives(a_record(suspended(keys))) == [Settled.HANDLED]
    assert consumer.events()[0].data.for_sessions.value is None
