"""The park limit: a broken deploy must not park a topic.

Invariant: only records parked by an error of their own count, never followers behind a block or a gap.
"""

from collections import deque
from dataclasses import dataclass
from typing import Final

RECORDS: Final = 20
STREAMS: Final = 5
WITHIN_SECONDS: Final = 60.0
STREAMS_IN_A_ROW: Final = 10


@dataclass(frozen=True, slots=True)
class _Failure:
    at: float
    stream: str


class ParkLimit:
    """Counts what is parked by error; times are monotonic seconds given by the caller."""

    def __init__(self) -> None:
        self._recent: deque[_Failure] = deque()
        self._in_a_row: set[str] = set()

    def parked(self, stream: str, at: float) -> bool:
        """Counts one record; answers whether that is too many."""
        self._in_a_row.add(stream)
        self._recent.append(_Failure(at, stream))
        while self._recent[0].at <= at - WITHIN_SECONDS:
            self._recent.popleft()
        streams = {failure.stream for failure in self._recent}
        crowd = len(self._recent) >= RECORDS and len(streams) >= STREAMS
        return crowd or len(self._in_a_row) >= STREAMS_IN_A_ROW

    def handled(self) -> None:
        """A reaction worked, so not everything is broken."""
        self._in_a_row.clear()

    def reset(self) -> None:
        """Starts counting anew, when an operator lets consuming go on."""
        self._recent.clear()
        self._in_a_row.clear()
