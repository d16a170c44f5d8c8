"""A test, reading or report was recorded wrongly: it no longer counts, and a clearance that rests on it waits."""

from dataclasses import dataclass, field

from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction, Work
from screening.application.ownership import case_for
from screening.application.ports import Ports
from screening.application.reviewing import review
from screening.domain.ids import CaseId, EvidenceId, StaffId
from screening.domain.voiding import Voiding


@dataclass(frozen=True, slots=True)
class VoidEvidence:
    case_id: CaseId
    evidence_id: EvidenceId
    reason: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class VoidEvidenceHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: VoidEvidence, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `case_not_found`, and as `Case.voiding`."""

        async def void(tx: Transaction) -> Changed:
            before = await case_for(actor, command.case_id, self.ports)
            voided = Voiding(by=StaffId(actor.id), at=tx.now, reason=command.reason)
            case = before.voiding(command.evidence_id, voided)
            await self.ports.cases.save(case, expecting=before.version, tx=tx)
            await review(case, None, tx, self.ports, voided=command.evidence_id)
            return Changed(case.id, case.version)

        return await self.work.run(void, by=actor, action="void_evidence", returns=Changed, request=request)
