"""What a patient paid in a year, as it stands."""

from dataclasses import dataclass

from billing.application.paper_issuing import issue_paper, issued
from billing.application.ports import Ports
from billing.application.results import Issued
from billing.domain.ids import PatientId
from billing.domain.letterhead import Letterhead
from billing.domain.receipts import charges_paid_by
from billing.domain.yearly_summaries import YearlySummary
from careflow_service.identity import Actor, RequestKey
from careflow_service.oversight import check_own
from careflow_service.work import Committed, Transaction, Work, side_by_side


@dataclass(frozen=True, slots=True)
class IssueYearlySummary:
    patient_id: PatientId
    year: int


@dataclass(frozen=True, slots=True)
class IssueYearlySummaryHandler:
    """Asked for again while nothing has changed, it is the same summary."""

    ports: Ports
    work: Work

    async def __call__(self, command: IssueYearlySummary, actor: Actor, request: RequestKey) -> Committed[Issued]:
        """Refused: `account_not_found`, `nothing_paid`, `patient_unnamed`, `not_printable`."""

        async def issue(tx: Transaction) -> Issued:
            whose, ports = command.patient_id, self.ports
            asked = actor.patient_id == whose
            check_own(actor, whose, "account")
            account, payments = await side_by_side(ports.accounts.get(whose), ports.payments.all_of(whose))
            charges = await ports.charges.those(charges_paid_by(payments), of=whose)
            summary = YearlySummary.of(
                command.year,
                payments,
                {each.id: each for each in charges},
                Letterhead.of(account, ports.practice),
                ports.zone,
                ports.policy.currency,
            )
            return issued(await issue_paper(whose, str(command.year), summary, tx, ports, asked=asked))

        return await self.work.run(issue, by=actor, action="issue_yearly_summary", returns=Issued, request=request)
