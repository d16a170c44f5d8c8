"""A partition that does not answer delays its own streams and nobody else's."""

import pytest

from careflow_events.producing import OutgoingRecord
from careflow_events.relay import ROWS_PER_STREAM
from careflow_events.silence import FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS, Silence
from careflow_events.testing.builders import an_id, publication
from libs.events.tests.relaying import Clinic, event_in

DEAD = range(10, 20)
HEALTHY = 1


@pytest.fixture
def clinic() -> Clinic:
    return Clinic()


def of_dead_partition(record: OutgoingRecord) -> bool:
    return record.key in {f"patient:{an_id(patient)}".encode() for patient in DEAD}


async def a_full_batch_that_is_not_answered(clinic: Clinic) -> None:
    """Ten streams of a hundred rows, all older than anything else."""
    clinic.log.silent = of_dead_partition
    for patient in DEAD:
        await clinic.say(*(publication(patient=patient) for _ in range(ROWS_PER_STREAM)))
    clinic.seconds += 1


async def test_healthy_rows_behind_a_full_silent_batch_leave_with_the_next_one(clinic: Clinic) -> None:
    await a_full_batch_that_is_not_answered(clinic)
    await clinic.say(publication(patient=HEALTHY))
    relay = clinic.relay()

    await relay.turn()
    assert clinic.sequences(HEALTHY) == []
    await relay.turn()

    assert clinic.sequences(HEALTHY) == [1]
    assert len(relay.silent_streams) == 0, "nobody else has answered in a batch with them: they may just be slow"


async def test_streams_that_stay_silent_beside_others_are_set_aside(clinic: Clinic) -> None:
    clinic.log.silent = of_dead_partition
    await clinic.say(publication(patient=DEAD[0]), publication(patient=HEALTHY))
    relay = clinic.relay()

    await relay.turn()

    assert relay.silent_streams == {f"careflow.screening.v1/patient:{an_id(DEAD[0])}"}
    await clinic.say(publication(patient=HEALTHY))
    await relay.turn()
    assert clinic.sequences(HEALTHY) == [1, 2]


async def test_one_silent_stream_is_tried_at_a_time_and_speaks_for_all(clinic: Clinic) -> None:
    clinic.log.silent = of_dead_partition
    await clinic.say(*(publication(patient=patient) for patient in DEAD), publication(patient=HEALTHY))
    relay = clinic.relay()
    await relay.turn()
    asked: list[OutgoingRecord] = []

    def noted(record: OutgoingRecord) -> bool:
        if of_dead_partition(record):
            asked.append(record)
        return of_dead_partition(record)

    clinic.log.silent = noted
    clinic.seconds += FIRST_PAUSE_SECONDS
    await relay.turn()
    assert len(asked) == 1

    clinic.log.silent = lambda _: False
    clinic.seconds += LONGEST_PAUSE_SECONDS
    await relay.turn()
    await relay.turn()

    assert relay.silent_streams == frozenset()
    assert all(clinic.sequences(patient) == [1] for patient in DEAD)
    assert clinic.outbox.unpublished() == []


async def test_a_checkpoint_names_what_a_silent_partition_has_not_got(clinic: Clinic) -> None:
    clinic.log.silent = of_dead_partition
    await clinic.say(publication(patient=DEAD[0]), publication(patient=HEALTHY))
    relay = clinic.relay()

    await relay.turn()
    await relay.turn()

    named = [f"careflow.screening.v1/patient:{an_id(DEAD[0])}"]
    assert [event_in(each).data["behind"] for each in clinic.checkpoints()] == [named] * len(clinic.checkpoints())
    assert clinic.checkpoints()


async def test_a_batch_keeps_within_its_bytes_and_loses_none(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("careflow_events.relay.BYTES_PER_BATCH", 2_000)
    await clinic.say(*(publication(patient=patient) for patient in range(1, 9)))
    relay = clinic.relay()

    await relay.turn()
    assert 1 <= len(clinic.published()) < 8
    while clinic.outbox.unpublished():
        await relay.turn()

    assert [clinic.sequences(patient) for patient in range(1, 9)] == [[1]] * 8


def test_pauses_grow_to_a_limit_and_start_anew_after_an_answer() -> None:
    silence = Silence()
    silence.unanswered({"a"}, 0.0, others_answered=True)
    now, pauses = 0.0, []
    for _ in range(8):
        began = now
        while silence.passed_over:
            now += 1.0
            silence.retry(now)
        pauses.append(now - began)
        silence.unanswered({"a"}, now, others_answered=True)
    assert pauses == [2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0, 60.0]

    silence.heard({"a"})
    silence.unanswered({"a"}, now, others_answered=True)
    silence.retry(now + FIRST_PAUSE_SECONDS)
    assert not silence.passed_over
