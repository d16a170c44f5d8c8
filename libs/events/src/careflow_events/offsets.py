"""Offsets: how far a consumer has come in each partition, kept in its own store beside its positions.

Kafka's committed offsets only serve tools that show lag: a store that was put back from a copy stands behind them, and
what lies between would never be read again. Invariant: the noted offset is never ahead of what is settled in the store.
It may be behind by what was settled since it was last noted; that is read again and known by its positions.
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import Final

from careflow_events.consumers import Consumers

NOTE_EVERY_SECONDS: Final = 1.0


class StoreWentBack(Exception):
    """The store knows less than this process has noted in it: it was put back from a copy. Read on from what it
    knows.
    """

    code = "store_went_back"


class Offsets:
    """What one process has settled, to be noted now and then."""

    def __init__(self, consumers: Consumers) -> None:
        self._consumers = consumers
        self._noted: defaultdict[str, dict[int, int]] = defaultdict(dict)
        self._settled: defaultdict[str, dict[int, int]] = defaultdict(dict)

    def begin(self, topic: str, offsets: Mapping[int, int]) -> None:
        """Reading begins at what the store knows."""
        self._noted[topic] = dict(offsets)
        self._settled.pop(topic, None)

    def settled(self, topic: str, partition: int, offset: int) -> None:
        """Everything before `offset` is settled."""
        self._settled[topic][partition] = offset

    async def note(self) -> None:
        """Writes what is new. Raises StoreWentBack; then nothing was noted of that topic."""
        for topic, settled in list(self._settled.items()):
            new = {partition: offset for partition, offset in settled.items() if self._is_new(topic, partition, offset)}
            if not new:
                continue
            noted = {partition: self._noted[topic].get(partition, 0) for partition in new}
            if not await self._consumers.note_settled(topic, noted, new):
                raise StoreWentBack
            self._noted[topic].update(new)

    def _is_new(self, topic: str, partition: int, offset: int) -> bool:
        return offset > self._noted[topic].get(partition, -1)
