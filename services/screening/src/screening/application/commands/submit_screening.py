"""The patient has told everything: the clinic takes over."""

from dataclasses import dataclass

from careflow_domain.errors import invalid
from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction, Work
from screening.application.ownership import case_for
from screening.application.ports import Ports
from screening.domain.ids import CaseId


@dataclass(frozen=True, slots=True)
class SubmitScreening:
    """Both statements are the patient's: nothing about history or medications is left out as far as they know."""

    case_id: CaseId
    history_complete: bool
    medications_complete: bool


@dataclass(frozen=True, slots=True)
class SubmitScreeningHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: SubmitScreening, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `statement_missing`, and as `Case.submitted`."""

        async def submit(tx: Transaction) -> Changed:
            before = await case_for(actor, command.case_id, self.ports)
            if not (command.history_complete and command.medications_complete):
                raise invalid("statement_missing", "Say that history and medications are complete, or complete them.")
            case = before.submitted(now=tx.now)
            await self.ports.cases.save(case, expecting=before.version, tx=tx)
            return Changed(case.id, case.version)

        return await self.work.run(submit, by=actor, action="submit_screening", returns=Changed, request=request)
