"""The feed of a service that was put back from a copy."""

from collections.abc import AsyncIterator, Sequence

import pytest

from careflow_events.consumed import ConsumedRecord
from careflow_events.contracts import ClearanceExtended
from careflow_events.envelope import encode
from careflow_events.feed import Extent, FeedPlace, Wanted
from careflow_events.fencing import CountedBy, Fence, OrphanCount, Restoring
from careflow_events.mongo import MongoFeed, MongoFences
from careflow_events.outbox import OutboxRow
from careflow_events.testing.builders import NOON, a_record, an_event
from careflow_events.topics import SCREENING
from libs.events.tests.commands import Commands
from libs.events.tests.saying import ALL, Service, told


def test_a_place_of_before_a_restore_counts_as_far_as_the_histories_agree() -> None:
    twice = Extent(head=90, restores={1_000: 50, 2_000: 70})

    assert twice.standing(FeedPlace(40, 0)) == FeedPlace(40, 2_000)
    assert twice.standing(FeedPlace(60, 0)) == FeedPlace(50, 2_000)
    assert twice.standing(FeedPlace(80, 1_000)) == FeedPlace(70, 2_000)
    assert twice.standing(FeedPlace(80, 2_000)) == FeedPlace(80, 2_000)


@pytest.mark.parametrize(
    "place",
    [
        pytest.param(FeedPlace(91), id="the store it was read from is lost"),
        pytest.param(FeedPlace(50, 7), id="read after a restore this store knows nothing of"),
        pytest.param(FeedPlace(-1), id="nowhere"),
    ],
)
def test_a_place_of_another_history_is_none(place: FeedPlace) -> None:
    assert Extent(head=90).standing(place) is None


@pytest.mark.store
async def test_after_a_restore_a_reader_meets_events_again_and_misses_none(service: Service) -> None:
    """The copy knows three events; two more were published since, and read. The topics hold those, and one that was
    never marked.
    """
    await service.said(3)
    feed, fences = MongoFeed(service.store), MongoFences(service.store)
    read = FeedPlace(5)
    orphans = [_orphan(20, 1), _orphan(21, 1), _orphan(22, 1)]
    assert service.grant is not None

    await fences.put_up(Fence(NOON, orphans=3, streams=3))
    while_fenced = await feed.page(ALL, read, 10)
    for orphan in orphans:
        await fences.adopt([orphan], service.grant, NOON)
    await fences.take_down()
    again = await feed.page(ALL, read, 10)

    assert (while_fenced.rows, while_fenced.next.position, while_fenced.caught_up) == ([], 3, True)
    assert told(again) == [(int(f"{patient:x}"), 1) for patient in (20, 21, 22)]
    assert (await feed.page(ALL, again.next, 10)).rows == []


@pytest.mark.store
async def test_what_a_restore_took_in_without_its_headers_is_shown_as_any(service: Service) -> None:
    """A topic that was put back by a tool which kept keys and values alone."""
    await service.said(1)
    own = OwnTopicsOf(a_record(an_event(1, patient=20), headers=()))
    fences = MongoFences(service.store)
    restoring = Restoring([SCREENING], own, fences, keep=own.keep, wall_clock=lambda: NOON)
    assert service.grant is not None
    assert not await restoring.may_publish(service.grant)
    assert await fences.ask_to_finish()
    assert await restoring.may_publish(service.grant)

    extended = Wanted(ALL.topics, frozenset({ClearanceExtended.type()}))
    pages = [await MongoFeed(service.store).page(wanted, FeedPlace(1), 10) for wanted in (ALL, extended)]

    assert [told(page) for page in pages] == [[(14, 1)]] * 2


@pytest.mark.store
async def test_the_store_counts_what_a_restore_took_in_however_much_it_is(service: Service, commands: Commands) -> None:
    """In one answer, where rows were read and counted."""
    await service.said(1)
    fences = MongoFences(service.store)
    assert service.grant is not None
    for patient in range(20, 24):
        await fences.adopt([_orphan(patient, number) for number in range(1, patient - 17)], service.grant, NOON)
    commands.sent.clear()

    by_type = await fences.orphan_counts(CountedBy.TYPE, limit=50, after=None)
    assert commands.names() == ["find _outbox", "aggregate _outbox"]
    first = await fences.orphan_counts(CountedBy.STREAM, limit=3, after=None)
    rest = await fences.orphan_counts(CountedBy.STREAM, limit=3, after=first[-1].name)

    kind = ClearanceExtended.type()
    assert by_type == [OrphanCount(name=kind, events=14, streams=4, types={kind: 14}, first=NOON, last=NOON)]
    assert [each.events for each in (*first, *rest)] == [2, 3, 4, 5]
    assert {(each.streams, *each.types) for each in (*first, *rest)} == {(1, kind)}


class OwnTopicsOf:
    """The `OwnTopics` port, with these records."""

    def __init__(self, *records: ConsumedRecord) -> None:
        self._records = records

    async def last(self, _: int) -> AsyncIterator[Sequence[ConsumedRecord]]:
        yield self._records

    async def whole(self) -> AsyncIterator[Sequence[ConsumedRecord]]:
        yield self._records

    async def keep(self) -> None: ...


@pytest.mark.store
async def test_a_store_that_is_still_to_be_filled_parts_nothing(service: Service) -> None:
    await service.said(3)
    await MongoFences(service.store).put_up(Fence(NOON, 0, 0, looked=False, filling=True))

    assert (await MongoFeed(service.store).page(ALL, FeedPlace(2), 10)).next == FeedPlace(3)


def _orphan(patient: int, sequence: int) -> OutboxRow:
    event = an_event(sequence, patient=patient)
    assert event.stream is not None
    return OutboxRow(
        id=event.id,
        stream=event.stream,
        sequence=sequence,
        topic=SCREENING.name,
        key=event.key() or b"",
        record=encode(event),
        headers=(("careflow-type", event.type.encode()),),
        urgent=False,
        recorded_at=NOON,
    )
