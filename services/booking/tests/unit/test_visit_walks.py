"""Whatever patients, the desk, clinicians and the waitlist do, in any order: the calendar is right after every step."""

import os
from collections.abc import Awaitable, Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

import pytest

import booking.application.alarming
import booking.application.holding
import booking.application.messaging
import booking.application.telling
import booking.bootstrap
import booking.domain.erasures
import booking.domain.patients
from booking.application.commands import request_erasure
from booking.application.commands.book_info_call import BookInfoCallHandler
from booking.application.commands.reschedule_pair import ReschedulePairHandler
from booking.application.fitness import Fitness
from booking.application.offering import Offering
from booking.application.scheduling import Scheduling, Wish
from booking.domain import gates
from booking.domain.appointments import Appointment
from booking.domain.availability import Clinic
from booking.domain.calendar import Calendar, Claim, days_of
from booking.domain.care_path import CarePath
from booking.domain.channels import Channel
from booking.domain.erasures import Party
from booking.domain.fitness_checks import FitnessCheck
from booking.domain.ids import PatientId
from booking.domain.inquiries import Inquiry
from booking.domain.patient_details import PatientDetails
from booking.domain.patients import Patient
from booking.domain.person import Person
from booking.domain.policy import BookingPolicy
from booking.domain.record_clocks import RecordRequestPolicy
from booking.domain.record_requests import RecordRequest
from booking.domain.states import Status
from careflow_service.testing import walking
from services.booking.tests.fakes import Appointments, Closings
from services.booking.tests.visit_walks import Walk

STEPS: Final = 50
SHORT: Final = range(15)
LONG: Final = int(os.environ.get("CAREFLOW_VISIT_WALKS", "20000"))


def walked(seed: int) -> Awaitable[Walk]:
    return walking.walked(Walk, seed, STEPS)


async def test_the_calendar_is_right_after_every_step() -> None:
    for seed in SHORT:
        await walked(seed)


@pytest.mark.thorough
async def test_the_walks_get_everywhere() -> None:
    """Every step is done, so that what holds after it means something."""
    never = set(Walk(0).steps)
    for seed in range(300):
        never -= set((await walked(seed)).done)
        if not never:
            return
    pytest.fail(f"never done: {', '.join(sorted(never))}")


@pytest.mark.walks
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("part", range(10))
async def test_the_calendar_is_right_in_twenty_thousand_walks(part: int) -> None:
    for seed in range(1_000_000 + part, 1_000_000 + LONG, 10):
        await walked(seed)


def nothing_of_it(*_: Any, **__: Any) -> Any:
    async def done() -> None: ...

    return done()


def without_anybodys(calendar: Calendar, _: object, claims: Iterable[Claim]) -> Calendar:
    """Frees the whole day, whoever has it."""
    return replace(
        calendar,
        days={**calendar.days, **{key: replace(calendar.day(key), taken=()) for key in days_of(claims, calendar.zone)}},
    )


async def the_dose_itself(self: ReschedulePairHandler, path: CarePath, dosing: Appointment) -> Appointment:
    return await self.desk.ports.appointments.get(dosing.id)


def kept_for_ever(self: Appointment) -> Appointment:
    return replace(self, status=Status.LAPSED, version=self.version + 1, held_until=None, untold_since=None)


def nothing_runs(*_: object) -> None:
    """No clock but the federal one."""


async def seen_through(self: Fitness, check: FitnessCheck, tx: Any) -> None:
    """Nobody has looked."""
    await self.ports.fitness_checks.save(check.seen(None), expecting=check.version, tx=tx)


async def as_it_is(_: Offering, path: CarePath, __: object) -> CarePath:
    """Whatever is in the way of what is offered."""
    return path


async def that_one_alone(_: object, patient: Patient) -> list[PatientId]:
    return [patient.id]


def where_ana_was(_: PatientDetails, channel: Channel) -> str:
    return "ana0@example.org" if channel is Channel.EMAIL else "+14155550000"


def is_urgent(inquiry: Inquiry) -> bool:
    return inquiry.urgent


async def registered_at_once(
    self: BookInfoCallHandler, newcomer: Patient, wish: Wish, clinic: Clinic, tx: Any
) -> Appointment:
    await self.desk.ports.patients.add(newcomer, tx)
    return await KEPT(self, newcomer, wish, clinic, tx)


KEPT: Final = BookInfoCallHandler._kept  # as it is
FAULTS: Final[dict[str, tuple[object, str, Any]]] = {
    "a move frees what others have": (Calendar, "release", without_anybodys),
    "time is not given back": (Scheduling, "release", nothing_of_it),
    "a dose needs no integration": (gates, "soon_enough", lambda *_: True),
    "a pair does not move together": (ReschedulePairHandler, "_integration", the_dose_itself),
    "an offer stays open when it is taken": (Offering, "accepted", nothing_of_it),
    "a time is offered to who may not have it any more": (Offering, "settled", as_it_is),
    "a time is offered that nobody can give any more": (Fitness, "_give_otherwise", nothing_of_it),
    "a hold never runs out": (Appointments, "next_lapse", nothing_of_it),
    "one reason gone is all gone": (booking.application.holding, "grounds", lambda *_: ()),
    "what nobody could give is lost": (Appointment, "could_not_be_lost", False),
    "nobody is told of a move": (booking.application.telling, "notices", lambda _: iter(())),
    "a minor is seen": (Person, "of_age_at", lambda *_: True),
    "who has moved away is seen": (PatientDetails, "lives_where_served", lambda *_: True),
    "nobody sees to the visits of who has moved": (Fitness, "of_patient", nothing_of_it),
    "nobody looks who is away": (Fitness, "look_on", seen_through),
    "patients say themselves who they are": (booking.domain.patients, "IDENTIFYING", frozenset()),
    "letters go where somebody was registered": (booking.application.messaging, "_address", where_ana_was),
    "the desk is told although somebody sees to it": (booking.application.alarming, "waits_for_somebody", is_urgent),
    "the desk is told too seldom": (BookingPolicy, "urgent_told_again", timedelta(hours=1)),
    "what is urgent is closed unanswered": (Inquiry, "check_endable", lambda self: self._check_open()),
    "what has become a call is opened again": (Inquiry, "_cannot_reopen", lambda *_: None),
    "somebody is erased on one answer": (booking.domain.erasures, "ASKED_OF", frozenset({Party.SCREENING})),
    "a record that was given up is forgotten": (request_erasure, "records_of", that_one_alone),
    "a part is given although a share of it is missing": (RecordRequest, "waits_for", ()),
    "copies may take as long as the federation lets them": (RecordRequestPolicy, "state_due", nothing_runs),
    "nobody is told that a record is due": (booking.application.alarming.DeskAlarm, "plan_record", nothing_of_it),
    "who waits for their record is erased": (request_erasure, "check_no_request_open", lambda _: None),
    "what is booked keeps nobody": (booking.domain.erasures, "check_nothing_open", lambda *_, **__: None),
    "a care record is erased": (booking.domain.erasures, "_kept", lambda *_: []),
    "news is written of whom it was asked to erase": (Closings, "close", lambda *_: None),
    "who asks is registered at once": (BookInfoCallHandler, "_kept", registered_at_once),
    "who never confirmed is kept": (Appointment, "lapse", kept_for_ever),
    "a call is booked after its hour": (Appointment, "check_held", lambda *_, **__: None),
    "the calendar remembers who was erased": (booking.bootstrap, "forget", nothing_of_it),
}


def test_what_is_planted_is_there_to_be_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Told at once where something was renamed, not by the walks that take minutes."""
    for fault in FAULTS.values():
        monkeypatch.setattr(*fault)


@pytest.mark.thorough
@pytest.mark.parametrize("fault", FAULTS)
async def test_what_is_planted_is_found(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(*FAULTS[fault])
    with pytest.raises(AssertionError):
        await walked_till_found()


async def walked_till_found() -> None:
    for seed in range(400):
        await walked(seed)
