"""What is asked before a dose, from the words of the walks into those of the service."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from services.sessions.tests import builders as a
from sessions.domain.checks import (
    BladderQuestion,
    Checks,
    DrugScreen,
    Identifier,
    LastIntake,
    PregnancyTest,
    Reconciliation,
    Recorded,
    RestrictedProgram,
    RiskLevel,
    SubstanceUse,
)
from sessions.domain.clinic_day import clinic_day
from sessions.domain.ids import StaffId
from sessions.domain.units import Kilograms
from sessions.domain.weights import Weight


def as_checks(values: dict[str, object], by: StaffId, at: datetime, *, whole: bool) -> Checks:
    """What the clinic's own words are in the domain's."""

    def kept(value: Any) -> Recorded[Any]:
        return Recorded(value=value, by=by, at=at)

    pick_up: Any = values.get("escort")
    made: dict[str, Any] = {
        "identifiers": lambda v: frozenset(list(Identifier)[:v]),
        "suicide_risk": RiskLevel,
        "pregnancy": PregnancyTest,
        "allergic": lambda v: Reconciliation(allergic=v),
        "substances": lambda v: SubstanceUse(recent=v == "recent", intoxicated=v == "intoxicated"),
        "drug_screen": DrugScreen,
        "intake": lambda v: LastIntake(solids_at=v[0], liquids_at=v[1], nasal_spray_at=v[2]),
        "bladder": lambda v: BladderQuestion(symptoms=v),
        "equipment": lambda v: v,
        "program": lambda v: RestrictedProgram(setting_certified=v, patient_enrolled=v, pulse_oximeter=True),
        "escort": lambda v: replace(a.escort(), pick_up_at=pick_up),
        "weight": lambda v: Weight(kilograms=Kilograms(v), measured_on=clinic_day(at, a.POLICY.timezone)),
    }
    names = {
        "allergic": "reconciliation",
        "equipment": "equipment_ready",
        "program": "restricted_program",
    }
    newer: dict[str, Any] = {names.get(name, name): kept(made[name](value)) for name, value in values.items()}
    if not whole:
        return Checks(**newer)
    asked = a.checks()
    rest: dict[str, Any] = {
        "reported_weight": kept(asked.reported_weight.value if asked.reported_weight else None),
        "emergency_contact": kept(True),
        "cures_reviewed_on": kept(clinic_day(at, a.POLICY.timezone)),
    }
    return Checks(**newer, **rest)
