"""What has happened in a case of reimbursement: it was filed, more is asked for, decided, appealed, or given up."""

from dataclasses import dataclass, field

from billing.application.ports import Ports
from billing.application.reimbursing import terms_of
from billing.domain.ids import ReimbursementId
from billing.domain.reimbursements import Step
from careflow_service.identity import Actor, RequestKey
from careflow_service.oversight import check_own
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction, Work


@dataclass(frozen=True, slots=True)
class RecordReimbursement:
    case_id: ReimbursementId
    step: Step = field(repr=False)
    expected_version: int


@dataclass(frozen=True, slots=True)
class RecordReimbursementHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: RecordReimbursement, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `reimbursement_not_found`, `reimbursement_resolved`, `step_not_possible`, `step_day_invalid`,
        `answer_invalid`, `notice_dates_invalid`, `currency_mismatch`, `stale_version`.
        """

        async def record(tx: Transaction) -> Changed:
            before = await self.ports.reimbursements.get(command.case_id)
            check_own(actor, before.patient_id, "reimbursement")
            case = before.after(command.step, terms_of(self.ports, tx))
            await self.ports.reimbursements.save(case, expecting=command.expected_version, tx=tx)
            return Changed(case.id, case.version)

        return await self.work.run(record, by=actor, action="record_reimbursement", returns=Changed, request=request)
