"""Which store is measured; needs nothing that differs between two builds."""

from __future__ import annotations

from typing import Any

from pymongo import AsyncMongoClient


async def store_name(store_url: str) -> str:
    """Which store this is, with its version: figures are worth nothing without it."""
    async with AsyncMongoClient[dict[str, Any]](store_url) as client:
        info = await client.admin.command("buildInfo")
    secantus = info.get("secantusVersion")
    return f"SecantusDB {secantus}" if secantus else f"MongoDB {info['version']}"
