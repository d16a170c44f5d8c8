"""The store's clock: one for all processes of a service, whatever the clocks of their hosts say."""

from datetime import UTC, datetime
from typing import Any

from pymongo.asynchronous.database import AsyncDatabase


async def store_time(database: AsyncDatabase[Any]) -> datetime:
    """What it says now."""
    hello = await database.client.admin.command("hello")
    now: datetime = hello["localTime"]
    return now if now.tzinfo is not None else now.replace(tzinfo=UTC)
