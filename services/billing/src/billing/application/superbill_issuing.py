"""Issuing a superbill: numbered, printable, and linked to the one whose place it takes; and what its charges know of
it.
"""

import asyncio
from collections.abc import Iterable

from billing.application.account_news import tell_of_news
from billing.application.numbering import next_number
from billing.application.ports import Ports
from billing.application.reimbursing import follow
from billing.domain.charges import Charge
from billing.domain.ids import PatientId, SuperbillId
from billing.domain.superbill_content import Content
from billing.domain.superbills import Superbill
from careflow_service.work import Transaction


async def issue(
    patient_id: PatientId, content: Content, replaces: Superbill | None, tx: Transaction, ports: Ports
) -> Superbill:
    """A superbill under the next number. Raises `not_printable`, `superbill_not_void`, `superbill_replaced`."""
    next_one = await next_number(ports.policy.superbill_prefix.value, tx, ports)
    superbill = Superbill.issued(
        SuperbillId(tx.new_id()),
        patient_id,
        next_one.number,
        content,
        replaces=replaces,
        now=tx.now,
        today=ports.day_of(tx.now),
    )
    await ports.printer.superbill(superbill, copy=False)  # whatever is issued can be printed
    await next_one.give(tx, ports)
    await ports.superbills.add(superbill, tx)
    await follow(superbill, tx, ports)
    await tell_of_news(patient_id, tx, ports)
    return superbill


async def reissue(void: Superbill, content: Content, tx: Transaction, ports: Ports) -> Superbill:
    """The void one after another one has taken its place; to be saved."""
    return void.replaced(await issue(void.patient_id, content, void, tx, ports))


async def mark_billed(charges: Iterable[Charge], tx: Transaction, ports: Ports) -> None:
    """A superbill in force has them."""
    for before in charges:
        await _mark(before, tx, ports, billed=True)


async def no_longer_billed(void: Superbill, tx: Transaction, ports: Ports) -> None:
    """No superbill in force has the charges of this one, which nothing has replaced."""
    charge_ids = void.content.charge_ids
    for before in await asyncio.gather(*(ports.charges.get(each, of=void.patient_id) for each in charge_ids)):
        await _mark(before, tx, ports, billed=False)


async def _mark(before: Charge, tx: Transaction, ports: Ports, *, billed: bool) -> None:
    after = before.billing(billed=billed)
    if after is not before:
        await ports.charges.save(after, expecting=before.version, tx=tx)
