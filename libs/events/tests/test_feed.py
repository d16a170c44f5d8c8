"""The feed: what was published, in the order in which it was, from any place on, and woken when there is more."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import timedelta
from itertools import count
from typing import Any

import orjson
import pytest
from pymongo import AsyncMongoClient
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.monitoring import CommandListener, CommandStartedEvent

from careflow_events.consumed import ConsumedRecord
from careflow_events.contracts import ClearanceExtended, ClearanceGranted, ClearanceRevoked, SafetyAlertRaised
from careflow_events.envelope import encode
from careflow_events.feed import EXAMINED_PER_PAGE, Extent, FeedPage, FeedPlace, PlaceGone, Wanted, for_reader
from careflow_events.fencing import Fence, Restoring
from careflow_events.lease import RELAY_LEASE, Grant
from careflow_events.mongo import INDEXES, MongoFeed, MongoFences, MongoLeases, MongoTransactions, MongoUnpublished
from careflow_events.mongo import feed as mongo_feed
from careflow_events.mongo.indexes import POSITION, SUBJECT_POSITION
from careflow_events.mongo.outbox import MongoOutbox
from careflow_events.outbox import OutboxRow
from careflow_events.publication import Publication
from careflow_events.sealing import Sealer
from careflow_events.testing.builders import NOON, Keys, a_record, an_event, an_id, publication
from careflow_events.testing.examples import examples
from careflow_events.testing.worker import until
from careflow_events.topics import SCREENING, SCREENING_SAFETY

Database = AsyncDatabase[dict[str, Any]]

ALL = Wanted(frozenset({SCREENING.name, SCREENING_SAFETY.name}))
OPERATIONAL = Wanted(frozenset({SCREENING.name}))


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


def test_a_reader_is_left_only_its_own_recipients(keys: Keys) -> None:
    clearance = next(each.data for each in examples() if isinstance(each.data, ClearanceGranted))
    granted = clearance.model_copy(update={"patient_id": an_id(1)})
    record = encode(an_event(1, granted, sealer=keys.sealer()))

    own = orjson.loads(for_reader(record, "sessions"))
    another = orjson.loads(for_reader(record, "registry"))

    assert own == orjson.loads(record), "it is sealed to sessions alone"
    assert another["data"].pop("for_sessions")["recipients"] == []
    assert own["data"].pop("for_sessions")["recipients"] != []
    assert another == own
    assert orjson.loads(for_reader(record, None))["data"]["for_sessions"]["recipients"] == []


def test_a_record_without_sealed_sections_is_shown_as_it_was_published() -> None:
    record = encode(an_event(1))

    assert for_reader(record, None) is record


class Commands(CommandListener):
    """Counts what the store is asked."""

    def __init__(self) -> None:
        self.sent: list[CommandStartedEvent] = []

    def started(self, event: CommandStartedEvent) -> None:
        if event.command_name == "find":
            self.sent.append(event)

    def succeeded(self, event: Any) -> None: ...

    def failed(self, event: Any) -> None: ...


@pytest.fixture
def commands() -> Commands:
    return Commands()


@pytest.fixture
async def store(store_url: str, database: str, commands: Commands) -> AsyncIterator[Database]:
    async with AsyncMongoClient[dict[str, Any]](store_url, event_listeners=[commands]) as client:
        for name, index in INDEXES:
            await client[database][name].create_indexes([index])
        yield client[database]


class Service:
    """What commits and publishes."""

    def __init__(self, store: Database) -> None:
        self.store = store
        self._outbox = MongoOutbox(Sealer({"keys": []}), map(an_id, count(1)).__next__)
        self._grant: Grant | None = None

    async def say(self, *publications: Publication) -> None:
        async def append(_: Any) -> None:
            await self._outbox.append(publications, now=NOON, causation=None, correlation=None, traceparent=None)

        await MongoTransactions(self.store).run(append, action="test", event=None)

    async def publish(self, *, without: Sequence[str] = ()) -> None:
        self._grant = self._grant or await MongoLeases(self.store).take(RELAY_LEASE, "a", timedelta(hours=1))
        assert self._grant is not None
        unpublished = MongoUnpublished(self.store)
        await unpublished.mark(await unpublished.fetch(1_000, without), self._grant, NOON)

    async def said(self, events: int) -> None:
        """So many events of nine patients, published."""
        await self.say(*(publication(patient=number % 9 + 1) for number in range(events)))
        await self.publish()


@pytest.fixture
def service(store: Database) -> Service:
    return Service(store)


def stream(patient: int) -> str:
    return SCREENING.stream(f"patient:{an_id(patient)}")


def told(page: FeedPage) -> list[tuple[int, int]]:
    """(patient, sequence) of each event."""
    return [(int(row.stream[-4:]), row.sequence) for row in page.rows]


def alert(patient: int = 1) -> Publication:
    raised = next(each.data for each in examples() if isinstance(each.data, SafetyAlertRaised))
    return publication(raised.model_copy(update={"patient_id": an_id(patient)}), patient=patient)


def revoked(patient: int = 1) -> Publication:
    found = next(each.data for each in examples() if isinstance(each.data, ClearanceRevoked))
    return publication(found.model_copy(update={"patient_id": an_id(patient)}), patient=patient)


@pytest.mark.store
async def test_nothing_was_said(store: Database) -> None:
    page = await MongoFeed(store).page(ALL, None, 10)

    assert (page.rows, page.next, page.caught_up) == ([], FeedPlace(0), True)
    assert (await MongoFeed(store).page(ALL, page.next, 10)).caught_up


@pytest.mark.store
async def test_page_after_page_is_everything_once_and_in_order(service: Service) -> None:
    await service.said(25)
    feed = MongoFeed(service.store)
    pages: list[FeedPage] = []
    place: FeedPlace | None = None
    while not pages or not pages[-1].caught_up:
        pages.append(await feed.page(ALL, place, 10))
        place = pages[-1].next

    assert [len(page.rows) for page in pages] == [10, 10, 5]
    by_patient: dict[int, list[int]] = {}
    for patient, sequence in (each for page in pages for each in told(page)):
        by_patient.setdefault(patient, []).append(sequence)
    assert all(numbers == list(range(1, len(numbers) + 1)) for numbers in by_patient.values())
    assert sum(map(len, by_patient.values())) == 25


@pytest.mark.store
async def test_what_is_published_late_comes_later_and_is_not_passed_over(service: Service) -> None:
    """Committed first, but its partition did not answer."""
    feed = MongoFeed(service.store)
    await service.say(publication(patient=1))
    await service.say(publication(patient=2))
    await service.publish(without=[stream(1)])

    first = await feed.page(ALL, None, 10)
    await service.publish()
    second = await feed.page(ALL, first.next, 10)

    assert (told(first), told(second)) == ([(2, 1)], [(1, 1)])


@pytest.mark.store
async def test_nothing_unpublished_is_shown(service: Service) -> None:
    await service.say(publication())

    assert told(await MongoFeed(service.store).page(ALL, None, 10)) == []


@pytest.mark.store
async def test_a_reader_beside_the_relay_misses_nothing(service: Service) -> None:
    feed = MongoFeed(service.store)
    writing = asyncio.create_task(_write(service, 30))
    read: list[str] = []
    place: FeedPlace | None = None
    ended = False
    while not ended:
        written = writing.done()
        page = await feed.page(ALL, place, 7)
        read += [row.id for row in page.rows]
        place, ended = page.next, written and page.caught_up
    await writing

    rows = await service.store["_outbox"].find({}, {"position": 1}).sort([("position", 1)]).to_list()
    assert read == [row["_id"] for row in rows]
    assert len(read) == 90


async def _write(service: Service, batches: int) -> None:
    for number in range(batches):
        await service.say(*(publication(patient=number + each) for each in range(3)))
        await service.publish()


@pytest.mark.store
async def test_only_what_is_wanted_is_shown(service: Service) -> None:
    await service.say(publication(patient=1), publication(patient=2), alert(1), revoked(2))
    await service.publish()
    feed = MongoFeed(service.store)

    async def shown(wanted: Wanted) -> set[tuple[str, int]]:
        page = await feed.page(wanted, None, 10)
        assert page.caught_up
        return {(dict(row.headers)["careflow-type"].decode().split(".")[2], int(row.stream[-4:])) for row in page.rows}

    everything = {
        ("ClearanceExtended", 1),
        ("ClearanceExtended", 2),
        ("SafetyAlertRaised", 1),
        ("ClearanceRevoked", 2),
    }
    of_two = {each for each in everything if each[1] == 2}
    subject = f"patient:{an_id(2)}"
    extended, raised = ClearanceExtended.type(), SafetyAlertRaised.type()
    assert await shown(ALL) == everything
    assert await shown(OPERATIONAL) == everything - {("SafetyAlertRaised", 1)}
    assert await shown(Wanted(ALL.topics, frozenset({extended}))) == {each for each in everything if "Ext" in each[0]}
    assert await shown(Wanted(ALL.topics, subject=subject)) == of_two
    assert await shown(Wanted(ALL.topics, frozenset({extended, raised}), subject)) == {("ClearanceExtended", 2)}
    assert await shown(Wanted(OPERATIONAL.topics, frozenset({raised}))) == set()


@pytest.mark.store
async def test_what_is_about_one_subject_is_paged_like_everything(service: Service) -> None:
    for _ in range(3):
        await service.say(publication(patient=1), publication(patient=2), revoked(1), alert(1))
    await service.publish()
    feed = MongoFeed(service.store)
    wanted = Wanted(OPERATIONAL.topics, frozenset({ClearanceExtended.type()}), f"patient:{an_id(1)}")

    pages = [await feed.page(wanted, None, 2)]
    pages.append(await feed.page(wanted, pages[0].next, 2))

    assert [told(page) for page in pages] == [[(1, 1), (1, 3)], [(1, 5)]]
    assert [page.caught_up for page in pages] == [False, True]


@pytest.mark.store
async def test_a_page_ends_where_it_has_enough_bytes_but_has_one_event(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    await service.said(3)
    monkeypatch.setattr(mongo_feed, "BYTES_PER_PAGE", 1)
    feed = MongoFeed(service.store)

    first = await feed.page(ALL, None, 10)
    rest = await feed.page(ALL, first.next, 10)

    assert (len(first.rows), first.next, first.caught_up) == (1, FeedPlace(1), False)
    assert (len(rest.rows), rest.next, rest.caught_up) == (1, FeedPlace(2), False)


@pytest.mark.store
async def test_a_page_goes_on_behind_what_it_looked_at_in_vain(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    await service.said(10)
    await service.say(revoked())
    await service.publish()
    monkeypatch.setattr(mongo_feed, "EXAMINED_PER_PAGE", 4)
    feed, rare = MongoFeed(service.store), Wanted(ALL.topics, frozenset({ClearanceRevoked.type()}))

    pages = [await feed.page(rare, None, 10)]
    while not pages[-1].caught_up:
        pages.append(await feed.page(rare, pages[-1].next, 10))

    assert [(page.next.position, len(page.rows)) for page in pages] == [(4, 0), (8, 0), (11, 1)]


@pytest.mark.store
async def test_what_was_removed_is_gone_and_the_oldest_place_is_named(service: Service) -> None:
    await service.said(5)
    await service.store["_outbox"].delete_many({"position": {"$lte": 3}})
    feed = MongoFeed(service.store)

    with pytest.raises(PlaceGone) as gone:
        await feed.page(ALL, FeedPlace(2), 10)

    assert gone.value.oldest == FeedPlace(3)
    assert [len((await feed.page(ALL, place, 10)).rows) for place in (None, FeedPlace(3), FeedPlace(4))] == [2, 2, 1]


@pytest.mark.store
async def test_after_a_restore_a_reader_meets_events_again_and_misses_none(service: Service) -> None:
    """The copy knows three events; two more were published since, and read. The topics hold those, and one that was
    never marked.
    """
    await service.said(3)
    feed, fences = MongoFeed(service.store), MongoFences(service.store)
    read = FeedPlace(5)
    orphans = [_orphan(20, 1), _orphan(21, 1), _orphan(22, 1)]
    assert service._grant is not None

    await fences.put_up(Fence(NOON, orphans=3, streams=3))
    while_fenced = await feed.page(ALL, read, 10)
    for orphan in orphans:
        await fences.adopt([orphan], service._grant, NOON)
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
    assert service._grant is not None
    assert not await restoring.may_publish(service._grant)
    assert await fences.ask_to_finish()
    assert await restoring.may_publish(service._grant)

    extended = Wanted(ALL.topics, frozenset({ClearanceExtended.type()}))
    pages = [await MongoFeed(service.store).page(wanted, FeedPlace(1), 10) for wanted in (ALL, extended)]

    assert [told(page) for page in pages] == [[(14, 1)]] * 2


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


@pytest.mark.store
async def test_a_page_costs_the_same_wherever_it_is(service: Service, commands: Commands) -> None:
    """In commands, and in the keys of an index that lie in the ranges it asks for."""
    await service.said(9)
    row = await service.store["_outbox"].find_one({"position": 1})
    assert row is not None
    many = [
        {**row, "_id": an_id(number), "position": number, "stream": f"{SCREENING.name}/x", "sequence": number}
        for number in range(10, 5_000)
    ]
    await service.store["_outbox"].insert_many(many)
    await service.store["_leases"].update_one({"_id": RELAY_LEASE}, {"$set": {"published": 4_999}})
    feed = MongoFeed(service.store)
    rare = Wanted(ALL.topics, frozenset({ClearanceRevoked.type()}))
    nobody = Wanted(ALL.topics, subject=f"patient:{an_id(77)}")

    async def keys_examined(wanted: Wanted, at: int) -> int:
        commands.sent.clear()
        await feed.page(wanted, FeedPlace(at), 100)
        asked = [dict(each.command) for each in commands.sent]
        assert [each["find"] for each in asked] == ["_leases", "_outbox", "_outbox"]
        index = POSITION if wanted.subject is None else SUBJECT_POSITION
        assert index == POSITION or {*asked[2]["filter"]} == {"key", "position"}, "and no other condition misleads"
        first, page = (each["filter"] for each in asked[1:])
        return await _examined(service.store, first, POSITION) + await _examined(service.store, page, index)

    for wanted, most in ((ALL, EXAMINED_PER_PAGE + 1), (rare, EXAMINED_PER_PAGE + 1), (nobody, 1)):
        (examined,) = {await keys_examined(wanted, at) for at in (20, 2_500, 3_900)}
        assert examined <= most, wanted


async def _examined(store: Database, question: dict[str, Any], index: str) -> int:
    find = {"find": "_outbox", "filter": question, "hint": index}
    explained = await store.command("explain", find, verbosity="executionStats")
    assert f"'indexName': '{index}'" in str(explained["queryPlanner"]["winningPlan"])
    examined: int = explained["executionStats"]["totalKeysExamined"]
    return examined


def listens(feed: MongoFeed) -> Callable[[], Awaitable[bool]]:
    async def listening() -> bool:
        return feed.listening

    return listening


@pytest.mark.store
async def test_whoever_waits_is_woken_by_what_they_want(service: Service) -> None:
    feed = MongoFeed(service.store)
    await service.said(1)
    here = (await feed.page(ALL, None, 10)).next
    mine, another = (Wanted(ALL.topics, subject=f"patient:{an_id(patient)}") for patient in (1, 2))
    waiting = asyncio.create_task(feed.until(mine, here))
    other = asyncio.create_task(feed.until(another, here))
    await until(listens(feed))

    await service.say(publication(patient=2))
    await service.publish()
    assert await asyncio.wait_for(other, 10)
    assert not waiting.done()
    await service.say(publication(patient=1))
    await service.publish()

    assert await asyncio.wait_for(waiting, 10)
    assert feed.waiting == 0


@pytest.mark.store
async def test_what_came_before_the_waiting_began_ends_it(service: Service) -> None:
    feed = MongoFeed(service.store)
    here = (await feed.page(ALL, None, 10)).next
    await service.said(1)

    assert await asyncio.wait_for(feed.until(ALL, here), 10)


@pytest.mark.store
async def test_hundreds_who_wait_cost_what_one_does(service: Service, commands: Commands) -> None:
    feed = MongoFeed(service.store)
    await service.said(1)
    here = (await feed.page(ALL, None, 10)).next
    waiting = [asyncio.create_task(feed.until(ALL, here)) for _ in range(300)]
    await until(listens(feed))
    commands.sent.clear()

    await service.say(publication())
    await service.publish()
    await asyncio.wait_for(asyncio.gather(*waiting), 10)

    assert len([each for each in commands.sent if each.command["find"] in {"_leases", "_outbox"}]) < 12
    assert len(asyncio.all_tasks()) < 20


@pytest.mark.store
async def test_too_many_and_those_who_come_after_the_end_are_not_kept(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mongo_feed, "MOST_WAITING", 1)
    feed = MongoFeed(service.store)
    waiting = asyncio.create_task(feed.until(ALL, FeedPlace(0)))
    await until(listens(feed))

    assert not await feed.until(ALL, FeedPlace(0))
    feed.close()

    assert not await asyncio.wait_for(waiting, 10)
    assert not await feed.until(ALL, FeedPlace(0))
