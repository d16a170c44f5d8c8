"""When the last backup of a store was taken: `_backups`, one document, written when it was handed over whole.

It says nothing of what became of the file. A store that was put back knows the backup before the one it came from.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from bson.codec_options import CodecOptions

from careflow_service.mongo.client import Database

BACKUPS: Final = "_backups"
_LAST: Final = "last"


class BackupsTaken:
    """The last backup of one database."""

    def __init__(self, database: Database) -> None:
        self._backups = database.get_collection(BACKUPS, codec_options=CodecOptions(tz_aware=True))

    async def note(self, taken_at: datetime) -> None:
        """One was taken; of two the later counts."""
        await self._backups.update_one({"_id": _LAST}, {"$max": {"taken_at": taken_at}}, upsert=True)

    async def last(self) -> datetime | None:
        """When the last one was."""
        found: dict[str, Any] | None = await self._backups.find_one({"_id": _LAST})
        return None if found is None else found["taken_at"]
