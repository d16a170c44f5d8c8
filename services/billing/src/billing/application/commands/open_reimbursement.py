"""A biller, or the patient, opens a case: by when a superbill is to be filed and what comes of it is kept."""

from dataclasses import dataclass
from datetime import date

from billing.application.account_news import tell_of_news
from billing.application.ports import Ports
from billing.application.reimbursing import terms_of
from billing.domain.ids import ReimbursementId, SuperbillId
from billing.domain.reimbursements import Reimbursement
from careflow_service.identity import Actor, RequestKey
from careflow_service.oversight import check_own
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction, Work


@dataclass(frozen=True, slots=True)
class OpenReimbursement:
    """`file_by` where the plan says another day than the policy counts."""

    superbill_id: SuperbillId
    file_by: date | None = None


@dataclass(frozen=True, slots=True)
class OpenReimbursementHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: OpenReimbursement, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `superbill_not_found`, `superbill_not_in_force`, `no_claim_to_medicare`, `patient_merged`,
        `filing_day_invalid`, `reimbursement_known` where there is one for this superbill.
        """

        async def open_it(tx: Transaction) -> Changed:
            ports = self.ports
            superbill = await ports.superbills.get(command.superbill_id)
            whose = superbill.patient_id
            check_own(actor, whose, "superbill")
            (await ports.accounts.get(whose)).check_in_use()
            case_id, terms = ReimbursementId(tx.new_id()), terms_of(ports, tx)
            case = Reimbursement.opened(case_id, superbill, command.file_by, terms, by=actor.id)
            await ports.superbills.save(superbill.helped(case_id), expecting=superbill.version, tx=tx)
            await ports.reimbursements.add(case, tx)
            if actor.patient_id != whose:
                await tell_of_news(whose, tx, ports)
            return Changed(case.id, case.version)

        return await self.work.run(open_it, by=actor, action="open_reimbursement", returns=Changed, request=request)
