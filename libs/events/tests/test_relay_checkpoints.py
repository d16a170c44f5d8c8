"""Checkpoints of the relay: they tell how far a feed is whole, and never more."""

from datetime import datetime, timedelta

import pytest

from careflow_events.contracts.feed import MOST_BEHIND
from careflow_events.relay import COMMITS_WITHIN
from careflow_events.testing.builders import an_id, publication
from careflow_events.topics import SCREENING, SCREENING_SAFETY
from libs.events.tests.relaying import Clinic, event_in, of_patient


@pytest.fixture
def clinic() -> Clinic:
    return Clinic()


async def test_a_checkpoint_goes_to_every_partition_of_every_topic(clinic: Clinic) -> None:
    await clinic.relay().turn()

    places = {record.place for record in clinic.checkpoints()}
    assert places == {(topic.name, partition) for topic in (SCREENING, SCREENING_SAFETY) for partition in range(3)}
    checkpoint = event_in(clinic.checkpoints()[0])
    assert (checkpoint.subject, checkpoint.sequence, checkpoint.data) == (
        None,
        None,
        {"as_of": "2026-11-23T11:59:45.000Z", "behind": []},
    )


async def test_checkpoints_come_every_thirty_seconds(clinic: Clinic) -> None:
    relay = clinic.relay()
    rounds = []
    for _ in range(7):
        await relay.turn()
        rounds.append(len(clinic.checkpoints()) // 6)
        clinic.seconds += 5

    assert rounds == [1, 1, 1, 1, 1, 1, 2]


async def test_a_clock_that_is_moved_on_gets_its_checkpoint_at_once(clinic: Clinic) -> None:
    relay = clinic.relay()
    await relay.turn()
    clinic.travelled = timedelta(days=3)

    await relay.turn()

    assert event_in(clinic.checkpoints()[-1]).data == {"as_of": "2026-11-26T11:59:45.000Z", "behind": []}


async def test_no_checkpoint_covers_what_was_not_published(clinic: Clinic) -> None:
    await clinic.say(publication())
    clinic.log.away = True
    relay = clinic.relay()
    await relay.turn()
    clinic.log.away = False
    clinic.seconds += 5

    await relay.turn()
    records = [event_in(record) for record in clinic.log.records]
    assert records[0].sequence == 1
    assert records[1].data == {"as_of": "2026-11-23T11:59:50.000Z", "behind": []}


async def test_a_stuck_stream_is_named_and_holds_nobody_elses_checkpoints_back(clinic: Clinic) -> None:
    await clinic.say(publication(patient=1), publication(patient=2))
    clinic.log.refuses = of_patient(1)
    relay = clinic.relay()

    await relay.turn()
    assert clinic.checkpoints() == [], "not before all else was published"
    await relay.turn()

    assert clinic.sequences(2) == [1]
    assert event_in(clinic.checkpoints()[0]).data == {
        "as_of": "2026-11-23T11:59:45.000Z",
        "behind": [f"careflow.screening.v1/patient:{an_id(1)}"],
    }


async def test_where_too_many_are_behind_nothing_is_promised(clinic: Clinic) -> None:
    await clinic.say(*(publication(patient=patient) for patient in range(1, MOST_BEHIND + 3)))
    clinic.log.refuses = lambda record: record.key is not None
    relay = clinic.relay()

    for _ in range(3):
        await relay.turn()

    assert clinic.checkpoints() == []


async def test_no_checkpoint_reaches_beyond_what_a_unit_of_work_may_still_record(clinic: Clinic) -> None:
    began = clinic.now()
    clinic.seconds += COMMITS_WITHIN.total_seconds() - 1
    await clinic.relay().turn()

    promised = [datetime.fromisoformat(str(event_in(record).data["as_of"])) for record in clinic.checkpoints()]
    assert promised
    assert max(promised) < began
