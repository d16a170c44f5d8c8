"""The relay: what was committed is published, per stream in order, whatever fails around it."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from careflow_events import contracts
from careflow_events.envelope import decode
from careflow_events.lease import LEASE_TTL, Fenced, Grant, Renewal
from careflow_events.producing import Place
from careflow_events.relay import IDLE_SECONDS, KEPT_EVERY_SECONDS, ROWS_PER_STREAM
from careflow_events.testing.builders import an_id, publication
from careflow_events.testing.log import MemoryLog
from careflow_events.testing.memory_outbox import MemoryLeases
from careflow_events.topics import SCREENING
from libs.events.tests.relaying import Clinic, event_in, of_patient


@pytest.fixture
def clinic() -> Clinic:
    return Clinic()


async def test_what_was_committed_is_published_once_and_in_order(clinic: Clinic) -> None:
    await clinic.say(publication(), publication(), publication(patient=2))
    relay = clinic.relay()

    await relay.turn()
    await relay.turn()

    assert clinic.sequences(1) == [1, 2]
    assert clinic.sequences(2) == [1]
    assert clinic.outbox.unpublished() == []


@pytest.mark.parametrize(
    ("refuses", "led_by", "waits"), [(False, "a", IDLE_SECONDS), (True, "a", None), (False, "b", None)]
)
async def test_only_a_leader_with_nothing_set_aside_trusts_in_being_told(
    clinic: Clinic, refuses: bool, led_by: str, waits: float | None
) -> None:
    """Who does not lead looks for a free lease, and what was refused is tried again by the time."""
    if refuses:
        clinic.log.refuses = of_patient(1)
    await clinic.say(publication())
    await clinic.relay(led_by).turn()
    stopping = asyncio.Event()
    running = asyncio.create_task(clinic.relay("a").run(stopping))
    async with asyncio.timeout(10):
        while len(clinic.hint.while_told) < 3:  # noqa: ASYNC110 - the relay runs on when others do
            await asyncio.sleep(0)
    stopping.set()
    await running

    assert clinic.hint.while_told[-1] == waits


@pytest.mark.parametrize(("ttl", "waits"), [(6.0, IDLE_SECONDS), (4.5, 1.5), (0.3, 0.5)])
async def test_who_leads_at_rest_sleeps_no_longer_than_until_the_lease_is_due(
    clinic: Clinic, ttl: float, waits: float
) -> None:
    stopping = asyncio.Event()
    running = asyncio.create_task(clinic.relay(lease_ttl=timedelta(seconds=ttl)).run(stopping))
    async with asyncio.timeout(10):
        while not clinic.hint.while_told:  # noqa: ASYNC110 - the relay runs on when others do
            await asyncio.sleep(0)
    stopping.set()
    await running

    assert clinic.hint.while_told[0] == waits


async def test_the_record_carries_the_key_and_the_routing_headers(clinic: Clinic) -> None:
    await clinic.say(publication())

    await clinic.relay().turn()

    record = clinic.log.records[0]
    assert record.key == f"patient:{an_id(1)}".encode()
    assert dict(record.headers)["careflow-type"] == contracts.ClearanceExtended.type().encode()


async def test_where_the_broker_has_put_an_event_is_kept(clinic: Clinic) -> None:
    await clinic.say(publication(), publication())
    relay = clinic.relay()
    clinic.log.answers_lost = True
    await relay.turn()
    clinic.log.answers_lost = False

    await relay.turn()

    places = [clinic.outbox.place_of(row.id) for row in clinic.outbox.published()]
    again = clinic.log.records[2:4]
    assert places == [Place(record.partition, record.offset) for record in again], "where it was known to be stored"


async def test_safety_goes_before_everything_else(clinic: Clinic) -> None:
    alert = contracts.SafetyAlertAcknowledged(patient_id=an_id(3), alert_id=an_id(5))
    await clinic.say(publication(patient=1))
    clinic.seconds += 1
    await clinic.say(publication(alert, patient=3))

    await clinic.relay().turn()

    assert [event.subject for event in clinic.published()] == [f"patient:{an_id(3)}", f"patient:{an_id(1)}"]


async def test_one_long_stream_leaves_room_for_the_others(clinic: Clinic) -> None:
    await clinic.say(*(publication(patient=1) for _ in range(ROWS_PER_STREAM * 11)))
    clinic.seconds += 1
    await clinic.say(publication(patient=2))

    await clinic.relay().turn()

    assert len(clinic.sequences(1)) == ROWS_PER_STREAM
    assert clinic.sequences(2) == [1]


async def test_a_crash_between_sending_and_marking_sends_again(clinic: Clinic) -> None:
    await clinic.say(publication(), publication())
    clinic.log.answers_lost = True
    await clinic.relay("a").turn()
    clinic.log.answers_lost = False
    clinic.seconds += LEASE_TTL.total_seconds() + 1

    await clinic.relay("b").turn()

    assert clinic.sequences() == [1, 2, 1, 2]
    assert clinic.outbox.unpublished() == []


async def test_only_the_holder_of_the_lease_publishes(clinic: Clinic) -> None:
    await clinic.say(publication())
    leader, other = clinic.relay("a"), clinic.relay("b")
    await leader.turn()
    await clinic.say(publication())

    await other.turn()

    assert leader.leading
    assert not other.leading
    assert clinic.sequences() == [1]


async def test_a_leader_that_slept_may_send_twice_but_not_mark(clinic: Clinic) -> None:
    await clinic.say(publication(), publication())
    sleeper_log = SleepsBeforeItAnswers(clinic)
    sleeper = clinic.relay("a", log=sleeper_log)

    with pytest.raises(Fenced):
        await sleeper.turn()

    assert clinic.sequences() == [1, 2]
    assert [event_in(record).sequence for record in sleeper_log.records] == [1, 2]
    positions = [row.sequence for row in clinic.outbox.published()]
    assert positions == [1, 2], "the successor's marks stand"


class SleepsBeforeItAnswers(MemoryLog):
    """A process paused between sending and hearing: meanwhile its lease expires and a successor does the work."""

    def __init__(self, clinic: Clinic) -> None:
        super().__init__()
        self._clinic = clinic

    async def publish(self, records: Any) -> Any:
        answers = await super().publish(records)
        self._clinic.seconds += LEASE_TTL.total_seconds() + 1
        await self._clinic.relay("b").turn()
        return answers


async def test_a_leader_keeps_its_lease_while_the_broker_lets_it_wait(clinic: Clinic) -> None:
    await clinic.say(publication())
    relay = clinic.relay("a", log=AnswersAfterLong(clinic))

    await relay.turn()

    assert relay.leading
    assert clinic.outbox.unpublished() == []


class AnswersAfterLong(MemoryLog):
    """A broker that answers after longer than a lease lives without being renewed; it is renewed twice meanwhile."""

    def __init__(self, clinic: Clinic) -> None:
        super().__init__()
        self._clinic = clinic

    async def publish(self, records: Any) -> Any:
        for _ in range(2):
            self._clinic.seconds += LEASE_TTL.total_seconds() / 2
            await asyncio.sleep(KEPT_EVERY_SECONDS * 1.2)
        return await super().publish(records)


async def test_what_a_slow_broker_has_stored_is_marked_and_not_sent_again(clinic: Clinic) -> None:
    """A broker that comes back answers late: while nobody else has taken the lease, what it took counts."""
    await clinic.say(publication(), publication())
    slow = AnswersLate(clinic)
    relay = clinic.relay("a", log=slow)

    await relay.turn()
    await relay.turn()

    sent = [event_in(record).sequence for record in slow.records]
    assert [number for number in sent if number is not None] == [1, 2]
    assert clinic.outbox.unpublished() == []


class AnswersLate(MemoryLog):
    """A broker that answers when its relay, by its own clock, has stopped holding the lease."""

    def __init__(self, clinic: Clinic) -> None:
        super().__init__()
        self._clinic = clinic

    async def publish(self, records: Any) -> Any:
        answers = await super().publish(records)
        self._clinic.seconds += LEASE_TTL.total_seconds() + 1
        return answers


@pytest.mark.parametrize("late", [Renewal.NOT_NOW, OSError("the store is away")])
async def test_a_late_answer_about_the_lease_sends_nothing_again(clinic: Clinic, late: Renewal | OSError) -> None:
    """The lease is due while the broker has a batch, and the store cannot say in time whose it is."""
    await clinic.say(*(publication(patient=patient) for patient in range(1, 238)))
    slow = AnswersAfterLong(clinic)
    leases = AnswersLateAboutLeases(clinic, late)
    relay = clinic.relay("a", log=slow, leases=leases)

    await relay.turn()
    await relay.turn()

    sent = [event_in(record).sequence for record in slow.records]
    assert leases.late == 1
    assert len([number for number in sent if number is not None]) == 237
    assert clinic.outbox.unpublished() == []


class AnswersLateAboutLeases(MemoryLeases):
    """A store that at first has no answer to who renews a lease."""

    def __init__(self, clinic: Clinic, answer: Renewal | OSError) -> None:
        super().__init__(clinic.store, clinic.now)
        self._answer = answer
        self.late = 0

    async def renew(self, grant: Grant, ttl: timedelta) -> Renewal:
        if self.late:
            return await super().renew(grant, ttl)
        self.late += 1
        if isinstance(self._answer, OSError):
            raise self._answer
        return self._answer


async def test_a_refused_record_stops_its_stream_and_no_other(clinic: Clinic) -> None:
    await clinic.say(publication(patient=1), publication(patient=2), publication(patient=1))
    clinic.log.refuses = of_patient(1)
    relay = clinic.relay()

    await relay.turn()
    await relay.turn()

    assert clinic.sequences(2) == [1]
    assert clinic.sequences(1) == []
    assert relay.stuck_streams == {SCREENING.stream(f"patient:{an_id(1)}")}
    await clinic.say(publication(patient=2))
    await relay.turn()
    assert clinic.sequences(2) == [1, 2]


async def test_after_a_fatal_error_the_producer_is_replaced(clinic: Clinic) -> None:
    await clinic.say(publication(patient=1), publication(patient=2), publication(patient=3))
    clinic.log.refuses = of_patient(1)

    await clinic.relay().turn()

    assert clinic.log.renewals >= 1
    assert clinic.sequences(2) == [1]
    assert clinic.sequences(3) == [1]


async def test_what_a_stuck_stream_sent_before_it_was_refused_stays_in_order(clinic: Clinic) -> None:
    await clinic.say(*(publication() for _ in range(4)))
    clinic.log.refuses = lambda record: decode(record.value, record.headers).sequence == 3
    relay = clinic.relay()

    await relay.turn()

    assert clinic.sequences() == [1, 2]
    assert [row.sequence for row in clinic.outbox.unpublished()] == [3, 4]


async def test_a_stuck_stream_is_tried_again_and_never_skipped(clinic: Clinic) -> None:
    await clinic.say(publication(), publication())
    clinic.log.refuses = of_patient(1)
    relay = clinic.relay()
    await relay.turn()

    clinic.log.refuses = lambda _: False
    clinic.seconds += 301
    await relay.turn()

    assert clinic.sequences() == [1, 2]
    assert relay.stuck_streams == frozenset()


async def test_while_the_broker_is_away_nothing_is_stuck_and_nothing_lost(clinic: Clinic) -> None:
    await clinic.say(publication(), publication(patient=2))
    clinic.log.away = True
    relay = clinic.relay()
    await relay.turn()

    clinic.log.away = False
    await relay.turn()

    assert relay.stuck_streams == frozenset()
    assert clinic.sequences(1) == [1]
    assert clinic.sequences(2) == [1]


async def test_a_store_that_is_away_is_waited_for(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    await clinic.say(publication())
    stopping = asyncio.Event()
    fetch, failures = clinic.outbox.fetch, [OSError(), OSError()]

    async def sometimes(limit: int, without: Any) -> Any:
        if failures:
            raise failures.pop()
        found = await fetch(limit, without)
        if not found:
            stopping.set()
        return found

    monkeypatch.setattr(clinic.outbox, "fetch", sometimes)
    await asyncio.wait_for(clinic.relay().run(stopping), 5)

    assert clinic.sequences() == [1]


async def test_an_unexpected_error_ends_the_relay(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(limit: int, without: Any) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr(clinic.outbox, "fetch", broken)

    with pytest.raises(ZeroDivisionError):
        await clinic.relay().run(asyncio.Event())
    assert clinic.log.closed


async def test_a_stopped_relay_gives_its_lease_back(clinic: Clinic) -> None:
    relay = clinic.relay("a")
    await relay.turn()
    stopping = asyncio.Event()
    stopping.set()

    await relay.run(stopping)

    assert await MemoryLeases(clinic.store, clinic.now).take("relay", "b", LEASE_TTL) is not None
