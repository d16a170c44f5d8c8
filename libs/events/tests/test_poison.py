"""Poison: what can never be handled is parked at once under a stable code, and holds back only its own stream."""

from dataclasses import replace

import pytest

from careflow_events import contracts
from careflow_events.consumed import ConsumedRecord
from careflow_events.contracts import codes
from careflow_events.contracts.clearance import SuspensionForSessions
from careflow_events.contracts.sealed import Sealed
from careflow_events.delivery import ComeBack
from careflow_events.envelope import Envelope
from careflow_events.handling import Settled
from careflow_events.testing.builders import NOON, Keys, a_record, an_event, an_id, with_data
from careflow_events.testing.consuming import Consumer


@pytest.fixture
def consumer() -> Consumer:
    return Consumer()


def events(*sequences: int, patient: int = 1) -> list[ConsumedRecord]:
    return [a_record(an_event(sequence, patient=patient)) for sequence in sequences]


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
        "invalid_attribute": replace(record, topic="careflow.booking.v1"),
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
        "invalid_attribute",
    ],
)
async def test_poison_is_parked_at_once_under_its_code(consumer: Consumer, code: str) -> None:
    await consumer.receives(*events(1))

    assert await consumer.receives(broken(code)) == [Settled.PARKED]

    (parked,) = await consumer.parked()
    assert (parked.cause, parked.record) == (code, broken(code))
    assert consumer.seconds == 0


async def test_poison_holds_back_what_follows_in_its_stream(consumer: Consumer) -> None:
    outcomes = await consumer.receives(*events(1), broken("not_json"), *events(3), *events(1, patient=2))

    assert outcomes == [Settled.HANDLED, Settled.PARKED, Settled.PARKED, Settled.HANDLED]
    assert [(each.place, each.cause) for each in await consumer.parked()] == [(2, "not_json"), (3, "blocked")]


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


async def test_a_key_that_has_not_arrived_is_waited_for(keys: Keys) -> None:
    consumer = Consumer(keyring=Keys().ring("sessions"))

    assert await consumer.receives(a_record(suspended(keys))) == [ComeBack(1)]
    assert await consumer.parked() == []


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
