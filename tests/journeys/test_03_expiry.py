"""A clearance runs out by itself, with warnings before, exactly once. Booked doses wait for fresh evidence; one that
waits in vain is called off in time, and nobody pays for that.
"""

from datetime import datetime, timedelta

import pytest

from careflow_clinic.bedside import today
from careflow_clinic.clinic import Person, at, position
from careflow_clinic.course import Course, Pair
from careflow_clinic.subscriber import SeenEvent
from careflow_clinic.walk import Walk
from tests import undisturbed

pytestmark = pytest.mark.long

LABS_OF_TWO_MONTHS_AGO = timedelta(days=60)
"""Laboratory counts for ninety days: with these a clearance lasts for thirty."""
A_DAY = timedelta(days=1)


async def test_it_runs_out_while_two_paid_doses_are_booked(walk: Walk, person: Person) -> None:
    course = Course(walk, await walk.to_clearance(person, labs_aged=LABS_OF_TWO_MONTHS_AGO))
    first, second = await two_doses_after_the_clearance(course)
    payment_id = await paid_in_advance(course, first, second)

    await walk.travel_to(runs_out_at(course) + timedelta(hours=1))
    await warned_three_times_and_expired_once(course)
    await doses_wait_and_therapy_hours_do_not(course, first, second)

    await walk.travel_to(at(first.dosing["starts_at"]) - A_DAY)
    await called_off_without_a_fee(course, first)
    await its_price_can_be_given_back(course, first, second, payment_id)

    await walk.evidence(course.cleared.case_id)
    await walk.clinic.act_on("clearances", course.cleared.clearance_id, "extend")
    await released_at_the_time_it_always_had(course, second)

    await walk.travel_to(at(second.dosing["starts_at"]))
    assert (await course.clinic.appointment(second.dosing["id"])).body["status"] == "booked"
    assert len(walk.clinic.events.of("ClearanceExpired", subject=course.subject)) == 1
    assert (await course.cashier.trial_balance())["balances"]
    assert walk.clinic.events.said("careflow.booking.v1", course.subject)[len(undisturbed.BOOKING) :] == [
        "CarePathStageChanged",
        *["TreatmentBooked"] * 5,
        "TreatmentArrived",
        *["AppointmentPutOnHold"] * 2,
        "TreatmentCancelled",
        "AppointmentReleased",
    ]


async def two_doses_after_the_clearance(course: Course) -> list[Pair]:
    """Booked at risk, as the care path says."""
    await course.plan(doses=2)
    preparation = await course.book_preparation()
    pairs = await course.book_pairs(2, not_before=runs_out_at(course) + 2 * A_DAY)
    path = await course.clinic.care_path(course.cleared.patient)
    assert [item["ref"] for item in path["due"] if item["code"] == "visit_at_risk"] == [p.dosing["id"] for p in pairs]
    await course.charged_for([await course.therapy_hour(preparation)])
    return pairs


async def paid_in_advance(course: Course, *pairs: Pair) -> str:
    """What was owed so far, and then the doses. Returns the id of the payment for these."""
    patient, cashier = course.cleared.patient, course.cashier
    await cashier.receive(patient, (await cashier.account(patient)).body["owed"]["minor"])
    paid = await cashier.receive(patient, sum([await price_of(course, pair) for pair in pairs]))
    return str(paid.body["payment_id"])


async def warned_three_times_and_expired_once(course: Course) -> None:
    events = course.clinic.events
    expired = await events.wait_for("ClearanceExpired", subject=course.subject)
    assert expired.time == runs_out_at(course), "it says when it ran out, not when it was noticed"
    warnings = events.of("ClearanceExpiring", subject=course.subject)
    assert [event.data["days_left"] for event in warnings] == [14, 7, 2]
    path = await course.clinic.care_path(course.cleared.patient, after=expired)
    assert path["clearance"]["status"] == "expired"


async def doses_wait_and_therapy_hours_do_not(course: Course, *pairs: Pair) -> None:
    events = course.clinic.events
    await events.wait_for("AppointmentPutOnHold", subject=course.subject, count=2)
    (expired,) = events.of("ClearanceExpired", subject=course.subject)
    for pair, event in zip(pairs, events.of("AppointmentPutOnHold", subject=course.subject), strict=True):
        assert event.data["appointment_id"] == pair.dosing["id"]
        assert (event.data["reason"], event.data["ref"]) == of_the_clearance(course)
        assert await holds_of(course, pair.dosing["id"]) == [of_the_clearance(course)]
        assert await holds_of(course, pair.integration["id"]) == []
        assert "clearance_valid" in await gate_of(course, pair, after=expired)


async def called_off_without_a_fee(course: Course, pair: Pair) -> None:
    cancelled = await course.clinic.events.wait_for("TreatmentCancelled", subject=course.subject)
    assert cancelled.data["appointment_id"] == pair.dosing["id"]
    assert (cancelled.data["cancelled_by"], cancelled.data["reason"]) == ("clinical_hold", "hold_not_released")
    session_id = await course.bedside.session_of(pair.dosing["id"], after=(position(cancelled),))
    assert (await course.bedside.session(session_id)).body["state"] == "cancelled"
    assert await course.cashier.fees(course.cleared.patient, after=(position(cancelled),)) == []


async def its_price_can_be_given_back(course: Course, called_off: Pair, kept: Pair, payment_id: str) -> None:
    patient, cashier = course.cleared.patient, course.cashier
    of_called_off, of_kept = await price_of(course, called_off), await price_of(course, kept)
    account = (await cashier.account(patient)).body
    assert (account["owed"]["minor"], account["credit"]["minor"]) == (0, of_called_off + of_kept)
    await cashier.refund(payment_id, of_called_off)
    refunded = await course.clinic.events.wait_for("RefundIssued", subject=course.subject)
    assert refunded.data["amount_minor"] == of_called_off
    assert (await cashier.account(patient)).body["credit"]["minor"] == of_kept


async def released_at_the_time_it_always_had(course: Course, pair: Pair) -> None:
    events = course.clinic.events
    extended = await events.wait_for("ClearanceExtended", subject=course.subject)
    assert at(str(extended.data["valid_until"])) > runs_out_at(course) + timedelta(days=50)
    released = await events.wait_for("AppointmentReleased", subject=course.subject)
    assert released.data["appointment_id"] == pair.dosing["id"]
    assert (released.data["reason"], released.data["ref"]) == of_the_clearance(course)
    visit = (await course.clinic.appointment(pair.dosing["id"])).body
    assert (visit["status"], visit["starts_at"], visit["holds"]) == ("booked", pair.dosing["starts_at"], [])
    assert "clearance_valid" not in await gate_of(course, pair, after=extended)
    path = await course.clinic.care_path(course.cleared.patient, after=extended)
    assert (path["stage"], path["clearance"]["status"]) == ("preparing", "valid")


def runs_out_at(course: Course) -> datetime:
    return at(str(course.cleared.granted.data["valid_until"]))


def of_the_clearance(course: Course) -> tuple[str, str]:
    """The pair a visit is held and released by."""
    return ("clinical", course.cleared.clearance_id)


async def price_of(course: Course, pair: Pair) -> int:
    return await course.cashier.usual_price("dosing", today(at(pair.dosing["starts_at"])))


async def holds_of(course: Course, visit_id: str) -> list[tuple[str, str]]:
    visit = (await course.clinic.appointment(visit_id)).body
    return [(hold["reason"], hold["ref"]) for hold in visit["holds"]]


async def gate_of(course: Course, pair: Pair, *, after: SeenEvent) -> list[str]:
    session_id = await course.bedside.session_of(pair.dosing["id"], after=(position(after),))
    return await course.bedside.failed(session_id)
