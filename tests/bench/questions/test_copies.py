"""Copies of documents collide with nothing and lie in nobody's way."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from bson import Binary

from tests.bench.questions.consuming import another_event
from tests.bench.questions.copies import Copier, rows_to_relay
from tests.bench.questions.relaying import drained

PATIENT = "01a22156-4c7b-7744-a489-1e571ffd30ec"
EVENT = "01a22156-4d28-749e-8008-756d897408b1"
TOKEN = "2115018ee93cd5b80debc7f20936881156f04c070d28867c53433b4ca2eff2a1"
NOW = datetime(2026, 11, 28, tzinfo=UTC)


def a_row(**fields: Any) -> dict[str, Any]:
    stream = f"careflow.booking.v1/patient:{PATIENT}"
    return {"_id": EVENT, "stream": stream, "sequence": 1, "recorded_at": NOW, "published_at": None} | fields


def test_what_is_the_same_in_two_originals_is_the_same_in_their_copies() -> None:
    copier = Copier([("patients", {"_id": PATIENT, "email_index": TOKEN}), ("_outbox", a_row())])

    (_, patient), (_, row) = copier.another()

    assert patient["_id"] != PATIENT
    assert row["stream"] == f"careflow.booking.v1/patient:{patient['_id']}"
    assert (len(patient["email_index"]), patient["email_index"] != TOKEN) == (len(TOKEN), True)


def test_no_two_copies_share_an_id() -> None:
    copier = Copier([("_keys", {"_id": Binary(b"k" * 16, 4), "keyAltNames": [PATIENT]})])

    copies = [document for _ in range(20) for _, document in copier.another()]

    assert len({bytes(document["_id"]) for document in copies}) == 20
    assert len({document["keyAltNames"][0] for document in copies}) == 20


def test_copies_of_an_outbox_row_are_never_sent() -> None:
    ((_, row),) = Copier([("_outbox", a_row(position=7))]).another()

    assert (row["published_at"], row["position"]) == (NOW, None)


def test_copies_of_a_visit_are_over() -> None:
    visit = {"_id": EVENT, "starts_at": NOW + timedelta(days=20), "day": "2026-12-18"}

    ((_, copied),) = Copier([("appointments", visit)]).another()

    assert copied["starts_at"] < NOW
    assert copied["day"] == copied["starts_at"].date().isoformat()


def test_rows_to_relay_have_no_gap_in_any_stream() -> None:
    rows = rows_to_relay(a_row(position=3), "bench.v1", ["a", "b", "a", "a"], NOW)

    assert [(row["stream"], row["sequence"]) for row in rows] == [("a", 1), ("b", 1), ("a", 2), ("a", 3)]
    assert {(row["topic"], row["published_at"], row["position"]) for row in rows} == {("bench.v1", None, None)}
    assert [row["recorded_at"] for row in rows] == sorted(row["recorded_at"] for row in rows)


def published(*seconds: int | None, hot: int = 0) -> list[dict[str, Any]]:
    """Rows by age, the first `hot` of them of the hot stream, with when they were published."""
    return [
        {
            "stream": "hot" if age < hot else f"{age}",
            "published_at": None if at is None else NOW + timedelta(seconds=at),
        }
        for age, at in enumerate(seconds)
    ]


def test_the_first_batch_starts_the_clock_of_a_relay() -> None:
    assert drained(published(0, 0, 1, 1, 2, 2), "hot").per_second == 2.0


def test_rows_that_leave_in_their_order_overtake_nobody() -> None:
    assert drained(published(0, 0, 1, 2), "hot").overtaken == 0


def test_a_row_that_others_pass_is_seen() -> None:
    assert drained(published(9, 1, 2, 3), "hot").overtaken == 3


def test_a_stream_that_is_held_back_for_others_is_not_one_that_starves() -> None:
    assert drained(published(9, 1, 2, hot=1), "hot").overtaken == 0


def test_rows_that_never_left_are_counted() -> None:
    assert drained(published(0, 1, None, None), "hot").left == 2
    assert drained(published(None), "hot").per_second == 0.0


def test_another_event_is_of_another_patient_throughout() -> None:
    event = {
        "id": EVENT,
        "stream": f"careflow.booking.v1/patient:{PATIENT}",
        "subject": f"patient:{PATIENT}",
        "sequence": "0000000002",
        "data": {"patient_id": PATIENT, "appointment_id": "a-visit", "kind": "info_call"},
    }
    row = a_row(record=json.dumps(event).encode(), headers=[["ce_id", EVENT.encode()], ["ce_type", b"booked"]])

    record = another_event(row, "somebody", 12)

    assert record.key == b"patient:somebody"
    assert PATIENT.encode() not in record.value
    assert b'"sequence": "0000000012"' in record.value
    assert b'"kind": "info_call"' in record.value
    (_, identity), (_, kind) = record.headers
    assert (f'"id": "{identity.decode()}"'.encode() in record.value, kind) == (True, b"booked")
