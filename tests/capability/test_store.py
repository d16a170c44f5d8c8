"""What CareFlow relies on in its store, one statement each.

Runs on the local store, and on a real mongod by CAREFLOW_TEST_MONGO_URL (a replica set). A figure or a promise in the
documentation names the store it was proved on; this suite is what makes another store acceptable.
"""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pymongo import AsyncMongoClient, IndexModel, ReturnDocument
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import DocumentTooLarge, DuplicateKeyError, InvalidOperation, OperationFailure
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

pytestmark = pytest.mark.store

Document = dict[str, Any]
Database = AsyncDatabase[Document]

MAJORITY = WriteConcern("majority", j=True)
SNAPSHOT = ReadConcern("snapshot")
TRANSIENT = "TransientTransactionError"


@pytest.fixture
async def client(store_url: str) -> AsyncIterator[AsyncMongoClient[Document]]:
    async with AsyncMongoClient[Document](store_url, tz_aware=True) as client:
        yield client


@pytest.fixture
async def db(client: AsyncMongoClient[Document], database: str) -> Database:
    await client[database]["rows"].create_indexes([IndexModel("x", name="unique_x", unique=True, sparse=True)])
    return client[database]


@pytest.fixture
async def session(client: AsyncMongoClient[Document]) -> AsyncIterator[AsyncClientSession]:
    """A session with an open transaction, as the runner opens it."""
    async with client.start_session() as session:
        await session.start_transaction(read_concern=SNAPSHOT, write_concern=MAJORITY)
        yield session
        if session.in_transaction:
            await session.abort_transaction()


async def test_a_transaction_commits_all_or_nothing(db: Database, session: AsyncClientSession) -> None:
    await db["rows"].insert_one({"_id": 1}, session=session)
    await db["others"].insert_one({"_id": 1}, session=session)
    assert await db["rows"].count_documents({}) == 0, "nothing shows before the commit"
    await session.abort_transaction()
    assert await db["others"].count_documents({}) == 0

    await session.start_transaction(read_concern=SNAPSHOT, write_concern=MAJORITY)
    await db["rows"].insert_one({"_id": 1}, session=session)
    await db["others"].insert_one({"_id": 1}, session=session)
    await session.commit_transaction()
    assert await db["rows"].count_documents({}) == await db["others"].count_documents({}) == 1


async def test_a_transaction_reads_its_own_writes_and_one_snapshot(db: Database, session: AsyncClientSession) -> None:
    await db["rows"].insert_many([{"_id": 1, "n": 0}, {"_id": 2, "n": 0}])
    await db["rows"].find_one({"_id": 1}, session=session)

    await db["rows"].update_one({"_id": 2}, {"$set": {"n": 9}})
    await db["rows"].update_one({"_id": 1}, {"$set": {"n": 1}}, session=session)

    seen = [row["n"] async for row in db["rows"].find({}, session=session, sort=[("_id", 1)])]
    assert seen == [1, 0]


async def test_the_second_of_two_writers_of_a_document_conflicts(db: Database, session: AsyncClientSession) -> None:
    """At once and with the label that makes the runner try again."""
    await db["rows"].insert_one({"_id": 1, "n": 0})
    await db["rows"].find_one({"_id": 1}, session=session)
    await db["rows"].update_one({"_id": 1}, {"$inc": {"n": 1}})

    with pytest.raises(OperationFailure) as conflict:
        await db["rows"].update_one({"_id": 1}, {"$inc": {"n": 1}}, session=session)

    assert conflict.value.code == 112
    assert conflict.value.has_error_label(TRANSIENT)


async def test_two_first_writers_of_one_id_conflict(db: Database, session: AsyncClientSession) -> None:
    """Twin requests meet at their idempotency record; first events of one stream meet at its counter."""
    await db["rows"].find_one({"_id": 1}, session=session)
    await db["rows"].find_one_and_update(
        {"_id": 1}, {"$inc": {"n": 1}}, upsert=True, return_document=ReturnDocument.AFTER
    )

    with pytest.raises(OperationFailure) as conflict:
        await db["rows"].find_one_and_update({"_id": 1}, {"$inc": {"n": 1}}, upsert=True, session=session)

    assert conflict.value.has_error_label(TRANSIENT) or isinstance(conflict.value, DuplicateKeyError)


async def test_a_duplicate_key_ends_the_transaction(db: Database, session: AsyncClientSession) -> None:
    """It names its index and is not transient; swallowed, the next call fails and is: a runner would loop."""
    await db["rows"].insert_one({"_id": 1, "x": 1})

    with pytest.raises(DuplicateKeyError) as duplicate:
        await db["rows"].insert_one({"_id": 2, "x": 1}, session=session)
    assert not duplicate.value.has_error_label(TRANSIENT)
    assert duplicate.value.details is not None
    assert "index: unique_x" in duplicate.value.details["errmsg"]

    with pytest.raises(OperationFailure) as ended:
        await db["rows"].insert_one({"_id": 3}, session=session)
    assert ended.value.has_error_label(TRANSIENT)


async def test_snapshot_isolation_allows_write_skew(db: Database, session: AsyncClientSession) -> None:
    """Which is why what a decision reads, it writes: see the guards."""
    await db["gates"].insert_one({"_id": 1, "open": True})
    gate = await db["gates"].find_one({"_id": 1}, session=session)
    assert gate is not None
    assert gate["open"]

    await db["gates"].update_one({"_id": 1}, {"$set": {"open": False}})
    await db["bookings"].insert_one({"_id": 1}, session=session)
    await session.commit_transaction()

    assert await db["bookings"].count_documents({}) == 1


async def test_a_guard_turns_write_skew_into_a_conflict(db: Database, session: AsyncClientSession) -> None:
    await db["gates"].insert_one({"_id": 1, "open": True, "guard": 0})
    await db["gates"].find_one({"_id": 1}, session=session)
    await db["gates"].update_one({"_id": 1}, {"$set": {"open": False}})

    with pytest.raises(OperationFailure) as conflict:
        await db["gates"].update_one({"_id": 1}, {"$inc": {"guard": 1}}, session=session)

    assert conflict.value.has_error_label(TRANSIENT)


async def test_a_bound_session_takes_every_call_along(
    client: AsyncMongoClient[Document], db: Database, store_url: str
) -> None:
    """Also those that do not name it; a call by another client fails instead of escaping the transaction."""
    async with AsyncMongoClient[Document](store_url) as other, client.start_session() as session:
        await session.start_transaction(read_concern=SNAPSHOT, write_concern=MAJORITY)
        async with session.bind(end_session=False):
            await db["rows"].insert_one({"_id": 1})
            with pytest.raises(InvalidOperation):
                await other[db.name]["rows"].find_one({})
        await session.abort_transaction()

    assert await db["rows"].count_documents({}) == 0


async def test_a_write_concern_inside_a_transaction_is_refused(db: Database, session: AsyncClientSession) -> None:
    """Why concerns are in no URL and on no collection."""
    rows = db["rows"].with_options(write_concern=MAJORITY)
    async with session.bind(end_session=False):
        with pytest.raises(OperationFailure) as refused:
            await rows.insert_one({"_id": 1})

    assert refused.value.code == 72


async def test_a_condition_in_an_update_decides_and_writes_at_once(db: Database) -> None:
    await db["positions"].insert_one({"_id": "c|s", "last": 4, "block": None})
    advance = {"_id": "c|s", "last": 4, "block": None}

    first = await db["positions"].update_one(advance, {"$set": {"last": 5}})
    again = await db["positions"].update_one(advance, {"$set": {"last": 5}})

    assert (first.matched_count, again.matched_count) == (1, 0)


async def test_a_partial_unique_index_binds_only_what_it_covers(db: Database) -> None:
    index = IndexModel("slot", name="one_per_slot", unique=True, partialFilterExpression={"live": True})
    await db["claims"].create_indexes([index])

    await db["claims"].insert_many([{"slot": 1, "live": False}, {"slot": 1, "live": False}, {"slot": 1, "live": True}])
    with pytest.raises(DuplicateKeyError):
        await db["claims"].insert_one({"slot": 1, "live": True})


async def test_making_indexes_again_changes_nothing(db: Database) -> None:
    for _ in range(2):
        await db["rows"].create_indexes([IndexModel("x", name="unique_x", unique=True, sparse=True)])

    assert set(await db["rows"].index_information()) == {"_id_", "unique_x"}


async def test_an_index_finds_instants_up_to_now_and_the_earliest(db: Database) -> None:
    await db["due"].create_indexes([IndexModel("due_at", name="due")])
    noon = datetime(2026, 3, 2, 20, tzinfo=UTC)
    await db["due"].insert_many(
        [{"_id": hours, "due_at": noon + timedelta(hours=hours)} for hours in range(5)] + [{"_id": 9, "due_at": None}]
    )
    beginning = datetime(1, 1, 1, tzinfo=UTC)

    earliest = await db["due"].find_one({"due_at": {"$gt": beginning}}, sort=[("due_at", 1)])
    due = await db["due"].count_documents({"due_at": {"$gt": beginning, "$lte": noon + timedelta(hours=1)}})

    assert earliest is not None
    assert (earliest["_id"], due) == (0, 2)
    plan = await db.command(
        "explain",
        {"find": "due", "filter": {"due_at": {"$gt": beginning}}, "sort": {"due_at": 1}, "limit": 1},
        verbosity="queryPlanner",
    )
    assert "IXSCAN" in str(plan["queryPlanner"]["winningPlan"])


async def test_a_time_to_live_index_is_kept_as_asked(db: Database) -> None:
    """The removal itself runs in the store's background, up to a minute later; nothing of ours depends on when."""
    await db["kept"].create_indexes([IndexModel("expires_at", name="expires", expireAfterSeconds=0)])

    assert (await db["kept"].index_information())["expires"]["expireAfterSeconds"] == 0


async def test_what_a_majority_holds_can_be_read(db: Database) -> None:
    """The relay publishes nothing that a failover could take back."""
    await db["rows"].with_options(write_concern=MAJORITY).insert_one({"_id": 1})

    majority = db["rows"].with_options(read_concern=ReadConcern("majority"))
    assert await majority.find_one({"_id": 1}) is not None


async def test_the_store_tells_its_own_time(client: AsyncMongoClient[Document]) -> None:
    """Leases are judged by it; it goes forward and is no client's clock."""
    first = (await client.admin.command("hello"))["localTime"]
    await asyncio.sleep(0.01)
    second = (await client.admin.command("hello"))["localTime"]

    assert timedelta(0) < second - first < timedelta(minutes=1)


async def test_a_change_stream_wakes_a_reader(db: Database) -> None:
    """A hint, never the truth: polling finds the same rows."""
    await db["outbox"].insert_one({"_id": 0})
    async with await db["outbox"].watch([{"$match": {"operationType": "insert"}}], max_await_time_ms=100) as stream:
        await db["outbox"].insert_one({"_id": 1})

        async with asyncio.timeout(20):
            change = await stream.next()

    assert change["documentKey"] == {"_id": 1}


async def test_instants_keep_milliseconds_and_their_zone(db: Database) -> None:
    at = datetime(2026, 3, 2, 20, 0, 0, 123000, tzinfo=UTC)
    await db["rows"].insert_one({"_id": 1, "at": at})

    row = await db["rows"].find_one({"_id": 1})

    assert row is not None
    assert row["at"] == at


async def test_a_megabyte_fits_and_seventeen_do_not(db: Database) -> None:
    """Bodies are limited to one, events to a quarter: both far below what the store takes."""
    await db["rows"].insert_one({"_id": 1, "body": "x" * 1024 * 1024})

    with pytest.raises((DocumentTooLarge, OperationFailure)):
        await db["rows"].insert_one({"_id": 2, "body": "x" * 17 * 1024 * 1024})
