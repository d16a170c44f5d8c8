"""How much work a search of a month is in a clinic of 52 people and rooms: bounded whatever is free, in steps that no
machine changes. Trying combinations would take tens of millions.
"""

import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import islice
from types import FrameType
from typing import Any

import pytest

from booking.domain.availability import Opening, Wanted, openings
from booking.domain.calendar import (
    EXCLUSIVE,
    ON_SITE,
    Calendar,
    CalendarDay,
    DayKey,
    Occupancy,
    Resource,
    ResourceKind,
    Taken,
    Use,
)
from booking.domain.candidates import Candidate, Candidates, best_choice
from booking.domain.ids import AppointmentId, PractitionerId
from booking.domain.impossible import required_opening
from booking.domain.intervals import QUARTER, Interval, day_interval
from booking.domain.visits import Modality, PractitionerRole, RoomPurpose, VisitKind
from careflow_domain.errors import DomainError
from services.booking.tests.builders import ANA, TEMPLATES, ZONE, a_clinic, a_practitioner, a_room, local

EACH = 13
MOST_STEPS = 500_000
"""Lines of the domain that one search of a month runs; 340,000 at most as it is."""
MOST_STEPS_OF_A_REFUSAL = 75_000
GENEROUS_SECONDS = 2.0
FOUND = 23 * 21
"""One start for each quarter-hour from nine to two on each of the month's working days."""
MONDAY = date(2026, 11, 23)
MONTH = Interval(local(23, 0), local(23, 0) + timedelta(days=31))
DOSING = Wanted(template=TEMPLATES.of(VisitKind.DOSING), modality=Modality.IN_PERSON, state="CA", patient_id=ANA)
ROLES = {
    "therapist": PractitionerRole.THERAPIST,
    "nurse": PractitionerRole.NURSE,
    "prescriber": PractitionerRole.PRESCRIBER,
}
ROOMS = [Resource(ResourceKind.ROOM, f"bay-{n:02}") for n in range(EACH)]
PEOPLE = [Resource(ResourceKind.PRACTITIONER, f"{role}-{n:02}") for role in ROLES for n in range(EACH)]
EVERYBODY = (*ROOMS, *PEOPLE)
LAST = f"-{EACH - 1:02}"
PATIENT = Resource(ResourceKind.PATIENT, ANA)
CLINIC = a_clinic(
    *(a_room(each.id, RoomPurpose.DOSING) for each in ROOMS),
    *(a_practitioner(each.id, ROLES[each.id.split("-")[0]]) for each in PEOPLE),
)


def busy(*resources: Resource, occupancy: Occupancy = EXCLUSIVE) -> dict[DayKey, CalendarDay]:
    """Hour after hour of theirs is taken, from eight to six, all month and a day more."""
    return {
        key: CalendarDay(key, hourly(key.day, occupancy), 1)
        for resource in resources
        for n in range(32)
        for key in (DayKey(resource, MONDAY + timedelta(days=n)),)
    }


def hourly(day: date, occupancy: Occupancy) -> tuple[Taken, ...]:
    midnight = day_interval(day, ZONE).start
    hours = (Interval(midnight + n * 4 * QUARTER, midnight + (n + 1) * 4 * QUARTER) for n in range(8, 18))
    return tuple(Taken(AppointmentId(f"held-{hour.start}"), hour, occupancy) for hour in hours)


def half_busy() -> dict[DayKey, CalendarDay]:
    """Nurses with one patient of two, prescribers in the house."""
    nurses = [each for each in PEOPLE if each.id.startswith("nurse")]
    prescribers = [each for each in PEOPLE if each.id.startswith("prescriber")]
    return busy(*nurses, occupancy=Occupancy(Use.SHARED, 2)) | busy(*prescribers, occupancy=ON_SITE)


def all_but_last() -> dict[DayKey, CalendarDay]:
    return busy(*(each for each in EVERYBODY if not each.id.endswith(LAST)))


@pytest.mark.parametrize(
    ("calendar", "provider", "found"),
    [
        pytest.param(dict, None, FOUND, id="everybody is free"),
        pytest.param(lambda: busy(*EVERYBODY), None, 0, id="nobody is free"),
        pytest.param(all_but_last, None, FOUND, id="only the last of each is free"),
        pytest.param(half_busy, None, FOUND, id="nurses have a patient each"),
        pytest.param(lambda: busy(PATIENT), None, 0, id="the patient is busy"),
        pytest.param(dict, f"therapist{LAST}", FOUND, id="the last therapist is asked for"),
        pytest.param(dict, f"prescriber{LAST}", FOUND, id="the last prescriber is asked for"),
        pytest.param(dict, "nobody", 0, id="somebody who is not there is asked for"),
    ],
)
def test_a_month_of_dosing_visits_is_few_steps(
    calendar: Callable[[], Mapping[DayKey, CalendarDay]], provider: str | None, found: int
) -> None:
    taken = calendar()
    wanted = replace(DOSING, provider=PractitionerId(provider) if provider else None)
    began = time.process_time()
    assert len(search(wanted, taken)) == found
    assert time.process_time() - began < GENEROUS_SECONDS
    n = steps(lambda: search(wanted, taken))
    assert n < MOST_STEPS


@pytest.mark.parametrize(
    ("booked", "refusal"),
    [(EVERYBODY, "slot_taken"), ((PATIENT,), "patient_busy")],
    ids=["slot_taken", "patient_busy"],
)
def test_a_refusal_is_fewer_still(booked: Sequence[Resource], refusal: str) -> None:
    taken = busy(*booked)

    def claims() -> None:
        with pytest.raises(DomainError) as refused:
            required_opening(DOSING, CLINIC, Calendar(ZONE, taken), local(24, 10))
        assert refused.value.code == refusal

    n = steps(claims)
    assert n < MOST_STEPS_OF_A_REFUSAL


def test_people_who_can_stand_in_for_each_other_are_not_tried_in_every_order(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two for the three parts, and any number of rooms: no time is looked at more closely."""
    looked_at: list[int] = []

    def counted(candidates: Candidates, cell: int, provider: PractitionerId | None) -> tuple[Candidate, ...]:
        looked_at.append(cell)
        return best_choice(candidates, cell, provider)

    monkeypatch.setattr("booking.domain.availability.best_choice", counted)
    versatile = [a_practitioner(f"all-{n}", *ROLES.values()) for n in range(3)]
    rooms = [a_room(each.id, RoomPurpose.DOSING) for each in ROOMS]
    assert list(openings(DOSING, a_clinic(*versatile[:2], *rooms), Calendar(ZONE), MONTH)) == []
    assert looked_at == []
    three = list(openings(DOSING, a_clinic(*versatile, *rooms), Calendar(ZONE), MONTH))
    assert len(looked_at) == len(three) == FOUND


def search(wanted: Wanted, taken: Mapping[DayKey, CalendarDay]) -> list[Opening]:
    return list(islice(openings(wanted, CLINIC, Calendar(ZONE, taken), MONTH), 500))


def steps(work: Callable[[], object]) -> int:
    """How many lines of the domain run."""
    counted = 0

    def line(frame: FrameType, what: str, _: Any) -> Any:
        nonlocal counted
        counted += what == "line"
        return line

    def call(frame: FrameType, what: str, _: Any) -> Any:
        return line if frame.f_globals.get("__name__", "").startswith("booking.domain.") else None

    before = sys.gettrace()
    sys.settrace(call)
    try:
        work()
    finally:
        sys.settrace(before)
    return counted
