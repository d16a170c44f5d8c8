"""When everybody has heard everything: no row waits to be published and no group lags behind its topic."""

from __future__ import annotations

import asyncio

from aiokafka import AIOKafkaConsumer
from aiokafka.admin import AIOKafkaAdminClient

from careflow_cli.stack.stack import Stack
from tests.bench.questions.site import Site
from tests.bench.questions.written import relayed

_HEARING_SECONDS = 300.0
_POLL_SECONDS = 0.1


async def all_heard(site: Site, *, by: str = "") -> None:
    """Returns when what was published was consumed, and so was what that published. `by`: a part of the names of the
    groups that are waited for; all by default.
    """
    async with asyncio.timeout(_HEARING_SECONDS), Lag(site.stack, by) as lag:
        while True:
            await _all_relayed(site)
            if await lag.records() == 0:
                await _all_relayed(site)
                if await lag.records() == 0:
                    return
            await asyncio.sleep(_POLL_SECONDS)


async def _all_relayed(site: Site) -> None:
    for service in site.clients:
        await relayed(site.database(service))


class Lag:
    """How many records the groups have yet to commit."""

    def __init__(self, stack: Stack, only: str = "") -> None:
        """`only`: a part of the group's name."""
        self._admin = AIOKafkaAdminClient(bootstrap_servers=stack.kafka_url)
        self._ends = AIOKafkaConsumer(bootstrap_servers=stack.kafka_url)
        self._only = only

    async def __aenter__(self) -> Lag:
        await self._admin.start()
        await self._ends.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._ends.stop()
        await self._admin.close()

    async def records(self) -> int:
        """Over all partitions of all groups that have committed anything."""
        behind = 0
        for group, *_ in await self._admin.list_consumer_groups():
            if self._only in group:
                offsets = await self._admin.list_consumer_group_offsets(group)
                ends = await self._ends.end_offsets(list(offsets)) if offsets else {}
                behind += sum(max(0, ends[place] - max(0, known.offset)) for place, known in offsets.items())
        return behind
