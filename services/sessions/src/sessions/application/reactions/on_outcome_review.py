"""Reactions to outcomes of a course: several doses that did not help hold the next until a prescriber has looked."""

from careflow_events.contracts import OutcomeReviewDue, OutcomeReviewed, session_codes
from careflow_events.subscription import Received
from careflow_service.work import Transaction
from sessions.application.eligibility_reactions import noting
from sessions.application.ports import Ports

_HOLDS = (session_codes.OutcomeFinding.NO_RESPONSE, session_codes.OutcomeFinding.UNKNOWN)
"""A response, a relapse or a deterioration is for a prescriber to see, and no reason in itself to give no dose."""


async def on_outcome_review_due(event: Received[OutcomeReviewDue], tx: Transaction, ports: Ports) -> None:
    """A finding this version does not know, or cannot read, is a prescriber's to look at first."""
    section = event.data.for_sessions.value if event.data.for_sessions else None
    if section is None or section.finding in _HOLDS:
        await noting(event.data.patient_id, tx, ports, lambda each: each.without_response(tx.now))


async def on_outcome_reviewed(event: Received[OutcomeReviewed], tx: Transaction, ports: Ports) -> None:
    await noting(event.data.patient_id, tx, ports, lambda each: each.outcome_reviewed())
