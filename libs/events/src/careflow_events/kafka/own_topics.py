"""What a service's own topics hold."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Any

from careflow_events.consumed import ConsumedRecord
from careflow_events.kafka.account import NO_OPTIONS
from careflow_events.kafka.reading import from_the_beginning, read, the_last
from careflow_events.topics import Topic


class KafkaOwnTopics:
    """The `OwnTopics` port."""

    def __init__(
        self, bootstrap_servers: str, topics: Sequence[Topic], options: Mapping[str, Any] = NO_OPTIONS
    ) -> None:
        self._bootstrap_servers = bootstrap_servers
        self._options = options
        self._topics = [topic.name for topic in topics]

    def last(self, records: int) -> AsyncIterator[Sequence[ConsumedRecord]]:
        """See `careflow_events.fencing.OwnTopics.last`."""
        return self._read(the_last(records))

    def whole(self) -> AsyncIterator[Sequence[ConsumedRecord]]:
        """See `careflow_events.fencing.OwnTopics.whole`."""
        return self._read(from_the_beginning)

    async def _read(self, start: Callable[[int, int], int]) -> AsyncIterator[Sequence[ConsumedRecord]]:
        async for piece in read(self._bootstrap_servers, self._topics, start, self._options):
            yield piece.records
