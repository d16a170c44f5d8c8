"""The table of what lies in the stores finds what lies there otherwise."""

from bson.binary import Binary

from careflow_service.testing.stored import _compared, table_of

ROW = {"about": "patients", "says": "s", "words": ["cash"], "name": "blind", "body": "encrypted", "at": "open"}
HASH = "0" * 64


def faults(**found: list[object]) -> list[str]:
    return list(_compared(ROW, found))


def test_what_lies_as_the_table_says() -> None:
    assert faults(name=[HASH, None, [HASH]], body=[Binary(b"x", 6)], at=["2026-11-28", 7, {"x": "cash"}]) == []


def test_what_can_be_read_and_must_not_be() -> None:
    assert faults(name=["jane"]) == ["name lies there open"]
    assert faults(body=[{"note": "x"}]) == ["body lies there open"]


def test_a_field_nobody_has_said_anything_of_though_nothing_lies_in_it_yet() -> None:
    for value in ("jane", None):
        assert faults(surname=[value]) == ["surname is not in the table"]


def test_an_open_field_that_tells() -> None:
    assert faults(at=["high"]) == ["at tells high"]
    assert faults(at=[{"level": ["moderate"]}]) == ["at tells moderate"]


def test_every_row_says_what_lies_there() -> None:
    for service in ("booking", "screening", "sessions", "billing"):
        for name, row in table_of(service).items():
            assert row["about"] in {"patients", "clinic", "events", "requests", "keys"}, name
            assert row["says"], name
            if row["about"] == "patients":
                assert row.get("body", "encrypted") == "encrypted", name
