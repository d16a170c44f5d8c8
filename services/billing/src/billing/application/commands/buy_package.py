"""Visits are paid beforehand, at the price of the package they are part of."""

from dataclasses import dataclass

from billing.application.bookkeeping import keep_books, open_books
from billing.application.money_in import known_before, money_in
from billing.application.ports import Ports
from billing.domain.ids import PackageId, PatientId
from billing.domain.packages import Package
from billing.domain.payment_methods import PaymentMethod
from careflow_domain.errors import conflict
from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction, Work, side_by_side


@dataclass(frozen=True, slots=True)
class BuyPackage:
    """`offer` is the package's code in the fee schedule of today; its price is paid now, whole.
    `is_another` says that it is not the payment that looks the same.
    """

    patient_id: PatientId
    offer: str
    method: PaymentMethod
    reference: str | None
    is_another: bool = False


@dataclass(frozen=True, slots=True)
class BuyPackageHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: BuyPackage, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `account_not_found`, `package_not_offered`, `reference_needed`, `reference_used`,
        `payment_known`, `card_number_refused`, `patient_merged`.
        """

        async def buy(tx: Transaction) -> Changed:
            offer = self.ports.schedules.on(self.ports.day_of(tx.now)).expect_offer(command.offer)
            payment = money_in(command.patient_id, offer.price, command.method, command.reference, tx, self.ports)
            account, same, opened = await side_by_side(
                self.ports.accounts.get(command.patient_id),
                known_before(payment, self.ports, is_another=command.is_another),
                open_books(command.patient_id, self.ports),
            )
            if same is not None:
                known = opened.packages.get(PackageId(same.id))
                if known is None or known.offer.code != offer.code:
                    raise conflict("reference_used", "Something else was paid under this reference.")
                return Changed(known.id, known.version)
            account.check_in_use()
            package = Package.bought(payment, offer, now=tx.now)
            payment = payment.for_package(package.id)
            await keep_books(opened, lambda books: books.sell(package, payment), tx, self.ports)
            return Changed(package.id, package.version)

        return await self.work.run(buy, by=actor, action="buy_package", returns=Changed, request=request)
