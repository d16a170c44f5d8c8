"""How this library opens its collections."""

from datetime import UTC
from typing import Any

from bson.codec_options import CodecOptions
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.asynchronous.database import AsyncDatabase

Document = dict[str, Any]


def collection(database: AsyncDatabase[Document], name: str) -> AsyncCollection[Document]:
    """The collection `name`, whose dates are read as aware UTC instants, however the client was configured."""
    options: CodecOptions[Document] = CodecOptions(tz_aware=True, tzinfo=UTC)
    return database.get_collection(name, codec_options=options)
