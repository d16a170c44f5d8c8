"""Paused partitions: a partition whose record has to wait is not fetched until its time has come, also across a
rebalance, which would forget the pause.
"""

import asyncio

from aiokafka import AIOKafkaConsumer, TopicPartition


class Pauses:
    """Which partitions of one worker wait, and until when by the event loop's clock."""

    def __init__(self) -> None:
        self._until: dict[TopicPartition, float] = {}
        self._consumers: dict[str, AIOKafkaConsumer] = {}
        self._assigned: dict[str, frozenset[TopicPartition]] = {}

    def pause(self, consumer: AIOKafkaConsumer, topic: str, partition: int, seconds: float) -> None:
        """Stops fetching a partition for that long."""
        place = TopicPartition(topic, partition)
        self._consumers[topic] = consumer
        loop = asyncio.get_running_loop()
        self._until[place] = loop.time() + seconds
        _pause(consumer, place)
        loop.call_later(seconds, self._resume, place)

    def assigned_to(self, topic: str) -> frozenset[TopicPartition] | None:
        """The partitions assigned to this worker; None before the first assignment."""
        return self._assigned.get(topic)

    def reassigned(self, topic: str, assigned: frozenset[TopicPartition]) -> None:
        """Pauses again what still has to wait."""
        self._assigned[topic] = assigned
        consumer = self._consumers.get(topic)
        for place in assigned & self._until.keys():
            if consumer is not None:
                _pause(consumer, place)

    def clear(self) -> None:
        """Forgets everything: the consumers are gone."""
        self._until.clear()
        self._consumers.clear()
        self._assigned.clear()

    def _resume(self, place: TopicPartition) -> None:
        until = self._until.get(place)
        if until is None or until > asyncio.get_running_loop().time() + 0.001:
            return
        del self._until[place]
        consumer = self._consumers.get(place.topic)
        if consumer is not None and place in consumer.assignment():
            consumer.resume(place)


def _pause(consumer: AIOKafkaConsumer, place: TopicPartition) -> None:
    """Between revocation and assignment there is nothing to pause."""
    if place in consumer.assignment():
        consumer.pause(place)
