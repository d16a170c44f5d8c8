"""One world: its services, what happens to them, and the operators who settle it in the end."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any, Final

from careflow_events import envelope as envelopes
from careflow_events.consumed import ConsumedRecord
from careflow_events.contracts import ClearanceExtended, ClearanceRevoked
from careflow_events.operations import LARGEST_PAGE, NotFirstInStream, NothingMissing, NotParked
from careflow_events.parked import ParkedRecord
from careflow_events.producing import OutgoingRecord
from careflow_events.publication import patient_subject
from careflow_events.refeeding import Refeed, Selection
from careflow_events.testing.builders import NOON, a_checkpoint, an_event, an_id
from careflow_events.testing.simulation import invariants
from careflow_events.testing.simulation.cluster import PARTITIONS, Cluster, Log
from careflow_events.testing.simulation.plan import SECONDS, Kind, Step
from careflow_events.testing.simulation.process import Process
from careflow_events.testing.simulation.service import SETTINGS, Service
from careflow_events.topics import SCREENING, refeed_of, topics_of

PATIENTS: Final = 4
LOOK_EVERY: Final = 2.0
RESTART_SECONDS: Final = 1.0
SETTLED_WITHIN: Final = 240.0
"""Virtual seconds in which everything has arrived once all faults have ended."""
QUIET_SECONDS: Final = 6.0


class World:
    """See the module. `impostors` are ids that nobody of ours has given; `lost` are the services that were put back."""

    def __init__(self, seed: int) -> None:
        self.chance = Random(seed)  # noqa: S311 - to be repeated, not to be secret
        self.ids = 0
        self.cluster = Cluster(self.chance)
        self.services = {name: Service(name, self.cluster, self.chance, self.new_id) for name in SETTINGS}
        self.copies: dict[str, Any] = {}
        self.said: dict[str, str] = {}
        self.discarded: set[tuple[str, str, int]] = set()
        self.impostors: set[str] = set()
        self.rivals: list[tuple[str, str]] = []
        self.restored: set[str] = set()
        self.trimmed = False
        self.strangers = False
        self.refed = False
        self.given_up: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    def new_id(self) -> str:
        """The next id."""
        self.ids += 1
        return an_id(self.ids)

    async def live(self, plan: Sequence[Step]) -> None:
        """Runs the plan and what follows from it. Raises Broken when something does not hold."""
        try:
            await self._live(plan)
        finally:
            for service in self.services.values():
                for process in service.alive():
                    process.kill()

    async def _live(self, plan: Sequence[Step]) -> None:
        for service in self.services.values():
            service.begin()
        keeper = asyncio.create_task(self._keep_running())
        loop = asyncio.get_running_loop()
        for step in plan:
            while loop.time() + LOOK_EVERY < step.at:
                await asyncio.sleep(LOOK_EVERY)
                invariants.hold(self)
            await asyncio.sleep(max(0.0, step.at - loop.time()))
            await self._happens(step)
            invariants.hold(self)
        await asyncio.sleep(max(0.0, SECONDS - loop.time()))
        self._end_of_faults()
        await self._settle()
        keeper.cancel()
        invariants.hold_in_the_end(self)

    async def _happens(self, step: Step) -> None:
        chance = Random(step.seed)  # noqa: S311 - see above
        service = self.services[chance.choice(sorted(self.services))]
        await _HAPPENINGS[step.kind](self, service, chance)

    async def _keep_running(self) -> None:
        """Restarts what died, as an orchestrator does. What ends by an error of its own is no fault of the plan."""
        while True:
            await asyncio.sleep(RESTART_SECONDS)
            for service in self.services.values():
                for process in service.processes:
                    if process.ended is not None:
                        raise invariants.Broken(f"{process.name} ended: {process.ended!r}") from process.ended
                if not service.alive() and service.name not in self.given_up:
                    service.begin(skew=0.0)

    def _soon(self, act: Any) -> None:
        task = asyncio.create_task(act)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def say(self, contract: Any, patients: list[str], seconds: float) -> None:
        """One command of screening, in a process of its own, whose client does not ask again."""
        screening = self.services["screening"]

        async def command() -> None:
            try:
                ids = await screening.say(contract, patients, seconds)
            except ConnectionError:
                return
            self.said.update(dict.fromkeys(ids, "screening"))

        Process("api", self.chance, self.chance.uniform(-1, 1)).start(command)

    def _end_of_faults(self) -> None:
        cluster = self.cluster
        for trouble in cluster.trouble.values():
            trouble.away = trouble.answers_lost = 0
            trouble.refuses, trouble.silent = (b"", 0.0), (0, 0.0)
        cluster.held_until.clear()
        for service in self.services.values():
            service.store_fails, service.breaks_until = 0, 0
            for process in service.alive():
                process.dies_in = process.sleeps_in = None

    async def _settle(self) -> None:
        """Operators do what the runbook says until nothing is left to do for a while."""
        loop = asyncio.get_running_loop()
        ends, quiet_since = loop.time() + SETTLED_WITHIN, loop.time()
        while loop.time() - quiet_since < QUIET_SECONDS:
            await asyncio.sleep(1)
            if [await self.operate(service) for service in self.services.values()] != [False] * len(self.services):
                quiet_since = loop.time()
            if loop.time() > ends:
                raise invariants.Broken(f"not settled: {self._unsettled()}")
        invariants.hold(self)

    def _unsettled(self) -> list[str]:
        return [
            f"{name}: {len(service.outbox.unpublished())} unpublished,"
            f" {[(each.id, each.cause, each.state) for each in _open(service)]}, fence"
            f" {service.store.committed['fence']}, stopped {service.store.committed['stopped']}"
            for name, service in self.services.items()
        ]

    async def operate(self, service: Service) -> bool:
        """One look of an operator at a service; answers whether there was anything to do or to wait for."""
        busy = bool(service.outbox.unpublished()) or not self._all_read(service)
        if await service.fences.ask_to_finish():
            busy = True
        if await service.stores.consumers.stopped() is not None:
            await service.operations.resume()
            await self._refeed_all(service)
            busy = True
        for parked in await service.operations.list(limit=LARGEST_PAGE):
            await self._operate_on(service, parked)
            busy = True
        if await service.refeeds.waiting():
            busy = True
        return busy

    def _all_read(self, service: Service) -> bool:
        feeds = service.store.committed["feeds"]
        heard = [*{contract.topic.name for contract in service.hears}, refeed_of(service.name).name]
        return all(
            topic in feeds
            and all(
                feeds[topic].offsets.get(number, -1) > _last_event(log)
                for number, log in enumerate(self.cluster.partitions(topic))
            )
            for topic in heard
        )

    async def _operate_on(self, service: Service, parked: ParkedRecord) -> None:
        if parked.place is None or parked.event_id in self.impostors:
            await self.discard(service, parked)
            return
        try:
            missing = await service.operations.missing_before(parked.id)
            if missing is not None:
                await self._refeed(service, parked.stream or "", missing.start, missing[-1])
            else:
                await service.operations.request_replay_of(parked.id)
        except (NotFirstInStream, NotParked, NothingMissing, ConnectionError):
            return

    async def discard(self, service: Service, parked: ParkedRecord) -> None:
        """An operator gives a record up."""
        try:
            await service.operations.discard(parked.id)
        except (NotFirstInStream, NotParked, ConnectionError):
            return
        if parked.place is not None and parked.event_id not in self.impostors and parked.stream is not None:
            self.discarded.add((service.name, parked.stream, parked.place))

    async def _refeed(self, reader: Service, stream: str, first: int, last: int) -> None:
        writer = self._writer(stream)
        selection = Selection(topic=stream.partition("/")[0], stream=stream, first=first, last=last)
        self.refed = True
        if any(each.selection == selection for each in await writer.refeeds.waiting()):
            return
        await self._ask_for(writer, reader, selection)

    async def _refeed_all(self, reader: Service) -> None:
        for topic in sorted({contract.topic.name for contract in reader.hears}):
            await self._ask_for(self._writer(topic), reader, Selection(topic=topic))

    async def _ask_for(self, writer: Service, reader: Service, selection: Selection) -> None:
        events = await writer.refeeds.count(selection)
        to = refeed_of(reader.name).name
        await writer.refeeds.request(
            Refeed(id=self.new_id(), to=to, selection=selection, events=events, requested_at=NOON)
        )

    def _writer(self, stream: str) -> Service:
        topic = stream.partition("/")[0]
        return next(
            service for name, service in self.services.items() if topic in {each.name for each in topics_of(name)}
        )

    # what can happen

    async def says(self, _: Service, chance: Random) -> None:
        contract = ClearanceExtended if chance.random() < 0.75 else ClearanceRevoked
        patients = [an_id(chance.randrange(1, PATIENTS + 1)) for _ in range(chance.randrange(1, 4))]
        await self.say(contract, patients, 0.0)

    async def says_slowly(self, _: Service, chance: Random) -> None:
        patients = [an_id(chance.randrange(1, PATIENTS + 1))]
        await self.say(ClearanceExtended, patients, chance.uniform(3, 10))

    async def is_killed(self, service: Service, chance: Random) -> None:
        for process in service.alive():
            process.dies_in = chance.randrange(40)

    async def sleeps(self, service: Service, chance: Random) -> None:
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

        self._soon(follow())

    async def leaves(self, service: Service, chance: Random) -> None:
        self.given_up.add(service.name)
        for process in service.alive():
            process.kill()

        async def back() -> None:
            await asyncio.sleep(chance.uniform(5, 20))
            self.given_up.discard(service.name)

        self._soon(back())

    async def broker_is_away(self, service: Service, chance: Random) -> None:
        self.cluster.trouble[service.name].away = _now() + chance.uniform(1, 10)

    async def acknowledgements_are_lost(self, service: Service, chance: Random) -> None:
        self.cluster.trouble[service.name].answers_lost = _now() + chance.uniform(1, 5)

    async def broker_refuses(self, service: Service, chance: Random) -> None:
        key = patient_subject(an_id(chance.randrange(1, PATIENTS + 1))).encode()
        self.cluster.trouble[service.name].refuses = (key, _now() + chance.uniform(5, 15))

    async def partition_is_silent(self, service: Service, chance: Random) -> None:
        self.cluster.trouble[service.name].silent = (chance.randrange(PARTITIONS), _now() + chance.uniform(5, 20))

    async def partition_is_held(self, _: Service, chance: Random) -> None:
        place = chance.choice(sorted(self.cluster.logs)) if self.cluster.logs else (SCREENING.name, 0)
        self.cluster.held_until[place] = _now() + chance.uniform(2, 12)

    async def is_repeated(self, _: Service, chance: Random) -> None:
        written = [record for topic in _written() for log in self.cluster.partitions(topic) for record in log.records]
        forged = self.cluster.forged
        numbered = [record for record in written if record.key is not None and record.identity() not in forged]
        if numbered:
            self._write(chance.choice(numbered[-6:]))

    async def store_fails(self, service: Service, chance: Random) -> None:
        service.store_fails = chance.randrange(1, 12)

    async def reactions_fail(self, service: Service, chance: Random) -> None:
        service.breaks_until = _now() + chance.uniform(2, 8)

    async def operator_replays(self, service: Service, _: Random) -> None:
        for parked in await service.operations.list(limit=LARGEST_PAGE):
            if parked.event_id not in self.impostors:
                await service.operations.request_replay_of(parked.id)

    async def operator_discards(self, service: Service, chance: Random) -> None:
        parked = await service.operations.list(limit=LARGEST_PAGE)
        rivalled = {(each.stream, each.place) for each in parked if each.event_id in self.impostors}
        chosen = [
            each
            for each in parked
            if each.event_id in self.impostors or each.place is None or (each.stream, each.place) not in rivalled
        ]
        if chosen:
            await self.discard(service, chance.choice(chosen))

    async def operator_refeeds(self, service: Service, chance: Random) -> None:
        streams = sorted(service.store.committed["positions"])
        if streams:
            await self._refeed(service, chance.choice(streams), 1, chance.randrange(1, 10))

    async def tombstone(self, _: Service, chance: Random) -> None:
        self.strangers = True
        key = patient_subject(an_id(chance.randrange(1, PATIENTS + 1))).encode()
        topic = chance.choice(_written())
        self._forge(OutgoingRecord(topic=topic, key=key, value=chance.choice([b"", b"{"]), headers=()))

    async def forged(self, _: Service, chance: Random) -> None:
        """The next event of a patient's stream by its number, but of a type, a source or a time that cannot be."""
        self.strangers = True
        patient = chance.randrange(1, PATIENTS + 1)
        topic = chance.choice([each for each in _written() if each != SCREENING.name])
        stream = f"{topic}/{patient_subject(an_id(patient))}"
        head = self._writer(stream).store.committed["streams"].get(stream)
        sequence = 1 if head is None else head.sequence + 1
        event = an_event(sequence, patient=patient, topic=topic, event_id=self.new_id())
        self.impostors.add(event.id)
        self._forge(_record(event, topic))

    async def far_checkpoint(self, _: Service, chance: Random) -> None:
        self.strangers = True
        for number in range(PARTITIONS):
            record = a_checkpoint(NOON + timedelta(days=chance.randrange(1, 9)), topic=SCREENING.name, partition=number)
            self._forge(_again(record))

    async def rival(self, _: Service, chance: Random) -> None:
        """Right behind an event, another one with its number."""
        self.strangers = True
        topic = chance.choice(_written())
        place = chance.randrange(PARTITIONS)
        records = self.cluster.logs[topic, place].records
        if not records or records[-1].key is None or records[-1].identity() in self.cluster.forged:
            return
        event = envelopes.decode(records[-1].value, records[-1].headers)
        head = self._writer(topic).store.committed["streams"].get(event.stream)
        if head is None or head.sequence != event.sequence:
            return
        other = replace(event, id=self.new_id())
        self.impostors.add(other.id)
        self.rivals.append((topic, other.id))
        self._forge(_record(other, topic))

    async def clock_is_wrong(self, service: Service, chance: Random) -> None:
        for process in service.alive():
            process.skew = chance.uniform(-1, 1)

    async def is_trimmed(self, _: Service, chance: Random) -> None:
        self.trimmed = True
        for topic in chance.sample(_written(), 2):
            for log in self.cluster.partitions(topic):
                log.beginning = max(log.beginning, len(log.records) - chance.randrange(8))

    async def is_copied(self, service: Service, _: Random) -> None:
        self.copies[service.name] = service.store.copy()

    async def is_put_back(self, service: Service, _: Random) -> None:
        """Its workers are stopped first, as the runbook says."""
        copy = self.copies.get(service.name)
        if copy is None:
            return
        for process in service.alive():
            process.kill()
        self.restored.add(service.name)
        service.store.put_back(copy)

    def _write(self, record: ConsumedRecord) -> ConsumedRecord:
        place = self.cluster.append(_again(record))
        return self.cluster.logs[record.topic, place.partition].records[place.offset]

    def _forge(self, record: OutgoingRecord) -> None:
        place = self.cluster.append(record)
        self.cluster.forged.add(self.cluster.logs[record.topic, place.partition].records[place.offset].identity())


_HAPPENINGS: Final[Mapping[Kind, Callable[[World, Service, Random], Any]]] = {
    Kind.SAY: World.says,
    Kind.SLOW: World.says_slowly,
    Kind.KILL: World.is_killed,
    Kind.SLEEP: World.sleeps,
    Kind.LEAVE: World.leaves,
    Kind.AWAY: World.broker_is_away,
    Kind.ANSWERS_LOST: World.acknowledgements_are_lost,
    Kind.REFUSE: World.broker_refuses,
    Kind.SILENT: World.partition_is_silent,
    Kind.HELD: World.partition_is_held,
    Kind.REPEAT: World.is_repeated,
    Kind.STORE: World.store_fails,
    Kind.BUG: World.reactions_fail,
    Kind.REPLAY: World.operator_replays,
    Kind.DISCARD: World.operator_discards,
    Kind.TOMBSTONE: World.tombstone,
    Kind.FORGED: World.forged,
    Kind.AHEAD: World.far_checkpoint,
    Kind.RIVAL: World.rival,
    Kind.SKEW: World.clock_is_wrong,
    Kind.TRIM: World.is_trimmed,
    Kind.COPY: World.is_copied,
    Kind.RESTORE: World.is_put_back,
    Kind.REFEED: World.operator_refeeds,
}


def _written() -> list[str]:
    """The topics that are heard by somebody."""
    return sorted({contract.topic.name for contracts in SETTINGS.values() for contract in contracts})


def _last_event(log: Log) -> int:
    """Where the last record stands that is no checkpoint."""
    return max((record.offset for record in log.records if record.key is not None), default=-1)


def _open(service: Service) -> list[ParkedRecord]:
    return [each for each in service.store.committed["parked"].values() if each.settled_at is None]


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


def _now() -> float:
    return asyncio.get_running_loop().time()
