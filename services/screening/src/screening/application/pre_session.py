"""What the answers before a dosing visit come to, once all of them are there."""

from careflow_service.work import Transaction
from screening.application.ports import Ports
from screening.domain.case import Case
from screening.domain.ids import RequestId
from screening.domain.intake import Purpose, RequestedQuestionnaire
from screening.domain.pre_session import Answered, ScreenState, find
from screening.domain.questionnaires import Score, highest_level


async def assess(case: Case, request_id: RequestId, tx: Transaction, ports: Ports) -> None:
    """A request was completed; does nothing unless it was the last one of a screen."""
    if case.request(request_id).purpose is not Purpose.PRE_SESSION:
        return
    before = await ports.screens.of_request(request_id, of=case.patient_id)
    if before is None or before.state is not ScreenState.ASKED:
        return
    requests = [case.request(each) for each in before.requests]
    answered = [found for request in requests if (found := _answered(request, case, ports))]
    if len(answered) < len(requests):
        return
    policy = ports.policy.pre_session
    after = before.assessed(find(answered, policy), policy, now=tx.now)
    await ports.screens.save(after, expecting=before.version, tx=tx)


def _answered(request: RequestedQuestionnaire, case: Case, ports: Ports) -> Answered | None:
    definition = ports.shelf.version(request.questionnaire, request.definition_version)
    score = request.score(definition)
    if score is None:
        return None
    levels = (hit.level for hit in definition.hits(request.answers))
    return Answered(score=score, baseline=_baseline(request, case, ports), level=highest_level(levels))


def _baseline(request: RequestedQuestionnaire, case: Case, ports: Ports) -> Score | None:
    """The same questionnaire at the intake."""
    first = next(
        (
            each
            for each in case.questionnaires
            if each.questionnaire == request.questionnaire and each.purpose is Purpose.INTAKE and each.completed_at
        ),
        None,
    )
    return first.score(ports.shelf.version(first.questionnaire, first.definition_version)) if first else None
