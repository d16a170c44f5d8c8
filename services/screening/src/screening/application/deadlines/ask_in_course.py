"""A week of a course, or a month after it, has passed: the patient is asked how they are."""

from datetime import datetime

from careflow_service.work import Transaction
from screening.application.ports import Ports
from screening.application.sending_links import known_of, send_link
from screening.domain.case import Case
from screening.domain.case_record import CaseState
from screening.domain.ids import CaseId, RequestId
from screening.domain.intake import Purpose
from screening.domain.outcomes import ScalePolicy

_ROUTINE = (Purpose.COURSE, Purpose.FOLLOW_UP)


async def ask_in_course(case_id: str, tx: Transaction, ports: Ports) -> None:
    """Does nothing when the course went on otherwise. Each scale is asked that the patient has answered before, unless
    it was answered lately; what is still open from the last time gives way to a new request.
    """
    before = await ports.cases.get(CaseId(case_id))
    course = before.course
    if course.asks_at is None or course.asks_at > tx.now or before.state is CaseState.CLOSED:
        return
    known = await known_of(before.patient_id, ports)
    case = before
    for scale in ports.policy.outcomes.scales:
        if case.answered_all_of(scale.questionnaire) and not _answered_lately(case, scale, tx.now):
            case = _asking(case, scale, tx, ports)
    asked = case is not before
    case = case.in_course(course.asked(ports.policy.course, now=tx.now))
    await ports.cases.save(case, expecting=before.version, tx=tx)
    if asked:
        await send_link(case, known, tx, ports)


def _answered_lately(case: Case, scale: ScalePolicy, now: datetime) -> bool:
    """Within the time it is asked for in a course."""
    return any(
        each.completed_at is not None and now - each.completed_at < scale.asked_every.length
        for each in case.questionnaires
        if each.questionnaire == scale.questionnaire
    )


def _asking(case: Case, scale: ScalePolicy, tx: Transaction, ports: Ports) -> Case:
    open_request = case.unanswered(scale.questionnaire)
    if open_request is not None:
        if open_request.purpose not in _ROUTINE:
            return case
        case = case.withdrawing({open_request.id}, now=tx.now)
    return case.requesting(
        RequestId(tx.new_id()),
        ports.shelf.newest(scale.questionnaire),
        case.course.purpose,
        due_within=ports.policy.course.every.length,
        now=tx.now,
    )
