"""What booking keeps of a course of treatment: plans, doses, integrations, consents, adverse events.

Invariant: what has ended stays ended. A fact that is heard after the one that settled it changes nothing, so the facts
of different streams may arrive in any order and more than once.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from booking.domain.ids import AdverseEventId, AppointmentId, ConsentId, PlanId, PractitionerId, SessionId
from booking.domain.visits import Phase, VisitKind


class PlanStatus(StrEnum):
    ACTIVE = "active"
    ON_HOLD = "on_hold"
    COMPLETED = "completed"
    DISCONTINUED = "discontinued"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanTerms:
    """How the visits of a plan follow each other; the prescriber signed it, it reaches booking sealed."""

    dosing_interval_hours: int
    cadence_days: int
    integration_within_hours: int
    therapist_id: PractitionerId | None = None

    @property
    def dosing_interval(self) -> timedelta:
        """The least time from one dosing visit to the next, start to start."""
        return timedelta(hours=self.dosing_interval_hours)

    @property
    def integration_within(self) -> timedelta:
        """How soon after the start of a dosing visit its integration is to be booked."""
        return timedelta(hours=self.integration_within_hours)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Sessions' signed plan, as far as it is about visits."""

    id: PlanId
    revision: int
    phase: Phase
    consent_id: ConsentId
    terms: PlanTerms
    visits: tuple[tuple[VisitKind, int], ...]
    """How many visits of each kind."""
    status: PlanStatus = PlanStatus.ACTIVE

    def count(self, kind: VisitKind) -> int:
        """How many visits of this kind were signed."""
        return sum(number for each, number in self.visits if each is kind)

    @property
    def live(self) -> bool:
        return self.status in (PlanStatus.ACTIVE, PlanStatus.ON_HOLD)


@dataclass(frozen=True, slots=True)
class Dose:
    session_id: SessionId
    appointment_id: AppointmentId
    plan_id: PlanId | None
    phase: Phase | None
    at: datetime


class IntegrationStatus(StrEnum):
    """`ended`: it is asked for no more, and answers its dose if it takes place after all."""

    DUE = "due"
    OVERDUE = "overdue"
    ENDED = "ended"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Integration:
    """The integration that belongs to one dose."""

    dosing_session_id: SessionId
    due_by: datetime
    status: IntegrationStatus


class ConsentCategory(StrEnum):
    """The consents visits depend on."""

    TREATMENT = "treatment"
    TELEHEALTH = "telehealth"


@dataclass(frozen=True, slots=True)
class Consent:
    """`renews` are the earlier ones to the same thing; what that thing is, only sessions knows."""

    id: ConsentId
    category: ConsentCategory
    in_force: bool
    renews: tuple[ConsentId, ...] = ()

    def concerns(self, consent_id: ConsentId) -> bool:
        """Whether it is that consent, or has taken its place."""
        return consent_id == self.id or consent_id in self.renews


@dataclass(frozen=True, slots=True)
class AdverseEvent:
    """One that is grave enough to stop dosing until a signed review lets it resume."""

    id: AdverseEventId
    resumed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    plans: tuple[Plan, ...] = ()
    prepared: bool = False
    doses: tuple[Dose, ...] = ()
    integrations: tuple[Integration, ...] = ()
    consents: tuple[Consent, ...] = ()
    adverse_events: tuple[AdverseEvent, ...] = ()

    @property
    def plan(self) -> Plan | None:
        """The plan that counts: the newest that is live, or else the newest."""
        live = [plan for plan in self.plans if plan.live]
        return next(reversed(live or self.plans), None)

    def of_plan(self, plan_id: PlanId | None) -> Plan | None:
        return next((plan for plan in self.plans if plan.id == plan_id), None)

    @property
    def dosed(self) -> bool:
        """Whether a dose was given by the plan that counts."""
        return self.plan is not None and any(dose.plan_id == self.plan.id for dose in self.doses)

    def overdue(self) -> tuple[SessionId, ...]:
        """The doses whose integration has not taken place in time."""
        return tuple(i.dosing_session_id for i in self.integrations if i.status is IntegrationStatus.OVERDUE)

    def ended_consents(self, category: ConsentCategory) -> tuple[ConsentId, ...]:
        """Those that were taken back or ran out, unless another to the same thing is in force. Of consents to
        treatment only the one the plan was signed on counts, and what renews it.
        """
        concerned = [each for each in self.consents if each.category is category]
        if category is ConsentCategory.TREATMENT and self.plan is not None:
            concerned = [each for each in concerned if each.concerns(self.plan.consent_id)]
        renewed = {consent_id for each in concerned for consent_id in each.renews}
        if any(each.in_force for each in concerned if each.id not in renewed):
            return ()
        return tuple(each.id for each in concerned if not each.in_force)

    def unreviewed(self) -> tuple[AdverseEventId, ...]:
        return tuple(each.id for each in self.adverse_events if not each.resumed)

    def plan_signed(self, plan: Plan) -> "Course":
        """A first or a newer version; it keeps the standing the plan has."""
        known = self.of_plan(plan.id)
        if known is None:
            return replace(self, plans=(*self.plans, plan))
        if plan.revision < known.revision:
            return self
        return self._with_plan(replace(plan, status=known.status))

    def plan_became(self, plan_id: PlanId, status: PlanStatus) -> "Course":
        """Held, resumed or ended. Nothing was booked by a plan that is not known here."""
        known = self.of_plan(plan_id)
        if known is None or not known.live:
            return self
        return self._with_plan(replace(known, status=status))

    def preparation_completed(self) -> "Course":
        return replace(self, prepared=True)

    def dose_given(self, dose: Dose) -> "Course":
        """The first dose of a session; what is given later in the same session is the same visit."""
        if any(known.session_id == dose.session_id for known in self.doses):
            return self
        return replace(self, doses=(*self.doses, dose))

    def integration_became(self, after: Integration) -> "Course":
        """Due, then overdue, then ended or done; never back."""
        order = tuple(IntegrationStatus)
        known = next((i for i in self.integrations if i.dosing_session_id == after.dosing_session_id), None)
        if known is not None and order.index(known.status) > order.index(after.status):
            return self
        others = tuple(i for i in self.integrations if i.dosing_session_id != after.dosing_session_id)
        return replace(self, integrations=(*others, after))

    def consent_signed(self, consent: Consent) -> "Course":
        """Heard after its end it only says what it renews."""
        known = next((each for each in self.consents if each.id == consent.id), None)
        if known is None:
            return replace(self, consents=(*self.consents, consent))
        return self._with_consent(replace(known, renews=consent.renews))

    def consent_ended(self, consent: Consent) -> "Course":
        """Taken back or run out; what it renews is known from its signature."""
        known = next((each for each in self.consents if each.id == consent.id), None)
        if known is None:
            return replace(self, consents=(*self.consents, consent))
        return self._with_consent(replace(known, in_force=False))

    def adverse_event_reported(self, event_id: AdverseEventId) -> "Course":
        if any(each.id == event_id for each in self.adverse_events):
            return self
        return replace(self, adverse_events=(*self.adverse_events, AdverseEvent(event_id, resumed=False)))

    def adverse_event_reviewed(self, event_id: AdverseEventId, *, resumed: bool) -> "Course":
        """A review that lets dosing resume counts also when it is heard before the report."""
        others = tuple(each for each in self.adverse_events if each.id != event_id)
        return replace(self, adverse_events=(*others, AdverseEvent(event_id, resumed)))

    def _with_consent(self, consent: Consent) -> "Course":
        return replace(self, consents=tuple(consent if each.id == consent.id else each for each in self.consents))

    def _with_plan(self, plan: Plan) -> "Course":
        return replace(self, plans=tuple(plan if each.id == plan.id else each for each in self.plans))
