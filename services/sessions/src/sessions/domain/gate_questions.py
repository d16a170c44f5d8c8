"""The questions of the dose gate, each about one thing that must be in order; the table is `gate_items`."""

from collections.abc import Callable
from datetime import timedelta

from sessions.domain.checks import PregnancyTest
from sessions.domain.dose_question import DoseQuestion
from sessions.domain.eligibility import ScreenResult
from sessions.domain.stops import StopKind
from sessions.domain.vitals import Signal, VitalSigns
from sessions.domain.words import ProviderRole, Route

Question = Callable[[DoseQuestion], bool]


def never(_: DoseQuestion) -> bool:
    return False


def by_prescriber(_: DoseQuestion) -> bool:
    return True


def by_prescriber_if_oral(q: DoseQuestion) -> bool:
    return q.route is Route.ORAL


def unless_urgent(signal: Signal) -> Question:
    """A prescriber may decide, but not on what stops everything."""
    return lambda q: q.signs.bearable(signal)


def pressure_no_go(q: DoseQuestion) -> VitalSigns | None:
    return q.signs.pair_at(q.policy.baseline.no_go.value)


def pressure_to_decide(q: DoseQuestion) -> VitalSigns | None:
    return q.signs.pair_at(q.policy.baseline.decide.value)


def two_identifiers(q: DoseQuestion) -> bool:
    identifiers = q.recorded_today(q.session.checks.identifiers)
    return identifiers is not None and len(identifiers) >= 2


def weight_plausible(q: DoseQuestion) -> bool:
    far = q.weight_further_than(q.policy.gate.weight_second_person_percent.value)
    return q.weight is None or (q.known_weight is not None and (not far or q.weight_seconded))


def weight_believed(q: DoseQuestion) -> bool:
    return not q.weight_further_than(q.policy.gate.weight_again_percent.value)


def no_recent_substances(q: DoseQuestion) -> bool:
    return q.recorded_today(q.session.checks.substances) is not None and q.free_of(StopKind.RECENT_SUBSTANCES)


def not_intoxicated(q: DoseQuestion) -> bool:
    return q.recorded_today(q.session.checks.substances) is not None and q.free_of(StopKind.INTOXICATION)


def own_package(q: DoseQuestion) -> bool:
    """What is given from the patient's own package alone is there."""
    return q.route_policy is None or not q.route_policy.from_package or q.package_at_hand


def drug_screen(q: DoseQuestion) -> bool:
    taken = q.session.checks.drug_screen is not None
    return q.free_of(StopKind.DRUG_SCREEN) and (taken or not q.first_dose)


def bladder(q: DoseQuestion) -> bool:
    return q.recorded_today(q.session.checks.bladder) is not None and q.free_of(StopKind.BLADDER_SYMPTOMS)


def pregnancy_tested(q: DoseQuestion) -> bool:
    return q.recorded_today(q.session.checks.pregnancy) not in (None, PregnancyTest.NOT_DONE)


def suicide_risk(q: DoseQuestion) -> bool:
    return q.recorded_today(q.session.checks.suicide_risk) is not None and q.free_of(StopKind.HIGH_SUICIDE_RISK)


def escort(q: DoseQuestion) -> bool:
    escort = q.recorded_today(q.session.checks.escort)
    return escort is not None and escort.suffices and q.escort_will_come


def prepared(q: DoseQuestion) -> bool:
    return not q.first_dose or q.prepared >= q.policy.gate.preparations_before_first_dose.value


def integrated(q: DoseQuestion) -> bool:
    return q.course.doses_since_integration(but=q.session.id) < q.policy.gate.doses_per_integration.value


def maintenance_interval(q: DoseQuestion) -> bool:
    wanted = timedelta(days=q.policy.gate.maintenance_interval_days.value)
    return not q.maintenance or q.last_dose_at_least(wanted)


def prescriber_there(q: DoseQuestion) -> bool:
    needed = q.route_policy is not None and q.route_policy.prescriber_on_site
    return not needed or q.present(ProviderRole.PRESCRIBER)


def restricted_program(q: DoseQuestion) -> bool:
    program = q.recorded_today(q.session.checks.restricted_program)
    return not q.restricted_program or (program is not None and program.met)


def emergency_contact(q: DoseQuestion) -> bool:
    return q.emergency_contact_known or q.recorded_today(q.session.checks.emergency_contact) is True


def screen_allows(q: DoseQuestion) -> bool:
    return q.screen is None or q.screen.result is ScreenResult.PASS
