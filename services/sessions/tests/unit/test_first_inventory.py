"""The first inventory of a place: asked for by the end of the day, late once, over when one is signed."""

from datetime import datetime

from services.sessions.tests.builders import MILL_VALLEY, NOW, days
from sessions.domain.drug_tasks import DrugTask, DrugTaskCompleted, DrugTaskDue, DrugTaskFact, DrugTaskOverdue
from sessions.domain.first_inventory import FirstInventory

TODAYS_END = datetime.fromisoformat("2026-11-24T08:00Z")


def asked() -> FirstInventory:
    return FirstInventory.asked_for(MILL_VALLEY, "America/Los_Angeles", now=NOW)


def test_it_is_asked_for_by_the_end_of_the_clinics_day() -> None:
    (due,) = asked().facts
    assert isinstance(due, DrugTaskDue)
    assert (due.task, due.due_by, due.location_id) == (DrugTask.INITIAL_INVENTORY, TODAYS_END, MILL_VALLEY)


def test_it_is_late_once_and_over_when_it_is_taken_late_too() -> None:
    assert asked().overdue(now=NOW).facts == asked().facts
    late = asked().overdue(now=TODAYS_END + days(1))
    assert isinstance(late.facts[-1], DrugTaskOverdue)
    assert (late.facts[-1].at, late.overdue_at) == (TODAYS_END, None)
    assert late.overdue(now=TODAYS_END + days(9)) is late

    over = late.taken(now=TODAYS_END + days(2))
    assert isinstance(over.facts[-1], DrugTaskCompleted)
    assert over.taken(now=TODAYS_END + days(3)) is over


def test_taken_in_time_it_is_never_late() -> None:
    taken = asked().taken(now=NOW)
    assert [type(fact) for fact in taken.facts if isinstance(fact, DrugTaskFact)] == [DrugTaskDue, DrugTaskCompleted]
    assert taken.overdue(now=TODAYS_END + days(1)) is taken
