"""One account's statement of a month that is over."""

from dataclasses import dataclass

from billing.application.paper_issuing import issued
from billing.application.ports import Ports
from billing.application.results import Issued
from billing.application.statements import state_account
from billing.domain.ids import PatientId
from billing.domain.months import Month
from careflow_domain.errors import conflict
from careflow_service.identity import Actor, RequestKey
from careflow_service.work import Committed, Transaction, Work


@dataclass(frozen=True, slots=True)
class IssueStatement:
    patient_id: PatientId
    month: Month


@dataclass(frozen=True, slots=True)
class IssueStatementHandler:
    """Asked for again, it is the same statement."""

    ports: Ports
    work: Work

    async def __call__(self, command: IssueStatement, actor: Actor, request: RequestKey) -> Committed[Issued]:
        """Refused: `account_not_found`, `month_not_over`, `later_statement_issued`, `nothing_to_state`,
        `patient_unnamed`, `not_printable`.
        """

        async def issue(tx: Transaction) -> Issued:
            paper = await state_account(command.patient_id, command.month, tx, self.ports)
            if paper is None:
                raise conflict(
                    "nothing_to_state", "Nothing was posted since the last statement, and nothing was owed then."
                )
            return issued(paper)

        return await self.work.run(issue, by=actor, action="issue_statement", returns=Issued, request=request)
