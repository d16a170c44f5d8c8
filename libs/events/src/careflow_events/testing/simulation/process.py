"""A process that may be killed or stopped at any point where it waits. Whatever it waits for asks it first."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final, TypeVar, cast

from careflow_events.testing.simulation.virtual import elapsed

T = TypeVar("T")

LONGEST_WAIT: Final = 0.03
"""Virtual seconds the store or the broker takes for one thing at most."""


class Killed(BaseException):
    """This process is dead: nothing it tries has an effect any more."""


@dataclass(eq=False)
class Process:
    """One process. `dies_in` and `sleeps_in` count the points at which it waits; `skew` is what its clock is wrong by,
    in seconds.
    """

    name: str
    chance: Random
    skew: float = 0.0
    dies_in: int | None = None
    sleeps_in: tuple[int, float] | None = None
    alive: bool = True
    task: "asyncio.Task[None] | None" = None
    ended: BaseException | None = None
    _wakes_at: float = field(default=0.0)

    def start(self, main: Callable[[], Awaitable[object]]) -> None:
        """Runs `main` until it ends or is killed."""
        self.task = asyncio.create_task(self._run(main))

    def kill(self) -> None:
        """As with kill -9."""
        self.alive = False
        if self.task is not None:
            self.task.cancel()

    async def pause(self) -> None:
        """Takes the time of one thing that is waited for."""
        self._count()
        await asyncio.sleep(self.chance.random() * LONGEST_WAIT)
        while self._wakes_at > elapsed():  # noqa: ASYNC110 - it may be put to sleep again meanwhile
            await asyncio.sleep(self._wakes_at - elapsed())
        if not self.alive:
            raise Killed

    def _count(self) -> None:
        if self.dies_in is not None:
            self.dies_in -= 1
            if self.dies_in < 0:
                self.kill()
        if self.sleeps_in is not None:
            left, seconds = self.sleeps_in
            self.sleeps_in = (left - 1, seconds) if left else None
            if not left:
                self._wakes_at = elapsed() + seconds
        if not self.alive:
            raise Killed

    async def _run(self, main: Callable[[], Awaitable[object]]) -> None:
        _CURRENT.set(self)
        with suppress(asyncio.CancelledError):
            try:
                await main()
            except Exception as error:
                self.ended = error
            except BaseException:
                if self.alive:
                    raise
        self.alive = False


_CURRENT: ContextVar[Process | None] = ContextVar("process", default=None)


async def pause() -> None:
    """Whatever takes time awaits this: the process that waits may end here. Outside of a process nothing takes time."""
    process = _CURRENT.get()
    if process is not None:
        await process.pause()


def current() -> Process | None:
    """The process that asks."""
    return _CURRENT.get()


def taking_time(port: T) -> T:
    """The port, each of whose answers takes time, on its way there and on its way back."""
    return cast("T", _TakingTime(port))


class _TakingTime:
    def __init__(self, port: object) -> None:
        self._port = port

    def __getattr__(self, name: str) -> Any:
        act = getattr(self._port, name)

        async def call(*args: Any, **kwargs: Any) -> Any:
            await pause()
            answer = await act(*args, **kwargs)
            await pause()
            return answer

        self.__dict__[name] = call
        return call
