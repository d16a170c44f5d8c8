"""What a worker does when partitions of a topic are assigned to it."""

from collections.abc import Callable, Mapping
from typing import Any

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener

from careflow_events.kafka.pauses import Pauses


class Assignment(ConsumerRebalanceListener):  # type: ignore[misc]  # the client library has no types
    """Begins where the consumer's store says, and pauses again what has to wait. Takes no lock and does no I/O: the
    consumer's loop waits for it.

    Invariant: what a worker is assigned first it reads from `begins`, whatever its group has committed. Another worker
    that has not left the group yet keeps what is committed as it was, and of a topic that was made again that lies
    outside the log. What it is assigned later somebody has read since, and committed.
    """

    def __init__(self, pauses: Pauses, topic: str, begins: Mapping[int, int]) -> None:
        """`begins` by partition."""
        self._pauses = pauses
        self._topic = topic
        self._begins: Mapping[int, int] | None = begins
        self.consumer: Callable[[], AIOKafkaConsumer | None] = lambda: None
        """Answers who is told: it is made after this."""

    def on_partitions_revoked(self, revoked: Any) -> None:
        """What was revoked may still be in its handler; the position row covers that."""

    def on_partitions_assigned(self, assigned: Any) -> None:
        """To be told by the client library."""
        begins, self._begins = self._begins, None
        consumer = self.consumer()
        if begins is not None and consumer is not None:
            for place in assigned:
                if place.partition in begins:
                    consumer.seek(place, begins[place.partition])
        self._pauses.reassigned(self._topic, frozenset(assigned))
