"""How many views one process keeps up."""

import asyncio
from collections.abc import Collection, Sequence
from typing import Any

import pytest

from careflow_service.http import live
from careflow_service.http.live import LiveViews, Sent
from careflow_service.problems import Problem


class Slow:
    """A store that answers after everybody has asked."""

    closed = False

    async def versions(self, _: Collection[str]) -> dict[str, int]:
        await asyncio.sleep(0)
        return {}


@pytest.fixture
def views(monkeypatch: pytest.MonkeyPatch) -> LiveViews:
    monkeypatch.setattr(live, "MOST_FOLLOWING", 2)
    changes: Any = Slow()
    return LiveViews(changes)


async def nothing() -> Sequence[Sent]:
    return ()


async def test_of_many_who_come_at_once_no_more_are_let_in_than_can_be(views: LiveViews) -> None:
    request: Any = None
    came = await asyncio.gather(*(views.follow(request, ["a"], nothing) for _ in range(5)), return_exceptions=True)
    assert [isinstance(each, Problem) for each in came] == [False, False, True, True, True]


async def test_whose_first_reading_fails_takes_no_place(views: LiveViews) -> None:
    async def breaks() -> Sequence[Sent]:
        raise LookupError

    request: Any = None
    for _ in range(3):
        with pytest.raises(LookupError):
            await views.follow(request, ["a"], breaks)
    assert views.following == 0


async def test_of_all_who_watch_a_list_one_asks_the_store(views: LiveViews, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "MOST_FOLLOWING", 51)
    asked: list[int] = []

    async def mark() -> str:
        asked.append(1)
        await asyncio.sleep(0)
        return "as it is"

    request: Any = None
    await asyncio.gather(*(views.follow_list(request, "who waits", mark) for _ in range(50)))
    await views.follow_list(request, "another", mark)

    assert len(asked) == 2


async def test_a_list_whose_reading_failed_is_looked_at_again(
    views: LiveViews, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "LOOK_SECONDS", 0.0)
    fails = iter([True, False])

    async def mark() -> str:
        if next(fails):
            raise LookupError
        return "as it is"

    request: Any = None
    with pytest.raises(LookupError):
        await views.follow_list(request, "who waits", mark)
    assert views.following == 0
    await views.follow_list(request, "who waits", mark)
    assert views.following == 1
