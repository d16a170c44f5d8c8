"""A prescriber knows that the patient never took this: it was recorded wrongly, and no longer counts."""

from dataclasses import dataclass, field

from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction, Work
from screening.application.ownership import case_for
from screening.application.ports import Ports
from screening.domain.ids import CaseId, MedicationId, StaffId
from screening.domain.voiding import Voiding


@dataclass(frozen=True, slots=True)
class VoidMedication:
    case_id: CaseId
    medication_id: MedicationId
    reason: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class VoidMedicationHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: VoidMedication, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `case_not_found`, `case_closed`, `medication_not_found`, and as `Voiding.check`.

        A suspension it caused stays until a prescriber reinstates.
        """

        async def void(tx: Transaction) -> Changed:
            before = await case_for(actor, command.case_id, self.ports)
            voided = Voiding(by=StaffId(actor.id), at=tx.now, reason=command.reason)
            case = before.with_changed(before.medication(command.medication_id).voiding(voided))
            await self.ports.cases.save(case, expecting=before.version, tx=tx)
            return Changed(case.id, case.version)

        return await self.work.run(void, by=actor, action="void_medication", returns=Changed, request=request)
