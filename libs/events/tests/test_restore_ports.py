"""What restoring and refeeding need of a store, in memory and on a real one."""

from dataclasses import replace
from datetime import datetime, timedelta

from careflow_events.envelope import decode
from careflow_events.fencing import Fence
from careflow_events.lease import Grant
from careflow_events.outbox import OutboxRow
from careflow_events.publication import patient_subject
from careflow_events.refeeding import Refeed, Selection
from careflow_events.testing.backend import Backend
from careflow_events.testing.builders import NOON, an_id, publication
from careflow_events.topics import SCREENING

STREAM = SCREENING.stream(patient_subject(an_id(1)))


async def said(backend: Backend, count: int, now: datetime = NOON) -> list[OutboxRow]:
    """Says so much about a patient; answers everything that is not published."""
    await backend.commit(
        lambda: backend.outbox.append(
            [publication()] * count, now=now, causation=None, correlation=None, traceparent=None
        )
    )
    return await backend.unpublished.fetch(100, ())


async def granted(backend: Backend) -> Grant:
    grant = await backend.leases.take("relay", "a", timedelta(seconds=15))
    assert grant is not None
    return grant


async def test_a_fence_stands_until_it_is_taken_down(backend: Backend) -> None:
    assert not await backend.fences.ask_to_finish()

    await backend.fences.put_up(Fence(NOON, 3, 2))
    assert await backend.fences.fence() == Fence(NOON, 3, 2)
    assert await backend.fences.ask_to_finish()
    assert await backend.fences.fence() == Fence(NOON, 3, 2, finishing=True)

    await backend.fences.take_down()
    assert await backend.fences.fence() is None


async def test_a_restore_may_be_finished_before_the_worker_has_looked_at_its_topics(backend: Backend) -> None:
    await backend.fences.put_up(Fence(NOON, 0, 0, looked=False))
    assert await backend.fences.ask_to_finish()

    await backend.fences.put_up(Fence(NOON, 3, 2))

    assert await backend.fences.fence() == Fence(NOON, 3, 2, finishing=True)


async def test_a_store_that_is_being_filled_cannot_be_finished(backend: Backend) -> None:
    filling = Fence(NOON, 0, 0, filling=True, looked=False)
    await backend.fences.put_up(filling)

    assert not await backend.fences.ask_to_finish()
    assert await backend.fences.fence() == filling


async def test_orphans_keep_their_numbers_and_what_was_said_under_them_follows(backend: Backend) -> None:
    grant = await granted(backend)
    first, second = await said(backend, 2)
    await backend.unpublished.mark([first], grant, NOON)
    orphans = [replace(second, id=an_id(70 + number), sequence=number) for number in (2, 3)]
    assert await backend.fences.forgotten([first, *orphans]) == {each.id for each in orphans}

    await backend.fences.adopt(orphans, grant, NOON)

    assert await backend.published() == [first.id, *(row.id for row in orphans)]
    (follower,) = await backend.unpublished.fetch(100, ())
    assert (follower.id, follower.sequence) == (second.id, 4)
    assert decode(follower.record, follower.headers).sequence == 4
    assert [row.sequence for row in await said(backend, 1)] == [4, 5]


async def test_of_two_events_with_one_number_the_published_one_is_this_services(backend: Backend) -> None:
    first, second = await said(backend, 2)
    await backend.unpublished.mark([first], await granted(backend), NOON)
    rival = replace(first, id=an_id(70))
    forgotten = replace(second, id=an_id(71))

    assert await backend.fences.forgotten([rival, forgotten]) == {forgotten.id}
    assert await backend.fences.forgotten([]) == frozenset()


async def test_a_stream_is_fed_from_where_it_stands_and_only_what_was_published(backend: Backend) -> None:
    rows = await said(backend, 4)
    await backend.unpublished.mark(rows[:3], await granted(backend), NOON)
    selection = Selection(topic=SCREENING.name, stream=STREAM, first=2)
    assert await backend.refeeds.count(selection) == 2
    refeed = Refeed(id=an_id(9), to="elsewhere", selection=selection, events=2, requested_at=NOON)
    await backend.commit(lambda: backend.refeeds.request(refeed))

    assert await backend.refeeds.rows(refeed, 1) == [rows[1]]
    noted = await backend.refeeds.note(refeed, [rows[1]])

    assert await backend.refeeds.waiting() == [noted]
    assert await backend.refeeds.rows(noted, 10) == [rows[2]]
    await backend.refeeds.finish(noted, NOON)
    assert await backend.refeeds.waiting() == []
    assert [each.finished_at for each in await backend.refeeds.recent(5)] == [NOON]


async def test_a_topic_is_fed_in_the_order_of_its_publication(backend: Backend) -> None:
    rows = await said(backend, 3)
    await backend.unpublished.mark(rows, await granted(backend), NOON)
    refeed = Refeed(id=an_id(9), to="elsewhere", selection=Selection(topic=SCREENING.name), events=3, requested_at=NOON)
    await backend.commit(lambda: backend.refeeds.request(refeed))

    noted = await backend.refeeds.note(refeed, rows[:2])

    assert await backend.refeeds.rows(noted, 10) == [rows[2]]


async def test_what_is_not_selected_does_not_end_a_feeding_before_what_is(backend: Backend) -> None:
    later = NOON + timedelta(hours=1)
    await said(backend, 3)
    rows = await said(backend, 2, later)
    await backend.unpublished.mark(rows, await granted(backend), NOON)
    since = Selection(topic=SCREENING.name, since=later)
    refeed = Refeed(id=an_id(9), to="elsewhere", selection=since, events=2, requested_at=NOON)
    await backend.commit(lambda: backend.refeeds.request(refeed))

    first = await backend.refeeds.rows(refeed, 1)
    second = await backend.refeeds.rows(noted := await backend.refeeds.note(refeed, first), 1)

    assert [*first, *second] == rows[3:]
    assert await backend.refeeds.rows(await backend.refeeds.note(noted, second), 1) == []
