"""A prescriber reviews a dose that was given outside the gate; only a decision to resume lets dosing go on."""

from dataclasses import dataclass, field

from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction
from sessions.application.courses import change_course
from sessions.application.session_changes import SessionChanges
from sessions.domain.adverse_events import Review, ReviewDecision
from sessions.domain.given_outside import outside_reviewed
from sessions.domain.ids import OutsideDoseId, SessionId, StaffId
from sessions.domain.sessions import Session


@dataclass(frozen=True, slots=True)
class ReviewDoseOutsideGate:
    session_id: SessionId
    dose_id: OutsideDoseId
    decision: ReviewDecision
    note: str = field(repr=False)
    expected_version: int


@dataclass(frozen=True, slots=True)
class ReviewDoseOutsideGateHandler:
    changes: SessionChanges

    async def __call__(self, command: ReviewDoseOutsideGate, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `session_not_found`, `dose_not_found`, `note_missing`, `review_final`, `reviewer_involved`."""
        ports, dose_id = self.changes.ports, command.dose_id

        async def review(session: Session, tx: Transaction) -> Session:
            signed = Review(decision=command.decision, note=command.note, by=StaffId(actor.id), at=tx.now)
            return outside_reviewed(session, dose_id, signed)

        async def release(session: Session, tx: Transaction) -> None:
            mark = session.outside_dose(dose_id).outside
            if mark is not None and not mark.holds_dosing:
                await change_course(session.patient_id, lambda course: course.outside_reviewed(dose_id), ports, tx)

        return await self.changes.run(
            command.session_id,
            review,
            by=actor,
            action="review_dose_outside_gate",
            request=request,
            expecting=command.expected_version,
            then=release,
        )
