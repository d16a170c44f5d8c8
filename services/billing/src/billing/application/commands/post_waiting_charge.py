"""What was in a charge's way has gone: it is posted."""

from dataclasses import dataclass

from billing.application.bookkeeping import keep_books, open_books
from billing.application.clinician_minutes import minutes_of
from billing.application.ports import Ports
from billing.domain.ids import ChargeId, EntryId
from careflow_domain.errors import stale
from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction, Work, side_by_side


@dataclass(frozen=True, slots=True)
class PostWaitingCharge:
    charge_id: ChargeId
    expected_version: int


@dataclass(frozen=True, slots=True)
class PostWaitingChargeHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: PostWaitingCharge, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `charge_not_found`, `charge_not_waiting`, `charge_still_waiting`, `stale_version`."""

        async def post(tx: Transaction) -> Changed:
            before = await self.ports.charges.get(command.charge_id)
            if before.version != command.expected_version:
                raise stale()
            account, opened, minutes = await side_by_side(
                self.ports.accounts.get(before.patient_id),
                open_books(before.patient_id, self.ports, about=before),
                minutes_of(self.ports, before.rendered),
            )
            against = minutes.against(before.rendered)
            terms = self.ports.terms(before.rendered, account, opened.packages.values(), against)
            charge = before.retried(terms, EntryId(tx.new_id()), now=tx.now)
            books = await keep_books(opened, lambda books: books.charge(charge), tx, self.ports)
            minutes.keep(charge)
            await minutes.save(tx)
            return Changed(charge.id, books.charge_as_is(charge.id).version)

        return await self.work.run(post, by=actor, action="post_waiting_charge", returns=Changed, request=request)
