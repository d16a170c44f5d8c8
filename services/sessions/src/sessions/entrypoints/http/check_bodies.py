"""The checks before a dose as they are sent."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Annotated, TypeVar

from pydantic import Field

from careflow_service.http.dependencies import RequestBody, RequestPart
from careflow_service.http.fields import Day, Moment
from sessions.application.commands.record_checks import Stamp
from sessions.domain.checks import (
    BladderQuestion,
    Checks,
    DrugScreen,
    Escort,
    Identifier,
    LastIntake,
    PregnancyTest,
    Reconciliation,
    Recorded,
    RestrictedProgram,
    RiskLevel,
    SubstanceUse,
)
from sessions.domain.ids import StaffId
from sessions.domain.units import Kilograms
from sessions.domain.weights import ReportedWeight, Weight, WeightUnit
from sessions.entrypoints.http.schemas import Line, Quantity
from sessions.entrypoints.http.vitals_body import Vitals

P = TypeVar("P")
V = TypeVar("V")


class WeightBody(RequestPart):
    kilograms: Annotated[Quantity, Field(gt=20, lt=400)]
    measured_on: Day


class ReportedWeightBody(RequestPart):
    """What the patient says they weigh, the unit said."""

    amount: Annotated[Quantity, Field(gt=20, lt=900)]
    unit: WeightUnit


class SubstancesBody(RequestPart):
    recent: bool
    intoxicated: bool


class IntakeBody(RequestPart):
    solids_at: Moment
    liquids_at: Moment
    nasal_spray_at: Moment | None = None


class EscortBody(RequestPart):
    name: Line
    phone: Line
    adult: bool
    reached_today: bool
    pick_up_at: Moment
    rideshare_only: bool = False


class RestrictedProgramBody(RequestPart):
    setting_certified: bool
    patient_enrolled: bool
    pulse_oximeter: bool


class CheckParts(RequestBody):
    """Whatever was asked; the caller and the moment are recorded with each."""

    identifiers: Annotated[frozenset[Identifier], Field(min_length=1)] | None = None
    weight: WeightBody | None = None
    reported_weight: ReportedWeightBody | None = None
    allergic: bool | None = None
    substances: SubstancesBody | None = None
    drug_screen: DrugScreen | None = None
    bladder_symptoms: bool | None = None
    intake: IntakeBody | None = None
    pregnancy: PregnancyTest | None = None
    suicide_risk: RiskLevel | None = None
    escort: EscortBody | None = None
    equipment_ready: bool | None = None
    emergency_contact: bool | None = None
    cures_reviewed_on: Day | None = None
    restricted_program: RestrictedProgramBody | None = None

    def stamp(self) -> Stamp:
        """The checks as the domain keeps them, once it is known who recorded them and when."""

        def recorded(by: StaffId, at: datetime) -> Checks:
            def kept(given: P | None, make: Callable[[P], V]) -> Recorded[V] | None:
                return None if given is None else Recorded(value=make(given), by=by, at=at)

            return Checks(
                identifiers=kept(self.identifiers, lambda each: each),
                weight=kept(
                    self.weight, lambda each: Weight(kilograms=Kilograms(each.kilograms), measured_on=each.measured_on)
                ),
                reported_weight=kept(
                    self.reported_weight, lambda each: ReportedWeight(amount=each.amount, unit=each.unit)
                ),
                reconciliation=kept(self.allergic, lambda each: Reconciliation(allergic=each)),
                substances=kept(self.substances, lambda each: SubstanceUse(**each.model_dump())),
                drug_screen=kept(self.drug_screen, lambda each: each),
                bladder=kept(self.bladder_symptoms, lambda each: BladderQuestion(symptoms=each)),
                intake=kept(self.intake, lambda each: LastIntake(**each.model_dump())),
                pregnancy=kept(self.pregnancy, lambda each: each),
                suicide_risk=kept(self.suicide_risk, lambda each: each),
                escort=kept(self.escort, lambda each: Escort(**each.model_dump())),
                equipment_ready=kept(self.equipment_ready, lambda each: each),
                emergency_contact=kept(self.emergency_contact, lambda each: each),
                cures_reviewed_on=kept(self.cures_reviewed_on, lambda each: each),
                restricted_program=kept(self.restricted_program, lambda each: RestrictedProgram(**each.model_dump())),
            )

        return recorded


class NewChecks(CheckParts):
    """Whatever was asked or measured; the caller and the moment are recorded with each."""

    baseline: Annotated[tuple[Vitals, ...], Field(max_length=5)] = ()

    def stamp(self) -> Stamp:
        """See `CheckParts.stamp`."""
        asked = super().stamp()

        def recorded(by: StaffId, at: datetime) -> Checks:
            return replace(asked(by, at), baseline=tuple(each.signs(by, at) for each in self.baseline))

        return recorded
