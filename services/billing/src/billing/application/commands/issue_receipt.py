"""A receipt for a payment as it stands: what it was put to, what waits, what went back."""

from dataclasses import dataclass

from billing.application.paper_issuing import issue_paper, issued
from billing.application.ports import Ports
from billing.application.results import Issued
from billing.domain.ids import PaymentId
from billing.domain.letterhead import Letterhead
from billing.domain.receipts import Receipt, charges_paid_by
from careflow_service.identity import Actor, RequestKey
from careflow_service.oversight import check_own
from careflow_service.work import Committed, Transaction, Work, side_by_side


@dataclass(frozen=True, slots=True)
class IssueReceipt:
    payment_id: PaymentId


@dataclass(frozen=True, slots=True)
class IssueReceiptHandler:
    """Asked for again while nothing has changed, it is the same receipt."""

    ports: Ports
    work: Work

    async def __call__(self, command: IssueReceipt, actor: Actor, request: RequestKey) -> Committed[Issued]:
        """Refused: `payment_not_found`, `patient_unnamed`, `not_printable`."""

        async def issue(tx: Transaction) -> Issued:
            payment = await self.ports.payments.get(command.payment_id)
            whose = payment.patient_id
            asked = actor.patient_id == whose
            check_own(actor, whose, "payment")
            account, charges, packages = await side_by_side(
                self.ports.accounts.get(whose),
                self.ports.charges.those(charges_paid_by([payment]), of=whose),
                self.ports.packages.all_of(whose),
            )
            receipt = Receipt.of(
                payment,
                {each.id: each for each in charges},
                next((each for each in packages if each.id == payment.package_id), None),
                Letterhead.of(account, self.ports.practice),
                self.ports.zone,
            )
            return issued(await issue_paper(whose, payment.id, receipt, tx, self.ports, asked=asked))

        return await self.work.run(issue, by=actor, action="issue_receipt", returns=Issued, request=request)
