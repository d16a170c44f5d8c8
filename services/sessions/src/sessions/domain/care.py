"""The end of a patient's care: who discharged them, from which plan, why, and what is to follow.

Invariants: nobody is discharged while something of their care is open; plan and clearance that ended with it do not
come back, so that who returns begins with a new clearance and a new plan; the doses there were go on to count.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self

from careflow_domain.aggregate import Aggregate, Fact
from careflow_domain.errors import conflict, invalid
from sessions.domain.adverse_events import AdverseEvent
from sessions.domain.course import Course
from sessions.domain.follow_up import FollowUpContact
from sessions.domain.ids import CareDischargeId, ClearanceId, PackageId, PatientId, PlanId, SessionId, StaffId
from sessions.domain.outreach import Outreach
from sessions.domain.plan_tasks import PlanTask, unread_results
from sessions.domain.plans import Plan, PlanState
from sessions.domain.policy import SessionsPolicy
from sessions.domain.rems_form import RemsForm
from sessions.domain.sessions import Session
from sessions.domain.states import SessionState


class DischargeReason(StrEnum):
    """Why care ended, in words that say nothing clinical."""

    COURSE_ENDED = "course_ended"
    TRANSFERRED = "transferred"
    CLINICAL = "clinical"
    PATIENT_REQUEST = "patient_request"
    LOST_TO_FOLLOW_UP = "lost_to_follow_up"
    DECEASED = "deceased"
    OTHER = "other"


WITHOUT_PATIENT = frozenset(
    {DischargeReason.PATIENT_REQUEST, DischargeReason.LOST_TO_FOLLOW_UP, DischargeReason.DECEASED}
)
"""The patient comes no more, so that nothing they would have to come for holds the discharge up."""


def integrations_asked_until(reason: DischargeReason, policy: SessionsPolicy, *, now: datetime) -> datetime:
    """Until when the integrations that a discharge left open are still asked for: whoever went may come for them for
    some time. Of somebody who died nobody asks for any.
    """
    if reason is DischargeReason.DECEASED:
        return now
    return now + timedelta(days=policy.integration.after_care_days.value)


class OpenMatter(StrEnum):
    """What must be settled before care ends."""

    PLAN = "plan_not_ended"
    SESSION = "session_not_ended"
    DRUG = "drug_not_accounted_for"
    PACKAGE = "package_kept"
    ADVERSE_EVENT = "adverse_event_not_reviewed"
    DOSE_REVIEW = "dose_not_reviewed"
    REMS_FORM = "rems_form_not_sent"
    INTEGRATION = "integration_not_done"
    CONTACT = "contact_not_made"
    OUTREACH = "patient_not_reached"
    RESULT = "result_not_reviewed"


ASKS_FOR_PATIENT = frozenset({OpenMatter.INTEGRATION, OpenMatter.CONTACT, OpenMatter.OUTREACH})


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """One open matter; `ref` is the plan, session, adverse event or contact it is about."""

    matter: OpenMatter
    ref: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CareDischarged(Fact):
    discharge: "CareDischarge"


@dataclass(frozen=True, slots=True, kw_only=True)
class CareDischarge(Aggregate):
    """`plan_ids` are the plans it ended with, the newest first, `clearance_id` what the patient was cleared by at the
    time; `left_open` is what the patient would have had to come for.
    """

    id: CareDischargeId
    patient_id: PatientId
    plan_ids: tuple[PlanId, ...]
    clearance_id: ClearanceId | None
    reason: DischargeReason
    aftercare: str = field(repr=False)
    left_open: tuple[Open, ...]
    by: StaffId
    at: datetime

    @classmethod
    def decided(
        cls,
        discharge_id: CareDischargeId,
        plans: tuple[Plan, ...],
        reason: DischargeReason,
        aftercare: str,
        open_matters: tuple[Open, ...],
        *,
        clearance_id: ClearanceId | None,
        lost: bool,
        by: StaffId,
        now: datetime,
    ) -> Self:
        """`plans` are those the care rests on; `lost` is whether somebody decided that the patient counts as lost to
        follow-up. Refused: `not_in_care`, `aftercare_missing`, `not_lost`, `care_not_settled` (with everything that is
        open).
        """
        if not plans:
            raise conflict("not_in_care", "No plan was signed since the patient was last discharged.")
        if not aftercare.strip():
            raise invalid("aftercare_missing", "A discharge says what is to follow.")
        if reason is DischargeReason.LOST_TO_FOLLOW_UP and not lost:
            raise conflict("not_lost", "Nobody has decided that the patient counts as lost to follow-up.")
        left_open = tuple(
            each for each in open_matters if reason in WITHOUT_PATIENT and each.matter in ASKS_FOR_PATIENT
        )
        if unsettled := [each for each in open_matters if each not in left_open]:
            raise conflict(
                "care_not_settled",
                "Something of the patient's care is open.",
                open=[{"matter": each.matter.value, "ref": each.ref} for each in unsettled],
            )
        discharge = cls(
            id=discharge_id,
            patient_id=plans[0].patient_id,
            plan_ids=tuple(plan.id for plan in plans),
            clearance_id=clearance_id,
            reason=reason,
            aftercare=aftercare,
            left_open=left_open,
            by=by,
            at=now,
        )
        return discharge.saying(CareDischarged(discharge=discharge, at=now))


def plans_in_care(plans: Iterable[Plan], discharges: Iterable[CareDischarge]) -> tuple[Plan, ...]:
    """The signed plans no discharge has ended, the newest first: what the patient's care rests on now."""
    ended = {plan_id for each in discharges for plan_id in each.plan_ids}
    going_on = [(plan.signature.at, plan) for plan in plans if plan.signature and plan.id not in ended]
    return tuple(plan for _, plan in sorted(going_on, key=lambda each: each[0], reverse=True))


def open_matters(
    *,
    plans: Iterable[Plan],
    sessions: Iterable[Session],
    course: Course,
    adverse_events: Iterable[AdverseEvent],
    rems_forms: Iterable[RemsForm],
    contacts: Iterable[FollowUpContact],
    outreaches: Iterable[Outreach],
    tasks: Iterable[PlanTask],
    drawn_for: Collection[SessionId],
    packages: Iterable[PackageId],
    unreviewed_medicines: Iterable[SessionId] = (),
) -> tuple[Open, ...]:
    """Everything of a patient's care that is not settled; `drawn_for` are the sessions for which something is drawn up
    that was neither given nor wasted, `packages` those of the patient that the clinic still keeps,
    `unreviewed_medicines` the sessions with a medicine outside its order whose review waits.
    """
    return (
        *_each(OpenMatter.PLAN, (each.id for each in plans if each.state in _LIVE)),
        *_each(OpenMatter.SESSION, (each.id for each in sessions if each.state in _BEGUN or each.patient_watched)),
        *_each(OpenMatter.DRUG, sorted(drawn_for)),
        *_each(OpenMatter.PACKAGE, packages),
        *_each(
            OpenMatter.ADVERSE_EVENT,
            (each.id for each in adverse_events if each.id in course.held_by and not each.reviews),
        ),
        *_each(
            OpenMatter.DOSE_REVIEW,
            sorted({*(each.id for each in sessions if each.review_by is not None), *unreviewed_medicines}),
        ),
        *_each(OpenMatter.REMS_FORM, (each.id for each in rems_forms if each.waits)),
        *_each(OpenMatter.INTEGRATION, (each.dosing_session_id for each in course.owed)),
        *_each(OpenMatter.CONTACT, (each.id for each in contacts if each.open)),
        *_each(OpenMatter.OUTREACH, (each.id for each in outreaches if each.open)),
        *_each(OpenMatter.RESULT, unread_results(tasks)),
    )


_LIVE = frozenset({PlanState.ACTIVE, PlanState.ON_HOLD})
_BEGUN = frozenset(
    {
        SessionState.ARRIVED,
        SessionState.CHECKED,
        SessionState.CLEARED,
        SessionState.IN_PROGRESS,
        SessionState.MONITORING,
        SessionState.DISCHARGED,
    }
)


def _each(matter: OpenMatter, refs: Iterable[str]) -> Iterable[Open]:
    return (Open(matter=matter, ref=ref) for ref in refs)
