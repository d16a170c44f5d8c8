"""The patient no longer takes something. A suspension it caused stays until a prescriber reinstates."""

from dataclasses import dataclass

from careflow_service.identity import Actor, RequestKey
from careflow_service.work import Committed, Transaction, Work
from screening.application.ownership import case_for
from screening.application.ports import Ports
from screening.application.results import Changed
from screening.domain.ids import CaseId, MedicationId


@dataclass(frozen=True, slots=True)
class StopMedication:
    case_id: CaseId
    medication_id: MedicationId


@dataclass(frozen=True, slots=True)
class StopMedicationHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: StopMedication, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `case_not_found`, `case_closed`, `medication_not_found`."""

        async def stop(tx: Transaction) -> Changed:
            before = await case_for(actor, command.case_id, self.ports)
            case = before.without_medication(command.medication_id, now=tx.now)
            await self.ports.cases.save(case, expecting=before.version, tx=tx)
            return Changed(case.id, case.version)

        return await self.work.run(stop, by=actor, action="stop_medication", returns=Changed, request=request)
