"""A broker in memory: what a producer got through, and the ways in which it may not."""

from collections.abc import Callable, Sequence
from zlib import crc32

from careflow_events.consumed import ConsumedRecord
from careflow_events.producing import Acknowledgement, Answer, OutgoingRecord, Place


class MemoryLog:
    """The `RecordProducer` port, and the topics it writes to.

    `refuses` says which records the broker will not take; after one of them, as with a real idempotent producer,
    nothing more gets through until the producer is renewed. While `away`, nothing is answered; `silent` says which
    records are not, as those of a partition without a leader. With `answers_lost` records are stored, but nobody hears
    of it.
    """

    def __init__(self, partitions: int = 3) -> None:
        self.records: list[ConsumedRecord] = []
        self.refuses: Callable[[OutgoingRecord], bool] = lambda _: False
        self.silent: Callable[[OutgoingRecord], bool] = lambda _: False
        self.away = False
        self.answers_lost = False
        self.renewals = 0
        self.closed = False
        self._partitions = partitions
        self._broken = False

    async def publish(self, records: Sequence[OutgoingRecord]) -> Sequence[Answer]:
        """See `careflow_events.producing.RecordProducer.publish`."""
        return [self._publish(record) for record in records]

    async def partitions(self, topic: str) -> Sequence[int]:
        """See `careflow_events.producing.RecordProducer.partitions`."""
        if self.away:
            raise ConnectionError(topic)
        return range(self._partitions)

    async def renew(self) -> None:
        """See `careflow_events.producing.RecordProducer.renew`."""
        self.renewals += 1
        self._broken = False

    async def close(self) -> None:
        """See `careflow_events.producing.RecordProducer.close`."""
        self.closed = True

    def _publish(self, record: OutgoingRecord) -> Answer:
        if self.away or self.silent(record):
            return Answer(Acknowledgement.UNANSWERED)
        if self._broken or self.refuses(record):
            self._broken = True
            return Answer(Acknowledgement.REFUSED)
        partition = record.partition
        if partition is None:
            partition = crc32(record.key or b"") % self._partitions
        offset = sum(each.topic == record.topic and each.partition == partition for each in self.records)
        self.records.append(
            ConsumedRecord(
                topic=record.topic,
                partition=partition,
                offset=offset,
                key=record.key,
                value=record.value,
                headers=record.headers,
            )
        )
        if self.answers_lost:
            return Answer(Acknowledgement.UNANSWERED)
        return Answer(Acknowledgement.STORED, Place(partition, offset))
