"""A clinic on a Tuesday morning: a handful of invented people, each at another point of their care path.

Owns who they are and what each of them and of the staff has before them when the day is looked at. Told with the steps
of the demo and the journeys. Invariant: everything comes about through the services' own routes and in the order of
time, so that nothing looks otherwise than in a clinic that worked its way there.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from careflow_clinic.bedside import CLINIC_ZONE
from careflow_clinic.clinic import Patient, Person
from careflow_clinic.course import Course, Pair
from careflow_clinic.http import ANYBODY
from careflow_clinic.walk import PHQ_9, Walk

IN_A_DOSE: Final = Person("Wren", "Sampleton", "1988-04-12", "wren@example.org", "+14155550142")
BETWEEN: Final = Person("Robin", "Invented", "1979-11-03", "robin@example.org", "+14155550143")
CLEARED: Final = Person("Mika", "Madeup", "1992-02-29", "mika@example.org", "+14155550144")
UNDECIDED: Final = Person("Noa", "Nobody", "1990-07-21", "noa@example.org", "+14155550145")
SCREENED: Final = Person("Sol", "Fictional", "2001-09-15", "sol@example.org", "+14155550146")
CALLING: Final = Person("Kit", "Imagined", "1984-12-30", "kit@example.org", "+14155550147")
ASKING: Final = {
    "name": "Lou Pretend",
    "phone": "+14155550148",
    "words": "Could somebody call me back after work? I would like to know how long a treatment takes.",
}
SCORES: Final = {"before": 15}
"""PHQ-9 before a first dose; it was 17 at the intake."""
INTO_THE_DOSE: Final = (5, 10, 15)
"""Minutes after its start at which vital signs were taken, the last just now."""


@dataclass(frozen=True, slots=True)
class Sample:
    """The people there are, by what they wait for."""

    in_a_dose: Patient
    between: Patient
    cleared: Patient
    undecided: Patient
    screened: Patient
    calling: Patient


async def fill(walk: Walk) -> Sample:
    """All of it, weeks of the domain clock long. Raises when a step is refused; what there is by then stays."""
    walk.chapter("the clinic opens")
    await walk.open_the_clinic()
    between = Course(walk, await walk.to_clearance(BETWEEN))
    in_a_dose = Course(walk, await walk.to_clearance(IN_A_DOSE))
    for course in (between, in_a_dose):
        await _prepared(course)
    monday = monday_after(walk.clock.now() + timedelta(days=4))
    pairs = [await _booked(between, monday), await _booked(in_a_dose, monday + timedelta(days=1))]
    cleared = await walk.to_clearance(CLEARED)
    undecided = await _up_to_the_decision(walk)
    for course, pair in zip((between, in_a_dose), pairs, strict=True):
        await course.answer_before(pair.dosing, score=SCORES["before"])
    await between.charged_for([await between.dose(pairs[0].dosing)])
    screened = await _half_screened(walk)
    await _dosing(in_a_dose, pairs[1])
    calling = await _last_minutes(walk)
    return Sample(in_a_dose.cleared.patient, between.cleared.patient, cleared.patient, undecided, screened, calling)


async def _prepared(course: Course) -> None:
    """The plan is signed, its estimate in the patient's hands and the preparation held."""
    await course.cashier.complete_registration(course.cleared.patient)
    await course.plan(doses=2)
    await course.therapy_hour(await course.book_preparation())


async def _booked(course: Course, first: datetime) -> Pair:
    """Both doses, a week apart, with their integrations; what they will cost is handed over. Returns the first."""
    course.walk.chapter("the dosing visits are booked")
    pairs = await course.book_pairs(2, not_before=first)
    for estimate in await course.estimates():
        await course.cashier.hand_over_estimate(estimate["id"])
    return pairs[0]


async def _up_to_the_decision(walk: Walk) -> Patient:
    """Everything is on the table, and a prescriber has to decide."""
    patient, completed = await walk.info_call(UNDECIDED)
    await walk.evaluation(patient, await walk.intake(patient, completed))
    return patient


async def _half_screened(walk: Walk) -> Patient:
    """Called back on Monday; the first of three questionnaires is answered."""
    patient, completed = await walk.info_call(SCREENED)
    started = await walk.clinic.events.wait_for("ScreeningStarted", subject=patient.subject)
    case_id = (await walk.clinic.case(patient, after=completed)).body["id"]
    await walk.clinic.answer_questionnaire(patient, case_id, "phq-9", PHQ_9)
    await walk.clinic.care_path(patient, after=started)
    return patient


async def _dosing(course: Course, pair: Pair) -> None:
    """The infusion runs, and the last vital signs were taken a moment ago."""
    course.walk.chapter("an infusion is running")
    session_id = await course.ready_for_dose(pair.dosing)
    began, _ = await course.give_dose(session_id, pair.dosing["location_id"])
    for minute in INTO_THE_DOSE:
        await course.walk.travel_to(began + timedelta(minutes=minute))
        await course.bedside.observe(session_id)


async def _last_minutes(walk: Walk) -> Patient:
    """A call is booked for later today, and somebody asks to be called back."""
    walk.chapter("somebody books a call")
    starts = await walk.clinic.free_info_calls(walk.clock.now())
    patient, _ = await walk.clinic.book_info_call(CALLING, starts[0])
    await walk.clinic.http.post(ANYBODY, "booking", "/v1/public/inquiries", ASKING)
    return patient


def monday_after(when: datetime) -> datetime:
    """The first moment of a Monday in the clinic, not before `when`."""
    day = when.astimezone(CLINIC_ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
    return day + timedelta(days=(7 - day.weekday()) % 7 or 7)
