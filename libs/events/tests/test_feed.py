"""The feed: what was published, in the order in which it was, from any place on."""

import asyncio
from typing import Any

import orjson
import pytest

from careflow_events.contracts import ClearanceExtended, ClearanceGranted, ClearanceRevoked, SafetyAlertRaised
from careflow_events.envelope import encode
from careflow_events.feed import FeedPage, FeedPlace, PlaceGone, Wanted, for_reader
from careflow_events.lease import RELAY_LEASE
from careflow_events.mongo import MongoFeed
from careflow_events.mongo import feed as mongo_feed
from careflow_events.mongo.indexes import POSITION, SUBJECT_POSITION
from careflow_events.publication import Publication
from careflow_events.testing.builders import Keys, an_event, an_id, publication
from careflow_events.testing.examples import examples
from careflow_events.topics import SCREENING
from libs.events.tests.commands import Commands
from libs.events.tests.saying import ALL, Database, Service, told

OPERATIONAL = Wanted(frozenset({SCREENING.name}))


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


def stream(patient: int) -> str:
    return SCREENING.stream(f"patient:{an_id(patient)}")


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
async def test_a_page_costs_the_same_wherever_it_is(
    service: Service, commands: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In commands, and in the keys of an index that lie in the ranges it asks for."""
    examined_per_page = 50  # so that few events are many
    monkeypatch.setattr(mongo_feed, "EXAMINED_PER_PAGE", examined_per_page)
    await service.said(9)
    row = await service.store["_outbox"].find_one({"position": 1})
    assert row is not None
    many = [
        {**row, "_id": an_id(number), "position": number, "stream": f"{SCREENING.name}/x", "sequence": number}
        for number in range(10, 500)
    ]
    await service.store["_outbox"].insert_many(many)
    await service.store["_leases"].update_one({"_id": RELAY_LEASE}, {"$set": {"published": 499}})
    feed = MongoFeed(service.store)
    rare = Wanted(ALL.topics, frozenset({ClearanceRevoked.type()}))
    nobody = Wanted(ALL.topics, subject=f"patient:{an_id(77)}")

    async def asked_of(wanted: Wanted, at: int) -> tuple[int, int]:
        commands.sent.clear()
        await feed.page(wanted, FeedPlace(at), 10)
        asked = [dict(each.command) for each in commands.sent]
        assert [each["find"] for each in asked[:2]] == ["_leases", "_outbox"]
        index = POSITION if wanted.subject is None else SUBJECT_POSITION
        by = [POSITION, *[index] * len(asked[2:])]
        keys = [await _examined(service.store, each, which) for each, which in zip(asked[1:], by, strict=True)]
        return len(asked), sum(keys)

    # A page of what is mostly wanted is one question of its own size; the rest is asked for where that does not do.
    for wanted, questions, most in ((ALL, 3, 10 + 1), (rare, 4, examined_per_page + 1), (nobody, 3, 1)):
        ((asked, examined),) = {await asked_of(wanted, at) for at in (20, 250, 390)}
        assert (asked, examined <= most) == (questions, True), wanted


async def _examined(store: Database, asked: dict[str, Any], index: str) -> int:
    """Keys the store looks at for the very question that was asked: a hint or a condition less would be another."""
    find = {name: asked[name] for name in ("find", "filter", "sort", "limit") if name in asked}
    explained = await store.command("explain", find, verbosity="executionStats")
    assert f"'indexName': '{index}'" in str(explained["queryPlanner"]["winningPlan"])
    examined: int = explained["executionStats"]["totalKeysExamined"]
    return examined
