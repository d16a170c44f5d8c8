"""What the dose gate looks at: the session and everything around it at one moment, with the questions of the table."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TypeVar

from sessions.domain.checks import Recorded, standing_of
from sessions.domain.clinic_day import clinic_day
from sessions.domain.consent_texts import ConsentDocument
from sessions.domain.consents import Consent
from sessions.domain.course import Course
from sessions.domain.eligibility import Eligibility, PreSessionScreen
from sessions.domain.plans import Plan, PlanState
from sessions.domain.policy import RoutePolicy, SessionsPolicy
from sessions.domain.session_day import session_day
from sessions.domain.sessions import Session
from sessions.domain.signs import Signs
from sessions.domain.stops import ALARMS, StopKind
from sessions.domain.units import Kilograms, agree
from sessions.domain.weights import Weight, differs_by_more
from sessions.domain.words import Phase, ProviderRole, Route, VisitKind

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class DoseQuestion:
    """May this session's dose be given now? Everything is what this service knows at `now`.

    `consent_text` is what consent to treatment by the plan's route is given to now.
    `screening_as_of` is how fresh its view of screening is (None: unknown). `record_complete` is False while an event
    of this patient waits unhandled. `integration_at` is the next booked integration. `drug_log_reconciled` is about
    the session's location, and `package_at_hand` whether the patient's own is there.
    """

    session: Session
    plan: Plan | None
    eligibility: Eligibility | None
    course: Course
    consents: tuple[Consent, ...]
    consent_text: ConsentDocument | None
    emergency_contact_known: bool
    screening_as_of: datetime | None
    record_complete: bool
    integration_at: datetime | None
    drug_log_reconciled: bool
    package_at_hand: bool
    policy: SessionsPolicy
    now: datetime

    @property
    def route(self) -> Route | None:
        return self.plan.terms.route if self.plan else None

    @property
    def route_policy(self) -> RoutePolicy | None:
        return self.policy.routes[self.route] if self.route else None

    @property
    def restricted_program(self) -> bool:
        return self.route_policy is not None and self.route_policy.restricted_program

    @property
    def plan_active(self) -> bool:
        """Whether the plan allows doses, in the phase this session was booked for."""
        if self.plan is None or self.plan.state is not PlanState.ACTIVE:
            return False
        return self.session.phase in (None, self.plan.terms.phase)

    @property
    def doses_left(self) -> bool:
        """Whether the plan has a dose for this session, in its phase."""
        if self.plan is None:
            return False
        terms = self.plan.terms
        given = self.course.doses_of(self.plan.id, terms.phase, but=self.session.id)
        return given < terms.planned(VisitKind.DOSING)

    @property
    def plan_in_time(self) -> bool:
        """Whether the plan's expected end has not passed, nor the time its signature carries it."""
        if self.plan is None or self.plan.signature is None:
            return False
        signed_on = clinic_day(self.plan.signature.at, self.policy.timezone)
        return self.day <= self.plan.terms.last_day(signed_on, self.policy)

    @property
    def escort_will_come(self) -> bool:
        """Whether the escort picks the patient up after this, and today."""
        escort = self.recorded_today(self.session.checks.escort)
        return escort is not None and self.now < escort.pick_up_at <= self.now + timedelta(days=1)

    @property
    def clearance_valid(self) -> bool:
        clearance = self.eligibility.clearance if self.eligibility else None
        return clearance is not None and clearance.valid_at(self.now)

    @property
    def alerts(self) -> tuple[datetime, ...]:
        """When each open safety alert was heard of last."""
        return tuple(self.eligibility.alerts.values()) if self.eligibility else ()

    @property
    def no_response(self) -> datetime | None:
        """When it was heard that several doses did not help, while no prescriber has looked at it."""
        return self.eligibility.no_response_heard_at if self.eligibility else None

    @property
    def screening_fresh(self) -> bool:
        """Whether the view of screening is recent, or a prescriber attested to the case shortly before."""
        gate = self.policy.gate
        if self.screening_as_of is not None and self._within(
            self.screening_as_of, minutes=gate.feed_fresh_minutes.value
        ):
            return True
        attestation = self.session.attestation
        return attestation is not None and self._within(attestation.at, minutes=gate.attestation_minutes.value)

    @property
    def consented(self) -> bool:
        text = self.consent_text
        if text is None or text.route is not self.route:
            return False
        return any(text.covers(each, self.now) for each in self.consents)

    @property
    def ordered_by_plan(self) -> bool:
        """Whether there is a signed order by the plan's route, and still for this weight."""
        order = self.session.order
        return (
            order is not None
            and order.route is self.route
            and order.stands_at(self.weight, self.policy.dose_mismatch_percent.value)
        )

    @property
    def within_ceiling(self) -> bool:
        """Whether all the order allows is within the plan's and the clinic's ceiling as they and the weight are now."""
        order, route, weight = self.session.order, self.route_policy, self.weight
        if order is None or self.plan is None or route is None:
            return False
        ceilings = (self.plan.terms.ceiling, route.ceiling)
        if weight is None:
            return all(each.per_kg is None and (each.total is None or order.most <= each.total) for each in ceilings)
        return all(each.allows(order.most, weight) for each in ceilings)

    @property
    def weight(self) -> Kilograms | None:
        """The last one measured: an order may be older than it."""
        weight = self.session.checks.weight
        return None if weight is None else weight.value.kilograms

    @property
    def known_weight(self) -> Kilograms | None:
        """What a weight is compared with: the one of the session before, or what the patient says."""
        last, reported = self.course.last_weight(but=self.session.id), self.session.checks.reported_weight
        return last if last is not None or reported is None else reported.value.kilograms

    def weight_further_than(self, percent: Decimal) -> bool:
        """Whether the weight is further than this from the one known."""
        weight, known = self.weight, self.known_weight
        return weight is not None and known is not None and differs_by_more(weight, known, percent)

    @property
    def weight_seconded(self) -> bool:
        """Whether somebody else has measured the same weight in this session."""
        newest, tolerance = self.session.checks.weight, self.policy.dose_mismatch_percent.value
        others: list[Recorded[Weight]] = standing_of("weight", self.session.recorded)
        return newest is not None and any(
            other.by != newest.by and agree(newest.value.kilograms, other.value.kilograms, tolerance)
            for other in others
        )

    @property
    def route_not_excluded(self) -> bool:
        clearance = self.eligibility.clearance if self.eligibility else None
        return clearance is not None and self.route not in clearance.terms.excluded_routes

    @property
    def first_dose(self) -> bool:
        """Whether there was no dose in this care: who was discharged and comes back begins anew."""
        return not self.course.dosed_since(self.care_ended_at, but=self.session.id)

    @property
    def prepared(self) -> int:
        """The preparations for this plan, none of them of a care that has ended."""
        return 0 if self.plan is None else self.course.preparations(self.plan.id, since=self.care_ended_at)

    @property
    def care_ended_at(self) -> datetime | None:
        """When the patient was last discharged from care."""
        return self.eligibility.care_ended_at if self.eligibility else None

    @property
    def since_last_dose(self) -> timedelta | None:
        return self.course.since_last_dose(now=self.now, but=self.session.id, timezone=self.policy.timezone)

    def last_dose_at_least(self, length: timedelta) -> bool:
        since = self.since_last_dose
        return since is None or since >= length

    def doses_within(self, days: int) -> int:
        length, zone = timedelta(days=days), self.policy.timezone
        return self.course.doses_within(length, now=self.now, but=self.session.id, timezone=zone)

    @property
    def maintenance(self) -> bool:
        return self.plan is not None and self.plan.terms.phase is Phase.MAINTENANCE

    @property
    def dose_review_current(self) -> bool:
        """Reviewed every so many doses, every so many days once there was a dose, and each dose outside the gate."""
        if self.course.unreviewed:
            return False
        gate, doses = self.policy.gate, self.course.doses
        if self.course.doses_since_review(but=self.session.id) >= gate.dose_review_doses.value:
            return False
        since = max(self.course.dose_reviews, default=min((dose.at for dose in doses), default=self.now))
        return self.now - since <= timedelta(days=gate.dose_review_days.value)

    @property
    def weight_current(self) -> bool:
        weight = self.session.checks.weight
        allowed = timedelta(days=self.policy.gate.weight_days.value)
        return weight is not None and timedelta(0) <= self.today - weight.value.measured_on <= allowed

    def free_of(self, kind: StopKind) -> bool:
        """Whether this was not found now, and no earlier finding of it stands."""
        return not ALARMS[kind].heard_in(self.session.checks) and not self.course.standing(kind)

    def recorded_today(self, check: Recorded[T] | None) -> T | None:
        """A check's value if it was recorded on the session's day or since."""
        if check is None or clinic_day(check.at, self.policy.timezone) < self.day:
            return None
        return check.value

    def present(self, role: ProviderRole) -> bool:
        """Whether somebody in this role has joined today and is there."""
        return any(
            each.role is role and each.there and clinic_day(each.joined_at, self.policy.timezone) >= self.day
            for each in self.session.team
        )

    @property
    def day(self) -> date:
        """The session's day: today, or yesterday for one that has just crossed midnight."""
        return session_day(self.session, self.policy, self.now)

    @property
    def today(self) -> date:
        return clinic_day(self.now, self.policy.timezone)

    @property
    def fasted(self) -> bool:
        intake = self.session.checks.intake
        if intake is None:
            return False
        gate, since = self.policy.gate, intake.value
        if not self.restricted_program:
            return self._over(since.solids_at, hours=gate.fasting_solids_hours.value) and self._over(
                since.liquids_at, hours=gate.fasting_liquids_hours.value
            )
        spray = since.nasal_spray_at
        return (
            self._over(since.solids_at, minutes=gate.restricted_solids_minutes.value)
            and self._over(since.liquids_at, minutes=gate.restricted_liquids_minutes.value)
            and (spray is None or self._over(spray, minutes=gate.restricted_nasal_spray_minutes.value))
        )

    @property
    def signs(self) -> Signs:
        """The vital signs a dose now would rest on."""
        return Signs.of(self.session, self.policy, self.now)

    @property
    def screen(self) -> PreSessionScreen | None:
        """The screen before the visit while it counts."""
        screen = self.eligibility.screen if self.eligibility else None
        if screen is None or self.now >= screen.valid_until:
            return None
        fresh = self._within(screen.completed_at, minutes=self.policy.gate.symptom_score_days.value * 24 * 60)
        return screen if fresh else None

    @property
    def cures_in_date(self) -> bool:
        reviewed = self.session.checks.cures_reviewed_on
        allowed = timedelta(days=self.policy.gate.cures_days.value)
        return reviewed is not None and timedelta(0) <= self.today - reviewed.value <= allowed

    @property
    def integration_booked(self) -> bool:
        within = timedelta(hours=self.policy.gate.integration_booked_hours.value)
        return self.integration_at is not None and self.integration_at - self.now <= within

    def _within(self, moment: datetime, *, minutes: int) -> bool:
        return self.now - moment <= timedelta(minutes=minutes)

    def _over(self, moment: datetime, *, minutes: int = 0, hours: int = 0) -> bool:
        return self.now - moment >= timedelta(hours=hours, minutes=minutes)
