"""What a subscriber without a store makes of each record."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest

from careflow_events.consumed import ConsumedRecord
from careflow_events.contracts import ClearanceExtended, ClearanceGranted, ClearanceRevoked
from careflow_events.contracts.feed import FeedCheckpoint
from careflow_events.contracts.model import EventData
from careflow_events.freshness import Freshness
from careflow_events.listening import Handler, Listening, Places, Reached
from careflow_events.sealing import KeyMissing, KeyRing
from careflow_events.subscription import Received
from careflow_events.testing.builders import NOON, a_checkpoint, a_record, an_event, an_id, with_data
from careflow_events.testing.samples import Sample, sample_key_ring, samples, with_unknown_codes, with_unknown_fields
from careflow_events.topics import EVERY_TOPIC
from careflow_events.troubles import (
    Diverged,
    Gap,
    Joined,
    Stale,
    Stopped,
    Trouble,
    Unreadable,
    stop_at_loss,
)

TOPIC = "careflow.screening.v1"
STREAM = f"{TOPIC}/patient:{an_id(1)}"
PLACE = (TOPIC, 0)


class Kept:
    """Places in a store of the subscriber's own."""

    def __init__(self) -> None:
        self.reached: dict[str, Reached] = {}

    async def find(self, stream: str) -> Reached | None:
        return self.reached.get(stream)

    async def keep(self, stream: str, reached: Reached) -> None:
        self.reached[stream] = reached


@dataclass
class Subscribed:
    """One run of a subscriber, and what it has heard."""

    hears: Sequence[type[EventData]] = (ClearanceExtended, ClearanceGranted)
    places: Places | None = None
    keyring: KeyRing | None = None
    now: datetime = NOON
    heard: list[Received[Any]] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)
    breaks: Exception | None = None
    stops: bool = False

    def __post_init__(self) -> None:
        self.freshness = Freshness(lambda: self.now)
        self.freshness.assigned([PLACE])
        self.listening = self.listening_with(self._handle)

    def listening_with(self, handler: Handler[Any]) -> Listening:
        return Listening(
            dict.fromkeys(self.hears, handler),
            keyring=self.keyring,
            places=self.places,
            tell=self._tell,
            freshness=self.freshness,
            clock=lambda: self.now,
        )

    @property
    def numbers(self) -> list[int]:
        return [event.sequence for event in self.heard]

    async def take(self, *records: ConsumedRecord) -> "Subscribed":
        for record in records:
            await self.listening.take(record)
        return self

    async def _handle(self, event: Received[Any]) -> None:
        if self.breaks is not None:
            raise self.breaks
        self.heard.append(event)

    async def _tell(self, trouble: Trouble) -> None:
        if self.stops:
            raise Stopped(trouble)
        self.troubles.append(trouble)


def record(sequence: int, **parts: Any) -> ConsumedRecord:
    return a_record(an_event(sequence, **parts))


async def test_events_are_handled_in_order_and_repeats_once() -> None:
    subscribed = await Subscribed().take(record(1), record(2), record(1), record(2), record(3))

    assert (subscribed.numbers, subscribed.troubles) == ([1, 2, 3], [])


async def test_a_gap_is_told_before_what_follows_it() -> None:
    subscribed = await Subscribed().take(record(1), record(4))

    assert (subscribed.numbers, subscribed.troubles) == ([1, 4], [Gap(STREAM, 2, 3)])


async def test_who_stops_at_a_gap_has_not_passed_it() -> None:
    subscribed = await Subscribed(stops=True).take(record(1))

    for _ in range(2):
        with pytest.raises(Stopped, match=r"gap: .* lacks 2 to 3"):
            await subscribed.take(record(4))

    assert subscribed.numbers == [1]


async def test_a_stream_that_is_met_in_its_middle_says_so_once() -> None:
    subscribed = await Subscribed().take(record(5), record(6))

    assert (subscribed.numbers, subscribed.troubles) == ([5, 6], [Joined(STREAM, 5)])


async def test_two_events_under_one_number_are_told_and_the_second_is_not_handled() -> None:
    subscribed = await Subscribed().take(record(1), record(1, event_id=an_id(77)), record(2))

    assert (subscribed.numbers, subscribed.troubles) == ([1, 2], [Diverged(STREAM, 1)])


async def test_what_nobody_hears_moves_the_stream_on() -> None:
    unheard = record(2, data=ClearanceRevoked(patient_id=an_id(1), clearance_id=an_id(7), valid_until=NOON))
    unknown = record(3, type="careflow.screening.InventedLater.v1")

    subscribed = await Subscribed().take(record(1), unheard, unknown, record(4))

    assert (subscribed.numbers, subscribed.troubles) == ([1, 4], [])


async def test_what_cannot_be_read_is_told_and_what_follows_is_handled() -> None:
    nonsense = a_record(an_event(2), offset=17, value=b"{")
    no_number = a_record(with_data(an_event(2), {"patient_id": "x"}), offset=18)

    subscribed = await Subscribed().take(record(1), nonsense, no_number, record(3))

    assert subscribed.numbers == [1, 3]
    assert subscribed.troubles == [Unreadable(TOPIC, 0, 17, "not_json"), Unreadable(TOPIC, 0, 18, "data_invalid")]


async def test_an_event_of_another_writer_is_not_believed() -> None:
    forged = record(1, source="/careflow/billing")

    subscribed = await Subscribed().take(forged)

    assert subscribed.troubles == [Unreadable(TOPIC, 0, 1, "wrong_source")]


async def test_an_event_whose_handler_fails_comes_again() -> None:
    subscribed = Subscribed(breaks=OSError("away"))
    with pytest.raises(OSError, match="away"):
        await subscribed.take(record(1))

    subscribed.breaks = None
    await subscribed.take(record(1))

    assert (subscribed.numbers, subscribed.troubles) == ([1], [])


async def test_a_plain_function_is_no_handler_and_its_event_comes_again() -> None:
    kept = Kept()
    subscribed = Subscribed(places=kept)
    plain: Any = lambda _: None  # noqa: E731 - what somebody without a type checker may register
    subscribed.listening = subscribed.listening_with(plain)

    with pytest.raises(TypeError, match=r"ClearanceExtended.*define it by `async def`"):
        await subscribed.take(record(1))

    assert kept.reached == {}


async def test_with_places_kept_a_new_run_goes_on_where_the_last_one_ended() -> None:
    kept = Kept()
    await Subscribed(places=kept).take(record(1), record(2))

    again = await Subscribed(places=kept).take(record(2), record(3), record(5))

    assert (again.numbers, again.troubles) == ([3, 5], [Gap(STREAM, 4, 4)])
    assert kept.reached == {STREAM: Reached(5, an_id(1_000_005))}


async def test_a_place_is_kept_after_its_event_was_handled() -> None:
    kept = Kept()
    with pytest.raises(OSError, match="away"):
        await Subscribed(places=kept, breaks=OSError("away")).take(record(1))

    assert kept.reached == {}


async def test_a_partition_that_others_have_read_is_not_remembered() -> None:
    subscribed = await Subscribed().take(record(1))

    subscribed.listening.forget(but=())
    await subscribed.take(record(9))

    assert subscribed.troubles == [Joined(STREAM, 9)]


async def test_what_is_our_own_is_remembered() -> None:
    subscribed = await Subscribed().take(record(1))

    subscribed.listening.forget(but=[PLACE])
    await subscribed.take(record(1), record(2))

    assert (subscribed.numbers, subscribed.troubles) == ([1, 2], [])


GRANTED = next(sample for sample in samples(TOPIC) if sample.contract is ClearanceGranted)


def sealed_sample() -> ConsumedRecord:
    return a_record(GRANTED.envelope)


async def heard_of(sample: ConsumedRecord, keyring: KeyRing | None) -> ClearanceGranted:
    subscribed = await Subscribed(keyring=keyring, now=GRANTED.envelope.time).take(sample)
    (event,) = subscribed.heard
    assert isinstance(event.data, ClearanceGranted)
    return event.data


async def test_a_section_opens_with_ones_own_key_only() -> None:
    assert (await heard_of(sealed_sample(), sample_key_ring("sessions"))).for_sessions.value is not None
    assert (await heard_of(sealed_sample(), sample_key_ring("billing"))).for_sessions.value is None
    assert (await heard_of(sealed_sample(), None)).for_sessions.value is None


async def test_a_section_for_a_key_that_is_missing_waits_for_it() -> None:
    subscribed = Subscribed(keyring=KeyRing("sessions", {"keys": []}), now=GRANTED.envelope.time)

    with pytest.raises(KeyMissing, match=r"a key of sessions .* \(none\): start with that key"):
        await subscribed.take(sealed_sample())

    assert subscribed.heard == []
    assert not any(isinstance(trouble, Unreadable) for trouble in subscribed.troubles)


async def test_a_section_that_was_moved_to_another_event_is_told() -> None:
    moved = a_record(GRANTED.envelope, value=GRANTED.value.replace(GRANTED.envelope.id.encode(), an_id(3).encode()))
    subscribed = Subscribed(keyring=sample_key_ring("sessions"), now=GRANTED.envelope.time)

    await subscribed.take(
        ConsumedRecord(topic=moved.topic, partition=0, offset=3, key=moved.key, value=moved.value, headers=())
    )

    assert subscribed.troubles[-1] == Unreadable(TOPIC, 0, 3, "section_broken")


@pytest.mark.parametrize("sample", [s for s in samples() if s.contract.topic is not EVERY_TOPIC], ids=str)
@pytest.mark.parametrize("newer", [lambda each: each, with_unknown_fields, with_unknown_codes])
async def test_every_sample_is_heard_also_as_a_newer_writer_says_it(sample: Sample, newer: Any) -> None:
    event = newer(sample)
    subscribed = Subscribed(hears=[sample.contract], now=sample.envelope.time)

    await subscribed.take(a_record(event.envelope))

    assert len(subscribed.heard) == 1
    assert [each for each in subscribed.troubles if not isinstance(each, Joined)] == []


async def test_checkpoints_tell_how_fresh_the_view_is() -> None:
    subscribed = Subscribed(now=NOON + timedelta(seconds=40))
    before = subscribed.freshness.until()

    await subscribed.take(a_checkpoint(NOON), a_checkpoint(NOON - timedelta(minutes=1)))

    assert (before, subscribed.freshness.until()) == (None, NOON)
    assert subscribed.troubles == []


async def test_a_view_is_as_fresh_as_the_oldest_of_its_partitions() -> None:
    subscribed = Subscribed(now=NOON + timedelta(seconds=40))
    subscribed.freshness.assigned([PLACE, (TOPIC, 1)])

    await subscribed.take(a_checkpoint(NOON))
    one_is_silent = subscribed.freshness.until()
    await subscribed.take(a_checkpoint(NOON - timedelta(minutes=1), partition=1))

    assert (one_is_silent, subscribed.freshness.until()) == (None, NOON - timedelta(minutes=1))


async def test_a_writer_whose_clock_is_ahead_makes_no_view_fresher_than_now() -> None:
    subscribed = await Subscribed().take(a_checkpoint(NOON + timedelta(hours=3)))

    assert subscribed.freshness.until() == NOON


async def test_a_partition_that_falls_silent_is_told_once_and_again_after_it_spoke() -> None:
    subscribed = Subscribed()

    def stale_at(minutes: int) -> list[Stale]:
        subscribed.now = NOON + timedelta(minutes=minutes)
        return list(subscribed.freshness.stale())

    assert stale_at(1) == []
    assert stale_at(3) == [Stale(TOPIC, 0, None)]
    assert stale_at(4) == []
    await subscribed.take(a_checkpoint(subscribed.now))
    assert stale_at(5) == []
    assert stale_at(9) == [Stale(TOPIC, 0, NOON + timedelta(minutes=4))]


async def test_streams_that_are_behind_are_named() -> None:
    subscribed = Subscribed()
    event = a_checkpoint(NOON)
    checkpoint = FeedCheckpoint(as_of=NOON, behind=(STREAM,))

    await subscribed.take(event)
    subscribed.freshness.note(PLACE, checkpoint)

    assert subscribed.freshness.behind() == {STREAM}


@pytest.mark.parametrize(
    "lost", [Gap(STREAM, 2, 3), Diverged(STREAM, 2), Unreadable(TOPIC, 0, 1, "not_json")], ids=type
)
async def test_by_itself_what_was_lost_stops_a_subscriber(lost: Trouble) -> None:
    with pytest.raises(Stopped, match="to go on without it, give the subscriber an on_trouble") as stopped:
        await stop_at_loss(lost)

    assert stopped.value.trouble == lost


@pytest.mark.parametrize("told", [Joined(STREAM, 2), Stale(TOPIC, 0, None)], ids=type)
async def test_by_itself_what_is_late_or_old_stops_nobody(told: Trouble) -> None:
    await stop_at_loss(told)
