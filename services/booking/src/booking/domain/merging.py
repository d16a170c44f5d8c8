"""When one of two records of a person can be given up for the other: while nothing was decided on it, and nothing is
booked. What was decided about somebody stays with the record it was decided on.
"""

from dataclasses import replace

from booking.domain.care_path import CarePath, Stage
from booking.domain.patients import patient_merged
from booking.domain.person import Person
from booking.domain.run import Run
from booking.domain.states import Status
from booking.domain.visits import VisitKind
from careflow_domain.errors import conflict


def given_up(path: CarePath, *, asked_for: int) -> Person:
    """The person, as the path of a record that is given up knows them; `asked_for` is how many times are held and how
    many visits waited for.

    Raises `visits_open` or `clinical_history`.
    """
    check_nothing_open(path, asked_for=asked_for)
    if _has_clinical_history(path):
        raise conflict(
            "clinical_history",
            "This record has a clinical history: keep it, and give up the other one if that has none.",
        )
    return replace(path.person, merged=True)


def check_nothing_open(path: CarePath, *, asked_for: int) -> None:
    """Raises `visits_open`; `asked_for` is how many times are held and how many visits waited for."""
    if asked_for or any(visit.status in (Status.BOOKED, Status.ARRIVED) for visit in path.visits):
        raise conflict(
            "visits_open", "Visits of this record are booked, held, waited for or not marked; settle them first."
        )


def check_in_use(path: CarePath) -> None:
    """Raises `patient_merged`."""
    if path.person.merged:
        raise patient_merged()


def _has_clinical_history(path: CarePath) -> bool:
    """Whether anything but information calls was ever noted, or one after which screening begins."""
    calls_only = replace(
        path,
        visits=(),
        person=Person(),
        stage=Stage.INQUIRY,
        run=Run(),
        taken=None,
        alike_since=None,
        version=1,
        facts=(),
    )
    return (
        calls_only != CarePath(id=path.id)
        or path.said_proceed
        or any(visit.kind is not VisitKind.INFO_CALL for visit in path.visits)
    )
