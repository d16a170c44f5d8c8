"""Streams whose partition does not answer: set aside, so that they hold nobody up, and tried again from time to time.

When nobody answers the broker is away, and when some do the others' partitions are. Invariant: a stream is only set
aside once other streams were answered; until then it is a suspect, passed over while there is anything else to try.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

FIRST_PAUSE_SECONDS: Final = 2.0
LONGEST_PAUSE_SECONDS: Final = 60.0


class Silence:
    """What one relay knows of streams that do not answer; times are monotonic seconds given by the caller."""

    def __init__(self) -> None:
        self._silent: set[str] = set()
        self._suspects: set[str] = set()
        self._probe: str | None = None
        self._pause = FIRST_PAUSE_SECONDS
        self._retry_at = 0.0

    @property
    def streams(self) -> frozenset[str]:
        """The streams set aside, with the one that is being tried."""
        return frozenset(self._silent)

    @property
    def suspects(self) -> frozenset[str]:
        """Streams that did not answer while no other did either."""
        return frozenset(self._suspects)

    @property
    def passed_over(self) -> frozenset[str]:
        """The streams not to send from now."""
        return frozenset(self._silent | self._suspects) - {self._probe}

    def unanswered(self, streams: Collection[str], now: float, *, others_answered: bool) -> None:
        """These streams did not answer, while others did or did not."""
        self._probe = None
        if not others_answered:
            self._suspects.update(streams)
            return
        if not self._silent:
            self._retry_at = now + self._pause
        self._silent.update(streams, self._suspects)
        self._suspects.clear()

    def heard(self, streams: Collection[str]) -> None:
        """These streams were answered. One that was silent speaks for all: they may be tried again."""
        if not streams:
            return
        if not self._silent.isdisjoint(streams):
            self._silent.clear()
            self._pause = FIRST_PAUSE_SECONDS
        self._suspects.difference_update(streams)

    def believe(self) -> None:
        """There is nothing else to try: the suspects get another chance."""
        self._suspects.clear()

    def retry(self, now: float) -> None:
        """Picks one silent stream to be tried, when it is time, so that a partition that is still silent delays the
        others by no more than one record's wait.
        """
        self._probe = None
        if self._silent and now >= self._retry_at:
            self._probe = min(self._silent)
            self._pause = min(self._pause * 2, LONGEST_PAUSE_SECONDS)
            self._retry_at = now + self._pause
