"""The offset between the machine's time and the stack's, in `clock.json`.

Invariant: the file is replaced whole, so a process reading it sees the offset before or after, never half of one.
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from careflow_cli.domain_clock.durations import LONGEST
from careflow_cli.errors import CareflowError


@dataclass(frozen=True, slots=True)
class ClockFile:
    """Reads and moves a stack's domain clock."""

    path: Path

    def offset(self) -> timedelta:
        """How far the stack is ahead of the machine; nothing when nobody travelled."""
        try:
            offset = timedelta(seconds=json.loads(self.path.read_text("utf-8"))["offset_seconds"])
        except FileNotFoundError:
            return timedelta()
        except (ValueError, KeyError, TypeError, OverflowError) as error:
            raise CareflowError(f"{self.path} is broken: run careflow clock reset") from error
        if offset > LONGEST:
            raise CareflowError(f"{self.path} is more than a hundred years ahead: run careflow clock reset")
        return offset

    def now(self) -> datetime:
        """The stack's time, UTC."""
        return datetime.now(UTC) + self.offset()

    def put(self, offset: timedelta) -> None:
        """Set the offset; processes follow within 50 ms."""
        draft = self.path.with_suffix(".draft")
        draft.write_text(json.dumps({"offset_seconds": offset.total_seconds()}), "utf-8")
        draft.replace(self.path)

    def check(self, instant: datetime) -> None:
        """Raises CareflowError for an instant one cannot travel to: it is past, or more than `LONGEST` ahead."""
        if instant < self.now():
            raise CareflowError("that is past, and the stack's time only goes on (careflow clock reset starts over)")
        if instant - datetime.now(UTC) > LONGEST:
            raise CareflowError("that is too far away: at most a hundred years ahead of the machine's time")

    def reach(self, instant: datetime) -> None:
        """Make it `instant` now, unless it is later already: this never moves back."""
        self.put(max(self.offset(), instant - datetime.now(UTC)))
