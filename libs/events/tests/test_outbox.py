"""The outbox: what a transaction says gets a gap-free number per stream, and is frozen with it. On memory and store."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from careflow_events import catalogue, contracts
from careflow_events.contracts import codes
from careflow_events.contracts.clearance import SuspensionForSessions
from careflow_events.contracts.sealed import Sealed
from careflow_events.envelope import decode
from careflow_events.outbox import LARGEST_RECORD, OutboxRow, RecordTooLarge, StreamPosition
from careflow_events.publication import Publication
from careflow_events.testing.backend import Backend
from careflow_events.testing.builders import NOON, Keys, an_id, clearance_extended, publication


async def say(backend: Backend, *publications: Publication, **given: Any) -> list[StreamPosition]:
    """Commits a transaction that says just this."""
    cause = {"now": NOON, "causation": None, "correlation": None, "traceparent": None} | given

    async def work(_: Any) -> list[StreamPosition]:
        return await backend.outbox.append(publications, **cause)

    return await backend.transactions.run(work, action="test", event=None)


async def rows(backend: Backend) -> list[OutboxRow]:
    return await backend.unpublished.fetch(1_000, ())


def clearance_suspended(reason: str = "because") -> contracts.ClearanceSuspended:
    return contracts.ClearanceSuspended(
        patient_id=an_id(1),
        clearance_id=an_id(7),
        valid_until=NOON,
        reason=codes.SuspensionReason.CLINICAL,
        for_sessions=Sealed.plain(SuspensionForSessions(reason=reason)),
    )


def questionnaire_completed(alert_ids: tuple[str, ...]) -> contracts.QuestionnaireCompleted:
    return contracts.QuestionnaireCompleted(
        patient_id=an_id(1),
        case_id=an_id(8),
        request_id=an_id(9),
        purpose=codes.QuestionnairePurpose.INTAKE,
        completed_at=NOON,
        alert_ids=alert_ids,
        for_sessions=Sealed.plain(contracts.QuestionnaireForSessions(questionnaire="phq-9")),
    )


async def test_each_stream_is_numbered_from_one_without_gaps(backend: Backend) -> None:
    first = await say(backend, publication(patient=1), publication(patient=2), publication(patient=1))
    second = await say(backend, publication(patient=1))

    one = f"careflow.screening.v1/patient:{an_id(1)}"
    two = f"careflow.screening.v1/patient:{an_id(2)}"
    assert first == [StreamPosition(one, 1), StreamPosition(two, 1), StreamPosition(one, 2)]
    assert second == [StreamPosition(one, 3)]


async def test_one_patient_has_a_stream_per_topic(backend: Backend) -> None:
    alert = contracts.SafetyAlertAcknowledged(patient_id=an_id(1), alert_id=an_id(5))

    positions = await say(backend, publication(), publication(alert))

    assert [position.sequence for position in positions] == [1, 1]
    assert [row.topic for row in await rows(backend)] == ["careflow.screening.safety.v1", "careflow.screening.v1"]


async def test_the_row_holds_the_event_as_it_will_be_published(backend: Backend) -> None:
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

    await say(backend, publication(), causation="command", correlation="run", traceparent=trace)

    (row,) = await rows(backend)
    event = decode(row.record, row.headers)
    assert (event.id, event.stream, event.sequence) == (row.id, row.stream, row.sequence)
    assert (event.causationid, event.correlationid, event.traceparent) == ("command", "run", trace)
    assert event.recordedtime == NOON
    assert row.key == event.key()
    assert ("traceparent", trace.encode()) in row.headers
    assert catalogue.read(event, None) == clearance_extended()


async def test_a_section_is_sealed_to_its_consumer_and_to_this_event(backend: Backend, keys: Keys) -> None:
    await say(backend, publication(clearance_suspended()))

    (row,) = await rows(backend)
    event = decode(row.record, row.headers)
    opened = catalogue.read(event, keys.ring("sessions"))
    assert isinstance(opened, contracts.ClearanceSuspended)
    assert opened.for_sessions.opened().reason == "because"
    closed = catalogue.read(event, keys.ring("billing"))
    assert isinstance(closed, contracts.ClearanceSuspended)
    assert closed.for_sessions.value is None


async def test_a_record_that_does_not_fit_fails_the_command(backend: Backend) -> None:
    alerts = (an_id(5),) * (LARGEST_RECORD // len(an_id(5)))

    with pytest.raises(RecordTooLarge) as refused:
        await say(backend, publication(), publication(questionnaire_completed(alerts)))

    assert refused.value.code == "event_too_large"
    assert await rows(backend) == []
    assert [position.sequence for position in await say(backend, publication())] == [1]


async def test_a_command_that_fails_leaves_no_gap(backend: Backend) -> None:
    async def fails(_: Any) -> None:
        await backend.outbox.append([publication()], now=NOON, causation=None, correlation=None, traceparent=None)
        raise LookupError

    with pytest.raises(LookupError):
        await backend.transactions.run(fails, action="test", event=None)

    assert [position.sequence for position in await say(backend, publication())] == [1]


async def test_commands_about_one_patient_at_once_share_no_number(backend: Backend) -> None:
    said = await asyncio.gather(*(say(backend, publication(), publication()) for _ in range(8)))

    assert sorted(position.sequence for each in said for position in each) == list(range(1, 17))


async def test_recorded_times_of_a_stream_never_go_back(backend: Backend) -> None:
    await say(backend, publication(), now=NOON)
    await say(backend, publication(), now=NOON - timedelta(hours=1))

    assert [row.recorded_at for row in await rows(backend)] == [NOON, NOON]


async def test_saying_nothing_writes_nothing(backend: Backend) -> None:
    assert await say(backend) == []
    assert await rows(backend) == []


@pytest.mark.parametrize("text", ["", "@1", "a@", "a@0", "a@x", "a@-1", "a@١"])
def test_only_a_stream_position_reads_as_one(text: str) -> None:
    with pytest.raises(ValueError):
        StreamPosition.parse(text)


def test_a_stream_position_survives_being_written() -> None:
    position = StreamPosition("careflow.booking.v1/patient:1", 12)

    assert StreamPosition.parse(str(position)) == position
