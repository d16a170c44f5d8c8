"""What a patient weighs: the documents their care leaves in each store, in bytes that no machine changes.
docs/operators/sizing.md counts with them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bson.codec_options import CodecOptions
from bson.raw_bson import RawBSONDocument
from pymongo import AsyncMongoClient

if TYPE_CHECKING:
    from careflow_cli.stack.stack import Stack

PAGE: Final = Path(__file__).parents[2] / "docs" / "operators" / "sizing.md"
_RAW: Final[CodecOptions[RawBSONDocument]] = CodecOptions(document_class=RawBSONDocument)
_ROW: Final = re.compile(r"^\| `(\w+)` \| (\d+) \| (\d+) KiB \|", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Weight:
    """Documents and their bytes as they are sent: neither indexes nor what compression saves is in it."""

    count: Counter[str] = field(default_factory=Counter)
    """By collection."""
    size: Counter[str] = field(default_factory=Counter)

    def beyond(self, before: Weight) -> Weight:
        """What came since then."""
        return Weight(self.count - before.count, self.size - before.size)


async def weigh(stack: Stack) -> dict[str, Weight]:
    """Of each service's store, by the service's name."""
    return {spec.name: await _of_store(stack, spec.name) for spec in stack.services}


async def _of_store(stack: Stack, service: str) -> Weight:
    weight = Weight()
    async with AsyncMongoClient[RawBSONDocument](stack.mongo_url(service), document_class=RawBSONDocument) as client:
        database = client.get_database(stack.database(service), _RAW)
        for name in await database.list_collection_names():
            async for document in database[name].find():
                weight.count[name] += 1
                weight.size[name] += len(document.raw)
    return weight


def documented() -> Mapping[str, tuple[int, int]]:
    """What the page says: service -> (documents, KiB)."""
    rows = _ROW.findall(PAGE.read_text("utf-8"))
    return {service: (int(count), int(size)) for service, count, size in rows}
