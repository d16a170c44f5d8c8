"""The transaction runner: all or nothing, as often as it takes, with what it says, remembers and audits."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import NoneType
from typing import Any

import pytest

from careflow_events.contracts.codes import CareStage
from careflow_events.outbox import StreamPosition
from careflow_service.identity import Actor
from careflow_service.mongo.documents import Documents
from careflow_service.mongo.store import Store
from careflow_service.mongo.work import FactNotPublished, UnitInsideUnit
from careflow_service.testing.commands import CommandLog, bulk_writes
from careflow_service.testing.rehearsal import Rehearsing, conflict
from careflow_service.testing.store import SetClock
from careflow_service.work import Cause, Committed, Transaction, caused_by
from libs.service.tests.clinic import CarePath, a_care_path

pytestmark = pytest.mark.store

COORDINATOR = Actor.system("tests")


@dataclass(frozen=True, slots=True)
class Reached:
    id: str
    version: int


class Refused(Exception):
    """A domain's refusal."""


async def opened(store: Store, paths: Documents[CarePath]) -> CarePath:
    path = a_care_path()

    async def open_it(tx: Transaction) -> None:
        await paths.add(path, tx)

    await store.work.run(open_it, by=COORDINATOR, action="open", returns=NoneType)
    return path


async def reach(store: Store, paths: Documents[CarePath], path: CarePath, stage: CareStage) -> Committed[Reached]:
    async def work(tx: Transaction) -> Reached:
        before = await paths.get(path.id)
        after = before.reach(stage)
        await paths.save(after, expecting=before.version, tx=tx)
        return Reached(after.id, after.version)

    return await store.work.run(work, by=COORDINATOR, action="reach", returns=Reached)


async def test_state_event_and_audit_entry_commit_together(store: Store, paths: Documents[CarePath]) -> None:
    path = await opened(store, paths)

    committed = await reach(store, paths, path, CareStage.SCREENING)

    stream = f"careflow.booking.v1/patient:{path.patient_id}"
    assert committed == Committed(Reached(path.id, 2), (StreamPosition(stream, 1),))
    assert (await paths.get(path.id)).stage is CareStage.SCREENING
    assert await store.database["_outbox"].count_documents({"stream": stream, "sequence": 1}) == 1
    assert await store.database["_audit"].count_documents({"touched": f"care_paths/{path.id}@2"}) == 1


async def test_a_refused_command_leaves_nothing(store: Store, paths: Documents[CarePath]) -> None:
    path = a_care_path()

    async def work(tx: Transaction) -> None:
        await paths.add(path, tx)
        tx.record(path.reach(CareStage.CLOSED).facts)
        raise Refused

    with pytest.raises(Refused):
        await store.work.run(work, by=COORDINATOR, action="open", returns=NoneType)

    assert await paths.looked.find(path.id) is None
    for collection in ("_outbox", "_owners", "_audit", "_idempotency"):
        assert await store.database[collection].count_documents({}) == 0


async def test_a_try_that_lost_starts_again_from_nothing(
    store: Store, paths: Documents[CarePath], clock: SetClock
) -> None:
    path = await opened(store, paths)
    nows: list[datetime] = []
    ids: list[str] = []

    async def work(tx: Transaction) -> int:
        nows.append(tx.now)
        ids.append(tx.new_id())
        clock.advance(timedelta(seconds=1))
        before = await paths.get(path.id)
        await paths.save(before.reach(CareStage.SCREENING), expecting=before.version, tx=tx)
        if len(nows) == 1:
            raise conflict()
        return before.version

    committed = await store.work.run(work, by=COORDINATOR, action="reach", returns=int)

    assert committed.value == 1, "the second try reads what the first one read: its write was undone"
    assert [position.sequence for position in committed.positions] == [1]
    assert await store.database["_outbox"].count_documents({}) == 1
    assert nows[1] - nows[0] == timedelta(seconds=1), "the clock is read once per try"
    assert ids[0] != ids[1]


async def test_rehearsing_runs_a_unit_twice_and_commits_it_once(store: Store, paths: Documents[CarePath]) -> None:
    path = await opened(store, paths)
    rehearsing = Rehearsing(store.work)

    async def call(tx: Transaction) -> None:
        before = await paths.get(path.id)
        await paths.save(before.call(), expecting=before.version, tx=tx)

    await rehearsing.run(call, by=COORDINATOR, action="call", returns=NoneType)

    assert rehearsing.tries == 2
    assert (await paths.get(path.id)).calls == 1


async def test_twenty_writers_on_one_document_all_succeed(store: Store, paths: Documents[CarePath]) -> None:
    path = await opened(store, paths)

    async def call(tx: Transaction) -> None:
        before = await paths.get(path.id)
        await paths.save(before.call(), expecting=before.version, tx=tx)

    await asyncio.gather(*(store.work.run(call, by=COORDINATOR, action="call", returns=NoneType) for _ in range(20)))

    after = await paths.get(path.id)
    assert (after.calls, after.version) == (20, 21)
    assert await store.database["_audit"].count_documents({"action": "call"}) == 20


async def test_concurrent_commands_number_their_events_without_a_gap(store: Store, paths: Documents[CarePath]) -> None:
    path = await opened(store, paths)

    committed = await asyncio.gather(*(reach(store, paths, path, CareStage.SCREENING) for _ in range(8)))

    assert sorted(each.positions[0].sequence for each in committed) == list(range(1, 9))


async def test_an_event_names_what_caused_it(store: Store, paths: Documents[CarePath]) -> None:
    path = await opened(store, paths)
    traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

    with caused_by(Cause(id="request-1", correlation="care-path-1", traceparent=traceparent)):
        await reach(store, paths, path, CareStage.SCREENING)

    row = await store.database["_outbox"].find_one({})
    assert row is not None
    for expected in (b'"causationid":"request-1"', b'"correlationid":"care-path-1"', traceparent.encode()):
        assert expected in row["record"]


async def test_a_fact_without_a_publication_fails_the_command(store: Store) -> None:
    async def work(tx: Transaction) -> None:
        tx.record([object()])

    with pytest.raises(FactNotPublished):
        await store.work.run(work, by=COORDINATOR, action="say", returns=NoneType)

    assert await store.database["_audit"].count_documents({}) == 0


async def test_a_unit_of_work_inside_another_is_refused(store: Store, paths: Documents[CarePath]) -> None:
    """It would commit by itself even when the one around it is refused."""
    path = await opened(store, paths)

    async def outer(_: Transaction) -> None:
        await reach(store, paths, path, CareStage.SCREENING)

    with pytest.raises(UnitInsideUnit):
        await store.work.run(outer, by=COORDINATOR, action="outer", returns=NoneType)

    await reach(store, paths, path, CareStage.SCREENING)
    assert (await paths.get(path.id)).version == 2


async def test_reads_and_commit_are_of_what_a_majority_holds(
    store: Store, paths: Documents[CarePath], log: CommandLog
) -> None:
    path = await opened(store, paths)

    with log.recording():
        await reach(store, paths, path, CareStage.SCREENING)

    *reads, bulk, commit = log.commands
    assert {read["readConcern"]["level"] for read in reads} == {"majority"}
    assert "readConcern" not in bulk, "stores refuse a bulk write that brings one along"
    assert commit["writeConcern"] == {"w": "majority", "j": True}
    assert bulk["lsid"] == commit["lsid"]


async def test_no_document_is_written_by_every_transaction(
    store: Store, paths: Documents[CarePath], log: CommandLog
) -> None:
    one, other = await opened(store, paths), await opened(store, paths)

    with log.recording():
        await reach(store, paths, one, CareStage.SCREENING)
        await reach(store, paths, other, CareStage.SCREENING)

    bulks = [command for command in log.commands if "bulkWrite" in command]
    written = [{_target(each) for each in bulk_writes(bulk)} for bulk in bulks]
    assert len(written) == 2
    assert written[0].isdisjoint(written[1])


def _target(write: tuple[str, str, str, Mapping[str, Any]]) -> tuple[str, str]:
    _, collection, kind, operation = write
    return collection, str((operation["document"] if kind == "insert" else operation["filter"])["_id"])
