"""Pages as files one can look at: one JSON file per page, in a directory. For development and tests.

Invariant: a file is there completely or not at all, and the same page written again is the same file.
"""

import asyncio
import json
from pathlib import Path
from tempfile import NamedTemporaryFile

from screening.domain.paging import Page, PageResult
from screening.domain.rota import ChannelKind


class PageDirectory:
    """See `screening.application.ports.OnCallNotifier`; carries every kind of channel."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def channels(self) -> frozenset[ChannelKind]:
        return frozenset(ChannelKind)

    async def send(self, page: Page) -> PageResult:
        await asyncio.to_thread(self._write, page)
        return PageResult.DELIVERED

    def _write(self, page: Page) -> None:
        self._directory.mkdir(parents=True, exist_ok=True)
        target = self._directory / f"{page.id}.json"
        content = {
            "page_id": page.id,
            "alert_id": page.alert_id,
            "staff_id": page.staff_id,
            "channel": page.channel.value,
            "address": page.address,
            "intended_at": page.intended_at.isoformat(),
            "text": page.text,
            "test": page.is_test,
        }
        with NamedTemporaryFile("w", dir=self._directory, suffix=".draft", delete=False) as draft:
            draft.write(json.dumps(content, indent=2) + "\n")
        Path(draft.name).replace(target)
