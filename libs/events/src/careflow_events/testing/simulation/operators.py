"""What operators do, by the runbook: finish, resume, feed, replay, discard."""

from careflow_events.operations import LARGEST_PAGE, NotFirstInStream, NothingMissing, NotParked
from careflow_events.parked import ParkedRecord
from careflow_events.refeeding import Refeed, Selection
from careflow_events.testing.builders import NOON
from careflow_events.testing.simulation.cluster import Log
from careflow_events.testing.simulation.service import Service
from careflow_events.testing.simulation.world import World
from careflow_events.topics import refeed_of, topics_of


async def operate(world: World, service: Service) -> bool:
    """One look of an operator at a service; answers whether there was anything to do or to wait for."""
    busy = bool(service.outbox.unpublished()) or not _all_read(world, service)
    if await service.fences.ask_to_finish():
        busy = True
    if await service.stores.consumers.stopped() is not None:
        await service.operations.resume()
        await _refeed_all(world, service)
        busy = True
    for parked in await service.operations.list(limit=LARGEST_PAGE):
        await _operate_on(world, service, parked)
        busy = True
    if await service.refeeds.waiting():
        busy = True
    return busy


def _all_read(world: World, service: Service) -> bool:
    feeds = service.store.committed["feeds"]
    heard = [*{contract.topic.name for contract in service.hears}, refeed_of(service.name).name]
    return all(
        topic in feeds
        and all(
            feeds[topic].offsets.get(number, -1) > _last_event(log)
            for number, log in enumerate(world.cluster.partitions(topic))
        )
        for topic in heard
    )


async def _operate_on(world: World, service: Service, parked: ParkedRecord) -> None:
    if parked.place is None or parked.event_id in world.impostors:
        await discard(world, service, parked)
        return
    try:
        missing = await service.operations.missing_before(parked.id)
        if missing is not None:
            await refeed(world, service, parked.stream or "", missing.start, missing[-1])
        else:
            await service.operations.request_replay_of(parked.id)
    except (NotFirstInStream, NotParked, NothingMissing, ConnectionError):
        return


async def discard(world: World, service: Service, parked: ParkedRecord) -> None:
    """An operator gives a record up."""
    try:
        await service.operations.discard(parked.id)
    except (NotFirstInStream, NotParked, ConnectionError):
        return
    if parked.place is not None and parked.event_id not in world.impostors and parked.stream is not None:
        world.discarded.add((service.name, parked.stream, parked.place))


async def refeed(world: World, reader: Service, stream: str, first: int, last: int) -> None:
    writer = writer_of(world, stream)
    selection = Selection(topic=stream.partition("/")[0], stream=stream, first=first, last=last)
    world.refed = True
    if any(each.selection == selection for each in await writer.refeeds.waiting()):
        return
    await _ask_for(world, writer, reader, selection)


async def _refeed_all(world: World, reader: Service) -> None:
    for topic in sorted({contract.topic.name for contract in reader.hears}):
        await _ask_for(world, writer_of(world, topic), reader, Selection(topic=topic))


async def _ask_for(world: World, writer: Service, reader: Service, selection: Selection) -> None:
    events = await writer.refeeds.count(selection)
    to = refeed_of(reader.name).name
    await writer.refeeds.request(
        Refeed(id=world.new_id(), to=to, selection=selection, events=events, requested_at=NOON)
    )


def writer_of(world: World, stream: str) -> Service:
    topic = stream.partition("/")[0]
    return next(service for name, service in world.services.items() if topic in {each.name for each in topics_of(name)})


def _last_event(log: Log) -> int:
    """Where the last record stands that is no checkpoint."""
    return max((record.offset for record in log.records if record.key is not None), default=-1)
