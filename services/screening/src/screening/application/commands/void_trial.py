"""An antidepressant trial was recorded wrongly: it no longer counts."""

from dataclasses import dataclass, field

from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction, Work
from screening.application.ownership import case_for
from screening.application.ports import Ports
from screening.domain.ids import CaseId, StaffId, TrialId
from screening.domain.voiding import Voiding


@dataclass(frozen=True, slots=True)
class VoidTrial:
    case_id: CaseId
    trial_id: TrialId
    reason: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class VoidTrialHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: VoidTrial, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `case_not_found`, and as `Case.voiding_trial`."""

        async def void(tx: Transaction) -> Changed:
            before = await case_for(actor, command.case_id, self.ports)
            voided = Voiding(by=StaffId(actor.id), at=tx.now, reason=command.reason)
            case = before.voiding_trial(command.trial_id, voided)
            await self.ports.cases.save(case, expecting=before.version, tx=tx)
            return Changed(case.id, case.version)

        return await self.work.run(void, by=actor, action="void_trial", returns=Changed, request=request)
