"""The bill that a dispute about an estimate is about: its charges, paid or not, and the links to pay it by."""

from dataclasses import replace

from billing.application.bookkeeping import OpenBooks, disputed_among, open_books
from billing.application.ports import Ports
from billing.domain.charges import Charge, ChargeState
from billing.domain.estimates import Estimate
from billing.domain.ids import ChargeId
from billing.domain.money import Money, total
from billing.domain.rendered import FEES
from careflow_service.work import Transaction, side_by_side


async def open_books_about(estimate: Estimate, ports: Ports) -> OpenBooks:
    """What is open of the patient, and what was paid for."""
    opened, payments = await side_by_side(
        open_books(estimate.patient_id, ports), ports.payments.all_of(estimate.patient_id)
    )
    paid_for = {each.charge_id for payment in payments for each in payment.allocations}
    charges = await ports.charges.those(paid_for, of=estimate.patient_id)
    return replace(opened.with_charges(charges), payments={**opened.payments, **{each.id: each for each in payments}})


def still_to_forgo(estimate: Estimate, opened: OpenBooks, ports: Ports) -> tuple[Money, tuple[ChargeId, ...]]:
    """What the dispute took out of the bill and the clinic has not done without before, and the charges of the bill,
    the newest first.
    """
    assert estimate.dispute is not None, "it was just closed"
    bill = _bill(estimate, opened, ports)
    less = estimate.dispute.taken_out - total((each.forgone for each in bill), estimate.charged.currency)
    return max(less, less.nothing), tuple(each.id for each in bill)


def _bill(estimate: Estimate, opened: OpenBooks, ports: Ports) -> list[Charge]:
    """The last that were charged under the estimate when the dispute began, as far as they make up what was billed:
    under the plan of an earlier phase there may be others.
    """
    dispute = estimate.dispute
    assert dispute is not None, "only a bill in dispute is asked about"
    counted = [
        each
        for each in opened.charges.values()
        if each.state is ChargeState.POSTED
        and each.rendered.cause not in FEES
        and each.rendered.service_date <= ports.day_of(dispute.opened_at)
        and estimate.counts(each)
    ]
    bill: list[Charge] = []
    for charge in sorted(counted, key=lambda each: (each.rendered.ended_at, each.id), reverse=True):
        if total((each.amount for each in bill), dispute.billed.currency) < dispute.billed:
            bill.append(charge)
    return bill


async def close_links(estimate: Estimate, ports: Ports, tx: Transaction) -> None:
    """Nobody is asked any more for what is in dispute since this: the links made for it, or for all that is owed. Where
    one is paid before the processor has closed it, the money is the patient's and applied, as they wished.
    """
    links, charges = await side_by_side(
        ports.links.all_of(estimate.patient_id), ports.charges.open_of(estimate.patient_id)
    )
    disputed = {each.id for each in disputed_among(charges, (estimate,))}
    for link in links:
        asks_for_it = not link.charge_ids or disputed.intersection(link.charge_ids)
        if link.can_be_paid(tx.now) and link.appointment_id is None and asks_for_it:
            await ports.links.save(link.close(now=tx.now), expecting=link.version, tx=tx)
