"""What the rules find in a case, and what a decision on it would rest on or still miss."""

from datetime import datetime

from fastapi import APIRouter, Response
from pydantic import BaseModel

from careflow_service.http.dependencies import CurrentActor, represent
from screening.domain.ids import CaseId
from screening.domain.rules import FindingClass
from screening.entrypoints.http.schemas import App, View

router = APIRouter(tags=["clearances"])


class FindingView(View):
    """What a rule found, what it rests on, why it matters and what resolves it."""

    rule: str
    finding_class: FindingClass
    because: tuple[str, ...]
    refs: tuple[str, ...]
    basis: str
    resolved_by: str


class ResistanceView(View):
    """Whether trials show that the depression resisted treatment: so many different drugs failed, of those needed."""

    shown: bool
    failed: tuple[str, ...]
    drugs: int
    needed: int


class FindingsView(BaseModel):
    """`missing` is what a grant would be refused for, findings apart; `valid_until` is how long it would last."""

    policy_version: str
    findings: tuple[FindingView, ...]
    treatment_resistance: ResistanceView
    missing: tuple[str, ...]
    valid_until: datetime


@router.get("/v1/cases/{case_id}/findings", response_model=FindingsView)
async def read_findings(case_id: str, actor: CurrentActor, app: App) -> Response:
    """What the rules find in the case now, and what a decision would still miss."""
    case, grounds = await app.reading.findings(CaseId(case_id), actor)
    view = FindingsView(
        policy_version=app.ports.policy.version,
        findings=tuple(FindingView.model_validate(each) for each in grounds.findings),
        treatment_resistance=ResistanceView.model_validate(app.ports.policy.resistance(case.trials)),
        missing=grounds.missing,
        valid_until=grounds.valid_until,
    )
    return represent(view, version=case.version)
