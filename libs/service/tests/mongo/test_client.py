"""Opening the client: concerns belong on transactions, and a refused URL is never shown."""

import asyncio

import pymongo
import pytest
from pymongo.errors import ServerSelectionTimeoutError

from careflow_service.mongo.client import StoreUrlWrong, open_client

NOBODY_THERE = "mongodb://127.0.0.1:9/?replicaSet=nobody"


@pytest.mark.parametrize("option", ["w=majority", "journal=true", "readConcernLevel=majority", "wTimeoutMS=5"])
async def test_a_url_with_concerns_is_refused(option: str) -> None:
    with pytest.raises(StoreUrlWrong, match="must not set") as refused:
        open_client(f"mongodb://somebody:hidden@localhost/?{option}", name="tests")

    assert "hidden" not in str(refused.value)


@pytest.mark.parametrize("url", ["", "localhost:27017", "mongodb://", "mongodb://u:hid:den@h/", "mongodb://h/?x"])
async def test_what_is_no_connection_string_is_refused(url: str) -> None:
    with pytest.raises(StoreUrlWrong) as refused:
        open_client(url, name="tests")

    assert "hidden" not in str(refused.value)
    assert refused.value.__cause__ is None


async def test_reads_that_gave_up_together_leave_the_client_usable() -> None:
    """A store is away: reads side by side time out together, and the first cancels the others. The next one is told
    that the store is away; it does not wait for ever.
    """
    async with open_client(NOBODY_THERE, name="tests") as client:

        async def read() -> None:
            with pymongo.timeout(0.2):
                await client.admin.command("ping")

        async def side_by_side() -> None:
            async with asyncio.TaskGroup() as reads:
                for _ in range(10):
                    reads.create_task(read())

        for _ in range(3):
            with pytest.raises(ExceptionGroup):
                await side_by_side()

            with pytest.raises(ServerSelectionTimeoutError):
                async with asyncio.timeout(10):
                    await read()
