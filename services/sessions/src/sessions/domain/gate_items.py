"""The dose gate: one table of everything that must be in order before a dose, in the order a team goes through it.

Invariants: nothing else decides whether a dose may be given; the check before, the first and every further dose ask the
same rows. Sources: sessions design, domain brief sections 1.4, 3.3 and 3.4; the numbers are the clinical policy's.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sessions.domain.checks import DrugScreen, PregnancyTest, Recorded, RiskLevel
from sessions.domain.dose_question import DoseQuestion
from sessions.domain.eligibility import ScreenResult
from sessions.domain.gate import Finding, Gate, RefusalReason
from sessions.domain.ids import StaffId
from sessions.domain.vitals import Signal, VitalSigns
from sessions.domain.words import Route

Question = Callable[[DoseQuestion], bool]
Evidence = Callable[[DoseQuestion], VitalSigns | None]


@dataclass(frozen=True, slots=True)
class GateItem:
    """One row: its code, what kind of reason a failure is, when a prescriber may override it, and the question itself.

    `check` names the recorded check it rests on, `reading` the observation. `patient_controllable`: a failure is the
    patient's to arrange; never true of anything about safety or honesty.
    """

    code: str
    reason: RefusalReason
    overridable: Question
    passes: Question
    check: str | None = None
    reading: Evidence | None = None
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
        return (reading.by, reading.recorded_at) if reading else (None, None)


_CLINICAL, _CONSENT = RefusalReason.CLINICAL, RefusalReason.CONSENT
_PLAN, _LOGISTICS = RefusalReason.PLAN, RefusalReason.LOGISTICS


def _never(_: DoseQuestion) -> bool:
    return False


def _prescriber(_: DoseQuestion) -> bool:
    return True


def _prescriber_if_oral(q: DoseQuestion) -> bool:
    return q.route is Route.ORAL


def _unless_urgent(signal: Signal) -> Question:
    """A prescriber may decide, but not on what stops everything."""
    return lambda q: q.signs.bearable(signal)


def _newest(q: DoseQuestion) -> VitalSigns | None:
    return q.signs.newest


def _no_go(q: DoseQuestion) -> VitalSigns | None:
    return q.signs.pair_at(q.policy.baseline.no_go.value)


def _to_decide(q: DoseQuestion) -> VitalSigns | None:
    return q.signs.pair_at(q.policy.baseline.decide.value)


def _two_identifiers(q: DoseQuestion) -> bool:
    identifiers = q.recorded_today(q.session.checks.identifiers)
    return identifiers is not None and len(identifiers) >= 2


def _not_allergic(q: DoseQuestion) -> bool:
    reconciliation = q.session.checks.reconciliation
    return reconciliation is None or not reconciliation.value.allergic


def _no_recent_substances(q: DoseQuestion) -> bool:
    use = q.recorded_today(q.session.checks.substances)
    return use is not None and not use.recent


def _not_intoxicated(q: DoseQuestion) -> bool:
    use = q.recorded_today(q.session.checks.substances)
    return use is not None and not use.intoxicated


def _drug_screen(q: DoseQuestion) -> bool:
    screen = q.session.checks.drug_screen
    return not q.first_dose or (screen is not None and screen.value is DrugScreen.EXPECTED)


def _bladder(q: DoseQuestion) -> bool:
    answer = q.recorded_today(q.session.checks.bladder)
    return answer is not None and not answer.symptoms


def _pregnancy_tested(q: DoseQuestion) -> bool:
    return q.recorded_today(q.session.checks.pregnancy) not in (None, PregnancyTest.NOT_DONE)


def _not_pregnant(q: DoseQuestion) -> bool:
    test = q.session.checks.pregnancy
    return test is None or test.value is not PregnancyTest.POSITIVE


def _suicide_risk(q: DoseQuestion) -> bool:
    return q.recorded_today(q.session.checks.suicide_risk) not in (None, RiskLevel.HIGH)


def _escort(q: DoseQuestion) -> bool:
    escort = q.recorded_today(q.session.checks.escort)
    return escort is not None and escort.suffices


def _prepared(q: DoseQuestion) -> bool:
    wanted = q.policy.gate.preparations_before_first_dose.value
    return not q.first_dose or (q.plan is not None and q.course.preparations(q.plan.id) >= wanted)


def _integrated(q: DoseQuestion) -> bool:
    return q.course.doses_since_integration(but=q.session.id) < q.policy.gate.doses_per_integration.value


def _maintenance_interval(q: DoseQuestion) -> bool:
    wanted = timedelta(days=q.policy.gate.maintenance_interval_days.value)
    return not q.maintenance or q.last_dose_at_least(wanted)


def _therapist(q: DoseQuestion) -> bool:
    team = q.recorded_today(q.session.checks.team)
    return team is not None and team.therapist is not None


def _nurse(q: DoseQuestion) -> bool:
    team = q.recorded_today(q.session.checks.team)
    return team is not None and team.nurse is not None


def _prescriber_there(q: DoseQuestion) -> bool:
    team = q.recorded_today(q.session.checks.team)
    needed = q.route_policy is not None and q.route_policy.prescriber_on_site
    return not needed or (team is not None and team.prescriber is not None)


def _restricted_program(q: DoseQuestion) -> bool:
    program = q.recorded_today(q.session.checks.restricted_program)
    return not q.restricted_program or (program is not None and program.met)


def _emergency_contact(q: DoseQuestion) -> bool:
    return q.emergency_contact_known or q.recorded_today(q.session.checks.emergency_contact) is True


def _screen_allows(q: DoseQuestion) -> bool:
    return q.screen is None or q.screen.result is ScreenResult.PASS


GATE: Final[tuple[GateItem, ...]] = (
    GateItem("two_identifiers", _CLINICAL, _never, _two_identifiers, check="identifiers"),
    GateItem("record_complete", _CLINICAL, _never, lambda q: q.record_complete),
    GateItem("plan_active", _PLAN, _never, lambda q: q.plan_active),
    GateItem("clearance_valid", _CLINICAL, _never, lambda q: q.clearance_valid),
    GateItem("eligibility_fresh", _CLINICAL, _never, lambda q: q.screening_fresh),
    GateItem("no_open_alert", _CLINICAL, _prescriber, lambda q: not (q.eligibility and q.eligibility.alerts)),
    GateItem("adverse_events_reviewed", _CLINICAL, _never, lambda q: not q.course.held_by),
    GateItem("route_consent", _CONSENT, _never, lambda q: q.consented),
    GateItem("order_signed", _PLAN, _never, lambda q: q.ordered_by_plan),
    GateItem("dose_within_ceiling", _PLAN, _never, lambda q: q.within_ceiling),
    GateItem("route_not_excluded", _CLINICAL, _never, lambda q: q.route_not_excluded),
    GateItem("preparation_completed", _PLAN, _prescriber, _prepared),
    GateItem("integration_since_last_dose", _PLAN, _prescriber, _integrated),
    GateItem(
        "interval_since_last_dose",
        _PLAN,
        _prescriber,
        lambda q: q.last_dose_at_least(timedelta(hours=q.policy.gate.interval_hours.value)),
    ),
    GateItem(
        "doses_in_seven_days", _PLAN, _prescriber, lambda q: q.doses_within(7) < q.policy.gate.doses_in_seven_days.value
    ),
    GateItem(
        "doses_in_thirty_days",
        _PLAN,
        _prescriber,
        lambda q: q.doses_within(30) < q.policy.gate.doses_in_thirty_days.value,
    ),
    GateItem("maintenance_interval", _PLAN, _prescriber, _maintenance_interval),
    GateItem("dose_review_current", _CLINICAL, _prescriber, lambda q: q.dose_review_current),
    GateItem("weight_current", _CLINICAL, _prescriber, lambda q: q.weight_current, check="weight"),
    GateItem(
        "medicines_reconciled",
        _CLINICAL,
        _prescriber,
        lambda q: q.recorded_today(q.session.checks.reconciliation) is not None,
        check="reconciliation",
    ),
    GateItem("no_drug_allergy", _CLINICAL, _never, _not_allergic, check="reconciliation"),
    GateItem("no_recent_substances", _CLINICAL, _prescriber, _no_recent_substances, check="substances"),
    GateItem("not_intoxicated", _CLINICAL, _never, _not_intoxicated, check="substances"),
    GateItem("drug_screen", _CLINICAL, _prescriber, _drug_screen, check="drug_screen"),
    GateItem("bladder_symptoms", _CLINICAL, _prescriber, _bladder, check="bladder"),
    GateItem("fasting", _CLINICAL, _prescriber, lambda q: q.fasted, check="intake"),
    GateItem("vital_signs_complete", _CLINICAL, _never, lambda q: q.signs.complete, reading=_newest),
    GateItem("blood_pressure_safe", _CLINICAL, _never, lambda q: q.signs.pressure_safe, reading=_newest),
    GateItem("blood_pressure_repeated", _CLINICAL, _prescriber, lambda q: q.signs.pressure_repeated, reading=_newest),
    GateItem(
        "blood_pressure_in_range",
        _CLINICAL,
        lambda q: q.signs.fallen_since,
        lambda q: _no_go(q) is None,
        reading=_no_go,
    ),
    GateItem("blood_pressure_accepted", _CLINICAL, _prescriber, lambda q: _to_decide(q) is None, reading=_to_decide),
    GateItem("blood_pressure_not_low", _CLINICAL, _prescriber, lambda q: q.signs.pressure_not_low, reading=_newest),
    GateItem(
        "heart_rate",
        _CLINICAL,
        _unless_urgent(Signal.HEART_RATE),
        lambda q: q.signs.pulse_in_range,
        reading=_newest,
    ),
    GateItem(
        "oxygen_saturation",
        _CLINICAL,
        _unless_urgent(Signal.OXYGEN_SATURATION),
        lambda q: q.signs.saturated,
        reading=_newest,
    ),
    GateItem(
        "respiratory_rate",
        _CLINICAL,
        _unless_urgent(Signal.RESPIRATORY_RATE),
        lambda q: q.signs.in_range(Signal.RESPIRATORY_RATE),
        reading=_newest,
    ),
    GateItem(
        "alertness",
        _CLINICAL,
        _unless_urgent(Signal.MOAAS),
        lambda q: q.signs.in_range(Signal.MOAAS),
        reading=_newest,
    ),
    GateItem(
        "free_of_symptoms",
        _CLINICAL,
        lambda q: q.signs.free_of_grave_symptoms,
        lambda q: q.signs.free_of_symptoms,
        reading=_newest,
    ),
    GateItem(
        "urgent_breach_decided",
        _CLINICAL,
        lambda q: q.signs.settled,
        lambda q: q.signs.breach is None,
        reading=lambda q: q.signs.breach,
    ),
    GateItem("pregnancy_tested", _CLINICAL, _prescriber, _pregnancy_tested, check="pregnancy"),
    GateItem("not_pregnant", _CLINICAL, _never, _not_pregnant, check="pregnancy"),
    GateItem("suicide_risk_screened", _CLINICAL, _never, _suicide_risk, check="suicide_risk"),
    GateItem("symptom_score_current", _CLINICAL, _prescriber, lambda q: q.screen is not None),
    GateItem("screen_passed", _CLINICAL, _prescriber, _screen_allows),
    GateItem("escort", _LOGISTICS, _prescriber_if_oral, _escort, check="escort", patient_controllable=True),
    GateItem("therapist_present", _LOGISTICS, _never, _therapist, check="team"),
    GateItem("nurse_present", _LOGISTICS, _prescriber, _nurse, check="team"),
    GateItem("prescriber_present", _LOGISTICS, _never, _prescriber_there, check="team"),
    GateItem(
        "emergency_equipment",
        _LOGISTICS,
        _never,
        lambda q: q.recorded_today(q.session.checks.equipment_ready) is True,
        check="equipment_ready",
    ),
    GateItem("integration_booked", _PLAN, _prescriber, lambda q: q.integration_booked),
    GateItem("emergency_contact", _LOGISTICS, _prescriber, _emergency_contact, check="emergency_contact"),
    GateItem("cures_in_date", _CLINICAL, _prescriber, lambda q: q.cures_in_date, check="cures_reviewed_on"),
    GateItem("drug_log_reconciled", _LOGISTICS, _prescriber, lambda q: q.drug_log_reconciled),
    GateItem("restricted_program", _CLINICAL, _never, _restricted_program, check="restricted_program"),
)
"""Every item, once. `eligibility_fresh` is met by the feed or by a prescriber's attestation, never by an override."""


def examine(question: DoseQuestion) -> Gate:
    """Look at every item."""
    return Gate(
        at=question.now,
        policy_version=question.policy.version,
        findings=tuple(item.find(question) for item in GATE),
    )
