"""A session followed while it takes place: over the API, and by its page."""

import asyncio
from contextlib import AbstractAsyncContextManager
from datetime import timedelta

import pytest

from careflow_service.http import live
from careflow_service.identity import Actor, Role
from careflow_service.testing.calling import Caller
from careflow_service.testing.following import Follower, following
from services.sessions.tests.bedside import logs_in, of
from services.sessions.tests.clinic import has_course, observes, ok, ready_for_dose, receives_dose, refusal
from services.sessions.tests.world import World
from sessions.application.queries.follow_session import FollowSession, Place, Step
from sessions.domain.ids import SessionId

MINUTE = timedelta(minutes=1)


async def under_way(world: World) -> str:
    session_id = await ready_for_dose(world, await has_course(world))
    await receives_dose(world, session_id)
    return session_id


def follows(
    world: World, session_id: str, *, by: Caller | None = None, since: str | None = None
) -> AbstractAsyncContextManager[Follower]:
    headers = {**(by or world.nurse).headers, **({"Last-Event-ID": since} if since else {})}
    return following(world.app, f"/v1/sessions/{session_id}/live", headers)


async def test_what_was_is_told_first_and_what_happens_as_it_happens(world: World) -> None:
    session_id = await under_way(world)
    async with follows(world, session_id, by=world.therapist) as follower:
        assert await follower.begins() == 200
        assert follower.headers["content-type"].startswith("text/event-stream")
        assert follower.headers["cache-control"] == "no-store"
        dose, session = await follower.next(), await follower.next()
        assert dose is not None
        assert session is not None
        assert (dose.event, dose.json["mg"]) == ("dose", "40")
        assert (session.event, session.json["state"]) == ("session", "in_progress")
        beat = await follower.next(but=frozenset())
        assert beat is not None
        assert beat.event == "beat"

        await world.travel(10 * MINUTE)
        began = asyncio.get_running_loop().time()
        ok(await observes(world, session_id, systolic=131), 201)
        seen, after = await follower.next(), await follower.next()
        assert asyncio.get_running_loop().time() - began < 1
        assert seen is not None
        assert after is not None
        assert (seen.event, seen.json["systolic"]) == ("observation", 131)
        assert (after.event, after.json["version"]) == ("session", session.json["version"] + 1)


async def test_whoever_comes_back_is_told_what_they_missed_once_and_in_order(world: World) -> None:
    session_id = await under_way(world)
    async with follows(world, session_id) as follower:
        heard = [await follower.next(), await follower.next()]
    last = heard[-1]
    assert last is not None
    assert last.id is not None
    for minutes, systolic in ((10, 130), (5, 140), (15, 150)):
        await world.travel(minutes * MINUTE)
        ok(await observes(world, session_id, systolic=systolic), 201)

    async with follows(world, session_id, since=last.id) as follower:
        missed = [await follower.next() for _ in range(4)]
    assert [each.json["systolic"] for each in missed[:3] if each] == [130, 140, 150]
    assert missed[3] is not None
    assert missed[3].event == "session"

    second = missed[1]
    assert second is not None
    assert second.id is not None
    async with follows(world, session_id, since=second.id) as follower:
        again = [await follower.next(), await follower.next()]
        assert [each.event for each in again if each] == ["observation", "session"]
        assert again[0] is not None
        assert again[0].json["systolic"] == 150

    assert again[1] is not None
    assert again[1].id is not None
    async with follows(world, session_id, since=again[1].id) as follower:
        quiet = await follower.next(but=frozenset())
        assert quiet is not None
        assert quiet.event == "beat"


async def test_what_is_about_another_patient_wakes_nobody(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    session_id = await under_way(world)
    monkeypatch.setattr(live, "BEAT_SECONDS", 1.0)
    asked: list[str] = []
    since = FollowSession.since

    async def counted(self: FollowSession, followed: SessionId, place: Place, actor: Actor) -> tuple[Step, ...]:
        asked.append(followed)
        return await since(self, followed, place, actor)

    monkeypatch.setattr(FollowSession, "since", counted)
    async with follows(world, session_id) as follower:
        assert [each.event for each in [await follower.next(), await follower.next()] if each] == ["dose", "session"]
        await has_course(world)
        for _ in range(3):  # of which one at the most was sent before
            beat = await follower.next(but=frozenset())
            assert beat is not None
            assert beat.event == "beat"
        assert asked == [session_id]


async def test_whose_right_ends_is_let_go_before_anything_more_is_told(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    session_id = await under_way(world)
    async with follows(world, session_id) as follower:
        assert await follower.next() is not None
        assert await follower.next() is not None

        async def no_longer(_: object) -> bool:
            return False

        monkeypatch.setattr(live, "_still_admitted", no_longer)
        ok(await observes(world, session_id), 201)
        over = await follower.next()
        assert over is not None
        assert over.event == "over"
        assert await follower.next() is None


async def test_each_look_is_audited_and_a_stranger_is_refused(world: World) -> None:
    session_id = await under_way(world)
    async with follows(world, session_id) as follower:
        assert await follower.next() is not None
        audited = await world.store.database["_audit"].find_one({"action": "follow_session"})
        assert audited is not None
        assert audited["touched"] == [f"sessions/{session_id}"]
    for role in (Role.BILLER, Role.COORDINATOR, Role.PATIENT):
        refused = await world.calling(role).get(f"/v1/sessions/{session_id}/live")
        assert refusal(refused) == (403, "forbidden")


async def test_no_such_session_and_no_such_place_are_problems(world: World) -> None:
    session_id = await under_way(world)
    unknown = await world.nurse.get("/v1/sessions/0199e0a0-0000-7000-8000-000000000001/live")
    assert refusal(unknown) == (404, "session_not_found")
    headers = {**world.nurse.headers, "Last-Event-ID": "yesterday"}
    wrong = await world.client.get(f"/v1/sessions/{session_id}/live", headers=headers)
    assert refusal(wrong) == (400, "malformed_header")


async def test_a_process_keeps_up_so_many_views_and_one_that_is_left_makes_room(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "MOST_FOLLOWING", 1)
    session_id = await under_way(world)
    async with follows(world, session_id) as follower:
        assert await follower.begins() == 200
        full = await world.nurse.get(f"/v1/sessions/{session_id}/live")
        assert refusal(full) == (503, "unavailable")
        assert full.headers["retry-after"] == "5"
    async with follows(world, session_id) as follower:
        assert await follower.begins() == 200


async def test_a_process_that_stops_lets_go_of_all(world: World) -> None:
    session_id = await under_way(world)
    async with follows(world, session_id) as follower:
        assert await follower.next() is not None
        world.app.state.live.changes.close()
        while await follower.next(but=frozenset()) is not None:
            pass


async def test_the_page_is_told_that_something_changed_and_nothing_about_it(world: World) -> None:
    session_id = await under_way(world)
    nurse, page = await logs_in(world, Role.NURSE, to=of(session_id))
    assert "script-src 'sha256-" in page.headers["content-security-policy"]
    cookie = "; ".join(f"{name}={value}" for name, value in world.client.cookies.items())
    query = f"session={session_id}"
    async with following(world.app, "/pages/bedside/live", {"cookie": cookie}, query) as follower:
        first = await follower.next()
        assert first is not None
        assert f'data-mark="{first.data}"' in page.html
        ok(await observes(world, session_id, systolic=131), 201)
        changed = await follower.next()
        assert changed is not None
        assert (changed.event, changed.data.isdigit()) == ("changed", True)
    parts = await nurse.opens(f"/pages/bedside/now?session={session_id}&unattended=1")
    assert f'data-mark="{changed.data}"' in parts.html
    assert "131/82" in parts.html


async def test_a_page_that_is_followed_keeps_nobody_logged_in(world: World) -> None:
    session_id = await under_way(world)
    nurse, _ = await logs_in(world, Role.NURSE, to=of(session_id))
    parts = await nurse.opens(f"/pages/bedside/now?session={session_id}&unattended=1")
    assert "set-cookie" not in parts.headers
