"""A prescriber signs the review of an adverse event; only a decision to resume lets dosing go on."""

from dataclasses import dataclass, field

from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction, Work
from sessions.application.courses import change_course
from sessions.application.ports import Ports
from sessions.domain.adverse_events import Review, ReviewDecision
from sessions.domain.ids import AdverseEventId, StaffId


@dataclass(frozen=True, slots=True)
class ReviewAdverseEvent:
    event_id: AdverseEventId
    decision: ReviewDecision
    note: str = field(repr=False)
    expected_version: int


@dataclass(frozen=True, slots=True)
class ReviewAdverseEventHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: ReviewAdverseEvent, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `adverse_event_not_found`, `note_missing`, `review_final`."""

        async def review(tx: Transaction) -> Changed:
            before = await self.ports.adverse_events.get(command.event_id)
            event = before.reviewed(
                Review(decision=command.decision, note=command.note, by=StaffId(actor.id), at=tx.now)
            )
            await self.ports.adverse_events.save(event, expecting=command.expected_version, tx=tx)
            if not event.holds_dosing:
                await change_course(event.patient_id, lambda course: course.released(event.id), self.ports, tx)
            return Changed(event.id, event.version)

        return await self.work.run(review, by=actor, action="review_adverse_event", returns=Changed, request=request)
