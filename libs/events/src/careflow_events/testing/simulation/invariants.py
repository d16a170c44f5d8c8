"""What must hold in every world: after every step, and in the end."""

from collections import Counter, defaultdict

import orjson

from careflow_events import envelope as envelopes
from careflow_events.contracts import FeedCheckpoint
from careflow_events.contracts.model import EventData
from careflow_events.parked import ParkedRecord, ParkedState
from careflow_events.testing.memory_outbox import MemoryRow
from careflow_events.testing.simulation.cluster import Cluster, Log
from careflow_events.testing.simulation.service import Service
from careflow_events.testing.simulation.world import World
from careflow_events.topics import topics_of


class Broken(AssertionError):
    """Something does not hold."""


def hold(world: World) -> None:
    """After every step."""
    _nobody_gave_up(world)
    for service in world.services.values():
        _effects_in_order(world, service)
        _restrictions_are_early(service)
        _nothing_strange_is_parked(world, service)
        _freshness_is_true(world, service)


def hold_in_the_end(world: World) -> None:
    """When all faults have ended and operators have settled what waits."""
    for service in world.services.values():
        _history_is_whole(world, service)
        _topic_is_in_order(world, service)
        if service.name not in world.restored:
            _checkpoints_are_true(world, service)
        _said_is_kept(world, service)
    for service in world.services.values():
        _everything_heard(world, service)
        _rivals_were_seen(world, service)
        _answered_once(world, service)


def _nobody_gave_up(world: World) -> None:
    """No process ends by an error of its own: what the plan does to it is waited out, or is about one record."""
    for process in (*world.commands, *(each for service in world.services.values() for each in service.processes)):
        _expect(process.ended is None, f"{process.name} ended: {process.ended!r}")


def _effects_in_order(world: World, service: Service) -> None:
    """No effect twice, none out of order, none of what nobody of ours has said, but for what only restricts."""
    for stream, effects in service.store.committed["effects"].items():
        numbers = [sequence for sequence, _ in effects]
        _expect(numbers == sorted(set(numbers)), f"{service.name} handled {stream} as {numbers}")
        foreign = {event_id for _, event_id in effects} & world.impostors
        _expect(not foreign, f"{service.name} believed {foreign} in {stream}")


def _restrictions_are_early(service: Service) -> None:
    """What only restricts is applied although its stream waits."""
    restricting = {contract.type() for contract in service.hears if contract.restricts}
    applied = service.store.committed["restricted"]
    for parked in service.store.committed["parked"].values():
        if parked.event_type in restricting and parked.cause == "blocked" and parked.state is ParkedState.PARKED:
            _expect(parked.event_id in applied, f"{service.name} has not applied {parked.id}, which restricts")


def _nothing_strange_is_parked(world: World, service: Service) -> None:
    """Without a cause for it no gap and no other history is seen."""
    causes = {each.cause for each in service.store.committed["parked"].values()}
    allowed = {"KeyError", "blocked"}
    if world.trimmed or world.restored:
        allowed |= {"gap"}
    if world.strangers:
        allowed |= causes
    _expect(causes <= allowed, f"{service.name} has parked {causes - allowed}")


def _freshness_is_true(world: World, service: Service) -> None:
    """Everything recorded before a reader's view is fresh has been received: handled, or known to wait."""
    if world.trimmed or world.restored:
        return
    positions = service.store.committed["positions"]
    waiting = {(each.stream, each.place) for each in service.store.committed["parked"].values()}
    for topic, feed in service.store.committed["feeds"].items():
        fresh_until = feed.fresh_until()
        if fresh_until is None:
            continue
        for each in _rows_of_topic(world, topic):
            row = each.row
            if row.recorded_at >= fresh_until or row.stream in feed.behind:
                continue
            position = positions.get(row.stream)
            reached = position is not None and position.last is not None and position.last >= row.sequence
            _expect(
                reached or (row.stream, row.sequence) in waiting,
                f"{service.name} is fresh until {fresh_until} and lacks {row.position} of {row.recorded_at}",
            )


def _rows_of_topic(world: World, topic: str) -> list[MemoryRow]:
    return [each for service in world.services.values() for each in service.rows() if each.row.topic == topic]


def _history_is_whole(world: World, service: Service) -> None:
    """The outbox holds each stream from 1 without a hole, all of it published, once each, as the topics hold it."""
    numbers: defaultdict[str, list[int]] = defaultdict(list)
    rows = sorted(service.rows(), key=lambda each: each.position or 0)
    for each in rows:
        _expect(each.at is not None, f"{each.row.position} was never published")
        numbers[each.row.stream].append(each.row.sequence)
    for stream, found in numbers.items():
        _expect(sorted(found) == list(range(1, len(found) + 1)), f"the outbox holds {stream} as {sorted(found)}")
        _expect(service.name in world.restored or found == sorted(found), f"{stream} was marked as {found}")
    places = [each.position for each in rows]
    _expect(places == list(range(1, len(places) + 1)), f"{service.name} has published as {places}")


def _topic_is_in_order(world: World, service: Service) -> None:
    """One event per number, each stream's in order; a repetition changes nothing."""
    known = {each.row.id: each.row for each in service.rows()}
    found: set[str] = set()
    for log in _logs(world.cluster, service):
        ids: dict[tuple[str, int], str] = {}
        last: Counter[str] = Counter()
        for event in _events(world.cluster, log):
            if event.stream is None or event.sequence is None:
                continue
            found.add(event.id)
            first = ids.setdefault((event.stream, event.sequence), event.id)
            _expect(first == event.id, f"{event.stream}@{event.sequence} was published as two events")
            _expect(
                event.sequence <= last[event.stream] + 1, f"{event.stream}@{event.sequence} was published too early"
            )
            last[event.stream] = max(last[event.stream], event.sequence)
            row = known.get(event.id)
            _expect(row is not None, f"{service.name} has forgotten {event.stream}@{event.sequence}")
    lacking = known.keys() - found
    _expect(not lacking, f"{[str(known[each].position) for each in lacking]} were marked, but are in no topic")


def _checkpoints_are_true(world: World, service: Service) -> None:
    """No checkpoint stands before an event that was recorded before its time."""
    for log in _logs(world.cluster, service):
        seen: set[str] = set()
        promises: list[FeedCheckpoint] = []
        for event in _events(world.cluster, log):
            if event.type == FeedCheckpoint.type():
                promises.append(FeedCheckpoint.model_validate_json(orjson.dumps(event.data)))
            elif event.id not in seen and event.recordedtime is not None:
                seen.add(event.id)
                recorded = event.recordedtime
                broken = [each for each in promises if recorded < each.as_of and event.stream not in each.behind]
                _expect(not broken, f"{event.stream}@{event.sequence} of {recorded} came after checkpoint {broken[:1]}")


def _said_is_kept(world: World, service: Service) -> None:
    """What was committed is in the history, unless the store was put back."""
    if service.name not in world.restored:
        held = {each.row.id for each in service.rows()}
        lost = {event_id for event_id, by in world.said.items() if by == service.name} - held
        _expect(not lost, f"{service.name} has lost {lost}")


def _everything_heard(world: World, service: Service) -> None:
    """Each reader has handled every event it hears, once, but for what an operator gave up; and stands at the end of
    every stream. What it has equals what it would have, had it read the history from the beginning.
    """
    topics = {contract.topic.name for contract in service.hears}
    heard: dict[str, type[EventData]] = {contract.type(): contract for contract in service.hears}
    effects: defaultdict[str, list[tuple[int, str]]] = defaultdict(list)
    restricted: set[str] = set()
    heads: Counter[str] = Counter()
    for topic in topics:
        for each in sorted(_rows_of_topic(world, topic), key=lambda each: each.row.sequence):
            row = each.row
            heads[row.stream] = row.sequence
            contract = heard.get(envelopes.decode(row.record, row.headers).type)
            if contract is None or (service.name, row.stream, row.sequence) in world.discarded:
                continue
            if contract.restricts:
                restricted.add(row.id)
            else:
                effects[row.stream].append((row.sequence, row.id))
    found = service.store.committed["effects"]
    for stream, expected in effects.items():
        had = list(found.get(stream, ()))
        _expect(had == expected, f"{service.name} has of {stream} {_numbers(had)} instead of {_numbers(expected)}")
    missing = restricted - service.store.committed["restricted"].keys()
    _expect(not missing, f"{service.name} has not applied {missing}")
    for stream, head in heads.items():
        position = service.store.committed["positions"].get(stream)
        at = None if position is None else position.last
        _expect(at == head, f"{service.name} stands at {at} of {stream}, which ends with {head}")
        _expect(position is None or position.block is None, f"{stream} is still blocked for {service.name}")
    left = [each.id for each in service.store.committed["parked"].values() if each.settled_at is None]
    _expect(not left, f"{service.name} still has parked {left}")


def _rivals_were_seen(world: World, service: Service) -> None:
    """An event under a number that was taken is shown to an operator of everybody who hears its topic."""
    if world.restored or world.refed:
        return
    topics = {contract.topic.name for contract in service.hears}
    parked: set[str | None] = {each.event_id for each in _parked(service)}
    for topic, event_id in world.rivals:
        _expect(topic not in topics or event_id in parked, f"{service.name} took rival {event_id} for a repetition")


def _parked(service: Service) -> list[ParkedRecord]:
    return list(service.store.committed["parked"].values())


def _answered_once(world: World, service: Service) -> None:
    """Each event is answered once by whoever answers it; a service that was put back may answer again."""
    causes = Counter(each.row.causation for each in service.rows() if each.row.causation is not None)
    twice = [cause for cause, count in causes.items() if count > 1]
    _expect(service.name in world.restored or not twice, f"{service.name} has answered {twice} more than once")
    handled = {event_id for effects in service.store.committed["effects"].values() for _, event_id in effects}
    if causes and service.name not in world.restored:
        _expect(handled == causes.keys(), f"{service.name} has not answered {handled - causes.keys()}")


def _numbers(effects: list[tuple[int, str]]) -> list[int]:
    return [sequence for sequence, _ in effects]


def _logs(cluster: Cluster, service: Service) -> list[Log]:
    return [log for topic in topics_of(service.name) for log in cluster.partitions(topic.name)]


def _events(cluster: Cluster, log: Log) -> list[envelopes.Envelope]:
    written = [record for record in log.records if record.identity() not in cluster.forged]
    return [envelopes.decode(record.value, record.headers) for record in written]


def _expect(holds: bool, otherwise: str) -> None:
    if not holds:
        raise Broken(otherwise)
