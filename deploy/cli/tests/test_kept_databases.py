"""A database that one test had is as good as new for the next."""

from typing import Any

import pytest
from pymongo import MongoClient

from careflow_cli.kept_databases import KeptDatabases

pytestmark = pytest.mark.store


@pytest.fixture
def databases(store_client: MongoClient[dict[str, Any]]) -> KeptDatabases:
    return KeptDatabases(store_client)


def test_the_next_finds_the_indexes_and_no_document(
    databases: KeptDatabases, store_client: MongoClient[dict[str, Any]]
) -> None:
    with databases.one(of="visits") as first:
        store_client[first]["visits"].create_index("patient_id", name="by_patient")
        store_client[first]["visits"].insert_many([{"patient_id": number % 7} for number in range(100)])
        store_client[first]["_keys"].insert_one({})

    with databases.one(of="visits") as second:
        assert second == first
        found = store_client[second]
        assert "by_patient" in found["visits"].index_information()
        assert [found[each].count_documents({}) for each in ("visits", "_keys")] == [0, 0]


def test_two_at_a_time_and_those_of_another_kind_have_their_own(databases: KeptDatabases) -> None:
    with databases.one(of="visits") as first, databases.one(of="visits") as second:
        pass
    with databases.one(of="charges") as other:
        pass

    assert len({first, second, other}) == 3


def test_one_that_lost_a_collection_is_had_by_nobody_again(
    databases: KeptDatabases, store_client: MongoClient[dict[str, Any]]
) -> None:
    with databases.one(of="visits") as kept:
        store_client[kept]["visits"].insert_one({})
    with databases.one(of="visits") as broken:
        store_client[broken].drop_collection("visits")

    with databases.one(of="visits") as new:
        assert new != broken
    assert broken not in store_client.list_database_names()
