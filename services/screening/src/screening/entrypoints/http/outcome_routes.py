"""What treatment came to, by scale: derived from the answers, missing where nothing can be said."""

from datetime import datetime

from fastapi import APIRouter, Response
from pydantic import BaseModel

from careflow_service.http.dependencies import (
    WHOLE,
    CurrentActor,
    PageCursor,
    PageLimit,
    represent,
)
from screening.domain.ids import PatientId
from screening.domain.outcomes import BenefitEnd, Missing, Standing
from screening.entrypoints.http.schemas import App, View

router = APIRouter(tags=["outcomes"])


class ReadingView(View):
    at: datetime
    total: int


class BenefitView(View):
    """Days until the response criterion was lost; with `next_dose` or `ongoing` at least so many, null where it was not
    reached or nobody was asked.
    """

    dose_at: datetime
    days: int | None
    ended: BenefitEnd


class ScaleOutcomeView(View):
    """Null is what cannot be said or is not defined for the scale; `missing` says why. Nothing is carried forward."""

    questionnaire: str
    baseline: ReadingView | None
    latest: ReadingView | None
    lowest: ReadingView | None
    change_percent: int | None
    standing: Standing | None
    remission: bool | None
    deterioration: bool | None
    relapse: bool | None
    benefit: tuple[BenefitView, ...]
    missing: tuple[Missing, ...]


class CourseView(BaseModel):
    case_id: str
    doses: tuple[datetime, ...]
    ended_at: datetime | None
    scales: tuple[ScaleOutcomeView, ...]


class OutcomesView(BaseModel):
    """By the policy of today, whichever held when the scores were taken."""

    policy_version: str
    items: tuple[CourseView, ...]
    next: str | None


@router.get("/v1/outcomes/{patient_id}", response_model=OutcomesView)
async def read_outcomes(
    patient_id: str, actor: CurrentActor, app: App, limit: PageLimit = WHOLE, after: PageCursor = None
) -> Response:
    """A patient's courses, newest first, a page of which may be empty and not the last: response, remission,
    deterioration, relapse and how long each dose helped.
    """
    found = await app.reading.outcomes(PatientId(patient_id), actor, limit=limit, after=after)
    courses = tuple(
        CourseView(
            case_id=case.id,
            doses=case.course.dose_times,
            ended_at=case.course.ended_at,
            scales=tuple(ScaleOutcomeView.model_validate(each) for each in outcomes),
        )
        for case, outcomes in found.items
    )
    return represent(OutcomesView(policy_version=app.ports.policy.version, items=courses, next=found.next))
