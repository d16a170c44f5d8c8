"""Treatment plans: what was agreed with the patient and signed by a prescriber, version by version.

Invariants: no plan is signed without therapy around the doses (`plan_terms`); no ceiling of a plan is above the
clinic's; a plan that has ended allows no dose; maintenance follows an induction that was completed.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Final, Self

from careflow_domain.aggregate import Aggregate, Fact
from careflow_domain.errors import conflict, forbidden, invalid
from sessions.domain.clinic_day import clinic_day
from sessions.domain.consents import Consent
from sessions.domain.course import Course
from sessions.domain.eligibility import ClearanceCopy
from sessions.domain.ids import ClearanceId, ConsentId, PatientId, PlanId, StaffId
from sessions.domain.plan_terms import PlanOutline, PlanTerms
from sessions.domain.policy import SessionsPolicy
from sessions.domain.service_lines import ServiceCodes
from sessions.domain.words import Phase, VisitKind


class PlanState(StrEnum):
    DRAFT = "draft"
    ACTIVE = "active"
    ON_HOLD = "on_hold"
    COMPLETED = "completed"
    DISCONTINUED = "discontinued"


class PlanChangeReason(StrEnum):
    """Why a plan was held, resumed or ended, in words that say nothing clinical."""

    CLINICAL = "clinical"
    PATIENT_REQUEST = "patient_request"
    ADMINISTRATIVE = "administrative"
    COURSE_ENDED = "course_ended"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """Who signed this version of the plan, on the strength of which clearance, consent and policy."""

    by: StaffId
    at: datetime
    clearance_id: ClearanceId
    consent_id: ConsentId
    policy_version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanFact(Fact):
    plan: "Plan"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanSigned(PlanFact):
    outline: PlanOutline = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanActivated(PlanSigned):
    """The draft was signed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanAdjusted(PlanSigned):
    """A newer version was signed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanChanged(PlanFact):
    reason: PlanChangeReason


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanPutOnHold(PlanChanged):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanResumed(PlanChanged):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanCompleted(PlanChanged):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanDiscontinued(PlanChanged):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanEnding(PlanFact):
    """A maintenance ends with its `last_day`."""

    last_day: date


LIVE: Final = frozenset({PlanState.ACTIVE, PlanState.ON_HOLD})


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan(Aggregate):
    """`revision` counts the signed versions; a draft has none. `end_told` is the one of which it was said that it ends
    soon.
    """

    id: PlanId
    patient_id: PatientId
    state: PlanState = PlanState.DRAFT
    terms: PlanTerms = field(repr=False)
    drafted_by: StaffId
    revision: int = 0
    signature: Signature | None = None
    end_told: int = 0

    @classmethod
    def drafted(cls, plan_id: PlanId, patient_id: PatientId, terms: PlanTerms, by: StaffId) -> Self:
        """Refused: `plan_invalid`."""
        terms.check()
        return cls(id=plan_id, patient_id=patient_id, terms=terms, drafted_by=by)

    def redrafted(self, terms: PlanTerms) -> Self:
        """The draft says something else. Refused: `plan_signed`, `plan_invalid`."""
        if self.state is not PlanState.DRAFT:
            raise conflict("plan_signed", "A signed plan is adjusted by a new signed version.")
        terms.check()
        return replace(self.recording(), terms=terms)

    def signed(
        self,
        by: StaffId,
        *,
        clearance: ClearanceCopy | None,
        consent: Consent | None,
        policy: SessionsPolicy,
        codes: ServiceCodes,
        inducted: bool,
        now: datetime,
    ) -> Self:
        """The draft becomes the plan; `consent` is one to the current text. Refused: `plan_signed` and what
        `_signature` refuses.
        """
        if self.state is not PlanState.DRAFT:
            raise conflict("plan_signed", "The plan has been signed already.")
        signature = self._signature(self.terms, by, clearance, consent, policy, inducted, now)
        after = replace(self.recording(), state=PlanState.ACTIVE, signature=signature, revision=1)
        said = PlanActivated(plan=after, at=now, outline=self.terms.outline(policy, codes))
        return after.saying(said)

    def adjusted(
        self,
        terms: PlanTerms,
        by: StaffId,
        *,
        clearance: ClearanceCopy | None,
        consent: Consent | None,
        policy: SessionsPolicy,
        codes: ServiceCodes,
        inducted: bool,
        now: datetime,
    ) -> Self:
        """A newer signed version, also the step into maintenance. Refused: `plan_not_active`, `plan_invalid`,
        `phase_goes_forward`, and what `_signature` refuses.
        """
        self._must_be(PlanState.ACTIVE)
        terms.check()
        if self.terms.phase is Phase.MAINTENANCE and terms.phase is Phase.INDUCTION:
            raise conflict("phase_goes_forward", "After maintenance a new course is a new plan.")
        signature = self._signature(terms, by, clearance, consent, policy, inducted, now)
        after = replace(self.recording(), terms=terms, signature=signature, revision=self.revision + 1)
        said = PlanAdjusted(plan=after, at=now, outline=terms.outline(policy, codes))
        return after.saying(said)

    @property
    def ends_at(self) -> datetime | None:
        """The beginning, in UTC, of the last day of a maintenance of which nobody was told yet that it ends; None of
        every other plan. It is told of days ahead: the hours to the clinic's own midnight do not matter.
        """
        if self.state not in LIVE or self.terms.phase is not Phase.MAINTENANCE or self.end_told >= self.revision:
            return None
        return datetime.combine(self.terms.expected_end, time.min, UTC)

    @property
    def ending(self) -> bool:
        """Whether it was said that it ends, and nobody has signed it anew or ended it since."""
        return self.state in LIVE and 0 < self.end_told == self.revision

    def told_of_end(self, policy: SessionsPolicy, *, now: datetime) -> Self:
        """Say once for each signed version of a maintenance that it ends soon; before its time nothing changes."""
        if self.ends_at is None or now < self.ends_at - timedelta(days=policy.gate.ending_told_days.value):
            return self
        after = replace(self.recording(), end_told=self.revision)
        return after.saying(PlanEnding(plan=after, at=now, last_day=self.terms.expected_end))

    def put_on_hold(self, reason: PlanChangeReason, *, now: datetime) -> Self:
        """No dose until it is resumed. Refused: `plan_not_active`."""
        self._must_be(PlanState.ACTIVE)
        return self._became(PlanState.ON_HOLD, PlanPutOnHold, reason, now)

    def resumed(self, reason: PlanChangeReason, *, now: datetime) -> Self:
        """Refused: `plan_not_on_hold`."""
        self._must_be(PlanState.ON_HOLD)
        return self._became(PlanState.ACTIVE, PlanResumed, reason, now)

    def completed(self, *, now: datetime) -> Self:
        """The course has ended as planned. Refused: `plan_not_active`."""
        self._must_be(PlanState.ACTIVE)
        return self._became(PlanState.COMPLETED, PlanCompleted, PlanChangeReason.COURSE_ENDED, now)

    def discontinued(self, reason: PlanChangeReason, *, now: datetime) -> Self:
        """The course is given up. Refused: `plan_not_active`."""
        if self.state is not PlanState.ON_HOLD:
            self._must_be(PlanState.ACTIVE)
        return self._became(PlanState.DISCONTINUED, PlanDiscontinued, reason, now)

    def _signature(
        self,
        terms: PlanTerms,
        by: StaffId,
        clearance: ClearanceCopy | None,
        consent: Consent | None,
        policy: SessionsPolicy,
        inducted: bool,
        now: datetime,
    ) -> Signature:
        """Refused: `plan_incomplete` (with what is missing), `ceiling_above_clinic`, `clearance_not_valid`,
        `route_excluded`, `consent_missing`.
        """
        today = clinic_day(now, policy.timezone)
        if missing := terms.missing(policy, inducted=inducted, today=today):
            raise invalid("plan_incomplete", "The plan cannot be signed as it is.", missing=missing)
        if not terms.ceiling.within(policy.routes[terms.route].ceiling):
            raise invalid("ceiling_above_clinic", "The plan's ceiling is above the clinic's.")
        if clearance is None or not clearance.valid_at(now):
            raise conflict("clearance_not_valid", "Without a valid clearance no plan is signed.")
        if terms.route in clearance.terms.excluded_routes:
            raise forbidden("route_excluded", "The clearance excludes what the plan intends.")
        if consent is None or not consent.is_for(terms.route, now):
            raise conflict("consent_missing", "The patient has not consented to this treatment in its current text.")
        return Signature(by=by, at=now, clearance_id=clearance.id, consent_id=consent.id, policy_version=policy.version)

    def _became(self, state: PlanState, fact: type[PlanChanged], reason: PlanChangeReason, now: datetime) -> Self:
        after = replace(self.recording(), state=state)
        return after.saying(fact(plan=after, at=now, reason=reason))

    def _must_be(self, state: PlanState) -> None:
        if self.state is not state:
            raise conflict(f"plan_not_{state}", f"The plan is not {state.replace('_', ' ')}.", state=self.state.value)


def completed_induction(plans: Iterable[Plan], course: Course) -> bool:
    """Whether the patient has had an induction here: one plan's doses all given, or given until it was completed."""
    return any(_completed(plan, course.doses_of(plan.id, Phase.INDUCTION)) for plan in plans if plan.signature)


def _completed(plan: Plan, given: int) -> bool:
    if plan.terms.phase is Phase.MAINTENANCE:
        return True
    return given >= (1 if plan.state is PlanState.COMPLETED else plan.terms.planned(VisitKind.DOSING))
