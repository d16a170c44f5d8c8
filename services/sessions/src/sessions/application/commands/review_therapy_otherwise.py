"""Therapy that was held otherwise is reviewed: only what counts is a visit of the course, and billed."""

from dataclasses import dataclass, field

from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction
from sessions.application.courses import note_hour
from sessions.application.session_changes import SessionChanges
from sessions.domain.adverse_events import Review
from sessions.domain.clinic_day import clinic_day
from sessions.domain.held_otherwise import DECIDES, TherapyDecision
from sessions.domain.ids import SessionId, StaffId, TherapyId
from sessions.domain.sessions import Session
from sessions.domain.therapy_otherwise import counted_minutes, therapy_named, therapy_reviewed
from sessions.domain.words import VisitKind


@dataclass(frozen=True, slots=True)
class ReviewTherapyOtherwise:
    session_id: SessionId
    therapy_id: TherapyId
    decision: TherapyDecision
    note: str = field(repr=False)
    expected_version: int


@dataclass(frozen=True, slots=True)
class ReviewTherapyOtherwiseHandler:
    changes: SessionChanges

    async def __call__(self, command: ReviewTherapyOtherwise, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `session_not_found`, `therapy_not_found`, `note_missing`, `review_final`, `reviewer_involved`."""
        ports, therapy_id = self.changes.ports, command.therapy_id

        async def review(session: Session, tx: Transaction) -> Session:
            signed = Review(decision=DECIDES[command.decision], note=command.note, by=StaffId(actor.id), at=tx.now)
            began = therapy_named(session, therapy_id).time.started_at
            codes = ports.codes_on(clinic_day(began, ports.policy.timezone))
            return therapy_reviewed(session, therapy_id, signed, codes)

        async def note_in_course(session: Session, tx: Transaction) -> None:
            mark = therapy_named(session, therapy_id)
            enough = counted_minutes(session) >= ports.policy.integration.therapy_minutes.value
            if mark.counts and enough and session.kind is not VisitKind.DOSING:
                await note_hour(session, mark.time.started_at, ports, tx)

        return await self.changes.run(
            command.session_id,
            review,
            by=actor,
            action="review_therapy_otherwise",
            request=request,
            expecting=command.expected_version,
            then=note_in_course,
        )
