"""One key follows another while the service works, and nothing becomes unreadable on the way."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from careflow_events.fencing import Fence
from careflow_events.mongo import MongoFences
from careflow_service.clock import wall_clock
from careflow_service.errors import KeyNotHeld
from careflow_service.identity import Actor, Role
from careflow_service.mongo import key_watch
from careflow_service.mongo import store as store_module
from careflow_service.mongo.audit import AUDIT, OVERLAP
from careflow_service.mongo.audit_review import Fault, Verified
from careflow_service.mongo.audit_seals import SEALS
from careflow_service.mongo.further_keys import Further, FurtherKeysBroken
from careflow_service.mongo.key_lines import KeyKind, Turn
from careflow_service.mongo.key_proofs import KEY_PROOFS, KeyWrong
from careflow_service.mongo.key_turning import Step
from careflow_service.mongo.store import Store
from careflow_service.mongo.vault import KEYS
from careflow_service.one_shot import Stopped
from careflow_service.testing.commands import CommandLog
from careflow_service.testing.store import SetClock
from libs.service.tests.mongo.rotating import (
    MASTER,
    PATIENTS,
    Service,
    lives_with,
    refused,
    someone_lives,
    until,
)

pytestmark = [pytest.mark.store, pytest.mark.usefixtures("hurried")]

NURSE = Actor("nurse-7", frozenset({Role.NURSE}))
AUDITS = KeyKind.AUDIT


# -- the master key


async def test_all_that_was_written_before_and_after_is_read_with_the_new_master_key_alone(service: Service) -> None:
    store = await service.process()
    await service.write(store)
    new = service.files.add(MASTER)
    said: list[Step] = []

    done = await service.rotation(store, said=said).rotate(MASTER)
    await service.write(store, "somebody new")

    assert (done.to, done.to_wrap) == (new, len(PATIENTS))
    assert [step.wrapped for step in said] == [3, 6, 9, 12]
    assert await service.providers(store) == {new}
    assert await service.reads_everything(store)
    assert await service.rotation(store).retire(MASTER, done.before)
    service.files.drop_first(MASTER)
    assert await service.reads_everything(await service.process())


async def test_a_plan_changes_nothing_and_says_how_much_there_is_to_do(service: Service) -> None:
    store = await service.process()
    await service.write(store)
    before = store.keys.lines.master.current_id
    new = service.files.add(MASTER)

    plan = await service.rotation(store).plan(MASTER)

    assert (plan.before, plan.to, plan.to_wrap) == (before, new, len(PATIENTS))
    assert (store.keys.lines.master.current_id, await service.providers(store)) == (before, {before})
    assert await store.database[AUDIT].count_documents({}) == 0


async def test_without_a_new_key_or_with_two_nothing_takes_over(service: Service) -> None:
    store = await service.process()
    async with refused("no new one is held"):
        await service.rotation(store).rotate(MASTER)
    one, other = service.files.add(MASTER), service.files.add(MASTER)
    async with refused(one, other):
        await service.rotation(store).rotate(MASTER)


async def test_told_to_stop_while_it_waits_for_a_new_key_to_be_read_it_ends_and_accuses_nobody(
    service: Service,
) -> None:
    await service.process(keys=service.files.first, watching=True)
    operator = await service.process()
    service.files.add(MASTER)
    await until(lambda: someone_lives(operator))

    with pytest.raises(Stopped):
        await service.rotation(operator, stopping=lambda: True).rotate(MASTER)


async def test_a_key_takes_over_only_when_every_process_that_lives_holds_it(service: Service) -> None:
    behind = await service.process(keys=service.files.first, watching=True)
    operator = await service.process()
    await service.write(operator)
    service.files.add(MASTER)
    await until(lambda: someone_lives(operator))

    async with refused("do not hold", "tests@"):
        await service.rotation(operator).rotate(MASTER)

    assert await service.reads_everything(behind)
    assert len(behind.keys.lines.master.turns) == 1


async def test_processes_that_work_meanwhile_follow_by_themselves(service: Service) -> None:
    working = await service.process(watching=True)
    operator = await service.process()
    await service.write(working)
    new = service.files.add(MASTER)
    await until(lambda: lives_with(operator, new))
    working_on = True

    async def work() -> None:
        number = 0
        while working_on:
            await service.write(working, f"meanwhile {number}")
            assert await service.reads_everything(working)
            number += 1

    async with asyncio.timeout(30), asyncio.TaskGroup() as tasks:
        tasks.create_task(work())
        await asyncio.sleep(0)
        await service.rotation(operator).rotate(MASTER)
        working_on = False

    assert working.keys.lines.master.current_id == new
    assert await service.providers(operator) == {new}
    assert await service.reads_everything(await service.process())


async def test_a_rotation_cut_short_leaves_everything_readable_and_goes_on(service: Service) -> None:
    store = await service.process()
    await service.write(store)
    new, before = service.files.add(MASTER), store.keys.lines.master.current_id
    said: list[Step] = []

    with pytest.raises(Stopped):
        await service.rotation(store, said=said, stopping=lambda: len(said) == 2).rotate(MASTER)

    assert await service.providers(store) == {before, new}
    assert await service.reads_everything(await service.process())
    async with refused(f"{before} is still needed: 6 data keys"):
        await service.rotation(store).retire(MASTER, before)
    plan = await service.rotation(store).plan(MASTER)
    assert (plan.to, plan.to_wrap) == (None, 6)

    await service.rotation(store).rotate(MASTER)
    assert await service.providers(store) == {new}


async def test_of_two_operators_one_rotates_and_the_other_is_told(service: Service) -> None:
    store, other = await service.process(), await service.process()
    await service.write(store)
    new = service.files.add(MASTER)

    outcomes = await asyncio.gather(
        *(service.rotation(each).rotate(MASTER) for each in (store, other)), return_exceptions=True
    )

    assert sorted(type(each).__name__ for each in outcomes) == ["NotNow", "Rotation"]
    assert await service.providers(store) == {new}
    assert [len(each["line"]) async for each in store.database[KEY_PROOFS].find({"_id": "master"})] == [2]


async def test_an_erasure_meanwhile_stays_one(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    store = await service.process()
    await service.write(store)
    service.files.add(MASTER)
    wrapped_anew = store.vault.wrapped_anew

    async def and_somebody_is_erased(*keys: object) -> object:
        anew = await wrapped_anew(*keys)  # type: ignore[arg-type]
        await store.vault.erase(PATIENTS[0])
        return anew

    monkeypatch.setattr(store.vault, "wrapped_anew", and_somebody_is_erased)
    await service.rotation(store).rotate(MASTER)

    assert await store.database[KEYS].count_documents({}) == len(PATIENTS) - 1


async def test_what_is_wrapped_with_a_key_one_does_not_hold_waits_and_is_not_broken(service: Service) -> None:
    behind = await service.process(keys=service.files.first)
    store = await service.process()
    await service.write(store)
    service.files.add(MASTER)
    await service.rotation(store).rotate(MASTER)

    with pytest.raises(KeyNotHeld):
        await behind.vault.decrypt(service.written[PATIENTS[0]])
    with pytest.raises(KeyWrong, match="CAREFLOW_MASTER_KEY: this database still needs the key"):
        await service.process(keys=service.files.first)


async def test_only_what_nothing_needs_is_retired_and_retiring_again_is_harmless(service: Service) -> None:
    store = await service.process()
    await service.write(store)
    before, new = store.keys.lines.master.current_id, service.files.add(MASTER)
    async with refused("is the current master key"):
        await service.rotation(store).retire(MASTER, before)
    async with refused("never was a current"):
        await service.rotation(store).retire(MASTER, new)
    async with refused("there is no master key"):
        await service.rotation(store).retire(MASTER, "0" * 16)
    await service.rotation(store).rotate(MASTER)

    assert await service.rotation(store).plan_retiring(MASTER, before)
    assert await service.rotation(store).retire(MASTER, before)
    assert not await service.rotation(store).retire(MASTER, before)

    states = {each.key: each.state for each in await service.rotation(store).listed() if each.kind == MASTER}
    assert states == {before: "retired", new: "current"}
    async with refused("no new one is held"):
        await service.rotation(store).rotate(MASTER)


async def test_what_was_written_late_with_a_retired_key_is_said_and_wrapped_anew(service: Service) -> None:
    stood_still = await service.process()
    store = await service.process()
    service.files.add(MASTER)
    before = (await service.rotation(store).rotate(MASTER)).before
    await service.rotation(store).retire(MASTER, before)
    kept = service.files.first
    await service.write(stood_still, "late")

    (retired,) = [each for each in await service.rotation(store).listed() if each.state == "retired"]
    assert (retired.key, retired.needed_by) == (before, ["1 data keys are wrapped with it"])
    service.files.drop_first(MASTER)
    new = service.files.add(MASTER)
    async with refused(f"wrapped with {before}, which is not held here"):
        await service.rotation(await service.process()).rotate(MASTER)

    service.files.further[MASTER].append(kept.master)
    done = await service.rotation(await service.process()).rotate(MASTER)
    assert done.to == new
    assert await service.providers(store) == {new}
    assert await service.reads_everything(await service.process())


async def test_a_service_that_is_being_restored_rotates_nothing(service: Service, clock: SetClock) -> None:
    store = await service.process()
    service.files.add(MASTER)
    await MongoFences(store.database).put_up(Fence(clock(), orphans=0, streams=0, looked=False))

    async with refused("being restored"):
        await service.rotation(store).rotate(MASTER)


# -- the audit key


async def verified(store: Store) -> Verified:
    found = await store.audit_review.verify(limit=100)
    entries = await store.audit_review.verify(limit=100, after=found.next)
    return replace(found, entries=entries.entries, findings=(*found.findings, *entries.findings))


async def read(store: Store, patient: str, times: int = 1) -> None:
    for _ in range(times):
        await store.audit.read(NURSE, "read_patient", f"patients/{patient}")


async def test_the_trail_verifies_across_a_rotation_of_its_key(service: Service) -> None:
    store = await service.process()
    await read(store, "p1", 3)
    await store.audit_seals.seal()
    new = service.files.add(AUDITS)

    done = await service.rotation(store).rotate(AUDITS)
    await read(store, "p1", 2)
    await store.audit_seals.seal()

    found = await verified(await service.process())
    assert (found.seals, found.entries, found.findings) == (6, 6, ())
    assert [seal["key"] async for seal in store.database[SEALS].find(sort=[("number", 1)])] == [done.before] * 3 + [
        new
    ] * 3
    assert len((await store.audit_review.search(whose="p1", limit=10)).items) == 5


async def test_a_process_that_has_not_heard_of_a_turn_takes_nothing_for_forged(service: Service) -> None:
    store, unaware = await service.process(), await service.process()
    service.files.add(AUDITS)
    await unaware.keys.look()
    await service.rotation(store).rotate(AUDITS)
    await read(store, "p1")
    await store.audit_seals.seal()

    assert (await verified(unaware)).findings == ()
    assert len((await unaware.audit_review.search(whose="p1", limit=10)).items) == 1


@pytest.mark.parametrize("off_by", [timedelta(hours=-1), timedelta(hours=1)], ids=["behind", "ahead"])
async def test_the_clock_of_an_operators_host_moves_no_turn(
    service: Service, monkeypatch: pytest.MonkeyPatch, off_by: timedelta
) -> None:
    store = await service.process()
    await read(store, "p1")
    monkeypatch.setattr(store_module, "wall_clock", lambda: wall_clock() + off_by)
    operator = await service.process()
    service.files.add(AUDITS)

    await service.rotation(operator).rotate(AUDITS)

    await store.keys.look()
    entry = await store.database[AUDIT].find_one({"action": "read_patient"})
    assert entry is not None
    assert store.audit.is_genuine(entry), "it was signed before the turn"
    assert abs(store.keys.lines.audit.turns[-1].since - wall_clock()) < OVERLAP


async def test_the_audit_key_of_a_trail_that_is_kept_is_kept(service: Service) -> None:
    store = await service.process()
    await read(store, "p1")
    service.files.add(AUDITS)
    done = await service.rotation(store).rotate(AUDITS)

    async with refused(f"{done.before} is still needed: the audit trail from", "is verified with it"):
        await service.rotation(store).retire(AUDITS, done.before)


async def test_with_the_older_key_nothing_can_be_added_any_more(service: Service) -> None:
    store, thief = await service.process(), await service.process()
    service.files.add(AUDITS)
    await service.rotation(store).rotate(AUDITS)
    await read(thief, "p1")
    entry = await store.database[AUDIT].find_one(sort=[("at", -1)])
    assert entry is not None
    assert store.audit.is_genuine(entry), "a process that has not heard of the rotation yet"

    turn = store.keys.lines.audit.turns[-1]
    thief.audit._wall_clock = lambda: turn.since + OVERLAP + timedelta(seconds=1)
    await read(thief, "p2")

    (forged,) = [each async for each in store.database[AUDIT].find({"at": {"$gt": turn.since + OVERLAP}})]
    assert not store.audit.is_genuine(forged)


async def test_a_seal_of_the_older_key_does_not_stand_behind_one_of_the_new_key(service: Service) -> None:
    store, thief = await service.process(), await service.process()
    service.files.add(AUDITS)
    await service.rotation(store).rotate(AUDITS)
    await store.audit_seals.seal()
    await read(thief, "p1")
    with pytest.raises(KeyNotHeld):
        await thief.audit_seals.seal()

    head, older = await store.audit_seals.head(), thief.keys.lines.audit.current_id
    entry = await store.database[AUDIT].find_one({"key": older}, sort=[("at", -1)])
    assert head is not None
    assert entry is not None
    forged = {"number": head.number + 1, "entry": entry["_id"], "mac": entry["mac"]}
    link = thief.audit.linked(key=older, before=head.hash, **forged)
    seal = {"_id": entry["_id"], **forged, "key": older, "hash": link, "through": head.through}
    await store.database[SEALS].insert_one({**seal, "sealed_at": head.sealed_at})

    assert {each.fault for each in (await verified(store)).findings} == {Fault.REORDERED}


async def test_who_writes_in_the_store_cannot_add_to_the_line_nor_move_the_time_of_a_turn(service: Service) -> None:
    store = await service.process()
    service.files.add(AUDITS)
    await service.rotation(store).rotate(AUDITS)
    turns = store.keys.lines.audit.turns

    later = turns[-1].since + timedelta(days=30)
    await store.database[KEY_PROOFS].update_one({"_id": "audit"}, {"$set": {"line.1.since": later}})
    await store.keys.look()

    assert store.keys.lines.audit.turns == turns
    with pytest.raises(KeyWrong):
        await service.process()


async def test_who_has_the_older_key_cannot_make_it_count_again(service: Service) -> None:
    store = await service.process()
    older = store.keys.lines.audit.current
    new = service.files.add(AUDITS)
    await service.rotation(store).rotate(AUDITS)
    turns = store.keys.lines.audit.turns
    lines = store.database[KEY_PROOFS]

    again = Turn.of(AUDITS, older, after=new, since=turns[-1].since + timedelta(seconds=1))
    await lines.update_one({"_id": "audit"}, {"$push": {"line": again.as_document()}})
    await store.keys.look()
    assert store.keys.lines.audit.current_id == new
    with pytest.raises(KeyWrong, match=f"{older.id} was changed by somebody"):
        await service.process()

    await lines.update_one({"_id": "audit"}, {"$set": {"line": [turns[0].as_document()]}})
    await store.keys.look()
    assert store.keys.lines.audit.current_id == new, "the turn to it cannot be taken back"


async def test_a_retired_key_does_not_count_again(service: Service) -> None:
    store = await service.process()
    older, new = store.keys.lines.master.current, service.files.add(MASTER)
    await service.rotation(store).rotate(MASTER)
    await service.rotation(store).retire(MASTER, older.id)

    again = Turn.of(MASTER, older, after=new, since=store.keys.lines.master.turns[-1].since + timedelta(seconds=1))
    forged = {"$push": {"line": again.as_document()}, "$set": {"retired": []}}
    await store.database[KEY_PROOFS].update_one({"_id": "master"}, forged)
    await store.keys.look()

    assert store.keys.lines.master.current_id == new


# -- what a process says, and asks


async def test_a_process_whose_keys_stay_asks_the_store_only_to_be_known_alive(service: Service) -> None:
    log, read_again = CommandLog(), 0

    def further() -> Further:
        nonlocal read_again
        read_again += 1
        return {}

    idle = await service.process(keys=replace(service.files.first, further=further), listeners=[log])

    async def has_read(times: int) -> bool:
        return read_again >= times

    with log.recording():
        service.watched(idle)
        await until(lambda: has_read(20))

    assert log.round_trips == ["find _key_proofs", "find _key_generation", "update _key_holders"]


async def test_what_changes_is_said_at_once(service: Service) -> None:
    working = await service.process(watching=True)
    await until(lambda: someone_lives(working))
    new = service.files.add(MASTER)
    async with asyncio.timeout(key_watch.SAY_AGAIN_SECONDS / 3):
        await until(lambda: lives_with(working, new))


async def test_a_process_with_files_that_cannot_be_used_lives_on_and_follows(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> Further:
        raise FurtherKeysBroken("it cannot be read")

    new = service.files.add(AUDITS)
    working, operator = await service.process(), await service.process()
    monkeypatch.setattr(working.keys, "_further", broken)
    service.watched(working)
    await until(lambda: lives_with(operator, new))

    await service.rotation(operator).rotate(AUDITS)

    assert working.keys.lines.audit.current_id == new
    service.files.add(MASTER)
    async with refused("do not hold", "tests@"):
        await service.rotation(operator).rotate(MASTER)
