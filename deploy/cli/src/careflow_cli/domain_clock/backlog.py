"""What a running stack still has to do: unpublished events, records not yet consumed, deadlines and effects that are
due.

Invariant: "at rest" is said only when no record was published between two looks at the topics, everything in them was
consumed at the first, and every service had nothing left in between.
"""

import asyncio
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Self

import httpx
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from careflow_cli.errors import CareflowError

GROUP_PREFIX = "careflow."
ANSWER_TIMEOUT = 10.0  # seconds
RETRY_MILLISECONDS = 10  # the client waits so long once for each topic it looks at for the first time


@dataclass(frozen=True, slots=True)
class Remaining:
    """What one service says it still has to do."""

    outbox_unpublished: int
    effects_pending: int
    parked: int
    next_deadline: datetime | None
    domain_time: datetime

    @property
    def overdue(self) -> bool:
        """Whether a deadline has come and not fired yet."""
        return self.next_deadline is not None and self.next_deadline <= self.domain_time

    def words(self) -> str:
        """What is left, or an empty string."""
        left = (
            (self.outbox_unpublished, f"{self.outbox_unpublished} events to publish"),
            (self.effects_pending, f"{self.effects_pending} effects to perform"),
            (self.overdue, "a due deadline"),
        )
        return ", ".join(words for present, words in left if present)


class Backlog:
    """Looks at services and consumer groups; open it with `async with`."""

    def __init__(self, services: Mapping[str, str], token: Callable[[], str], kafka_url: str) -> None:
        """`services`: name -> base URL of its API. `token` gives an operator's."""
        self._services = services
        self._token = token
        self._kafka_url = kafka_url

    async def __aenter__(self) -> Self:
        self._http = httpx.AsyncClient(timeout=ANSWER_TIMEOUT)
        self._admin = AIOKafkaAdminClient(bootstrap_servers=self._kafka_url)
        self._reader = AIOKafkaConsumer(
            bootstrap_servers=self._kafka_url, group_id=None, retry_backoff_ms=RETRY_MILLISECONDS
        )
        try:
            await self._admin.start()
            await self._reader.start()
            await asyncio.sleep(0)  # a consumer stopped before its own tasks ran once raises CancelledError
        except KafkaError as error:
            await self.__aexit__()
            raise CareflowError(f"Kafka does not answer at {self._kafka_url}") from error
        return self

    async def __aexit__(self, *_exception: object) -> None:
        await self._reader.stop()
        await self._admin.close()
        await self._http.aclose()

    async def remaining(self) -> dict[str, Remaining]:
        """Each service's own account. Raises CareflowError when one does not answer."""
        answers = await asyncio.gather(*(self._ask(name, url) for name, url in self._services.items()))
        return dict(zip(self._services, answers, strict=True))

    async def _ask(self, name: str, url: str) -> Remaining:
        try:
            headers = {"Authorization": f"Bearer {self._token()}"}
            answer = (await self._http.get(f"{url}/ops/drain", headers=headers)).raise_for_status().json()
        except httpx.HTTPError as error:
            raise CareflowError(f"{name} does not say what it has left to do ({error})") from error
        deadline = answer["next_deadline"]
        return Remaining(
            outbox_unpublished=answer["outbox_unpublished"],
            effects_pending=answer["effects_pending"],
            parked=answer["parked"],
            next_deadline=datetime.fromisoformat(deadline) if deadline else None,
            domain_time=datetime.fromisoformat(answer["domain_time"]),
        )

    async def left_to_do(self) -> str:
        """In words who is behind; an empty string when the stack is at rest."""
        try:
            return await self._left_to_do()
        except KafkaError as error:  # the broker or a group's coordinator is not there at the moment
            return f"Kafka: {type(error).__name__}"

    async def _left_to_do(self) -> str:
        ends, behind = await self._lag()
        if behind:
            return "; ".join(f"{group}: {count} records to read" for group, count in behind.items())
        left = {name: words for name, one in (await self.remaining()).items() if (words := one.words())}
        if left:
            return "; ".join(f"{name}: {words}" for name, words in left.items())
        return "" if await self._reader.end_offsets(list(ends)) == ends else "new events"

    async def _lag(self) -> tuple[dict[TopicPartition, int], dict[str, int]]:
        """The ends of all read partitions, and how many records each group that is behind has yet to read."""
        groups = [name for name, *_ in await self._admin.list_consumer_groups() if name.startswith(GROUP_PREFIX)]
        ours = {group: topic for group in groups for topic in [self._topic_of(group)] if topic}
        partitions = await self._partitions(set(ours.values()))
        everything = [each for listed in partitions.values() for each in listed]
        ends = await self._reader.end_offsets(everything)
        read = dict(zip(ours, await asyncio.gather(*map(self._read_by, ours)), strict=True))
        unread = {each for group, topic in ours.items() for each in partitions[topic] if each not in read[group]}
        starts = await self._reader.beginning_offsets(list(unread))
        counts = {
            group: sum(max(0, ends[each] - read[group].get(each, starts.get(each, 0))) for each in partitions[topic])
            for group, topic in ours.items()
        }
        return ends, {group: count for group, count in counts.items() if count}

    async def _read_by(self, group: str) -> dict[TopicPartition, int]:
        """How far this group has read, where it has read anything."""
        committed = await self._admin.list_consumer_group_offsets(group)
        return {each: offset.offset for each, offset in committed.items() if offset.offset >= 0}

    def _topic_of(self, group: str) -> str | None:
        """`careflow.booking.careflow.screening.v1` -> `careflow.screening.v1`, when booking is one of our services."""
        service, _, topic = group.removeprefix(GROUP_PREFIX).partition(".")
        return topic if topic and service in self._services else None

    async def _partitions(self, topics: Collection[str]) -> dict[str, list[TopicPartition]]:
        """All partitions of each of these topics, asked for at once."""
        described = await self._admin.describe_topics(sorted(topics)) if topics else []
        return {
            each["topic"]: [TopicPartition(each["topic"], partition["partition"]) for partition in each["partitions"]]
            for each in described
        }
