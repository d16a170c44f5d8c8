"""What is left of a package is not wanted any more: the money goes back, each visit at the package's price."""

from dataclasses import dataclass

from billing.application.bookkeeping import keep_books, open_books
from billing.application.ports import Ports
from billing.application.results import Refunded
from billing.domain.ids import PackageId
from billing.domain.refunds import Refund, RefundReason
from careflow_domain.errors import stale
from careflow_service.identity import Actor, RequestKey
from careflow_service.work import Committed, Transaction, Work


@dataclass(frozen=True, slots=True)
class GiveBackPackage:
    """`as_goodwill`: the clinic gives it back though the time for that is over."""

    package_id: PackageId
    as_goodwill: bool
    expected_version: int


@dataclass(frozen=True, slots=True)
class GiveBackPackageHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: GiveBackPackage, actor: Actor, request: RequestKey) -> Committed[Refunded]:
        """Refused: `package_not_found`, `package_used_up`, `package_refund_over`, `amount_not_positive`,
        `stale_version`.
        """

        async def give_back(tx: Transaction) -> Refunded:
            before = await self.ports.packages.get(command.package_id)
            if before.version != command.expected_version:
                raise stale()
            payment = await self.ports.payments.get(before.payment_id)
            opened = await open_books(before.patient_id, self.ports, about=payment)
            reason = RefundReason.GOODWILL if command.as_goodwill else RefundReason.PACKAGE_UNUSED
            days, today = self.ports.policy.package_refund_days.value, self.ports.day_of(tx.now)
            package = before.give_back(reason, days, today=today, now=tx.now)
            refund = Refund(tx.new_id(), payment.held, reason, tx.now)
            await keep_books(opened, lambda books: books.give_back(package, refund), tx, self.ports)
            return Refunded(payment.id, package.version, refund.id)

        return await self.work.run(give_back, by=actor, action="give_back_package", returns=Refunded, request=request)
