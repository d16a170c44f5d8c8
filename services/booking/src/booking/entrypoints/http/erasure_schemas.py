"""Bodies and views of requests to erase somebody."""

from datetime import datetime

from pydantic import BaseModel

from booking.domain.erasures import Answer, Erasure, ErasureStatus, Grounds, Party
from careflow_domain.retention import RetentionReason
from careflow_service.http.dependencies import RequestBody


class ErasureBody(RequestBody):
    grounds: Grounds


class AnswerView(BaseModel):
    """What one service has answered. `retain_until` is missing where nobody can tell yet."""

    service: Party
    at: datetime
    agreed: bool
    reason: RetentionReason | None = None
    retain_until: datetime | None = None

    @classmethod
    def of(cls, party: Party, answer: Answer) -> "AnswerView":
        refusal = answer.refusal
        return cls(
            service=party,
            at=answer.at,
            agreed=refusal is None,
            reason=refusal.reason if refusal else None,
            retain_until=refusal.retain_until if refusal else None,
        )


class ErasureView(BaseModel):
    """`waits_for` names who has not answered; `late` says that this takes longer than it should."""

    id: str
    patient_id: str
    grounds: Grounds
    status: ErasureStatus
    asked_at: datetime
    ended_at: datetime | None
    answers: list[AnswerView]
    waits_for: list[Party]
    late: bool

    @classmethod
    def of(cls, erasure: Erasure) -> "ErasureView":
        return cls(
            id=erasure.id,
            patient_id=erasure.patient_id,
            grounds=erasure.grounds,
            status=erasure.status,
            asked_at=erasure.asked_at,
            ended_at=erasure.ended_at,
            answers=[AnswerView.of(party, answer) for party, answer in erasure.answers.items()],
            waits_for=list(erasure.waits_for),
            late=erasure.late,
        )
