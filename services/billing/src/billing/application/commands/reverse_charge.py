"""A charge was wrong, or waits and will never be owed: nothing is owed for it, and what was paid for it is the
patient's again.
"""

from dataclasses import dataclass

from billing.application.bookkeeping import keep_books, open_books
from billing.application.clinician_minutes import minutes_of
from billing.application.ports import Ports
from billing.domain.ids import ChargeId
from billing.domain.rendered import FEES
from careflow_domain.errors import conflict, stale
from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction, Work, side_by_side


@dataclass(frozen=True, slots=True)
class ReverseCharge:
    charge_id: ChargeId
    expected_version: int


@dataclass(frozen=True, slots=True)
class ReverseChargeHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: ReverseCharge, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `charge_not_found`, `charge_not_posted`, `waive_the_fee`, `stale_version`."""

        async def reverse(tx: Transaction) -> Changed:
            before = await self.ports.charges.get(command.charge_id)
            if before.version != command.expected_version:
                raise stale()
            if before.rendered.cause in FEES:
                raise conflict("waive_the_fee", "A fee is waived, so that its reason is kept.")
            opened, minutes = await side_by_side(
                open_books(before.patient_id, self.ports, about=before), minutes_of(self.ports, before.rendered)
            )
            books = await keep_books(opened, lambda books: books.reverse(before), tx, self.ports)
            minutes.keep(books.charge_as_is(before.id))
            await minutes.save(tx)
            return Changed(before.id, books.charge_as_is(before.id).version)

        return await self.work.run(reverse, by=actor, action="reverse_charge", returns=Changed, request=request)
