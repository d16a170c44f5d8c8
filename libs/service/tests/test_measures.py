"""What is watched is read anew, and unknown rather than old."""

import asyncio
import math
from datetime import datetime, timedelta

import pytest
from prometheus_client import REGISTRY, Gauge

from careflow_service.deadlines import Deadline
from careflow_service.measures import Measure, age_of_backup, overdue, read_all
from careflow_service.testing.store import MONDAY_NOON

BEDS = Gauge("test_beds_free", "Beds.")


def at_noon() -> datetime:
    return MONDAY_NOON


class Ward:
    """Says what it is told to, or fails."""

    def __init__(self, *answers: float | Exception) -> None:
        self._answers = list(answers)

    async def beds(self) -> float:
        answer = self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def value(name: str, **labels: str) -> float:
    found = REGISTRY.get_sample_value(name, labels)
    assert found is not None
    return found


async def test_a_gauge_says_what_the_store_says_now() -> None:
    ward, measure = Ward(3, 2), Measure(BEDS, Ward.beds)
    await read_all([measure], ward)
    await read_all([measure], ward)
    assert value("test_beds_free") == 2


async def test_what_cannot_be_read_is_unknown_and_hides_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("careflow_service.measures.READ_WITHIN_SECONDS", 0.01)
    others = Gauge("test_rooms_free", "Rooms.")

    async def hangs(_: Ward) -> float:
        await asyncio.Event().wait()
        return 0.0

    async def rooms(_: Ward) -> float:
        return 1.0

    await read_all([Measure(BEDS, Ward.beds)], Ward(3))
    await read_all([Measure(BEDS, Ward.beds), Measure(others, rooms)], Ward(ConnectionError()))
    assert math.isnan(value("test_beds_free"))
    assert value("test_rooms_free") == 1
    await read_all([Measure(others, hangs)], Ward())
    assert math.isnan(value("test_rooms_free"))


@pytest.mark.parametrize(
    ("due", "seconds"),
    [(None, 0.0), (MONDAY_NOON + timedelta(minutes=1), 0.0), (MONDAY_NOON - timedelta(minutes=1), 60.0)],
)
async def test_a_deadline_is_overdue_by_the_earliest_that_has_not_fired(due: datetime | None, seconds: float) -> None:
    async def next_due(_: Ward) -> tuple[datetime, str] | None:
        return None if due is None else (due, "id")

    async def fire(*_: object) -> None:
        raise AssertionError("measuring changes nothing")

    await read_all([overdue(Deadline("make_beds", next_due, fire), at_noon)], Ward())
    assert value("careflow_deadline_overdue_seconds", deadline="make_beds") == seconds


@pytest.mark.parametrize(("taken_at", "seconds"), [(None, math.inf), (MONDAY_NOON - timedelta(hours=2), 7200.0)])
async def test_a_backup_is_as_old_as_the_newest(taken_at: datetime | None, seconds: float) -> None:
    async def taken() -> datetime | None:
        return taken_at

    await read_all([age_of_backup(taken, at_noon)], Ward())
    assert value("careflow_backup_age_seconds") == seconds
