"""A request that arrives several times takes effect once and is answered alike."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta

import bson
import pytest

from careflow_events.contracts.codes import CareStage
from careflow_service.clock import wall_clock
from careflow_service.errors import IdempotencyKeyReused, InProgress
from careflow_service.identity import Actor, RequestKey
from careflow_service.mongo.documents import Documents
from careflow_service.mongo.idempotency import IDEMPOTENCY, IdempotencyRecords
from careflow_service.mongo.store import Store
from careflow_service.testing.store import SetClock, scratch_store
from careflow_service.work import Committed, Transaction
from libs.service.tests.clinic import PUBLISHED, CarePath, a_care_path

pytestmark = pytest.mark.store

PATIENT = Actor.public()
REQUEST = RequestKey("public POST /v1/inquiries key-of-a-visitor", fingerprint="f1")


@dataclass(frozen=True, slots=True)
class Opened:
    id: str
    version: int


class Opening:
    """A command that opens a care path for whoever asks, and counts how often it was decided."""

    def __init__(self, store: Store, paths: Documents[CarePath]) -> None:
        self._store = store
        self._paths = paths
        self.decided = 0

    async def __call__(self, request: RequestKey | None = REQUEST, *, refuse: bool = False) -> Committed[Opened]:
        async def work(tx: Transaction) -> Opened:
            self.decided += 1
            path = a_care_path().reach(CareStage.SCREENING)
            await self._paths.add(path, tx)
            if refuse:
                raise ValueError
            return Opened(path.id, path.version)

        return await self._store.work.run(work, by=PATIENT, action="open", returns=Opened, request=request)


@pytest.fixture
def opening(store: Store, paths: Documents[CarePath]) -> Opening:
    return Opening(store, paths)


async def test_a_repeat_is_answered_from_the_record(store: Store, opening: Opening) -> None:
    first = await opening()

    again = await opening()

    assert again == Committed(first.value, first.positions, repeated=True)
    assert opening.decided == 2, "it is taken for a new one until its record is inserted; deciding does nothing outside"
    assert await store.database["care_paths"].count_documents({}) == 1
    assert await store.database["_audit"].count_documents({}) == 1


async def test_the_same_key_with_another_body_is_refused(store: Store, opening: Opening) -> None:
    await opening()

    with pytest.raises(IdempotencyKeyReused):
        await opening(RequestKey(REQUEST.key, fingerprint="f2"))

    assert await store.database["care_paths"].count_documents({}) == 1


async def test_a_repeat_that_would_be_refused_by_now_is_answered_as_before(opening: Opening) -> None:
    first = await opening()

    again = await opening(refuse=True)

    assert again == Committed(first.value, first.positions, repeated=True)


async def test_another_key_is_another_request(opening: Opening) -> None:
    first = await opening()

    second = await opening(RequestKey("public POST /v1/inquiries 4712", fingerprint="f1"))

    assert first.value.id != second.value.id


async def test_a_refused_command_may_use_its_key_again(opening: Opening) -> None:
    with pytest.raises(ValueError):
        await opening(refuse=True)

    assert not (await opening()).repeated


async def test_twins_at_the_same_moment_take_effect_once(store: Store, opening: Opening) -> None:
    answers = await asyncio.gather(*(opening() for _ in range(8)))

    assert len({answer.value for answer in answers}) == 1
    assert sorted(answer.repeated for answer in answers) == [False] + [True] * 7
    assert await store.database["care_paths"].count_documents({}) == 1


async def test_a_twin_that_does_not_finish_is_reported(store_url: str, database: str, clock: SetClock) -> None:
    async with (
        scratch_store(store_url, database, clock=clock, published=PUBLISHED, time_limit=0.5) as store,
        store.client.start_session() as session,
        await session.start_transaction(),
    ):
        record = {"_id": IdempotencyRecords(store.database, wall_clock, store.keys.lines.blind_index).id_of(REQUEST)}
        await store.database[IDEMPOTENCY].insert_one(record, session=session)

        async def work(_: Transaction) -> Opened:
            return Opened("here", 1)

        with pytest.raises(InProgress):
            await store.work.run(work, by=PATIENT, action="open", returns=Opened, request=REQUEST)
        await session.abort_transaction()


async def test_a_record_is_kept_for_two_days_and_tells_nothing(store: Store, opening: Opening) -> None:
    opened = await opening()

    record = await store.database[IDEMPOTENCY].find_one({})

    assert record is not None
    assert timedelta(hours=47, minutes=59) < record["expires_at"] - wall_clock() <= timedelta(hours=48)
    assert record.keys() == {"_id", "fingerprint", "came_to", "expires_at"}
    assert "visitor" not in record["_id"]
    raw = bson.encode(record)
    (position,) = opened.positions
    for told in (opened.value.id, position.stream, "version"):
        assert told.encode() not in raw


async def test_a_large_result_is_a_mistake(store: Store) -> None:
    async def work(_: Transaction) -> str:
        return "x" * 10_000

    with pytest.raises(ValueError, match="not a small result"):
        await store.work.run(work, by=PATIENT, action="open", returns=str, request=REQUEST)
