"""How this library opens its collections."""

from datetime import UTC
from typing import Any, Final

from bson.codec_options import CodecOptions
from pymongo import ReadPreference
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.read_concern import ReadConcern

Document = dict[str, Any]

_MAJORITY: Final = ReadConcern("majority")


def collection(database: AsyncDatabase[Document], name: str) -> AsyncCollection[Document]:
    """The collection `name`, whose dates are read as aware UTC instants, however the client was configured."""
    options: CodecOptions[Document] = CodecOptions(tz_aware=True, tzinfo=UTC)
    return database.get_collection(name, codec_options=options)


def committed(database: AsyncDatabase[Document], name: str) -> AsyncCollection[Document]:
    """The same, to read what a majority of the store's members holds by now: no failover takes it back."""
    return collection(database, name).with_options(read_concern=_MAJORITY, read_preference=ReadPreference.PRIMARY)
