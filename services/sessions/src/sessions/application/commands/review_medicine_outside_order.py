"""A prescriber reviews a medicine that was given outside its order; only a decision to resume lets dosing go on."""

from dataclasses import dataclass, field

from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction
from sessions.application.courses import change_course
from sessions.application.medication_changes import MedicationChanges
from sessions.domain.adverse_events import Review, ReviewDecision
from sessions.domain.ids import AdministrationId, OutsideDoseId, SessionId, StaffId
from sessions.domain.medication import MedicationRecord
from sessions.domain.medicine_giving import Situation


@dataclass(frozen=True, slots=True)
class ReviewMedicineOutsideOrder:
    session_id: SessionId
    administration_id: AdministrationId
    decision: ReviewDecision
    note: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ReviewMedicineOutsideOrderHandler:
    changes: MedicationChanges

    async def __call__(
        self, command: ReviewMedicineOutsideOrder, actor: Actor, request: RequestKey
    ) -> Committed[Changed]:
        """Refused: `session_not_found`, and what `MedicationRecord.reviewed` refuses."""
        ports, given_id = self.changes.ports, command.administration_id

        async def review(judged: Situation, tx: Transaction) -> MedicationRecord:
            signed = Review(decision=command.decision, note=command.note, by=StaffId(actor.id), at=tx.now)
            record = judged.record.reviewed(given_id, signed)
            mark = record.administration(given_id).outside
            if mark is not None and not mark.holds_dosing:
                waited = OutsideDoseId(given_id)
                await change_course(record.patient_id, lambda course: course.outside_reviewed(waited), ports, tx)
            return record

        return await self.changes.run(
            command.session_id, review, by=actor, action="review_medicine_outside_order", request=request
        )
