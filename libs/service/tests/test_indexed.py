"""The watch over queries: what an index leads to, and what would be searched for among all there is."""

from collections.abc import Mapping
from typing import Any, Final

import pytest

from careflow_service.testing.indexed import leads

BY_DUE: Final = (("open", 1), ("due_at", 1), ("_id", 1))
OF_PATIENT: Final = (("patient_id", 1), ("received_at", 1), ("_id", 1))
OPEN: Final = {"open": True}
PAST: Final = {"$lt": 5}


@pytest.mark.parametrize(
    ("keys", "asked", "sort"),
    [
        (BY_DUE, OPEN, {"due_at": 1, "_id": 1}),
        (BY_DUE, OPEN, {"due_at": -1, "_id": -1}),
        (BY_DUE, {**OPEN, "due_at": PAST}, {"due_at": 1, "_id": 1}),
        (BY_DUE, {**OPEN, "due_at": 5, "_id": {"$gt": "b"}}, {"due_at": 1, "_id": 1}),
        (OF_PATIENT, {"patient_id": "p", "waits": True}, {"due_at": 1, "_id": 1}),
        ((("_id", 1),), {}, {"_id": 1}),
        ((("_id", 1),), {"_id": {"$in": ["a"]}}, {}),
    ],
)
def test_a_page_that_lies_in_an_index(keys: Any, asked: Mapping[str, Any], sort: Mapping[str, int]) -> None:
    assert leads(keys, asked.items(), [*sort.items()], limited=True)


@pytest.mark.parametrize(
    ("keys", "asked", "sort"),
    [
        (BY_DUE, OPEN, {"due_at": -1, "_id": 1}),
        (BY_DUE, OPEN, {"_id": 1}),
        (BY_DUE, {**OPEN, "kind": "a"}, {"due_at": 1, "_id": 1}),
        (BY_DUE, {**OPEN, "_id": {"$gt": "b"}}, {"due_at": 1, "_id": 1}),
        (BY_DUE, {}, {"due_at": 1, "_id": 1}),
        (OF_PATIENT, {"received_at": PAST}, {"received_at": 1, "_id": 1}),
    ],
)
def test_a_page_that_would_be_searched_for(keys: Any, asked: Mapping[str, Any], sort: Mapping[str, int]) -> None:
    assert not leads(keys, asked.items(), [*sort.items()], limited=True)


def test_what_is_read_to_its_end_begins_in_an_index() -> None:
    assert leads(OF_PATIENT, {"patient_id": "p", "waits": True}.items(), [("waits", 1)], limited=False)
    assert not leads(OF_PATIENT, {"waits": True}.items(), [("waits", 1)], limited=False)
