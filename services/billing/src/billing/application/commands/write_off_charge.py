"""The clinic does without what is owed: a discount, or a debt that is not going to be paid."""

from dataclasses import dataclass

from billing.application.bookkeeping import expect_undisputed, keep_books, open_books
from billing.application.ports import Ports
from billing.domain.ids import ChargeId
from billing.domain.money import Money
from billing.domain.write_offs import WriteOff, WriteOffReason
from careflow_domain.errors import stale
from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction, Work


@dataclass(frozen=True, slots=True)
class WriteOffCharge:
    """`amount` of what is owed for the charge."""

    charge_id: ChargeId
    amount: Money
    reason: WriteOffReason
    expected_version: int


@dataclass(frozen=True, slots=True)
class WriteOffChargeHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: WriteOffCharge, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `charge_not_found`, `write_off_above_owed`, `waive_the_fee`, `estimate_disputed`,
        `amount_not_positive`,
        `currency_mismatch`, `stale_version`.
        """

        async def write_off(tx: Transaction) -> Changed:
            before = await self.ports.charges.get(command.charge_id)
            if before.version != command.expected_version:
                raise stale()
            opened = await open_books(before.patient_id, self.ports, about=before)
            expect_undisputed((before,), opened.estimates)
            less = WriteOff.of(tx.new_id(), command.amount, command.reason, now=tx.now)
            books = await keep_books(opened, lambda books: books.write_off(before.id, less), tx, self.ports)
            return Changed(before.id, books.charge_as_is(before.id).version)

        return await self.work.run(write_off, by=actor, action="write_off_charge", returns=Changed, request=request)
