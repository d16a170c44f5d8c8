"""What the forms of the bedside ask, field by field; which of them a form has is in `bedside_forms`."""

from collections.abc import Sequence
from typing import Final

from careflow_service.http.places import US_STATES
from careflow_service.identity import Role
from careflow_service.pages.asking import Field, Kind
from sessions.domain.checks import DrugScreen, Identifier, PregnancyTest, RiskLevel
from sessions.domain.drug_amounts import DrugUnit
from sessions.domain.vitals import Symptom
from sessions.domain.weights import WeightUnit
from sessions.entrypoints.pages.bedside_commands import OUTSIDE


def field(name: str, kind: Kind, *options: str, word: str = "") -> Field:
    """A field whose options have words of their own."""
    return Field(name=name, kind=kind, options=[(each, None) for each in options], word=word)


def _done_by(name: str) -> Field:
    """Who of the bedside did what is written down afterwards."""
    return Field(name=name, kind=Kind.COLLEAGUE, holding=(Role.PRESCRIBER, Role.NURSE))


def signs(prefix: str, moment: str = "observed_at") -> Sequence[Field]:
    """All of one observation; `moment` names the words for when it was made."""
    whole = ("systolic", "diastolic", "heart_rate", "oxygen_saturation", "respiratory_rate", "moaas")
    return (
        *(field(f"{prefix}.{name}", Kind.WHOLE) for name in whole),
        field(f"{prefix}.symptoms", Kind.SEVERAL, *Symptom),
        field(f"{prefix}.observed_at", Kind.MOMENT, word=moment),
    )


IDENTITY: Final = (
    field("identifiers", Kind.SEVERAL, *Identifier),
    field("weight.kilograms", Kind.AMOUNT),
    field("weight.measured_on", Kind.DAY),
    field("reported_weight.amount", Kind.AMOUNT),
    field("reported_weight.unit", Kind.CHOICE, *WeightUnit),
)
QUESTIONS: Final = (
    field("suicide_risk", Kind.CHOICE, *RiskLevel),
    field("allergic", Kind.YES_NO),
    field("substances.recent", Kind.YES_NO),
    field("substances.intoxicated", Kind.YES_NO),
    field("drug_screen", Kind.CHOICE, *DrugScreen),
    field("pregnancy", Kind.CHOICE, *PregnancyTest),
    field("bladder_symptoms", Kind.YES_NO),
    field("intake.solids_at", Kind.MOMENT),
    field("intake.liquids_at", Kind.MOMENT),
    field("intake.nasal_spray_at", Kind.MOMENT),
)
ESCORT: Final = (
    field("escort.name", Kind.TEXT),
    field("escort.phone", Kind.TEXT),
    field("escort.adult", Kind.YES_NO),
    field("escort.reached_today", Kind.YES_NO),
    field("escort.rideshare_only", Kind.YES_NO),
    field("escort.pick_up_at", Kind.MOMENT),
    field("emergency_contact", Kind.YES_NO),
    field("equipment_ready", Kind.YES_NO),
    field("cures_reviewed_on", Kind.DAY),
)
PROGRAM: Final = tuple(
    field(f"restricted_program.{name}", Kind.YES_NO)
    for name in ("setting_certified", "patient_enrolled", "pulse_oximeter")
)
VERIFICATION: Final = (
    field("identifiers", Kind.SEVERAL, Identifier.NAME, Identifier.BIRTH_DATE, Identifier.PHOTO_ID),
    field("address", Kind.TEXT),
    Field(name="state", kind=Kind.CHOICE, options=(*((each, each) for each in US_STATES), (OUTSIDE, None))),
    field("callback", Kind.TEXT),
    field("emergency_service", Kind.TEXT),
    field("private", Kind.YES_NO),
    field("fit", Kind.YES_NO),
)
CALL: Final = (field("minutes", Kind.WHOLE, word="call_minutes"), field("note", Kind.PROSE, word="call_note"))
ORDER: Final = (field("mg_per_kg", Kind.AMOUNT), field("mg", Kind.AMOUNT), field("most_mg", Kind.AMOUNT))
PIECES: Final = (
    field("quantity", Kind.AMOUNT, word="pieces"),
    field("unit", Kind.CHOICE, *sorted(set(DrugUnit) - {DrugUnit.MILLILITRE}), word="piece"),
)
DISCHARGE: Final = (
    *(field(name, Kind.YES_NO) for name in ("oriented", "walks_unaided", "nausea_controlled", "effects_resolved")),
    field("suicide_risk", Kind.CHOICE, *RiskLevel),
    field("escort_signed", Kind.YES_NO),
    field("instructions_given", Kind.YES_NO),
)
LEFT_AT: Final = field("left_at", Kind.MOMENT)
LET_GO_LATE: Final = (LEFT_AT, _done_by("let_go_by"))
"""Of a discharge that is written down afterwards."""
EVENT: Final = (
    field("description", Kind.PROSE),
    field("grade", Kind.WHOLE),
    *(field(name, Kind.YES_NO) for name in ("serious", "expected", "related")),
    field("started_at", Kind.MOMENT),
)
THERAPY: Final = (
    Field(name="therapy.0.provider", kind=Kind.COLLEAGUE, holding=(Role.THERAPIST, Role.PRESCRIBER)),
    field("therapy.0.started_at", Kind.MOMENT, word="therapy_started_at"),
    field("therapy.0.ended_at", Kind.MOMENT, word="therapy_ended_at"),
)
PUMP: Final = (
    field("ml_per_hour", Kind.AMOUNT),
    field("infused_ml", Kind.AMOUNT),
    field("set_at", Kind.MOMENT),
    _done_by("set_by"),
    field("note", Kind.PROSE, word="pump_note"),
)
ENDED_AT: Final = field("ended_at", Kind.MOMENT, word="dose_ended_at")
STOPPING: Final = (
    field("infused_ml", Kind.AMOUNT),
    ENDED_AT,
    _done_by("ended_by"),
    field("note", Kind.PROSE, word="pump_note"),
)
ENDED_BEFORE: Final = (
    field("ended_at", Kind.MOMENT),
    _done_by("ended_by"),
    field("note", Kind.PROSE, word="pump_note"),
)
CORRECTING_DOSE: Final = (
    field("ml", Kind.AMOUNT, word="drug_ml"),
    field("started_at", Kind.MOMENT),
    field("ended_at", Kind.MOMENT),
    field("reason", Kind.PROSE),
)
