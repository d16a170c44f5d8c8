"""Reactions to screening's cases, questionnaires and evaluations: what the care path keeps of them."""

from booking.application.care_path_reactions import reacting
from booking.application.ports import Ports
from booking.domain.care_path import QuestionnaireRequest
from booking.domain.ids import CaseId, RequestId
from careflow_events import contracts
from careflow_events.subscription import Received
from careflow_service.work import Transaction


async def on_screening_started(event: Received[contracts.ScreeningStarted], tx: Transaction, ports: Ports) -> None:
    case_id, at = CaseId(event.data.case_id), event.data.started_at
    await reacting(event, tx, ports, lambda path: path.screening_started(case_id, at=at, now=tx.now))


async def on_screening_closed(event: Received[contracts.ScreeningClosed], tx: Transaction, ports: Ports) -> None:
    await reacting(event, tx, ports, lambda path: path.screening_closed(event.data.reason.value, now=tx.now))


async def on_questionnaire_requested(
    event: Received[contracts.QuestionnaireRequested], tx: Transaction, ports: Ports
) -> None:
    asked = QuestionnaireRequest(RequestId(event.data.request_id), event.data.purpose.value, event.data.due_at)
    await reacting(event, tx, ports, lambda path: path.questionnaire_requested(asked, now=tx.now))


async def on_questionnaire_completed(
    event: Received[contracts.QuestionnaireCompleted], tx: Transaction, ports: Ports
) -> None:
    await reacting(
        event, tx, ports, lambda path: path.questionnaire_settled(RequestId(event.data.request_id), now=tx.now)
    )


async def on_questionnaire_withdrawn(
    event: Received[contracts.QuestionnaireWithdrawn], tx: Transaction, ports: Ports
) -> None:
    await reacting(
        event, tx, ports, lambda path: path.questionnaire_settled(RequestId(event.data.request_id), now=tx.now)
    )


async def on_outcome_review_due(event: Received[contracts.OutcomeReviewDue], tx: Transaction, ports: Ports) -> None:
    await reacting(event, tx, ports, lambda path: path.outcome_review_due(event.data.due_by, now=tx.now))


async def on_outcome_reviewed(event: Received[contracts.OutcomeReviewed], tx: Transaction, ports: Ports) -> None:
    await reacting(event, tx, ports, lambda path: path.outcome_reviewed(now=tx.now))


async def on_evaluation_recorded(event: Received[contracts.EvaluationRecorded], tx: Transaction, ports: Ports) -> None:
    await reacting(event, tx, ports, lambda path: path.evaluation_recorded(now=tx.now))
