"""What can happen in a world, each drawn with a seed of its own."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any, Final

from careflow_events import envelope as envelopes
from careflow_events.consumed import ConsumedRecord
from careflow_events.contracts import ClearanceExtended, ClearanceRevoked
from careflow_events.operations import LARGEST_PAGE
from careflow_events.producing import OutgoingRecord
from careflow_events.publication import patient_subject
from careflow_events.testing.builders import NOON, a_checkpoint, an_event, an_id
from careflow_events.testing.simulation.cluster import PARTITIONS
from careflow_events.testing.simulation.operators import discard, refeed, writer_of
from careflow_events.testing.simulation.plan import Kind
from careflow_events.testing.simulation.service import SETTINGS, Service
from careflow_events.testing.simulation.virtual import elapsed
from careflow_events.testing.simulation.world import World
from careflow_events.topics import SCREENING

PATIENTS: Final = 4


async def says(world: World, _: Service, chance: Random) -> None:
    contract = ClearanceExtended if chance.random() < 0.75 else ClearanceRevoked
    patients = [an_id(chance.randrange(1, PATIENTS + 1)) for _ in range(chance.randrange(1, 4))]
    await world.say(contract, patients, 0.0)


async def says_slowly(world: World, _: Service, chance: Random) -> None:
    patients = [an_id(chance.randrange(1, PATIENTS + 1))]
    await world.say(ClearanceExtended, patients, chance.uniform(3, 10))


async def is_killed(_: World, service: Service, chance: Random) -> None:
    for process in service.alive():
        process.dies_in = chance.randrange(40)


async def sleeps(world: World, service: Service, chance: Random) -> None:
    alive = service.alive()
    if len(alive) != 1:
        return
    seconds = chance.uniform(16, 22)
    alive[0].sleeps_in = (chance.randrange(40), seconds)

    async def follow() -> None:
        await asyncio.sleep(5)
        service.begin()
        await asyncio.sleep(seconds + 3)
        alive[0].kill()

    world.soon(follow())


async def leaves(world: World, service: Service, chance: Random) -> None:
    world.given_up.add(service.name)
    for process in service.alive():
        process.kill()

    async def back() -> None:
        await asyncio.sleep(chance.uniform(5, 20))
        world.given_up.discard(service.name)

    world.soon(back())


async def broker_is_away(world: World, service: Service, chance: Random) -> None:
    world.cluster.trouble[service.name].away = elapsed() + chance.uniform(1, 10)


async def acknowledgements_are_lost(world: World, service: Service, chance: Random) -> None:
    world.cluster.trouble[service.name].answers_lost = elapsed() + chance.uniform(1, 5)


async def broker_refuses(world: World, service: Service, chance: Random) -> None:
    key = patient_subject(an_id(chance.randrange(1, PATIENTS + 1))).encode()
    world.cluster.trouble[service.name].refuses = (key, elapsed() + chance.uniform(5, 15))


async def partition_is_silent(world: World, service: Service, chance: Random) -> None:
    world.cluster.trouble[service.name].silent = (chance.randrange(PARTITIONS), elapsed() + chance.uniform(5, 20))


async def partition_is_held(world: World, _: Service, chance: Random) -> None:
    place = chance.choice(sorted(world.cluster.logs)) if world.cluster.logs else (SCREENING.name, 0)
    world.cluster.held_until[place] = elapsed() + chance.uniform(2, 12)


async def is_repeated(world: World, _: Service, chance: Random) -> None:
    written = [record for topic in _written() for log in world.cluster.partitions(topic) for record in log.records]
    forged = world.cluster.forged
    numbered = [record for record in written if record.key is not None and record.identity() not in forged]
    if numbered:
        _write(world, chance.choice(numbered[-6:]))


async def store_fails(_: World, service: Service, chance: Random) -> None:
    service.store_fails = chance.randrange(1, 12)


async def reactions_fail(_: World, service: Service, chance: Random) -> None:
    service.breaks_until = elapsed() + chance.uniform(2, 8)


async def operator_replays(world: World, service: Service, _: Random) -> None:
    for parked in await service.operations.list(limit=LARGEST_PAGE):
        if parked.event_id not in world.impostors:
            await service.operations.request_replay_of(parked.id)


async def operator_discards(world: World, service: Service, chance: Random) -> None:
    parked = await service.operations.list(limit=LARGEST_PAGE)
    rivalled = {(each.stream, each.place) for each in parked if each.event_id in world.impostors}
    chosen = [
        each
        for each in parked
        if each.event_id in world.impostors or each.place is None or (each.stream, each.place) not in rivalled
    ]
    if chosen:
        await discard(world, service, chance.choice(chosen))


async def operator_refeeds(world: World, service: Service, chance: Random) -> None:
    streams = sorted(service.store.committed["positions"])
    if streams:
        await refeed(world, service, chance.choice(streams), 1, chance.randrange(1, 10))


async def tombstone(world: World, _: Service, chance: Random) -> None:
    world.strangers = True
    key = patient_subject(an_id(chance.randrange(1, PATIENTS + 1))).encode()
    topic = chance.choice(_written())
    _forge(world, OutgoingRecord(topic=topic, key=key, value=chance.choice([b"", b"{"]), headers=()))


async def forged(world: World, _: Service, chance: Random) -> None:
    """The next event of a patient's stream by its number, but of a type, a source or a time that cannot be."""
    world.strangers = True
    patient = chance.randrange(1, PATIENTS + 1)
    topic = chance.choice([each for each in _written() if each != SCREENING.name])
    stream = f"{topic}/{patient_subject(an_id(patient))}"
    head = writer_of(world, stream).store.committed["streams"].get(stream)
    sequence = 1 if head is None else head.sequence + 1
    event = an_event(sequence, patient=patient, topic=topic, event_id=world.new_id())
    world.impostors.add(event.id)
    _forge(world, _record(event, topic))


async def far_checkpoint(world: World, _: Service, chance: Random) -> None:
    world.strangers = True
    for number in range(PARTITIONS):
        record = a_checkpoint(NOON + timedelta(days=chance.randrange(1, 9)), topic=SCREENING.name, partition=number)
        _forge(world, _again(record))


async def rival(world: World, _: Service, chance: Random) -> None:
    """Right behind an event, another one with its number."""
    world.strangers = True
    topic = chance.choice(_written())
    place = chance.randrange(PARTITIONS)
    records = world.cluster.logs[topic, place].records
    if not records or records[-1].key is None or records[-1].identity() in world.cluster.forged:
        return
    event = envelopes.decode(records[-1].value, records[-1].headers)
    head = writer_of(world, topic).store.committed["streams"].get(event.stream)
    if head is None or head.sequence != event.sequence:
        return
    other = replace(event, id=world.new_id())
    world.impostors.add(other.id)
    world.rivals.append((topic, other.id))
    _forge(world, _record(other, topic))


async def clock_is_wrong(_: World, service: Service, chance: Random) -> None:
    for process in service.alive():
        process.skew = chance.uniform(-1, 1)


async def is_trimmed(world: World, _: Service, chance: Random) -> None:
    world.trimmed = True
    for topic in chance.sample(_written(), 2):
        for log in world.cluster.partitions(topic):
            log.beginning = max(log.beginning, len(log.records) - chance.randrange(8))


async def is_copied(world: World, service: Service, _: Random) -> None:
    world.copies[service.name] = service.store.copy()


async def is_put_back(world: World, service: Service, _: Random) -> None:
    """Its workers are stopped first, as the runbook says."""
    copy = world.copies.get(service.name)
    if copy is None:
        return
    for process in service.alive():
        process.kill()
    world.restored.add(service.name)
    service.store.put_back(copy)


def _write(world: World, record: ConsumedRecord) -> ConsumedRecord:
    place = world.cluster.append(_again(record))
    return world.cluster.logs[record.topic, place.partition].records[place.offset]


def _forge(world: World, record: OutgoingRecord) -> None:
    place = world.cluster.append(record)
    world.cluster.forged.add(world.cluster.logs[record.topic, place.partition].records[place.offset].identity())


def _written() -> list[str]:
    """The topics that are heard by somebody."""
    return sorted({contract.topic.name for contracts in SETTINGS.values() for contract in contracts})


def _record(event: envelopes.Envelope, topic: str) -> OutgoingRecord:
    return OutgoingRecord(
        topic=topic,
        key=event.key(),
        value=envelopes.encode(event),
        headers=tuple(envelopes.record_headers(event)),
    )


def _again(record: ConsumedRecord) -> OutgoingRecord:
    headers = tuple((name, value) for name, value in record.headers if value is not None)
    return OutgoingRecord(
        topic=record.topic,
        key=record.key,
        value=record.value or b"",
        headers=headers,
        partition=record.partition if record.key is None else None,
    )


HAPPENINGS: Final[Mapping[Kind, Callable[[World, Service, Random], Any]]] = {
    Kind.SAY: says,
    Kind.SLOW: says_slowly,
    Kind.KILL: is_killed,
    Kind.SLEEP: sleeps,
    Kind.LEAVE: leaves,
    Kind.AWAY: broker_is_away,
    Kind.ANSWERS_LOST: acknowledgements_are_lost,
    Kind.REFUSE: broker_refuses,
    Kind.SILENT: partition_is_silent,
    Kind.HELD: partition_is_held,
    Kind.REPEAT: is_repeated,
    Kind.STORE: store_fails,
    Kind.BUG: reactions_fail,
    Kind.REPLAY: operator_replays,
    Kind.DISCARD: operator_discards,
    Kind.TOMBSTONE: tombstone,
    Kind.FORGED: forged,
    Kind.AHEAD: far_checkpoint,
    Kind.RIVAL: rival,
    Kind.SKEW: clock_is_wrong,
    Kind.TRIM: is_trimmed,
    Kind.COPY: is_copied,
    Kind.RESTORE: is_put_back,
    Kind.REFEED: operator_refeeds,
}
