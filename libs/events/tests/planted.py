"""Bugs that somebody could make tomorrow, each in one place of the real code."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from careflow_events import admission, delivery, faults, handling, relay
from careflow_events.checkpoint import Checkpoints
from careflow_events.delivery import Delivery
from careflow_events.envelope import decode
from careflow_events.fencing import Restoring
from careflow_events.handling import Handling, Settled
from careflow_events.kafka import partitions
from careflow_events.operations import ParkedOperations
from careflow_events.positions import Position, Standing
from careflow_events.producing import outgoing
from careflow_events.relay import Relay
from careflow_events.replay import Replay
from careflow_events.testing.memory_consumer import MemoryPositions
from careflow_events.testing.simulation.cluster import SimulatedStarts

Plant = Callable[[pytest.MonkeyPatch], None]


@dataclass(frozen=True)
class Planted:
    """A bug, and a seed that finds it."""

    name: str
    plant: Plant
    seed: int = 0


def _position_before_effect(patch: pytest.MonkeyPatch) -> None:
    advance = MemoryPositions.advance

    async def early(self: MemoryPositions, stream: str, sequence: int, event_id: str) -> Standing:
        standing = await advance(self, stream, sequence, event_id)
        if standing is Standing.NEXT:
            self._store.committed["positions"][stream] = self._store.tables["positions"][stream]
        return standing

    patch.setattr(MemoryPositions, "advance", early)


async def _takes_a_place(self: ParkedOperations, parked: Any, stream: str) -> None:
    position = await self.stores.positions.find(stream)
    assert position is not None
    place = (position.last or 0) + 1 if parked.place is None else parked.place
    await self.stores.positions.replace(position, position.settling(place, parked.event_id))


def _number_only(self: Position, sequence: int, event_id: str) -> Standing:
    if self.last is not None and sequence <= self.last:
        return Standing.DUPLICATE
    return Standing.BLOCKED if self.block is not None else self.order(sequence)


def _blind_to_blocks(self: Position, sequence: int, event_id: str) -> Standing:
    standing: Standing = vars(Position)["_standing"](replace(self, block=None), sequence, event_id)
    return standing


def _blocks_do_not_hold(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Position, "_standing", Position.standing, raising=False)
    patch.setattr(Position, "standing", _blind_to_blocks)


def _offsets_first(patch: pytest.MonkeyPatch) -> None:
    deliver = Delivery.deliver_together

    async def early(self: Delivery, records: Sequence[Any]) -> Any:
        for record in records:
            self.offsets.settled(record.topic, record.partition, record.offset + 1)
        await self.offsets.note()
        return await deliver(self, records)

    patch.setattr(Delivery, "deliver_together", early)


def _never_back(patch: pytest.MonkeyPatch) -> None:
    deliver = Delivery.deliver_together

    async def onward(self: Delivery, records: Sequence[Any]) -> Any:
        await deliver(self, records)
        for record in records:
            self.offsets.settled(record.topic, record.partition, record.offset + 1)
        return []

    patch.setattr(Delivery, "deliver_together", onward)


def _group_is_settled(patch: pytest.MonkeyPatch) -> None:
    settle = Delivery._settle_together

    async def anyhow(self: Delivery, group: Sequence[Any]) -> bool:
        return await settle(self, group) or len(group) > 1

    patch.setattr(Delivery, "_settle_together", anyhow)


def _checkpoints_first(patch: pytest.MonkeyPatch) -> None:
    groups = delivery.groups

    def first(records: Sequence[Any]) -> Any:
        return groups(sorted(records, key=lambda record: record.stream() is not None))

    patch.setattr(delivery, "groups", first)


async def _passes_by(self: Handling[Any], record: Any, event: Any, _: Any) -> Settled:
    return Settled.UNHEARD


def _waits_without_effect(patch: pytest.MonkeyPatch) -> None:
    wait = Handling._wait

    async def only_waits(self: Handling[Any], *args: Any, **kwargs: Any) -> bool:
        await wait(self, *args, **kwargs)
        return False

    patch.setattr(Handling, "_wait", only_waits)


def _replays_without_reaction(patch: pytest.MonkeyPatch) -> None:
    settle = Replay._settle_in_order

    async def settled(self: Replay, parked: Any, event: Any) -> bool:
        await settle(self, parked, event)
        return False

    patch.setattr(Replay, "_settle_in_order", settled)


def _replays_again(patch: pytest.MonkeyPatch) -> None:
    settle = Replay._settle_in_stream

    async def stands(self: Replay, parked: Any, stream: str, place: int, event_id: str) -> bool:
        before = await self._positions.find(stream)
        ahead = await settle(self, parked, stream, place, event_id)
        after = await self._positions.find(stream)
        assert before is not None
        assert after is not None
        await self._positions.replace(after, replace(after, last=before.last, last_event_id=before.last_event_id))
        return ahead

    patch.setattr(Replay, "_settle_in_stream", stands)


async def _always_within(self: MemoryPositions, topic: str) -> bool:
    return True


def _kafka_decides(patch: pytest.MonkeyPatch) -> None:
    begin = SimulatedStarts._begin

    async def unless_committed(self: SimulatedStarts, topic: str, partition: int, offset: int) -> None:
        if (self._name, topic, partition) not in self._cluster.committed:
            await begin(self, topic, partition, offset)

    patch.setattr(SimulatedStarts, "_begin", unless_committed)


async def _no_rivals(self: ParkedOperations, parked: Any) -> bool:
    return False


async def _never_behind(self: Restoring, grant: Any) -> bool:
    return True


async def _only_takes_down(self: Restoring, grant: Any) -> None:
    await self._fences.take_down()


def _forgets_who_is_behind(patch: pytest.MonkeyPatch) -> None:
    note = Checkpoints.published_before
    patch.setattr(Checkpoints, "published_before", lambda self, as_of, behind=frozenset(): note(self, as_of))


def _promises_in_any_case(patch: pytest.MonkeyPatch) -> None:
    publish = Relay._publish

    async def done(self: Relay, rows: Any, grant: Any) -> bool:
        await publish(self, rows, grant)
        return True

    patch.setattr(Relay, "_publish", done)
    patch.setattr(Relay, "silent_streams", frozenset())


async def _skips_what_is_refused(self: Relay, rows: Sequence[Any], grant: Any) -> None:
    for row in rows:
        (answer,) = await self._producer.publish([outgoing(row)])
        if answer.stored:
            await self._mark([row], {}, grant)
        else:
            await self._producer.renew()


def _admits(self: admission.Admission, record: Any) -> Any:
    return decode(record.value, record.headers)


def _sets(target: object, name: str, value: object) -> Plant:
    return lambda patch: patch.setattr(target, name, value)


PLANTED = (
    Planted("the position moves before the effect commits", _position_before_effect),
    Planted("discarding what cannot be read moves the position", _sets(ParkedOperations, "_pass", _takes_a_place)),
    Planted("a checkpoint promises up to now", _sets(relay, "COMMITS_WITHIN", timedelta(0))),
    Planted("a repetition is known by its number only", _sets(Position, "standing", _number_only), seed=8),
    Planted("a rival is replayed by another's name", _sets(ParkedOperations, "_rivals_handled", _no_rivals), seed=24),
    Planted("blocks do not hold", _blocks_do_not_hold, seed=3),
    Planted("gaps are passed over", _sets(Position, "order", lambda self, sequence: Standing.NEXT), seed=21),
    Planted("a record parked does not block", _sets(Position, "parking", lambda self, cause, at: self)),
    Planted("offsets are noted before the transaction", _offsets_first, seed=2),
    Planted("what is to come back is left behind", _never_back, seed=16),
    Planted("a group that failed counts as settled", _group_is_settled, seed=11),
    Planted("a fault that lasts counts as settled", _sets(Delivery, "_come_back", lambda *_: Settled.HANDLED), seed=16),
    Planted("faults that pass are parked", _sets(faults, "_TRANSIENT", ()), seed=1),
    Planted("a checkpoint is taken before what came before it", _checkpoints_first, seed=653),
    Planted("a checkpoint of tomorrow is believed", _sets(handling, "CLOCKS_APART", timedelta(days=99)), seed=24),
    Planted("what nobody hears does not count", _sets(Handling, "_pass_by", _passes_by)),
    Planted("what restricts waits like all else", _waits_without_effect, seed=20),
    Planted("an event is believed wherever it stands", _sets(admission.Admission, "admit", _admits)),
    Planted("a replay settles without its reaction", _replays_without_reaction),
    Planted("a replay leaves the position where it was", _replays_again),
    Planted("a stream begins where it is first met", _sets(MemoryPositions, "began_within", _always_within), seed=21),
    Planted("reading goes on where the group has committed", _kafka_decides, seed=22),
    Planted("what lies outside the log is no reason to stop", _sets(partitions, "verdict", lambda *_: None), seed=21),
    Planted("a store that was put back goes on counting", _sets(Restoring, "may_publish", _never_behind), seed=46),
    Planted("a restore is finished without the orphans", _sets(Restoring, "_finish", _only_takes_down), seed=54),
    Planted("a checkpoint does not name who is behind", _forgets_who_is_behind, seed=2),
    Planted("a checkpoint follows what was not answered", _promises_in_any_case, seed=27),
    Planted("all that was sent is marked", _sets(relay, "_split", lambda rows, answers: (list(rows), []))),
    Planted("a refused record is left out", _sets(Relay, "_publish_alone", _skips_what_is_refused), seed=33),
    Planted("a batch is sent backwards", _sets(relay, "_within_bytes", lambda rows: list(reversed(rows)))),
)
