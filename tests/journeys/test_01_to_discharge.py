"""The whole path: from a clearance through six infusions with their integration to maintenance and the last bill.

The demo, which is run with every change, is this path in short.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from careflow_clinic.clinic import Person, position
from careflow_clinic.course import Course
from careflow_clinic.walk import Walk
from tests.journeys.weight import Weight, documented, weigh

if TYPE_CHECKING:
    from careflow_cli.stack.stack import Stack

SCORES = (15, 13, 11, 9, 7, 6)
"""PHQ-9 before each infusion; it was 17 at the intake."""
IN_MAINTENANCE = 5


@pytest.mark.long
@pytest.mark.timeout(600)  # seven doses: more time passes here than in any other journey
async def test_from_a_clearance_to_discharge(walk: Walk, person: Person, stack: "Stack") -> None:
    before = await weigh(stack)
    course = Course(walk, await walk.to_clearance(person))
    patient, cashier = course.cleared.patient, course.cashier
    await cashier.complete_registration(patient)
    await course.plan(doses=len(SCORES))
    preparation = await course.book_preparation()
    pairs = await course.book_pairs(len(SCORES))
    await _estimated(course)

    sessions = [await course.therapy_hour(preparation)]
    for pair, score in zip(pairs, SCORES, strict=True):
        sessions += await course.pair(pair, score=score)
    path = await walk.clinic.care_path(patient, after=sessions[-1])
    assert path["stage"] == "in_course"

    await course.goes_into_maintenance(doses=1)
    (single,) = await course.book_pairs(1, not_before=walk.clock.now() + timedelta(days=14))
    await _estimated(course)
    sessions += await course.pair(single, score=IN_MAINTENANCE)
    assert (await walk.clinic.care_path(patient, after=sessions[-1]))["stage"] == "maintenance"
    await course.bedside.change_plan(course.plan_id, "complete", {"reason": "course_ended"})
    await course.bedside.discharge_from_care(patient.id)
    discharged = await walk.clinic.events.wait_for("CareDischarged", subject=course.subject)
    assert (await walk.clinic.care_path(patient, after=discharged))["stage"] == "discharged"
    await walk.clinic.events.wait_for("ClearanceRevoked", subject=course.subject)

    case = (await walk.clinic.case(patient)).body
    assert _phq_9_totals(case) == [17, *SCORES, IN_MAINTENANCE]
    await _settled(course, len(sessions))
    said = Counter(event.name for event in walk.clinic.events.about(course.subject))
    doses = len(SCORES) + 1
    assert (said["DoseAdministered"], said["SessionDischarged"], said["IntegrationDone"]) == (doses, doses, doses)
    assert said["SessionCompleted"] == len(sessions) == 1 + 2 * doses
    assert said["DrugDayClosed"] == 0, "the drug log is about no patient"
    for never in (
        "AppointmentPutOnHold",
        "IntegrationOverdue",
        "SessionRefused",
        "EstimateExceeded",
        "SafetyAlertRaised",
    ):
        assert said[never] == 0, never
    _weighs_what_the_page_says(before, await weigh(stack))


def _weighs_what_the_page_says(before: Mapping[str, Weight], after: Mapping[str, Weight]) -> None:
    """Within a third: time passes for who was here before, too."""
    said = documented()
    assert said.keys() == after.keys()
    for name, (count, kibibytes) in said.items():
        came = after[name].beyond(before[name])
        found = (came.count.total(), came.size.total() / 1024)
        assert found == pytest.approx((count, kibibytes), rel=0.33), (name, came.size.most_common(8))


async def _estimated(course: Course) -> None:
    """The patient has an estimate of what was just booked, in time."""
    (estimate,) = await course.estimates()
    assert estimate["due_by"] is not None
    await course.cashier.hand_over_estimate(estimate["id"])


async def _settled(course: Course, sessions: int) -> None:
    """Charged once each, paid, on superbills, and the books balance."""
    patient, cashier = course.cleared.patient, course.cashier
    last = (await course.charged_for([course.last("SessionCompleted")]))[0]
    charges = await cashier.charges(patient, after=(position(last),))
    assert [each["state"] for each in charges] == ["posted"] * (1 + sessions)
    owed = sum(each["amount"]["minor"] for each in charges)
    await cashier.receive(patient, owed)
    account = (await cashier.account(patient)).body
    assert (account["owed"]["minor"], account["credit"]["minor"]) == (0, 0)
    half = len(charges) // 2
    for part in (charges[:half], charges[half:]):
        superbill_id = await cashier.issue_superbill(patient, [each["id"] for each in part])
        superbill = (await cashier.superbill(patient, superbill_id)).body
        assert superbill["charged"] == superbill["paid"]
        assert (await cashier.superbill_paper(patient, superbill_id)).startswith(b"%PDF-")
    lines = [line for entry in await cashier.entries(patient) for line in entry["lines"]]
    assert sum(line["debit"]["minor"] for line in lines) == sum(line["credit"]["minor"] for line in lines) > owed
    assert (await cashier.trial_balance())["balances"]


def _phq_9_totals(case: dict[str, Any]) -> list[int]:
    responses = case["clinical"]["responses"]
    return [each["score"]["total"] for each in responses if each["questionnaire"] == "phq-9" and each["score"]]
