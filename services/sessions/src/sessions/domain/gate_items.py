"""The dose gate: one table of everything that must be in order before a dose, in the order a team goes through it.

Invariant: nothing else decides whether a dose may be given. Sources: sessions design, domain brief sections 1.4, 3.3
and 3.4; the numbers are the clinical policy's.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

from sessions.domain.checks import DrugScreen, PregnancyTest, Recorded, RiskLevel
from sessions.domain.dose_question import DoseQuestion
from sessions.domain.eligibility import ScreenResult
from sessions.domain.gate import Finding, Gate, RefusalReason
from sessions.domain.words import Route


class Overridable(StrEnum):
    """Who may let a session go on although the item failed."""

    NEVER = "never"
    BY_PRESCRIBER = "by_prescriber"
    BY_PRESCRIBER_IF_ORAL = "by_prescriber_if_oral"


@dataclass(frozen=True, slots=True)
class GateItem:
    """One row: its code, what kind of reason a failure is, who may override it, and the question itself.

    `check` names the recorded check it rests on. `patient_controllable`: a failure is the patient's to arrange; never
    true of anything about safety or honesty.
    """

    code: str
    reason: RefusalReason
    overridable: Overridable
    passes: Callable[[DoseQuestion], bool]
    check: str | None = None
    patient_controllable: bool = False

    def find(self, question: DoseQuestion) -> Finding:
        """How this item stands."""
        recorded = getattr(question.session.checks, self.check) if self.check else None
        trace = recorded if isinstance(recorded, Recorded) else None
        return Finding(
            item=self.code,
            passed=self.passes(question),
            reason=self.reason,
            overridable=self.overridable is Overridable.BY_PRESCRIBER
            or (self.overridable is Overridable.BY_PRESCRIBER_IF_ORAL and question.route is Route.ORAL),
            patient_controllable=self.patient_controllable,
            recorded_by=trace.by if trace else None,
            recorded_at=trace.at if trace else None,
        )


_CLINICAL, _CONSENT = RefusalReason.CLINICAL, RefusalReason.CONSENT
_PLAN, _LOGISTICS = RefusalReason.PLAN, RefusalReason.LOGISTICS
_NEVER, _PRESCRIBER = Overridable.NEVER, Overridable.BY_PRESCRIBER


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


def _pressure_safe(q: DoseQuestion) -> bool:
    return q.last_reading is not None and not q.last_reading.blood_pressure.reaches(q.policy.baseline.stop.value)


def _heart_rate(q: DoseQuestion) -> bool:
    lowest, highest = q.policy.baseline.heart_rate.value
    return q.last_reading is not None and lowest <= q.last_reading.heart_rate <= highest


def _saturation(q: DoseQuestion) -> bool:
    return q.last_reading is not None and q.last_reading.oxygen_saturation >= q.policy.baseline.oxygen_saturation.value


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


def _prescriber(q: DoseQuestion) -> bool:
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
    GateItem("two_identifiers", _CLINICAL, _NEVER, _two_identifiers, check="identifiers"),
    GateItem("record_complete", _CLINICAL, _NEVER, lambda q: q.record_complete),
    GateItem("plan_active", _PLAN, _NEVER, lambda q: q.plan_active),
    GateItem("clearance_valid", _CLINICAL, _NEVER, lambda q: q.clearance_valid),
    GateItem("eligibility_fresh", _CLINICAL, _NEVER, lambda q: q.screening_fresh),
    GateItem("no_open_alert", _CLINICAL, _PRESCRIBER, lambda q: not (q.eligibility and q.eligibility.alerts)),
    GateItem("adverse_events_reviewed", _CLINICAL, _NEVER, lambda q: not q.course.held_by),
    GateItem("route_consent", _CONSENT, _NEVER, lambda q: q.consented),
    GateItem("order_signed", _PLAN, _NEVER, lambda q: q.ordered_by_plan),
    GateItem("dose_within_ceiling", _PLAN, _NEVER, lambda q: q.within_ceiling),
    GateItem("route_not_excluded", _CLINICAL, _NEVER, lambda q: q.route_not_excluded),
    GateItem("preparation_completed", _PLAN, _PRESCRIBER, _prepared),
    GateItem("integration_since_last_dose", _PLAN, _PRESCRIBER, _integrated),
    GateItem(
        "interval_since_last_dose",
        _PLAN,
        _PRESCRIBER,
        lambda q: q.last_dose_at_least(timedelta(hours=q.policy.gate.interval_hours.value)),
    ),
    GateItem(
        "doses_in_seven_days", _PLAN, _PRESCRIBER, lambda q: q.doses_within(7) < q.policy.gate.doses_in_seven_days.value
    ),
    GateItem(
        "doses_in_thirty_days",
        _PLAN,
        _PRESCRIBER,
        lambda q: q.doses_within(30) < q.policy.gate.doses_in_thirty_days.value,
    ),
    GateItem("maintenance_interval", _PLAN, _PRESCRIBER, _maintenance_interval),
    GateItem("dose_review_current", _CLINICAL, _PRESCRIBER, lambda q: q.dose_review_current),
    GateItem("weight_current", _CLINICAL, _PRESCRIBER, lambda q: q.weight_current, check="weight"),
    GateItem(
        "medicines_reconciled",
        _CLINICAL,
        _PRESCRIBER,
        lambda q: q.recorded_today(q.session.checks.reconciliation) is not None,
        check="reconciliation",
    ),
    GateItem("no_drug_allergy", _CLINICAL, _NEVER, _not_allergic, check="reconciliation"),
    GateItem("no_recent_substances", _CLINICAL, _PRESCRIBER, _no_recent_substances, check="substances"),
    GateItem("not_intoxicated", _CLINICAL, _NEVER, _not_intoxicated, check="substances"),
    GateItem("drug_screen", _CLINICAL, _PRESCRIBER, _drug_screen, check="drug_screen"),
    GateItem("bladder_symptoms", _CLINICAL, _PRESCRIBER, _bladder, check="bladder"),
    GateItem("fasting", _CLINICAL, _PRESCRIBER, lambda q: q.fasted, check="intake"),
    GateItem("blood_pressure_safe", _CLINICAL, _NEVER, _pressure_safe),
    GateItem("blood_pressure_repeated", _CLINICAL, _PRESCRIBER, lambda q: q.pressure_repeated),
    GateItem(
        "blood_pressure_in_range",
        _CLINICAL,
        _PRESCRIBER,
        lambda q: not q.twice_above(q.policy.baseline.no_go.value),
    ),
    GateItem(
        "blood_pressure_accepted",
        _CLINICAL,
        _PRESCRIBER,
        lambda q: not q.twice_above(q.policy.baseline.decide.value),
    ),
    GateItem("heart_rate", _CLINICAL, _PRESCRIBER, _heart_rate),
    GateItem("oxygen_saturation", _CLINICAL, _PRESCRIBER, _saturation),
    GateItem("pregnancy_tested", _CLINICAL, _PRESCRIBER, _pregnancy_tested, check="pregnancy"),
    GateItem("not_pregnant", _CLINICAL, _NEVER, _not_pregnant, check="pregnancy"),
    GateItem("suicide_risk_screened", _CLINICAL, _NEVER, _suicide_risk, check="suicide_risk"),
    GateItem("symptom_score_current", _CLINICAL, _PRESCRIBER, lambda q: q.screen is not None),
    GateItem("screen_passed", _CLINICAL, _PRESCRIBER, _screen_allows),
    GateItem(
        "escort", _LOGISTICS, Overridable.BY_PRESCRIBER_IF_ORAL, _escort, check="escort", patient_controllable=True
    ),
    GateItem("therapist_present", _LOGISTICS, _NEVER, _therapist, check="team"),
    GateItem("nurse_present", _LOGISTICS, _PRESCRIBER, _nurse, check="team"),
    GateItem("prescriber_present", _LOGISTICS, _NEVER, _prescriber, check="team"),
    GateItem(
        "emergency_equipment",
        _LOGISTICS,
        _NEVER,
        lambda q: q.recorded_today(q.session.checks.equipment_ready) is True,
        check="equipment_ready",
    ),
    GateItem("integration_booked", _PLAN, _PRESCRIBER, lambda q: q.integration_booked),
    GateItem("emergency_contact", _LOGISTICS, _PRESCRIBER, _emergency_contact, check="emergency_contact"),
    GateItem("cures_in_date", _CLINICAL, _PRESCRIBER, lambda q: q.cures_in_date, check="cures_reviewed_on"),
    GateItem("drug_log_reconciled", _LOGISTICS, _PRESCRIBER, lambda q: q.drug_log_reconciled),
    GateItem("restricted_program", _CLINICAL, _NEVER, _restricted_program, check="restricted_program"),
)
"""Every item, once. `eligibility_fresh` is met by the feed or by a prescriber's attestation, never by an override."""


def examine(question: DoseQuestion) -> Gate:
    """Look at every item."""
    return Gate(
        at=question.now,
        policy_version=question.policy.version,
        findings=tuple(item.find(question) for item in GATE),
    )
