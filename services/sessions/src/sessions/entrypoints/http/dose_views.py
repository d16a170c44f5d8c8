"""What is shown of a dose: how much, how its pump was run, and what was written down wrong of it."""

from datetime import datetime
from typing import Self

from pydantic import BaseModel

from sessions.domain.adverse_events import ReviewDecision
from sessions.domain.doses import Dose, DoseRecord, StatedDose
from sessions.domain.drug_amounts import DrugUnit
from sessions.domain.infusion import Infusion, StepKind
from sessions.domain.outside_gate import OutsideGate
from sessions.domain.words import Route
from sessions.entrypoints.http.drug_amount_bodies import AmountView
from sessions.entrypoints.http.schemas import Shown, View


class PumpStepView(BaseModel):
    """What was done to the pump: all that had run in by then, and the rate from then on; `recorded_at` is when it was
    written down, where that was afterwards, and `recorded_by` by whom.
    """

    step: StepKind
    infused_ml: Shown
    ml_per_hour: Shown | None
    note: str
    by: str
    at: datetime
    recorded_at: datetime | None
    recorded_by: str | None


class InfusionView(BaseModel):
    made_up_to_ml: Shown
    steps: tuple[PumpStepView, ...]


class DoseRecordView(BaseModel):
    """How a dose was written down before it was put right, by whom, when and why."""

    mg: Shown
    ml: Shown | None
    amount: AmountView | None
    started_at: datetime
    ended_at: datetime | None
    by: str
    at: datetime
    reason: str


class DoseReviewView(View):
    decision: ReviewDecision
    note: str
    by: str
    at: datetime


class OutsideGateView(BaseModel):
    """The mark of a dose outside the gate. `closed` are the items that stood in the way by what had been written down
    when it was given, `closed_later` those that did when it was written down; `off_order`: no order has this dose by
    this route. `giver_absent`: who gave it is not on record as in the session then. `holds_dosing`: further doses wait
    for a review, or for another one.
    """

    id: str
    route: Route
    reason: str
    ordered_by: str | None
    before_start: str | None
    recorded_by: str
    recorded_at: datetime
    review_by: datetime
    policy_version: str
    closed: tuple[str, ...]
    closed_later: tuple[str, ...]
    off_order: bool
    giver_absent: bool
    holds_dosing: bool
    reviews: tuple[DoseReviewView, ...]

    @classmethod
    def of(cls, mark: OutsideGate) -> Self:
        named = {name: getattr(mark, name) for name in cls.model_fields if name != "reviews"}
        return cls(**named, reviews=tuple(DoseReviewView.model_validate(each) for each in mark.reviews))


class DoseView(BaseModel):
    """`mg` is what was given, `hung_mg` what an infusion was begun with that was stopped before; `earlier` is what was
    written down wrong, the first record first; `outside_gate` is None of a dose the gate was open for.
    `ended_by` is who ended an infusion, `end_recorded_at` when that was written down, where that was afterwards, and
    `end_recorded_by` by whom.
    """

    mg: Shown
    ml: Shown | None
    mg_per_ml: Shown | None
    amount: AmountView | None
    mg_per_unit: Shown | None
    container_id: str
    draw_id: str
    serial: str | None
    given_by: str
    started_at: datetime
    ended_at: datetime | None
    ended_by: str | None
    end_recorded_at: datetime | None
    end_recorded_by: str | None
    hung_mg: Shown | None
    infusion: InfusionView | None
    earlier: tuple[DoseRecordView, ...]
    outside_gate: OutsideGateView | None


def dose_view(dose: Dose) -> DoseView:
    stated = dose.stated
    return DoseView(
        mg=stated.mass.value,
        ml=stated.volume.value if stated.volume else None,
        mg_per_ml=stated.concentration.value if stated.concentration else None,
        amount=_amount(stated),
        mg_per_unit=stated.pieces.piece.content.value if stated.pieces else None,
        container_id=dose.container_id,
        draw_id=dose.draw_id,
        serial=dose.serial,
        given_by=dose.given_by,
        started_at=dose.started_at,
        ended_at=dose.ended_at,
        ended_by=dose.ended_by,
        end_recorded_at=dose.end_recorded_at,
        end_recorded_by=dose.end_recorded_by,
        hung_mg=dose.hung.mass.value if dose.hung else None,
        infusion=_infusion(dose.infusion) if dose.infusion else None,
        earlier=tuple(_earlier(each) for each in dose.earlier),
        outside_gate=OutsideGateView.of(dose.outside) if dose.outside else None,
    )


def _infusion(infusion: Infusion) -> InfusionView:
    steps = tuple(
        PumpStepView(
            step=each.kind,
            infused_ml=each.infused.value,
            ml_per_hour=each.rate.value if each.rate else None,
            note=each.note,
            by=each.by,
            at=each.at,
            recorded_at=each.recorded_at,
            recorded_by=each.recorded_by,
        )
        for each in infusion.steps
    )
    return InfusionView(made_up_to_ml=infusion.made_up_to.value, steps=steps)


def _amount(stated: StatedDose) -> AmountView | None:
    """In the unit it was counted in; None of a dose that was stated in milligrams alone."""
    if stated.pieces is not None:
        return AmountView(quantity=stated.pieces.number, unit=stated.pieces.piece.unit)
    if stated.volume is None:
        return None
    return AmountView(quantity=stated.volume.value, unit=DrugUnit.MILLILITRE)


def _earlier(record: DoseRecord) -> DoseRecordView:
    return DoseRecordView(
        mg=record.stated.mass.value,
        ml=record.stated.volume.value if record.stated.volume else None,
        amount=_amount(record.stated),
        started_at=record.started_at,
        ended_at=record.ended_at,
        by=record.by,
        at=record.at,
        reason=record.reason,
    )
