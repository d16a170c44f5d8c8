"""Making indexes: harmless to repeat, and a changed definition is an error instead of a surprise."""

import pytest
from pymongo import IndexModel
from pymongo.errors import OperationFailure

from careflow_service.mongo.idempotency import IDEMPOTENCY
from careflow_service.mongo.indexes import INDEXES, drop_indexes, ensure_indexes
from careflow_service.mongo.store import Store

pytestmark = pytest.mark.store


async def test_made_again_they_stay_the_same(store: Store) -> None:
    before = await store.database[IDEMPOTENCY].index_information()

    await ensure_indexes(store.database, INDEXES)

    assert await store.database[IDEMPOTENCY].index_information() == before
    assert before["expires"]["expireAfterSeconds"] == 0


async def test_another_definition_under_the_same_name_is_refused(store: Store) -> None:
    with pytest.raises(OperationFailure):
        await ensure_indexes(store.database, [(IDEMPOTENCY, IndexModel("result", name="expires"))])


async def test_those_of_a_version_before_are_removed_once(store: Store) -> None:
    await ensure_indexes(store.database, [(IDEMPOTENCY, IndexModel("result", name="by_result"))])
    for _ in range(2):
        await drop_indexes(store.database, [(IDEMPOTENCY, "by_result"), ("nowhere", "by_result")])
    assert "by_result" not in await store.database[IDEMPOTENCY].index_information()
