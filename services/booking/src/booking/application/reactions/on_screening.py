"""Reactions to screening's cases, questionnaires and evaluations: what the care path keeps of them."""

from collections.abc import Callable
from typing import TypeVar

from booking.application.care_path_reactions import reacting
from booking.application.ports import Ports
from booking.domain.ids import CaseId, RequestId
from booking.domain.questions import QuestionnaireRequest, Questions
from careflow_events import contracts
from careflow_events.subscription import Received
from careflow_service.work import Transaction

D = TypeVar("D", bound=contracts.PatientEvent)


async def on_screening_started(event: Received[contracts.ScreeningStarted], tx: Transaction, ports: Ports) -> None:
    case_id, at = CaseId(event.data.case_id), event.data.started_at
    await reacting(event, tx, ports, lambda path: path.screening_started(case_id, at=at, now=tx.now))


async def on_screening_closed(event: Received[contracts.ScreeningClosed], tx: Transaction, ports: Ports) -> None:
    await reacting(event, tx, ports, lambda path: path.screening_closed(event.data.reason.value, now=tx.now))


async def on_questionnaire_requested(
    event: Received[contracts.QuestionnaireRequested], tx: Transaction, ports: Ports
) -> None:
    asked = QuestionnaireRequest(RequestId(event.data.request_id), event.data.purpose.value, event.data.due_at)
    await _questioned(event, tx, ports, lambda questions: questions.asked(asked))


async def on_questionnaire_completed(
    event: Received[contracts.QuestionnaireCompleted], tx: Transaction, ports: Ports
) -> None:
    request_id = RequestId(event.data.request_id)
    await _questioned(event, tx, ports, lambda questions: questions.settled(request_id))


async def on_questionnaire_withdrawn(
    event: Received[contracts.QuestionnaireWithdrawn], tx: Transaction, ports: Ports
) -> None:
    request_id = RequestId(event.data.request_id)
    await _questioned(event, tx, ports, lambda questions: questions.settled(request_id))


async def _questioned(
    event: Received[D], tx: Transaction, ports: Ports, change: Callable[[Questions], Questions]
) -> None:
    await reacting(event, tx, ports, lambda path: path.questioned(change, now=tx.now))


async def on_outcome_review_due(event: Received[contracts.OutcomeReviewDue], tx: Transaction, ports: Ports) -> None:
    await reacting(event, tx, ports, lambda path: path.outcome_review_due(event.data.due_by, now=tx.now))


async def on_outcome_reviewed(event: Received[contracts.OutcomeReviewed], tx: Transaction, ports: Ports) -> None:
    await reacting(event, tx, ports, lambda path: path.outcome_reviewed(now=tx.now))


async def on_evaluation_recorded(event: Received[contracts.EvaluationRecorded], tx: Transaction, ports: Ports) -> None:
    await reacting(event, tx, ports, lambda path: path.evaluation_recorded(now=tx.now))
