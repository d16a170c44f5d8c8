"""The audit trail is sealed into one chain, and whatever was done to it behind our back shows."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from careflow_service.identity import Actor, Role
from careflow_service.ids import new_id
from careflow_service.mongo import audit_seals
from careflow_service.mongo.audit import AUDIT, AuditTrail
from careflow_service.mongo.audit_review import AuditReview, Fault
from careflow_service.mongo.audit_seals import LATE, SEALS, AuditSeals
from careflow_service.mongo.client import Database
from careflow_service.mongo.key_lines import KeyKind, KeyLine
from careflow_service.mongo.store import Store
from careflow_service.testing.store import SetClock

pytestmark = pytest.mark.store

NURSE = Actor("nurse-7", frozenset({Role.NURSE}))
A_MOMENT = timedelta(seconds=1)


class Trail:
    """A trail whose clock the test moves."""

    def __init__(self, store: Store, clock: SetClock) -> None:
        self.database = store.database
        self.clock = clock
        self.key = store.keys.lines.audit
        self.entries = AuditTrail(store.database, self.key, wall_clock=clock, new_id=new_id)
        self.seals = self.another_sealer()
        self.review = AuditReview(store.database, self.entries, self.seals, store.keys.proofs, wall_clock=clock)

    def another_sealer(self) -> AuditSeals:
        return AuditSeals(self.database, self.entries, wall_clock=self.clock)

    async def write(self, count: int = 1, *, key: KeyLine | None = None) -> list[str]:
        """That many entries, a second apart; answers their ids."""
        known = {entry["_id"] async for entry in self.database[AUDIT].find()}
        entries = self.entries
        if key is not None:
            entries = AuditTrail(self.database, key, wall_clock=self.clock, new_id=new_id)
        for _ in range(count):
            self.clock.advance(A_MOMENT)
            await entries.read(NURSE, "read_case", f"cases/{new_id()}")
        written = self.database[AUDIT].find(sort=[("at", 1), ("_id", 1)])
        return [entry["_id"] async for entry in written if entry["_id"] not in known]

    async def sealed(self) -> list[str]:
        """The entries in the order of their seals."""
        return [seal.entry for seal in await self.seals.behind(0, limit=1_000)]

    async def faults(self, *, limit: int = 2) -> set[tuple[Fault, int | None, str | None]]:
        """What verifying the whole trail finds, page by page."""
        found, after, pages = set(), None, 0
        while pages == 0 or after is not None:
            verified = await self.review.verify(limit=limit, after=after)
            found |= {(each.fault, each.number, each.entry) for each in verified.findings}
            after, pages = verified.next, pages + 1
        return found


@pytest.fixture
def trail(store: Store, clock: SetClock) -> Trail:
    return Trail(store, clock)


async def test_entries_are_sealed_once_in_the_order_of_their_time(trail: Trail) -> None:
    written = await trail.write(5)

    first, second = await trail.seals.seal(), await trail.seals.seal()

    assert (first.count, second.count, first.oldest_unsealed) == (5, 0, None)
    assert await trail.sealed() == written
    assert await trail.faults() == set()


async def test_sealing_goes_on_where_another_process_left_it(trail: Trail) -> None:
    before = await trail.write(2)
    await trail.seals.seal()
    after = await trail.write(2)

    assert (await trail.another_sealer().seal()).count == 2
    assert await trail.sealed() == before + after
    assert await trail.faults() == set()


async def test_whoever_seals_beside_another_makes_no_second_chain(trail: Trail) -> None:
    written = await trail.write(40)
    sealers = [trail.another_sealer() for _ in range(4)]

    await asyncio.gather(*(sealer.seal() for sealer in sealers))
    await trail.seals.seal()

    assert sorted(await trail.sealed()) == sorted(written)
    assert await trail.faults(limit=7) == set()


async def test_what_a_long_outage_left_is_sealed_part_by_part(trail: Trail, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit_seals, "AT_ONCE", 3)
    written = await trail.write(7)
    trail.clock.advance(timedelta(days=2))

    turns = [await trail.seals.seal() for _ in range(3)]

    assert [(turn.count, turn.more) for turn in turns] == [(3, True), (3, True), (1, False)]
    assert await trail.sealed() == written


async def test_an_entry_that_commits_after_later_ones_were_sealed_is_sealed_too(trail: Trail) -> None:
    await trail.write()
    trail.clock.advance(LATE - 2 * A_MOMENT)
    await trail.write()
    await trail.seals.seal()
    trail.clock.advance(-LATE + 2 * A_MOMENT)
    (late,) = await trail.write()
    trail.clock.advance(LATE)

    assert (await trail.seals.seal()).count == 1
    assert (await trail.sealed())[-1] == late
    assert await trail.faults() == set()


async def test_a_clock_that_is_ahead_leaves_nobody_behind(trail: Trail) -> None:
    trail.clock.advance(timedelta(days=1))
    (ahead,) = await trail.write()
    trail.clock.advance(-timedelta(days=1))
    await trail.seals.seal()
    (right,) = await trail.write()

    await trail.seals.seal()

    assert await trail.sealed() == [ahead, right]
    assert await trail.faults() == set()


async def test_the_oldest_entry_without_a_seal_is_known(trail: Trail) -> None:
    assert await trail.seals.oldest_unsealed() is None
    await trail.write(2)
    first = await trail.database[AUDIT].find_one(sort=[("at", 1)])
    assert first is not None
    assert await trail.seals.oldest_unsealed() == first["at"]
    await trail.seals.seal()
    assert await trail.seals.oldest_unsealed() is None


async def swap_seals(database: Database, first: str, second: str) -> None:
    numbers = {each["_id"]: each["number"] async for each in database[SEALS].find({"_id": {"$in": [first, second]}})}
    await database[SEALS].update_one({"_id": first}, {"$set": {"number": -1}})
    await database[SEALS].update_one({"_id": second}, {"$set": {"number": numbers[first]}})
    await database[SEALS].update_one({"_id": first}, {"$set": {"number": numbers[second]}})


Tampering = Callable[[Trail, list[str]], Awaitable[object]]

TAMPERINGS: dict[str, tuple[Tampering, Fault, int | None]] = {
    "an entry removed": (lambda trail, ids: trail.database[AUDIT].delete_one({"_id": ids[2]}), Fault.MISSING, 3),
    "a seal removed": (lambda trail, ids: trail.database[SEALS].delete_one({"_id": ids[2]}), Fault.MISSING, 3),
    "an entry changed": (
        lambda trail, ids: trail.database[AUDIT].update_one({"_id": ids[2]}, {"$set": {"actor": "somebody"}}),
        Fault.CHANGED,
        3,
    ),
    "a seal changed": (
        lambda trail, ids: trail.database[SEALS].update_one({"_id": ids[2]}, {"$set": {"hash": "0" * 64}}),
        Fault.REORDERED,
        3,
    ),
    "seals exchanged": (lambda trail, ids: swap_seals(trail.database, ids[1], ids[3]), Fault.REORDERED, 2),
}


@pytest.mark.parametrize("how", TAMPERINGS)
async def test_what_was_done_to_a_sealed_trail_shows(trail: Trail, how: str) -> None:
    tamper, fault, number = TAMPERINGS[how]
    ids = await trail.write(5)
    await trail.seals.seal()

    await tamper(trail, ids)

    assert (fault, number) in {(found, at) for found, at, _ in await trail.faults()}


async def test_an_entry_changed_with_the_audit_key_is_not_what_was_sealed(trail: Trail) -> None:
    (id_,) = await trail.write()
    await trail.seals.seal()
    entry = await trail.database[AUDIT].find_one_and_delete({"_id": id_})
    assert entry is not None
    forger = AuditTrail(trail.database, trail.key, wall_clock=lambda: entry["at"], new_id=lambda: id_)

    await forger.read(Actor("somebody", frozenset({Role.NURSE})), "read_case", "cases/c1")

    assert await trail.faults() == {(Fault.CHANGED, 1, id_)}


async def test_an_entry_written_back_in_time_with_the_audit_key_is_never_sealed(trail: Trail) -> None:
    await trail.write()
    trail.clock.advance(timedelta(hours=1))
    await trail.write()
    await trail.seals.seal()
    trail.clock.advance(-timedelta(minutes=30))
    (forged,) = await trail.write()
    trail.clock.advance(timedelta(hours=1))

    assert (await trail.seals.seal()).count == 0
    assert await trail.faults() == {(Fault.INSERTED, None, forged)}


async def test_an_entry_of_another_key_is_never_sealed_and_keeps_waiting(trail: Trail) -> None:
    (forged,) = await trail.write(key=KeyLine(KeyKind.AUDIT, b"another key of thirty-two bytes."))
    await trail.write()

    turn = await trail.seals.seal()

    assert (turn.count, turn.oldest_unsealed is not None) == (1, True)
    assert await trail.faults() == {(Fault.INSERTED, None, forged)}


async def test_what_waits_for_its_seal_is_a_fault_after_a_minute(trail: Trail) -> None:
    (waiting,) = await trail.write()
    trail.clock.advance(timedelta(seconds=59))
    assert await trail.faults() == set()
    trail.clock.advance(timedelta(seconds=2))
    assert await trail.faults() == {(Fault.UNSEALED, None, waiting)}


async def test_a_trail_that_was_cut_off_lacks_the_head_that_was_kept(trail: Trail) -> None:
    ids = await trail.write(4)
    await trail.seals.seal()
    kept = await trail.seals.head()
    assert kept is not None

    await trail.database[AUDIT].delete_many({"_id": {"$in": ids[2:]}})
    await trail.database[SEALS].delete_many({"_id": {"$in": ids[2:]}})

    assert await trail.faults() == set(), "what is left is whole"
    assert await trail.seals.numbered(kept.number) is None
    await trail.write(3)
    await trail.another_sealer().seal()
    regrown = await trail.seals.numbered(kept.number)
    assert regrown is not None
    assert regrown.hash != kept.hash
