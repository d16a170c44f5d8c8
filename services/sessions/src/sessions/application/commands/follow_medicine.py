"""The effect of a medicine that was given is looked at, and what was recorded wrong about it is put right."""

from dataclasses import dataclass, field

from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction
from sessions.application.correcting import corrector
from sessions.application.given_instead import OutOfDraw, give_instead
from sessions.application.medication_changes import MedicationChanges
from sessions.domain.administrations import Administration, Effect, MedicineAmendment, Relief
from sessions.domain.ids import AdministrationId, SessionId, StaffId
from sessions.domain.medication import MedicationRecord
from sessions.domain.medicine_giving import Situation
from sessions.domain.units import Milligrams


@dataclass(frozen=True, slots=True)
class RecordEffect:
    session_id: SessionId
    administration_id: AdministrationId
    relief: Relief = field(repr=False)
    note: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class CorrectMedicine:
    session_id: SessionId
    administration_id: AdministrationId
    amendment: MedicineAmendment
    reason: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class RecordEffectHandler:
    changes: MedicationChanges

    async def __call__(self, command: RecordEffect, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `session_not_found`, and what `MedicationRecord.followed` refuses."""

        async def follow(judged: Situation, tx: Transaction) -> MedicationRecord:
            effect = Effect(relief=command.relief, note=command.note, by=StaffId(actor.id), at=tx.now)
            return judged.record.followed(command.administration_id, effect)

        return await self.changes.run(command.session_id, follow, by=actor, action="record_effect", request=request)


@dataclass(frozen=True, slots=True)
class CorrectMedicineHandler:
    changes: MedicationChanges

    async def __call__(self, command: CorrectMedicine, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `session_not_found`, and what `MedicationRecord.corrected` and `drug_regiven.regiven` refuse."""
        ports = self.changes.ports

        async def correct(judged: Situation, tx: Transaction) -> MedicationRecord:
            was, given_id = judged.record, command.administration_id
            record = was.corrected(given_id, command.amendment, corrector(actor, command.reason, tx), ports.policy)
            out = _out_of_draw(was.administration(given_id), record.administration(given_id))
            if out is not None:
                await give_instead(out, judged.session, command.reason, actor, ports, tx)
            return record

        return await self.changes.run(command.session_id, correct, by=actor, action="correct_medicine", request=request)


def _out_of_draw(was: Administration, became: Administration) -> OutOfDraw | None:
    """What the drug log has of it."""
    if was.drawn is None:
        return None
    return OutOfDraw(
        container_id=was.drawn.container_id,
        draw_id=was.drawn.draw_id,
        was=Milligrams(was.amount.value),
        became=Milligrams(became.amount.value),
    )
