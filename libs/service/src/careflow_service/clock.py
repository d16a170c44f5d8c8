"""The two clocks.

The *wall clock* serves leases, tokens, timeouts and the audit trail. The *domain clock* serves deadlines, validity
and the `time` of events: all processes of a stack read the same offset, so that a demonstration or a test can travel.
Invariant: both answer aware UTC instants in whole milliseconds, what the store and the wire keep of an instant.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

Clock = Callable[[], datetime]


class ClockFileBroken(Exception):
    """The clock file is not `{"offset_seconds": <number>}`."""


def wall_clock() -> datetime:
    """The machine's time, UTC, whole milliseconds."""
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)


class DomainClock:
    """The wall clock plus the offset in `file`; without a file (production) the two are the same.

    An absent file means no offset, so that a stack can start before anybody travelled. The file is looked at for every
    reading: what one process says of a time it has reached, another that hears of it has reached, too.
    Raises ClockFileBroken when the file holds something else than an offset.
    """

    def __init__(self, file: Path | None = None) -> None:
        self._file = file
        self._offset = timedelta()
        self._version: tuple[int, int] | None = None

    def __call__(self) -> datetime:
        if self._file is not None:
            self._look(self._file)
        return wall_clock() + self._offset

    def _look(self, file: Path) -> None:
        try:
            status = file.stat()
            version = (status.st_ino, status.st_mtime_ns)
            if version != self._version:
                self._offset = _offset_in(file.read_text(encoding="utf-8"))
                self._version = version
        except FileNotFoundError:
            self._offset, self._version = timedelta(), None


def _offset_in(text: str) -> timedelta:
    try:
        offset = timedelta(seconds=json.loads(text)["offset_seconds"])
    except (ValueError, KeyError, TypeError, OverflowError) as error:
        raise ClockFileBroken('the clock file must be {"offset_seconds": <number>}') from error
    return timedelta(milliseconds=offset // timedelta(milliseconds=1))
