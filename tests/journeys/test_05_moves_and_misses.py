"""Moves cost nothing. A visit given up late or missed costs what the patient has signed, from the second time on; one
that was missed only on paper costs nothing.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest

from careflow_clinic.bedside import Bedside, today
from careflow_clinic.cashier import Cashier
from careflow_clinic.clinic import Patient, Person, at, position
from careflow_clinic.course import Course
from careflow_clinic.subscriber import SeenEvent
from careflow_clinic.walk import Walk
from tests import undisturbed

pytestmark = pytest.mark.long

CALLED_AND_WANTS_TO_GO_ON = undisturbed.BOOKING[:6]
FULL_PRICE, HALF = 1, 2
TO_ACT = timedelta(seconds=30)
"""So much earlier somebody is there, to press the button in time."""


class Evaluations:
    """A patient who books evaluations and does not come as agreed."""

    def __init__(self, walk: Walk, patient: Patient) -> None:
        self.walk, self.patient = walk, patient
        self.clinic, self.events = walk.clinic, walk.clinic.events
        self.cashier = Cashier(walk.clinic.http)

    @classmethod
    async def of(cls, walk: Walk, person: Person) -> "Evaluations":
        patient, _ = await walk.info_call(person)
        started = await walk.clinic.events.wait_for("ScreeningStarted", subject=patient.subject)
        await walk.clinic.care_path(patient, after=started)
        return cls(walk, patient)

    async def sign_financial_policy(self) -> None:
        await Bedside(self.clinic.http).consent(self.patient, "financial")
        signed = await self.events.wait_for("ConsentSigned", subject=self.patient.subject)
        await self.cashier.account(self.patient, after=(position(signed),))

    async def free_time(self, *, weeks: int = 1) -> str:
        start = self.walk.clock.now() + timedelta(weeks=weeks)
        return (await self.clinic.free_times(self.patient, "evaluation", start))[0]

    async def booked(self) -> Mapping[str, Any]:
        return (await self.clinic.book(self.patient, "evaluation", await self.free_time())).body

    async def moved(self, visit: Mapping[str, Any], starts_at: str) -> SeenEvent:
        """By the patient, online."""
        return await self._acts(visit, "reschedule", "ConsultationRescheduled", {"starts_at": starts_at})

    async def cancelled(self, visit: Mapping[str, Any]) -> SeenEvent:
        """By the patient, online."""
        return await self._acts(visit, "cancel", "ConsultationCancelled")

    async def cancelled_with(self, notice: timedelta) -> SeenEvent:
        """An evaluation that was booked and given up so long before."""
        visit = await self.booked()
        await self.walk.travel_to(at(visit["starts_at"]) - notice - TO_ACT)
        return await self.cancelled(visit)

    async def missed(self) -> SeenEvent:
        visit = await self.booked()
        await self.walk.travel_to(at(visit["starts_at"]) + timedelta(minutes=20))
        await self.clinic.move_appointment(visit["id"], "missed")
        return await self._said("ConsultationMissed", visit)

    async def fee(self, lost: SeenEvent) -> dict[str, Any] | None:
        """What the lost visit costs, once billing has heard of it."""
        fees = await self.cashier.fees(self.patient, after=(position(lost),))
        return next((each for each in fees if each["id"] == lost.data["appointment_id"]), None)

    async def price(self, lost: SeenEvent, part: int) -> int:
        day = today(at(str(lost.data["starts_at"])))
        return await self.cashier.usual_price("evaluation", day) // part

    async def settled(self, lost: SeenEvent, *, as_: str) -> SeenEvent:
        """The next business day has come: what billing says of that fee."""
        fee = await self.fee(lost)
        assert fee is not None
        assert fee["state"] == "pending"
        assert is_next_business_day(at(fee["lost_at"]), at(fee["post_at"]))
        await self.walk.travel_to(at(fee["post_at"]))
        about = "appointment_id" if as_ == "FeeWaived" else "cause_id"
        return await self.events.wait_for(
            as_, subject=self.patient.subject, where=lambda event: event.data[about] == lost.data["appointment_id"]
        )

    async def owes(self, minor: int) -> None:
        """Exactly this, in books that balance."""
        assert (await self.cashier.account(self.patient)).body["owed"]["minor"] == minor
        await books_balance(self.cashier, self.patient)

    async def _acts(
        self, visit: Mapping[str, Any], verb: str, name: str, body: Mapping[str, object] | None = None
    ) -> SeenEvent:
        before = len(self.events.of(name, subject=self.patient.subject))
        await self.clinic.move_appointment(visit["id"], verb, body, by=self.patient.caller)
        return await self.events.wait_for(name, subject=self.patient.subject, count=before + 1)

    async def _said(self, name: str, visit: Mapping[str, Any]) -> SeenEvent:
        return await self.events.wait_for(
            name, subject=self.patient.subject, where=lambda event: event.data["appointment_id"] == visit["id"]
        )


def is_next_business_day(lost_at: datetime, post_at: datetime) -> bool:
    """A weekday after that day, with no more between them than a long weekend."""
    lost_on, post_on = today(lost_at), today(post_at)
    return lost_on < post_on <= lost_on + timedelta(days=4) and post_on.weekday() < 5


async def books_balance(cashier: Cashier, patient: Patient) -> None:
    for entry in await cashier.entries(patient):
        assert sum(line["debit"]["minor"] - line["credit"]["minor"] for line in entry["lines"]) == 0
    assert (await cashier.trial_balance())["balances"]


async def test_a_moved_visit_stays_the_same_and_the_notice_first_given_counts(walk: Walk, person: Person) -> None:
    ana = await Evaluations.of(walk, person)
    await ana.sign_financial_policy()
    booked = await ana.booked()

    later = await ana.free_time(weeks=2)
    in_good_time = await ana.moved(booked, later)
    visit = (await ana.clinic.appointment(booked["id"])).body
    assert (visit["id"], visit["version"], visit["status"]) == (booked["id"], booked["version"] + 1, "booked")
    assert at(visit["starts_at"]) == at(later)
    assert in_good_time.data["late_moves"] == 0

    await walk.travel_to(at(later) - timedelta(hours=1) - TO_ACT)
    at_short_notice = await ana.moved(visit, await ana.free_time())
    assert (at_short_notice.data["notice_minutes"], at_short_notice.data["first_notice_minutes"]) == (60, 60)
    assert await ana.fee(at_short_notice) is None, "a move costs nothing, however late"

    cancelled = await ana.cancelled(visit)
    assert at(str(cancelled.data["starts_at"])) > walk.clock.now() + timedelta(days=6)
    assert cancelled.data["notice_minutes"] == 60, "a week ahead of a visit that was moved an hour before its time"
    waived = await ana.settled(cancelled, as_="FeeWaived")
    assert (waived.data["reason"], waived.data["cause"]) == ("first_time_courtesy", "late_cancellation")
    assert waived.data["amount_minor"] == await ana.price(cancelled, HALF)
    await ana.owes(0)

    assert ana.events.said("careflow.booking.v1", ana.patient.subject) == [
        *CALLED_AND_WANTS_TO_GO_ON,
        "ConsultationBooked",
        "CarePathStageChanged",
        "ConsultationRescheduled",
        "ConsultationRescheduled",
        "ConsultationCancelled",
        "CarePathStageChanged",
    ]


async def test_what_lost_visits_cost(walk: Walk, person: Person) -> None:
    ben = await Evaluations.of(walk, person)

    unsigned = await ben.cancelled_with(timedelta(hours=20))
    waived = await ben.settled(unsigned, as_="FeeWaived")
    assert waived.data["reason"] == "no_signed_policy"

    await ben.sign_financial_policy()
    first = await ben.cancelled_with(timedelta(hours=20))
    assert (first.data["cancelled_by"], first.data["notice_minutes"]) == ("patient", 20 * 60)
    waived = await ben.settled(first, as_="FeeWaived")
    assert waived.data["reason"] == "first_time_courtesy"
    await ben.owes(0)

    second = await ben.cancelled_with(timedelta(hours=20))
    half = await ben.price(second, HALF)
    charged = await ben.settled(second, as_="ChargePosted")
    assert (charged.data["cause"], charged.data["amount_minor"]) == ("late_cancellation", half)
    await ben.owes(half)

    by_the_clinic = await ben.booked()
    await ben.clinic.move_appointment(by_the_clinic["id"], "cancel", {"reason": "provider_unavailable"})
    gone = await ben.events.wait_for("ConsultationCancelled", subject=ben.patient.subject, count=4)
    assert gone.data["cancelled_by"] == "clinic"
    assert await ben.fee(gone) is None

    missed = await ben.missed()
    whole = await ben.price(missed, FULL_PRICE)
    charged = await ben.settled(missed, as_="ChargePosted")
    assert (charged.data["cause"], charged.data["amount_minor"]) == ("no_show", whole)
    await ben.owes(half + whole)

    await ben.clinic.move_appointment(str(missed.data["appointment_id"]), "correct")
    reversed_ = await ben.events.wait_for("ChargeReversed", subject=ben.patient.subject)
    assert reversed_.data["charge_id"] == charged.data["charge_id"]
    await ben.owes(half)
    assert [
        event
        for event in ben.events.said("careflow.billing.v1", ben.patient.subject)
        if "Charge" in event or "Fee" in event
    ] == [
        "FeeWaived",
        "FeeWaived",
        "ChargePosted",
        "ChargePosted",
        "ChargeReversed",
    ]


async def test_who_was_marked_missed_and_comes_late_is_treated_and_owes_no_fee(walk: Walk, person: Person) -> None:
    course = Course(walk, await walk.to_clearance(person))
    clinic, events, subject, patient = course.clinic, course.clinic.events, course.subject, course.cleared.patient
    await course.plan(doses=1)
    preparation = await course.book_preparation()
    (pair,) = await course.book_pairs(1)
    booked = await events.wait_for("TreatmentBooked", subject=subject, count=3)
    session_id = await course.bedside.session_of(preparation["id"], after=(position(booked),))

    _, later, *_ = await clinic.free_times(patient, "preparation", walk.clock.now())
    await clinic.move_appointment(preparation["id"], "reschedule", {"starts_at": later})
    moved = await events.wait_for("TreatmentRescheduled", subject=subject)
    session = (await course.bedside.session(session_id, after=(position(moved),))).body
    assert (session["state"], session["starts_at"]) == ("scheduled", later), "the same session at the other time"

    await walk.travel_to(at(later) + timedelta(minutes=20))
    await clinic.move_appointment(preparation["id"], "missed")
    missed = await events.wait_for("TreatmentMissed", subject=subject)
    held = await events.wait_for("AppointmentPutOnHold", subject=subject)
    assert (held.data["appointment_id"], held.data["reason"]) == (pair.dosing["id"], "logistics")
    assert (await course.bedside.session(session_id, after=(position(missed),))).body["state"] == "missed"
    (fee,) = await course.cashier.fees(patient, after=(position(missed),))
    assert (fee["cause"], fee["state"]) == ("no_show", "pending")

    await clinic.move_appointment(preparation["id"], "correct")
    corrected = await events.wait_for("AppointmentCorrected", subject=subject)
    assert (corrected.data["from"], corrected.data["to"]) == ("missed", "arrived")
    released = await events.wait_for("AppointmentReleased", subject=subject)
    assert (released.data["appointment_id"], released.data["holds"]) == (pair.dosing["id"], [])
    assert (await course.bedside.session(session_id, after=(position(corrected),))).body["state"] == "arrived"
    (fee,) = await course.cashier.fees(patient, after=(position(corrected),))
    assert (fee["state"], fee["post_at"]) == ("dropped", None)

    await course.charged_for([await course.hour_held(session_id, lasting=timedelta(minutes=90))])
    charges = await course.cashier.charges(patient)
    assert {each["cause"] for each in charges} == {"evaluation", "session"}, "the hour is charged, the delay is not"
    await books_balance(course.cashier, patient)
    assert events.said("careflow.booking.v1", subject)[len(undisturbed.BOOKING) :] == [
        "CarePathStageChanged",
        *["TreatmentBooked"] * 3,
        "TreatmentRescheduled",
        "TreatmentMissed",
        "AppointmentPutOnHold",
        "AppointmentCorrected",
        "AppointmentReleased",
    ]
    assert events.said("careflow.sessions.v1", subject)[-5:] == [
        "PlanActivated",
        "FollowUpContactDue",
        "SessionCheckedIn",
        "SessionStarted",
        "SessionCompleted",
    ]
