"""Two clocks: one nobody moves, and one that travels by a file all processes read."""

from datetime import UTC, timedelta
from pathlib import Path

import pytest

from careflow_service.clock import ClockFileBroken, DomainClock, wall_clock


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "clock.json"


def write(file: Path, text: str) -> None:
    """As the command does: a new file takes the place of the old one."""
    fresh = file.with_suffix(".new")
    fresh.write_text(text, encoding="utf-8")
    fresh.replace(file)


def ahead(clock: DomainClock) -> float:
    return round((clock() - wall_clock()).total_seconds())


def test_instants_are_utc_in_whole_milliseconds() -> None:
    now = wall_clock()

    assert now.tzinfo is UTC
    assert now.microsecond % 1000 == 0


def test_without_a_file_both_clocks_agree() -> None:
    assert abs(DomainClock()() - wall_clock()) < timedelta(seconds=1)


def test_the_domain_clock_follows_its_file(file: Path) -> None:
    clock = DomainClock(file)
    assert ahead(clock) == 0, "an absent file is no offset"

    write(file, '{"offset_seconds": 3600}')
    assert ahead(clock) == 3600

    write(file, '{"offset_seconds": 3628800.5}')
    assert round(ahead(clock)) in {3628800, 3628801}

    file.unlink()
    assert ahead(clock) == 0


def test_an_offset_keeps_whole_milliseconds(file: Path) -> None:
    write(file, '{"offset_seconds": 0.0004}')

    assert DomainClock(file)().microsecond % 1000 == 0


def test_no_process_is_behind_one_that_has_read_the_file_before_it(file: Path) -> None:
    here, there = DomainClock(file), DomainClock(file)
    assert ahead(here) == ahead(there) == 0

    write(file, '{"offset_seconds": 3600}')

    told = here()
    assert there() >= told


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"offset_seconds": "soon"}', '{"offset_seconds": 1e300}', "null"])
def test_a_broken_file_is_one_clear_error(file: Path, text: str) -> None:
    write(file, text)

    with pytest.raises(ClockFileBroken, match="offset_seconds"):
        DomainClock(file)()
