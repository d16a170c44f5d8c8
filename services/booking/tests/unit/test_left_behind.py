"""Which integrations a change of the path leaves without the dose they were to talk about."""

from dataclasses import replace
from datetime import datetime

import pytest

from booking.domain.care_path import CarePath
from booking.domain.course import Course, Dose
from booking.domain.ids import AppointmentId, SessionId
from booking.domain.left_behind import integrating, left_behind
from booking.domain.noted_visits import Visit
from booking.domain.states import Status
from booking.domain.visits import Modality, VisitKind
from services.booking.tests.builders import ANA, local


def noted(name: str, at: datetime, status: Status = Status.BOOKED, *, unmarked: bool = False) -> Visit:
    """`D1` is a dosing visit, `I1` an integration."""
    return Visit(
        appointment_id=AppointmentId(name),
        kind=VisitKind.DOSING if name.startswith("D") else VisitKind.INTEGRATION,
        status=status,
        starts_at=at,
        modality=Modality.IN_PERSON,
        unmarked=unmarked,
    )


D1, I1, D2, I2 = (noted(name, local(day, 9)) for name, day in (("D1", 2), ("I1", 3), ("D2", 9), ("I2", 10)))


def path(*visits: Visit, given: tuple[Visit, ...] = ()) -> CarePath:
    doses = tuple(
        Dose(SessionId(each.appointment_id), each.appointment_id, None, None, each.starts_at) for each in given
    )
    return CarePath(id=ANA, visits=visits, course=Course(doses=doses))


TWO_PAIRS = path(D1, I1, D2, I2)
OVER, GONE = Status.FULFILLED, Status.CANCELLED


@pytest.mark.parametrize(
    ("what", "after", "left"),
    [
        ("the dose is called off", path(replace(D1, status=GONE), I1, D2, I2), {"I1"}),
        ("it is missed", path(replace(D1, status=Status.MISSED), I1, D2, I2), {"I1"}),
        ("it is over without a dose", path(replace(D1, status=OVER), I1, D2, I2), {"I1"}),
        ("it is over with one", path(replace(D1, status=OVER), I1, D2, I2, given=(D1,)), set()),
        ("nobody has said what became of it", path(replace(D1, unmarked=True), I1, D2, I2), set()),
        ("it moves behind its integration", path(replace(D1, starts_at=local(4, 9)), I1, D2, I2), {"I1"}),
        ("both move", path(replace(D1, starts_at=local(5, 9)), replace(I1, starts_at=local(6, 9)), D2, I2), set()),
        ("the series is cut", path(*(replace(each, status=GONE) for each in (D1, D2)), I1, I2), {"I1", "I2"}),
        ("both are called off", path(*(replace(each, status=GONE) for each in (D1, I1)), D2, I2), set()),
    ],
)  # fmt: skip
def test_an_integration_is_left_behind_when_its_dose_is_gone(what: str, after: CarePath, left: set[str]) -> None:
    assert left_behind(TWO_PAIRS, after) == left, what


def test_the_dose_before_takes_it_over_while_it_waits_for_one() -> None:
    lost = (replace(D1, status=OVER), replace(I1, status=GONE), replace(D2, status=GONE), I2)
    before = path(lost[0], lost[1], D2, I2, given=(D1,))
    assert left_behind(before, path(*lost, given=(D1,))) == frozenset()
    assert integrating(path(*lost, given=(D1,))) == {"I2": "D1"}


def test_the_dose_before_needs_no_second_one() -> None:
    held = (replace(D1, status=OVER), replace(I1, status=OVER))
    assert left_behind(path(*held, D2, I2, given=(D1,)), path(*held, I2, given=(D1,))) == {"I2"}


def test_an_hour_more_between_two_doses_is_nobodys_question_while_its_dose_stands() -> None:
    more = noted("I9", local(4, 9))
    assert left_behind(path(D1, I1, more, D2, I2), path(D1, I1, more, I2)) == {"I2"}
    assert left_behind(path(D1, I1, more), path(I1, more)) == {"I1", "I9"}
