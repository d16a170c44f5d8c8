"""The offset all processes of a stack read."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from careflow_cli import instants
from careflow_cli.domain_clock.clock_file import ClockFile
from careflow_cli.errors import CareflowError

AN_INSTANT = timedelta(seconds=5)


def test_without_a_file_the_stack_has_the_machines_time(tmp_path: Path) -> None:
    clock = ClockFile(tmp_path / "clock.json")

    assert clock.offset() == timedelta()
    assert abs(clock.now() - datetime.now(UTC)) < AN_INSTANT


def test_reaching_an_instant_makes_it_now(tmp_path: Path) -> None:
    clock = ClockFile(tmp_path / "clock.json")
    instant = datetime.now(UTC) + timedelta(weeks=6)

    clock.reach(instant)

    assert abs(clock.now() - instant) < AN_INSTANT


def test_an_instant_that_is_past_changes_nothing(tmp_path: Path) -> None:
    clock = ClockFile(tmp_path / "clock.json")
    clock.put(timedelta(days=30))

    clock.reach(datetime.now(UTC) + timedelta(days=1))

    assert clock.offset() == timedelta(days=30)


@pytest.mark.parametrize(
    "content", ["", "{}", '{"offset_seconds": "soon"}', '{"offset_seconds": 1e300}', '{"offset_seconds": 251e9}']
)
def test_a_broken_file_is_an_error_that_says_how_to_go_on(tmp_path: Path, content: str) -> None:
    (tmp_path / "clock.json").write_text(content, "utf-8")

    with pytest.raises(CareflowError, match="careflow clock reset"):
        ClockFile(tmp_path / "clock.json").offset()


@pytest.mark.parametrize("instant", ["9999-12-31T23:59:59Z", "2400-01-01T00:00:00Z"])
def test_nobody_travels_to_where_services_cannot_count_on(instant: str, tmp_path: Path) -> None:
    with pytest.raises(CareflowError, match="too far away"):
        ClockFile(tmp_path / "clock.json").check(instants.parse(instant))


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-12:00", "2026-13-01", ""])
def test_what_is_no_instant_of_utc_is_said_so(text: str) -> None:
    with pytest.raises(CareflowError, match="is no instant"):
        instants.parse(text)
