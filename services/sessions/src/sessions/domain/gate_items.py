"""The dose gate: one table of everything that must be in order before a dose, in the order a team goes through it.

Invariants: nothing else decides whether a dose may be given; the check before, the first and every further dose ask the
same rows. Sources: sessions design, domain brief sections 1.4, 3.3 and 3.4; the numbers are the clinical policy's.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sessions.domain import gate_questions as ask
from sessions.domain.checks import Recorded
from sessions.domain.dose_question import DoseQuestion
from sessions.domain.gate import Finding, Gate, RefusalReason
from sessions.domain.gate_questions import Question
from sessions.domain.ids import StaffId
from sessions.domain.stops import StopKind
from sessions.domain.vitals import Signal, VitalSigns
from sessions.domain.words import ProviderRole

Evidence = Callable[[DoseQuestion], VitalSigns | None]


@dataclass(frozen=True, slots=True)
class GateItem:
    """One row: its code, what kind of reason a failure is, when a prescriber may override it, and the question itself.

    `check` names the recorded check it rests on, `reading` the observation, `since` when the newest of it was heard: an
    override signed before that covers nothing. `patient_controllable`: a failure is the patient's to arrange; never
    true of anything about safety or honesty.
    """

    code: str
    reason: RefusalReason
    overridable: Question
    passes: Question
    check: str | None = None
    reading: Evidence | None = None
    since: Callable[[DoseQuestion], datetime | None] | None = None
    patient_controllable: bool = False

    def find(self, question: DoseQuestion) -> Finding:
        """How this item stands."""
        by, at = self._trace(question)
        return Finding(
            item=self.code,
            passed=self.passes(question),
            reason=self.reason,
            overridable=self.overridable(question),
            patient_controllable=self.patient_controllable,
            recorded_by=by,
            recorded_at=at,
        )

    def _trace(self, question: DoseQuestion) -> tuple[StaffId | None, datetime | None]:
        recorded = getattr(question.session.checks, self.check) if self.check else None
        if isinstance(recorded, Recorded):
            return recorded.by, recorded.at
        reading = self.reading(question) if self.reading else None
        if reading is not None:
            return reading.by, reading.recorded_at
        return None, self.since(question) if self.since else None


_CLINICAL, _CONSENT = RefusalReason.CLINICAL, RefusalReason.CONSENT
_PLAN, _LOGISTICS = RefusalReason.PLAN, RefusalReason.LOGISTICS


def _of_earlier_doses(code: str, reason: RefusalReason, passes: Question) -> GateItem:
    """A row about the doses of other sessions: nobody has decided on one that was given since."""
    return GateItem(code, reason, ask.by_prescriber, passes, since=lambda q: q.course.last_dose_but(q.session.id))


def _newest(code: str, overridable: Question, passes: Question) -> GateItem:
    """A row about the signs a dose now would rest on."""
    return GateItem(code, _CLINICAL, overridable, passes, reading=lambda q: q.signs.newest)


GATE: Final[tuple[GateItem, ...]] = (
    GateItem("two_identifiers", _CLINICAL, ask.never, ask.two_identifiers, check="identifiers"),
    GateItem("record_complete", _CLINICAL, ask.never, lambda q: q.record_complete),
    GateItem("plan_active", _PLAN, ask.never, lambda q: q.plan_active),
    GateItem("plan_in_time", _PLAN, ask.never, lambda q: q.plan_in_time),
    GateItem("doses_planned", _PLAN, ask.never, lambda q: q.doses_left),
    GateItem("clearance_valid", _CLINICAL, ask.never, lambda q: q.clearance_valid),
    GateItem("eligibility_fresh", _CLINICAL, ask.never, lambda q: q.screening_fresh),
    GateItem(
        "no_open_alert",
        _CLINICAL,
        ask.by_prescriber,
        lambda q: not q.alerts,
        since=lambda q: max(q.alerts, default=None),
    ),
    GateItem(
        "response_reviewed",
        _CLINICAL,
        ask.by_prescriber,
        lambda q: q.no_response is None,
        since=lambda q: q.no_response,
    ),
    GateItem("adverse_events_reviewed", _CLINICAL, ask.never, lambda q: not q.course.held_by),
    GateItem("route_consent", _CONSENT, ask.never, lambda q: q.consented),
    GateItem("order_signed", _PLAN, ask.never, lambda q: q.ordered_by_plan),
    GateItem("dose_within_ceiling", _PLAN, ask.never, lambda q: q.within_ceiling),
    GateItem("route_not_excluded", _CLINICAL, ask.never, lambda q: q.route_not_excluded),
    GateItem("preparation_completed", _PLAN, ask.by_prescriber, ask.prepared),
    _of_earlier_doses("integration_since_last_dose", _PLAN, ask.integrated),
    _of_earlier_doses(
        "interval_since_last_dose",
        _PLAN,
        lambda q: q.last_dose_at_least(timedelta(hours=q.policy.gate.interval_hours.value)),
    ),
    _of_earlier_doses(
        "doses_in_seven_days",
        _PLAN,
        lambda q: q.doses_within(7) < q.policy.gate.doses_in_seven_days.value,
    ),
    _of_earlier_doses(
        "doses_in_thirty_days",
        _PLAN,
        lambda q: q.doses_within(30) < q.policy.gate.doses_in_thirty_days.value,
    ),
    _of_earlier_doses("maintenance_interval", _PLAN, ask.maintenance_interval),
    GateItem(
        "dose_review_current",
        _CLINICAL,
        lambda q: not q.course.unreviewed,
        lambda q: q.dose_review_current,
        since=lambda q: q.course.last_dose_but(q.session.id),
    ),
    GateItem("weight_current", _CLINICAL, ask.by_prescriber, lambda q: q.weight_current, check="weight"),
    GateItem("weight_plausible", _CLINICAL, ask.never, ask.weight_plausible, check="weight"),
    GateItem("weight_believed", _CLINICAL, lambda q: q.weight_seconded, ask.weight_believed, check="weight"),
    GateItem(
        "medicines_reconciled",
        _CLINICAL,
        ask.by_prescriber,
        lambda q: q.recorded_today(q.session.checks.reconciliation) is not None,
        check="reconciliation",
    ),
    GateItem(
        "no_drug_allergy", _CLINICAL, ask.never, lambda q: q.free_of(StopKind.DRUG_ALLERGY), check="reconciliation"
    ),
    GateItem("no_recent_substances", _CLINICAL, ask.by_prescriber, ask.no_recent_substances, check="substances"),
    GateItem("not_intoxicated", _CLINICAL, ask.never, ask.not_intoxicated, check="substances"),
    GateItem("drug_screen", _CLINICAL, ask.by_prescriber, ask.drug_screen, check="drug_screen"),
    GateItem("bladder_symptoms", _CLINICAL, ask.by_prescriber, ask.bladder, check="bladder"),
    GateItem("fasting", _CLINICAL, ask.by_prescriber, lambda q: q.fasted, check="intake"),
    _newest("vital_signs_complete", ask.never, lambda q: q.signs.complete),
    _newest("blood_pressure_safe", ask.never, lambda q: q.signs.pressure_safe),
    _newest("blood_pressure_repeated", ask.by_prescriber, lambda q: q.signs.pressure_repeated),
    GateItem(
        "blood_pressure_in_range",
        _CLINICAL,
        lambda q: q.signs.fallen_since,
        lambda q: ask.pressure_no_go(q) is None,
        reading=ask.pressure_no_go,
    ),
    GateItem(
        "blood_pressure_accepted",
        _CLINICAL,
        ask.by_prescriber,
        lambda q: ask.pressure_to_decide(q) is None,
        reading=ask.pressure_to_decide,
    ),
    _newest("blood_pressure_not_low", ask.by_prescriber, lambda q: q.signs.pressure_not_low),
    _newest("heart_rate", ask.unless_urgent(Signal.HEART_RATE), lambda q: q.signs.pulse_in_range),
    _newest("oxygen_saturation", ask.unless_urgent(Signal.OXYGEN_SATURATION), lambda q: q.signs.saturated),
    _newest(
        "respiratory_rate",
        ask.unless_urgent(Signal.RESPIRATORY_RATE),
        lambda q: q.signs.in_range(Signal.RESPIRATORY_RATE),
    ),
    _newest("alertness", ask.unless_urgent(Signal.MOAAS), lambda q: q.signs.in_range(Signal.MOAAS)),
    _newest("free_of_symptoms", lambda q: q.signs.free_of_grave_symptoms, lambda q: q.signs.free_of_symptoms),
    GateItem(
        "urgent_breach_decided",
        _CLINICAL,
        lambda q: q.signs.settled,
        lambda q: q.signs.breach is None,
        reading=lambda q: q.signs.breach,
    ),
    GateItem("pregnancy_tested", _CLINICAL, ask.by_prescriber, ask.pregnancy_tested, check="pregnancy"),
    GateItem("not_pregnant", _CLINICAL, ask.never, lambda q: q.free_of(StopKind.PREGNANCY), check="pregnancy"),
    GateItem("suicide_risk_screened", _CLINICAL, ask.never, ask.suicide_risk, check="suicide_risk"),
    GateItem(
        "suicide_risk_decided",
        _CLINICAL,
        ask.by_prescriber,
        lambda q: q.free_of(StopKind.MODERATE_SUICIDE_RISK),
        check="suicide_risk",
    ),
    GateItem("symptom_score_current", _CLINICAL, ask.by_prescriber, lambda q: q.screen is not None),
    GateItem(
        "screen_passed",
        _CLINICAL,
        ask.by_prescriber,
        ask.screen_allows,
        since=lambda q: q.screen.known_since if q.screen else None,
    ),
    GateItem("escort", _LOGISTICS, ask.by_prescriber_if_oral, ask.escort, check="escort", patient_controllable=True),
    GateItem("therapist_present", _LOGISTICS, ask.never, lambda q: q.present(ProviderRole.THERAPIST)),
    GateItem("nurse_present", _LOGISTICS, ask.by_prescriber, lambda q: q.present(ProviderRole.NURSE)),
    GateItem("prescriber_present", _LOGISTICS, ask.never, ask.prescriber_there),
    GateItem(
        "emergency_equipment",
        _LOGISTICS,
        ask.never,
        lambda q: q.recorded_today(q.session.checks.equipment_ready) is True,
        check="equipment_ready",
    ),
    GateItem("integration_booked", _PLAN, ask.by_prescriber, lambda q: q.integration_booked),
    GateItem("emergency_contact", _LOGISTICS, ask.by_prescriber, ask.emergency_contact, check="emergency_contact"),
    GateItem("cures_in_date", _CLINICAL, ask.by_prescriber, lambda q: q.cures_in_date, check="cures_reviewed_on"),
    GateItem("drug_log_reconciled", _LOGISTICS, ask.by_prescriber, lambda q: q.drug_log_reconciled),
    GateItem("own_package", _LOGISTICS, ask.never, ask.own_package),
    GateItem("restricted_program", _CLINICAL, ask.never, ask.restricted_program, check="restricted_program"),
)
"""Every item, once. `eligibility_fresh` is met by the feed or by a prescriber's attestation, never by an override."""


def examine(question: DoseQuestion) -> Gate:
    """Look at every item."""
    return Gate(
        at=question.now,
        policy_version=question.policy.version,
        findings=tuple(item.find(question) for item in GATE),
    )
