"""What must hold of who patients are and of their erasure, whatever was done.

Written apart from the code that is to keep it: whom the clinic may see is read off the details and the calendar, who
may be erased off the visits and off what the other services were heard to answer.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from booking.domain.appointment_record import AppointmentFact, AppointmentRecord
from booking.domain.appointments import Appointment, AppointmentBooked, AppointmentRescheduled
from booking.domain.calendar import ResourceKind
from booking.domain.erasures import ErasureDeclined, Party, PatientErased, PatientErasureRequested
from booking.domain.patient_details import PatientDetails
from booking.domain.patients import Patient, PatientDetailsChanged
from booking.domain.states import Status
from booking.domain.visits import HoldCause, Modality, VisitKind
from services.booking.tests.builders import ZONE
from services.booking.tests.fakes import DESK, InMemory

ADULT_AT: Final = 18
SERVED: Final = "CA"
"""Where everybody of this clinic is licensed, and nowhere else."""
ANSWER: Final = frozenset({Party.SCREENING, Party.SESSIONS, Party.BILLING})
OPEN: Final = (Status.HELD, Status.BOOKED, Status.ARRIVED)
TOOK_PLACE: Final = (Status.FULFILLED, Status.MISSED)
"""What is part of a care record: somebody came, or was waited for."""


@dataclass(slots=True)
class Known:
    """What was read so far. `heard` is what each service was heard to answer first, by erasure, True where it agreed;
    `asked` whose erasure is under way, `gone` the visits of who was erased.
    """

    heard: dict[str, dict[Party, bool]] = field(default_factory=lambda: defaultdict(dict))
    asked: set[str] = field(default_factory=set)
    gone: set[str] = field(default_factory=set)
    letters: int = 0


def check_persons(clinic: InMemory, known: Known, facts: Iterable[object], before: dict[str, Appointment]) -> None:
    """What was told since it was looked at last; `before` is how each visit stood then."""
    details = {each.id: each.details for each in clinic.all("Patients")}
    for fact in facts:
        match fact:
            case PatientErasureRequested(erasure=erasure):
                keeps_nothing(clinic, erasure.patient_id)
                all_their_records_are_asked_about(clinic, erasure.patient_id)
                known.asked.add(erasure.patient_id)
            case ErasureDeclined(erasure=erasure):
                known.asked.discard(erasure.patient_id)
            case PatientErased(erasure=erasure):
                assert {who for who, agreed in known.heard[erasure.id].items() if agreed} == ANSWER, "erased unasked"
                known.asked.discard(erasure.patient_id)
                known.gone |= {each.id for each in before.values() if each.patient_id == erasure.patient_id}
                nothing_is_left_on_the_calendar(clinic, erasure.patient_id)
            case PatientDetailsChanged(patient=patient):
                assert patient.id not in known.asked, "another detail of whom it was asked to erase"
            case AppointmentFact(appointment=visit):
                assert visit.patient_id not in known.asked, "news of whom it was asked to erase"
                if isinstance(fact, AppointmentBooked | AppointmentRescheduled):
                    assert may_be_seen(visit, details[visit.patient_id]), "booked for whom the clinic may not see"
    visits = [each for each in clinic.all("Appointments") if each.status is Status.BOOKED and not each.unmarked]
    waits_while_they_may_not_be_seen(visits, details)
    is_seen_to_where_nobody_is_licensed(clinic, visits, details)
    letters_reach_them(clinic, known)


def keeps_nothing(clinic: InMemory, patient_id: str) -> None:
    """Who may be asked about at all: nothing is open, and no care was begun."""
    mine = [each for each in clinic.all("Appointments") if each.patient_id == patient_id]
    assert not any(each.status in OPEN for each in mine), "to be erased, and something is booked"
    assert not any(each.open for each in clinic.all("Waitlist") if each.patient_id == patient_id), "and waited for"
    care = [each for each in mine if each.kind is not VisitKind.INFO_CALL]
    assert not any(each.status in TOOK_PLACE for each in care), "to be erased, and there is a care record"


def all_their_records_are_asked_about(clinic: InMemory, patient_id: str) -> None:
    """Also those that were given up for one that was given up."""
    asked = {each.patient_id for each in clinic.all("Erasures")}
    left = {each.id: each.merge.into for each in clinic.all("Patients") if each.merge is not None}
    for record, into in left.items():
        while into in left:
            into = left[into]
        assert into != patient_id or record in asked, "to be erased, and of another record of theirs nobody is asked"


def nothing_is_left_on_the_calendar(clinic: InMemory, patient_id: str) -> None:
    days = [key for key in clinic.kept["CalendarDays"].all if key.resource.kind is ResourceKind.PATIENT]
    assert patient_id not in {key.resource.id for key in days}, "erased, and the calendar says where they were"


def _of_age(details: PatientDetails, at: datetime) -> bool:
    born, day = details.birth_date, at.astimezone(ZONE).date()
    years = day.year - born.year - ((day.month, day.day) < (born.month, born.day))
    return years >= ADULT_AT


def may_be_seen(visit: AppointmentRecord, details: PatientDetails) -> bool:
    """By age on the day of the visit, and by where they live."""
    return _of_age(details, visit.starts_at) and details.state == SERVED


def waits_while_they_may_not_be_seen(visits: Sequence[Appointment], details: dict[str, PatientDetails]) -> None:
    """A booked visit is on hold exactly as long as it may not take place for who the patient is; who lives elsewhere
    may still come and talk.
    """
    for visit in visits:
        person = details[visit.patient_id]
        talks = visit.slot.modality is Modality.IN_PERSON and visit.kind not in (VisitKind.EVALUATION, VisitKind.DOSING)
        may = _of_age(person, visit.starts_at) and (person.state == SERVED or talks)
        held = any(hold.ground.cause is HoldCause.PERSON for hold in visit.holds)
        assert held != may, "a visit waits for who they are, and need not, or does not, and must"


def is_seen_to_where_nobody_is_licensed(
    clinic: InMemory, visits: Sequence[Appointment], details: dict[str, PatientDetails]
) -> None:
    """Somebody has to see to a visit of who lives where nobody may give it."""
    for visit in visits:
        if visit.starts_at > clinic.now and details[visit.patient_id].state != SERVED:
            assert visit.unfit_since is not None, "nobody is licensed where they live, and nobody sees to it"


def is_seen_to_where_somebody_is_away(clinic: InMemory) -> None:
    """Once everything that is due was done: of those who live here, a visit is marked exactly where somebody who gives
    it, or its room, is not there on that day.
    """
    hours = {each.id: each.hours for name in ("Practitioners", "Rooms") for each in clinic.all(name)}
    states = {each.id: each.details.state for each in clinic.all("Patients")}
    for visit in clinic.all("Appointments"):
        if visit.status is Status.HELD and visit.waitlist_entry_id is not None:
            assert not any(_is_away(hours[each], visit) for each in _gives(visit)), "offered, and nobody can give it"
        to_come = visit.status is Status.BOOKED and not visit.unmarked and visit.starts_at > clinic.now
        if to_come and states[visit.patient_id] == SERVED:
            away = any(_is_away(hours[each], visit) for each in _gives(visit))
            assert away == (visit.unfit_since is not None), "marked, and anybody can give it; or nobody, and unmarked"


def _gives(visit: Appointment) -> tuple[str, ...]:
    room = () if visit.slot.room_id is None else (visit.slot.room_id,)
    return (*(each.id for each in visit.slot.providers), *room)


def _is_away(hours: Any, visit: Appointment) -> bool:
    day: date = visit.starts_at.astimezone(ZONE).date()
    return any(each.day == day for each in hours.exceptions)


def letters_reach_them(clinic: InMemory, known: Known) -> None:
    """What is written to a patient goes where they are reached now, on the record that is in use."""
    messages = clinic.kept["Messages"].all
    for carried in clinic.post.sent[known.letters :]:
        if carried.to not in DESK.values():
            details = _reached(clinic, messages[carried.letter.id].patient_id)
            assert carried.to in (details.email, details.phone), "written to where they are not reached"
    known.letters = len(clinic.post.sent)


def _reached(clinic: InMemory, patient_id: str) -> PatientDetails:
    """As they are known now; of who is no patient yet, as they said when they asked for a call."""
    patients: dict[str, Patient] = clinic.kept["Patients"].all
    if patient_id not in patients:
        visits: list[Appointment] = clinic.all("Appointments")
        return next(each.caller for each in visits if each.patient_id == patient_id and each.caller)
    person = patients[patient_id]
    while person.merge is not None:
        person = patients[person.merge.into]
    return person.details
