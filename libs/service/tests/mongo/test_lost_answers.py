"""When the connection breaks while committing nobody knows the outcome; the runner finds out or says so."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from types import NoneType

import pytest
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.errors import AutoReconnect, OperationFailure, ServerSelectionTimeoutError

from careflow_service.errors import OutcomeUnknown, StoreBusy
from careflow_service.identity import Actor, RequestKey
from careflow_service.mongo.client import open_client
from careflow_service.mongo.documents import Documents
from careflow_service.mongo.faults import store_is_away
from careflow_service.mongo.store import Store
from careflow_service.testing.rehearsal import conflict
from careflow_service.testing.store import SetClock, given, scratch_store
from careflow_service.work import Committed, Transaction
from libs.service.tests.clinic import PUBLISHED, CarePath, a_care_path, care_paths

pytestmark = pytest.mark.store

COORDINATOR = Actor.system("tests")
REQUEST = RequestKey("tests POST 1", "f")
TIME_LIMIT = 1.0


@dataclass
class Line:
    """The connection at the moment of commit: `lost` many answers do not come back, whether or not they were sent."""

    lost: int = 0
    requests_arrive: bool = True
    commits: int = 0

    def breaking(self, commit: Callable[[AsyncClientSession], Awaitable[None]]) -> Callable[..., Awaitable[None]]:
        async def commit_transaction(session: AsyncClientSession) -> None:
            self.commits += 1
            if self.requests_arrive:
                await commit(session)
            if self.lost > 0:
                self.lost -= 1
                await asyncio.sleep(0.01)
                lost = AutoReconnect("connection closed")
                lost._add_error_label("UnknownTransactionCommitResult")
                raise lost
            await commit(session)

        return commit_transaction


@pytest.fixture
def line(monkeypatch: pytest.MonkeyPatch) -> Line:
    line = Line()
    commit = AsyncClientSession.commit_transaction
    monkeypatch.setattr(AsyncClientSession, "commit_transaction", line.breaking(commit))
    return line


@pytest.fixture
async def store(store_url: str, database: str, clock: SetClock) -> AsyncIterator[Store]:
    async with scratch_store(store_url, database, clock=clock, published=PUBLISHED, time_limit=TIME_LIMIT) as opened:
        yield opened


@pytest.fixture
def paths(store: Store) -> Documents[CarePath]:
    return care_paths(store)


async def open_care_path(store: Store, paths: Documents[CarePath], request: RequestKey | None = None) -> Committed[str]:
    async def work(tx: Transaction) -> str:
        path = a_care_path()
        await paths.add(path, tx)
        return path.id

    return await store.work.run(work, by=COORDINATOR, action="open", returns=str, request=request)


async def test_a_lost_answer_is_asked_for_again(store: Store, paths: Documents[CarePath], line: Line) -> None:
    line.lost = 1

    committed = await open_care_path(store, paths)

    assert line.commits == 2
    assert (await paths.get(committed.value)).id == committed.value
    assert await store.database["care_paths"].count_documents({}) == 1


async def test_when_answers_stay_away_the_record_of_the_request_tells(
    store: Store, paths: Documents[CarePath], line: Line
) -> None:
    line.lost = 1_000_000

    committed = await open_care_path(store, paths, REQUEST)

    assert committed.repeated
    assert (await paths.get(committed.value)).id == committed.value


async def test_without_a_record_the_outcome_is_unknown(store: Store, paths: Documents[CarePath], line: Line) -> None:
    line.lost, line.requests_arrive = 1_000_000, False

    with pytest.raises(OutcomeUnknown) as unknown:
        await open_care_path(store, paths, REQUEST)

    assert store_is_away(unknown.value)


async def test_endless_conflicts_end_at_the_time_limit(store: Store) -> None:
    async def work(_: Transaction) -> None:
        raise conflict()

    with pytest.raises(StoreBusy) as busy:
        await store.work.run(work, by=COORDINATOR, action="open", returns=NoneType)

    assert store_is_away(busy.value)


async def test_a_unit_that_dawdles_blocks_nobody(
    store: Store, paths: Documents[CarePath], store_url: str, database: str
) -> None:
    """Nothing is open in the store while it decides."""
    path = a_care_path()
    await given(store, paths, path)

    async def dawdle(tx: Transaction) -> None:
        await paths.save((await paths.get(path.id)).call(), expecting=1, tx=tx)
        async with open_client(store_url, name="another process") as client:
            touched = await client[database]["care_paths"].update_one({"_id": path.id}, {"$set": {"guard": 7}})
            assert touched.modified_count == 1
        await asyncio.sleep(TIME_LIMIT)

    with pytest.raises(StoreBusy):
        await store.work.run(dawdle, by=COORDINATOR, action="call", returns=NoneType)

    assert (await paths.get(path.id)).calls == 0


async def test_a_store_that_is_away_is_busy(store: Store) -> None:
    async def work(_: Transaction) -> None:
        raise ServerSelectionTimeoutError("no primary")

    with pytest.raises(StoreBusy):
        await store.work.run(work, by=COORDINATOR, action="open", returns=NoneType)


async def test_what_the_store_refuses_for_good_is_not_busy(store: Store) -> None:
    async def work(_: Transaction) -> None:
        await store.database["care_paths"].update_one({}, {"$no_such_operator": {"x": 1}})

    with pytest.raises(OperationFailure) as refused:
        await store.work.run(work, by=COORDINATOR, action="open", returns=NoneType)

    assert not store_is_away(refused.value)
