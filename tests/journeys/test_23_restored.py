"""Journey 23: booking's store is put back from a backup some bookings old. No number is used twice, what it has
forgotten is listed by name, and those who hear it hear every event once and in order.
"""

import itertools
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from careflow_cli.errors import CareflowError
from careflow_cli.stack import backups
from careflow_clinic.clinic import COORDINATOR, Patient, Person
from careflow_clinic.walk import Walk
from tests.journeys.terminal import Terminal

pytestmark = pytest.mark.long

if TYPE_CHECKING:
    from careflow_cli.stack.stack import Stack

PATIENCE = 60.0  # seconds
CANCEL = {"reason": "booked_in_error"}
_slots = itertools.count()


def say(_note: str) -> None:
    """Nobody watches."""


def once(careflow: Terminal, member: str, value: object) -> dict[str, Any]:
    """Where booking's restore stands, once that member of it is so."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        done = careflow("restore", "status", "booking", "--json")
        if done.returncode == 0 and (standing := careflow.document("restore", "status", "booking"))[member] == value:
            return dict(standing)
    raise AssertionError(f"{member} was not {value} in time")


async def booked(walk: Walk, person: Person) -> tuple[Patient, str]:
    """Somebody books the free call. Answers who, and which visit."""
    starts = await walk.clinic.free_info_calls(walk.clock.now())
    patient, answer = await walk.clinic.book_info_call(person, starts[next(_slots)])
    await walk.clinic.events.wait_for("ConsultationBooked", subject=patient.subject)
    return patient, str(answer.body["id"])


async def test_a_service_restored_from_a_backup_goes_on_behind_what_it_has_forgotten(
    stack: "Stack", walk: Walk, careflow: Terminal, person: Person, tmp_path: Path
) -> None:
    known, visit = await booked(walk, person)
    backup = tmp_path / "booking.backup"
    taken = backups.take(stack, "booking", backup, say)
    await walk.clinic.move_appointment(visit, "cancel", CANCEL)
    forgotten = []
    for number in range(2):
        stranger = Person(given_name="Sam", family_name="Forgotten", email=f"sam.{number}@example.org")
        patient, theirs = await booked(walk, stranger)
        await walk.clinic.move_appointment(theirs, "cancel", CANCEL)
        await walk.clinic.events.wait_for("ConsultationCancelled", subject=patient.subject)
        forgotten.append(patient)
    cancelled = await walk.clinic.events.wait_for("ConsultationCancelled", subject=known.subject)

    with pytest.raises(CareflowError, match="is there already"):
        backups.take(stack, "booking", backup, say)
    put = backups.put_back(stack, "booking", backup, say)
    fenced = once(careflow, "looked", True)
    trying = await walk.clinic.http.ask(
        COORDINATOR, "POST", "booking", f"/v1/appointments/{visit}/cancel", CANCEL, version=1
    )

    assert put["documents"] == taken["documents"]
    assert (trying.status, trying.body["code"], fenced["streams"]) == (503, "fenced", 3)
    finished = careflow("restore", "finish", "booking", "--execute")
    assert finished.returncode == 0, finished.stderr
    orphans = careflow.document("restore", "orphans", "booking")
    of_streams = {orphan["stream"].partition("/")[2] for orphan in orphans}
    assert of_streams >= {known.subject, *(patient.subject for patient in forgotten)}
    assert "sam." not in str(orphans)

    for name in ("booking-api", "booking-worker"):
        stack.start(name)
    await walk.clinic.move_appointment(visit, "cancel", CANCEL)
    again = await walk.clinic.events.wait_for("ConsultationCancelled", subject=known.subject, count=2)

    assert again.sequence > cancelled.sequence, "what was given once is never given again"
    assert (walk.clinic.events.gaps, walk.clinic.events.repeats) == ([], [])
    assert careflow("ops", "status").returncode == 0, "nobody who hears booking is in want of anybody"
