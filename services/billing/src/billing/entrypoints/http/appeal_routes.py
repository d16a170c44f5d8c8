"""Letters of appeal over HTTP. Once issued, one is read like any other paper."""

from typing import Annotated

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import Field, StringConstraints

from billing.application.commands.issue_appeal_letter import IssueAppealLetter
from billing.domain.appeals import AppealStage, Decision, DenialReason, Language
from billing.domain.ids import SuperbillId
from billing.entrypoints.http.paper_routes import IssuedView, issued
from billing.entrypoints.http.schemas import App, Id, Line, Note
from careflow_service.http.dependencies import CurrentActor, IdempotentRequest, RequestBody
from careflow_service.http.fields import PROSE, Day

router = APIRouter(tags=["papers"])

MOST_ENCLOSED = 10

Words = Annotated[str, StringConstraints(min_length=1, max_length=4000), PROSE]


class Appealing(RequestBody):
    """What the insurer's notice says, as the patient received it on `notice_received_on`: why, in its own words
    (`notice_says`), and the last day to appeal where it names one; and what the patient says to that in their own
    `words`. `enclosed` is what they send beside the notice and the bill.
    """

    stage: AppealStage
    reason: DenialReason
    notice_received_on: Day
    last_day: Day | None = None
    claim_number: Line | None = None
    notice_says: Note | None = None
    words: Words | None = None
    enclosed: list[Line] = Field(default_factory=list, max_length=MOST_ENCLOSED)

    def command(self, superbill_id: str, language: Language) -> IssueAppealLetter:
        return IssueAppealLetter(
            SuperbillId(superbill_id),
            self.stage,
            Decision(
                reason=self.reason,
                received_on=self.notice_received_on,
                last_day=self.last_day,
                claim_number=self.claim_number,
                said=self.notice_says,
            ),
            self.words,
            tuple(self.enclosed),
            language,
        )


class AppealLetterBody(Appealing):
    """The letter is in English; `language` is what the patient's own page is in."""

    superbill_id: Id
    language: Language = Language.ENGLISH


@router.post("/v1/appeal-letters", status_code=201, response_model=IssuedView)
async def issue_appeal_letter(
    body: AppealLetterBody, actor: CurrentActor, app: App, request: IdempotentRequest
) -> Response:
    """A letter by which the patient appeals against what their insurer decided; the one there is for the same words."""
    return issued(await app.issue_appeal_letter(body.command(body.superbill_id, body.language), actor, request))
