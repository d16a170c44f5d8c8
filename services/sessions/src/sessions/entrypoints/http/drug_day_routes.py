"""The days of the controlled-drug log: counted, confirmed, read."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Final

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from careflow_domain.errors import invalid
from careflow_service.http.dependencies import (
    WHOLE,
    CurrentActor,
    IdempotentRequest,
    Page,
    PageCursor,
    PageLimit,
    RequestBody,
    RequestPart,
    represent,
)
from careflow_service.http.fields import Day
from sessions.application.commands.close_drug_day import CloseDrugDay, ConfirmDrugDay
from sessions.domain.discrepancy_cases import DiscrepancyCase, DiscrepancyKind
from sessions.domain.drug_amounts import DrugQuantity, DrugUnit
from sessions.domain.drug_days import Discrepancy, DrugDay
from sessions.domain.ids import CaseId, ContainerId, LocationId
from sessions.domain.units import Milligrams
from sessions.entrypoints.http.discrepancy_routes import JudgementView
from sessions.entrypoints.http.drug_amount_bodies import AmountView
from sessions.entrypoints.http.schemas import AggregateChanged, App, Note, Quantity, Shown, Uuid, changed

MOST_COUNTED: Final = 500

router = APIRouter(tags=["drug log"])


class Counted(RequestPart):
    quantity: Quantity
    unit: DrugUnit


class DayClose(RequestBody):
    """What was counted in each container, in its own unit, or of solutions in milligrams (`counts`); `acknowledgement`
    when the day closes with open discrepancies.
    """

    counted: Annotated[dict[Uuid, Counted], Field(max_length=MOST_COUNTED)] = Field(default_factory=dict)
    counts: Annotated[dict[Uuid, Quantity], Field(max_length=MOST_COUNTED)] = Field(default_factory=dict)
    acknowledgement: Note | None = None

    def found(self) -> dict[ContainerId, Milligrams | DrugQuantity]:
        """Refused: `counted_twice`."""
        if self.counts.keys() & self.counted.keys():
            raise invalid("counted_twice", "A container is counted once: in its own unit, or in milligrams.")
        found: dict[ContainerId, Milligrams | DrugQuantity] = {
            ContainerId(each): Milligrams(mg) for each, mg in self.counts.items()
        }
        for each, it in self.counted.items():
            found[ContainerId(each)] = DrugQuantity(value=it.quantity, unit=it.unit)
        return found


class DiscrepancyView(BaseModel):
    """`case_id` is the case in which it is judged and reported; `amount`, `expected` and `counted` are in the unit of
    the container, None where the day was closed before that was kept.
    """

    container_id: str
    kind: DiscrepancyKind
    amount_mg: Shown
    expected_mg: Shown
    counted_mg: Shown | None
    amount: AmountView | None
    expected: AmountView | None
    counted: AmountView | None
    case_id: str | None


class DrugDayView(BaseModel):
    """`confirmed_by` is the second person who counted; without one the day still waits."""

    id: str
    version: int
    day: date
    closed_by: str
    closed_at: datetime
    confirmed_by: str | None
    confirmed_at: datetime | None
    acknowledgement: str | None
    discrepancies: tuple[DiscrepancyView, ...]


class ReportedDiscrepancyView(DiscrepancyView):
    """`entry_id` is the line of a loss; `judged` how its case was judged last, None while nobody has."""

    entry_id: str | None
    judged: JudgementView | None


class DrugDayReport(DrugDayView):
    """A closed day with what became of everything that did not add up."""

    discrepancies: tuple[ReportedDiscrepancyView, ...]


@router.get("/v1/drug-log/locations/{location_id}/days", response_model=Page[DrugDayView])
async def list_drug_days(
    location_id: Uuid, actor: CurrentActor, app: App, limit: PageLimit = WHOLE, after: PageCursor = None
) -> Response:
    """The closed days of a location, the newest first."""
    days = await app.reading.drug_days_of(LocationId(location_id), actor, limit, after)
    return represent(Page[DrugDayView](items=[_day(each) for each in days.items], next=days.next))


@router.get("/v1/drug-log/locations/{location_id}/days/{day}", response_model=DrugDayReport)
async def read_drug_day(location_id: Uuid, day: Day, actor: CurrentActor, app: App) -> Response:
    """One closed day with everything that did not add up, and how it was judged."""
    closed, cases = await app.reading.drug_day(LocationId(location_id), day, actor)
    return represent(_report(closed, cases), version=closed.version)


@router.post("/v1/drug-log/locations/{location_id}/days/{day}/close", status_code=201, response_model=AggregateChanged)
async def close_drug_day(
    location_id: Uuid, day: Day, body: DayClose, actor: CurrentActor, request: IdempotentRequest, app: App
) -> Response:
    """Count and close a day. Refused with everything that does not add up, unless it is acknowledged."""
    command = CloseDrugDay(LocationId(location_id), day, body.found(), body.acknowledgement)
    return changed(await app.close_drug_day(command, actor, request), status=201)


@router.post("/v1/drug-log/locations/{location_id}/days/{day}/confirm", response_model=AggregateChanged)
async def confirm_drug_day(
    location_id: Uuid, day: Day, actor: CurrentActor, request: IdempotentRequest, app: App
) -> Response:
    """Confirm with one's own login, as the second person, what was counted at the close."""
    return changed(await app.confirm_drug_day(ConfirmDrugDay(LocationId(location_id), day), actor, request))


def _day(day: DrugDay) -> DrugDayView:
    found = tuple(DiscrepancyView.model_validate(_found(each)) for each in day.discrepancies)
    return DrugDayView.model_validate({**_signed(day), "discrepancies": found})


def _report(day: DrugDay, cases: Mapping[CaseId, DiscrepancyCase]) -> DrugDayReport:
    def judged(each: Discrepancy) -> JudgementView | None:
        case = cases.get(each.case_id) if each.case_id else None
        return JudgementView.model_validate(case.judgements[-1]) if case and case.judgements else None

    found = tuple(
        ReportedDiscrepancyView.model_validate({**_found(each), "entry_id": each.entry_id, "judged": judged(each)})
        for each in day.discrepancies
    )
    return DrugDayReport.model_validate({**_signed(day), "discrepancies": found})


def _signed(day: DrugDay) -> dict[str, object]:
    return {
        "id": day.id,
        "version": day.version,
        "day": day.day,
        "closed_by": day.closed_by,
        "closed_at": day.closed_at,
        "confirmed_by": day.confirmed_by,
        "confirmed_at": day.confirmed_at,
        "acknowledgement": day.acknowledgement,
    }


def _found(each: Discrepancy) -> dict[str, object]:
    def amount(mass: Milligrams | None) -> AmountView | None:
        return None if each.item is None or mass is None else AmountView.of(each.item.quantity_of(mass))

    return {
        "container_id": each.container_id,
        "kind": each.kind,
        "amount_mg": each.amount.value,
        "expected_mg": each.expected.value,
        "counted_mg": each.counted.value if each.counted is not None else None,
        "amount": amount(each.amount),
        "expected": amount(each.expected),
        "counted": amount(each.counted),
        "case_id": each.case_id,
    }
