"""Open fields that can be asked for and not read."""

import bson
import pytest

from careflow_service.mongo.blinding import Blinds
from careflow_service.mongo.key_lines import KeyKind, KeyLine
from careflow_service.mongo.store import Store
from careflow_service.mongo.vault import BlindIndex
from libs.service.tests.clinic import a_care_path, private_care_paths
from libs.service.tests.mongo.storing import stored

INDEX = BlindIndex(KeyLine(KeyKind.BLIND_INDEX, b"k" * 32))


async def test_what_is_blind_is_found_and_not_read(store: Store) -> None:
    paths, path = private_care_paths(store, blind=("patient_id", "stage")), a_care_path()
    await stored(store, paths, path)

    assert await paths.looked.one(patient_id=path.patient_id) == path
    assert await paths.looked.many({"patient_id": path.patient_id, "stage": "info_call"}, limit=5) == [path]
    assert await paths.looked.many({"stage": {"$in": ["screening", "info_call"]}}, limit=5) == [path]
    assert await paths.looked.many({"patient_id": "somebody else"}, limit=5) == []
    raw = bson.encode(await store.database["care_paths"].find_one({}) or {})
    assert path.patient_id.encode() not in raw
    assert b"info_call" not in raw


def test_equal_values_of_two_fields_are_not_told_to_be_equal() -> None:
    one, two = (Blinds.of(name, ("patient_id",), INDEX).hidden({"patient_id": "p"}) for name in ("cases", "alerts"))
    assert one != two


def test_a_list_is_hidden_value_by_value() -> None:
    blinds = Blinds.of("charges", ("ids",), INDEX)
    assert blinds.hidden({"ids": ["a", "b"]})["ids"] == [blinds.hidden({"ids": each})["ids"] for each in ("a", "b")]
    assert blinds.hidden({"ids": None, "at": 7}) == {"ids": None, "at": 7}


@pytest.mark.parametrize("value", [7, True, {"$gt": "a"}])
def test_a_blind_field_can_only_be_equal_to_text(value: object) -> None:
    with pytest.raises(TypeError):
        Blinds.of("cases", ("level",), INDEX).asked({"level": value})


def test_blind_fields_need_a_key() -> None:
    with pytest.raises(ValueError, match="cases"):
        Blinds.of("cases", ("level",), None)


async def test_a_blind_field_is_one_of_the_open_fields(store: Store) -> None:
    with pytest.raises(ValueError, match="surname"):
        await stored(store, private_care_paths(store, blind=("patient_id", "surname")), a_care_path())


async def test_what_is_encrypted_does_not_say_openly_whose_it_is(store: Store) -> None:
    with pytest.raises(ValueError, match="patient_id must be blind"):
        await stored(store, private_care_paths(store, blind=("stage",)), a_care_path())
