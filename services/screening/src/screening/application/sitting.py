"""The safety screener opens in the same sitting as the answer that calls for it."""

from collections.abc import Sequence

from careflow_service.work import Transaction
from screening.application.ports import Ports
from screening.domain.case import Case
from screening.domain.ids import RequestId
from screening.domain.intake import Purpose
from screening.domain.questionnaires import AlertResponse, ItemAlert


def with_screener_in_sitting(case: Case, hits: Sequence[ItemAlert], tx: Transaction, ports: Ports) -> Case:
    """The case with the screener asked for, unless nothing calls for it or it is open already."""
    code = ports.policy.intake.safety_screener
    asked_for = any(hit.response is AlertResponse.SCREENER_IN_SITTING for hit in hits)
    if not asked_for or case.unanswered(*ports.shelf.forms(code)):
        return case
    return case.requesting(
        RequestId(tx.new_id()),
        ports.shelf.for_case(code, case),
        Purpose.FOLLOW_UP,
        due_within=ports.policy.intake.due_within.length,
        now=tx.now,
    )
