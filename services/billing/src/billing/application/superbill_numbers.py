"""Superbills get the next number of their year: every one that is issued, and no number twice or for none."""

from billing.application.ports import Ports
from billing.domain.ids import PatientId, SuperbillId
from billing.domain.superbill_content import Content
from billing.domain.superbills import NumberSeries, Superbill
from careflow_service.upsert import upsert
from careflow_service.work import Transaction


async def issue(
    patient_id: PatientId, content: Content, replaces: Superbill | None, tx: Transaction, ports: Ports
) -> Superbill:
    """A superbill under the next number. Raises `not_printable`, `superbill_not_void`, `superbill_replaced`."""
    today = ports.day_of(tx.now)
    year = str(today.year)
    known = await ports.numbers.find(year, of=None)
    series = (known or NumberSeries(id=year)).next()
    superbill = Superbill.issued(
        SuperbillId(tx.new_id()),
        patient_id,
        series.number(ports.policy.superbill_prefix.value),
        content,
        replaces=replaces,
        now=tx.now,
        today=today,
    )
    await ports.printer.superbill(superbill, copy=False)  # whatever is issued can be printed
    await upsert(ports.numbers, known, series, tx)
    await ports.superbills.add(superbill, tx)
    return superbill


async def reissue(void: Superbill, content: Content, tx: Transaction, ports: Ports) -> Superbill:
    """The void one after another one has taken its place; to be saved."""
    return void.replaced(await issue(void.patient_id, content, void, tx, ports))
