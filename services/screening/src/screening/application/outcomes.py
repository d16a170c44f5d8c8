"""What the answers of a case show of its course, derived anew each time from raw answers and the times of doses."""

from datetime import datetime

from careflow_service.work import Transaction
from screening.application.ports import Ports
from screening.application.staff_tasks import open_anew
from screening.domain.case import Case
from screening.domain.outcomes import Reading, Scale, ScaleOutcome, ScalePolicy, in_time
from screening.domain.tasks import TaskKind


def scales_of(case: Case, ports: Ports) -> tuple[Scale, ...]:
    """Every scale the policy follows, with its readings in this case."""
    policy = ports.policy.outcomes
    return tuple(Scale(policy, each, _readings(case, each, ports), case.course.dose_times) for each in policy.scales)


def outcomes_of(case: Case, now: datetime, ports: Ports) -> tuple[ScaleOutcome, ...]:
    """What each scale shows at that moment."""
    return tuple(scale.outcome(now) for scale in scales_of(case, ports))


async def with_outcomes(case: Case, tx: Transaction, ports: Ports) -> Case:
    """The case with what its answers and doses show by now said, where it is new; a prescriber has a task for it."""
    if not case.course.doses:
        return case
    found = {scale.of.questionnaire: scale.for_review(scale.outcome(tx.now)) for scale in scales_of(case, ports)}
    within = ports.policy.outcomes.review_within.length
    after = case.reviewed_for(found, due_within=within, now=tx.now)
    if case.course.newly(found):
        await open_anew(TaskKind.OUTCOME_REVIEW, case.patient_id, case.patient_id, within=within, tx=tx, ports=ports)
    return after


def _readings(case: Case, scale: ScalePolicy, ports: Ports) -> tuple[Reading, ...]:
    asked = (each for each in case.questionnaires if each.questionnaire == scale.questionnaire)
    scored = ((each, each.score(ports.shelf.version(each.questionnaire, each.definition_version))) for each in asked)
    return in_time(
        Reading(at=request.completed_at, total=score.total)
        for request, score in scored
        if request.completed_at is not None and score is not None and score.total is not None
    )
