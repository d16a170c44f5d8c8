"""The domain clock of a running stack, for tests, the demo and `careflow clock`.

Invariant: time goes on only by coming to rest at each due deadline on the way. The Kafka client is loaded when one
travels.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from careflow_cli.blocking import wait_for
from careflow_cli.domain_clock import durations
from careflow_cli.domain_clock.clock_file import ClockFile

if TYPE_CHECKING:
    from careflow_cli.domain_clock.backlog import Backlog, Remaining


@dataclass(frozen=True, slots=True)
class StackClock:
    """Shows and moves the time all processes of one stack share. Its methods block."""

    file: ClockFile
    services: Mapping[str, str]
    token: Callable[[], str]
    kafka_url: str

    def now(self) -> datetime:
        """The stack's time, UTC."""
        return self.file.now()

    def advance(self, by: timedelta | str, say: Callable[[str], None] = lambda _note: None) -> int:
        """Go on by a time, `6w` or a timedelta; the number of deadlines stopped at."""
        return self.set(self.now() + (durations.parse(by) if isinstance(by, str) else by), say)

    def set(self, instant: datetime, say: Callable[[str], None] = lambda _note: None) -> int:
        """Go on to an aware instant; the number of deadlines stopped at. Raises CareflowError for one that is past."""

        from careflow_cli.domain_clock import travel

        async def go() -> int:
            async with self._backlog() as backlog:
                return await travel.advance(self.file, instant, backlog, say)

        return wait_for(go())

    def rest(self) -> None:
        """Wait until every outbox is empty, every consumer has read everything and no deadline is due."""

        from careflow_cli.domain_clock import travel

        async def settle() -> None:
            async with self._backlog() as backlog:
                await travel.rest(self.file, backlog)

        wait_for(settle())

    def remaining(self) -> "dict[str, Remaining]":
        """What each service still has to do, with its next deadline."""

        async def ask() -> "dict[str, Remaining]":
            async with self._backlog() as backlog:
                return await backlog.remaining()

        return wait_for(ask())

    def reset(self) -> None:
        """Back to the machine's time. For a stack whose data nobody needs any more: its time goes backwards."""
        self.file.put(timedelta())

    def _backlog(self) -> "Backlog":
        from careflow_cli.domain_clock.backlog import Backlog

        return Backlog(self.services, self.token, self.kafka_url)
