"""Somebody puts right how much was given of a dose, or when; the drug log and the course are put right with it."""

from dataclasses import dataclass, field

from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction
from sessions.application.correcting import corrector
from sessions.application.courses import change_course
from sessions.application.given_instead import OutOfDraw, give_instead
from sessions.application.session_changes import SessionChanges
from sessions.domain.dose_corrections import DoseAmendment, dose_corrected
from sessions.domain.ids import SessionId
from sessions.domain.sessions import Session


@dataclass(frozen=True, slots=True)
class CorrectDose:
    """`number` is the place of the dose in its session, counted from 0."""

    session_id: SessionId
    number: int
    amendment: DoseAmendment
    reason: str = field(repr=False)
    expected_version: int


@dataclass(frozen=True, slots=True)
class CorrectDoseHandler:
    changes: SessionChanges

    async def __call__(self, command: CorrectDose, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `session_not_found`, and what `dose_corrected` and `drug_regiven.regiven` refuse."""
        ports, number = self.changes.ports, command.number

        async def correct(session: Session, tx: Transaction) -> Session:
            who = corrector(actor, command.reason, tx)
            after = dose_corrected(session, number, command.amendment, who, ports.policy)
            out = OutOfDraw.of_dose(session.doses[number], after.doses[number])
            await give_instead(out, session, command.reason, actor, ports, tx)
            return after

        async def note_in_course(session: Session, tx: Transaction) -> None:
            began = session.doses[0].latest_start
            await change_course(session.patient_id, lambda course: course.redosed(session.id, began), ports, tx)

        return await self.changes.run(
            command.session_id,
            correct,
            by=actor,
            action="correct_dose",
            request=request,
            expecting=command.expected_version,
            then=note_in_course,
        )
