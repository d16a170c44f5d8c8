"""Things about which something is to be done, by the kind of what."""

from billing.application.ports import Ports
from billing.domain.charges import Charge
from billing.domain.estimates import Estimate
from billing.domain.packages import Package
from billing.domain.payments import Payment
from billing.domain.tasks import Task, TaskKind, tasks_of
from careflow_service.listed import Listed

Thing = Estimate | Charge | Payment | Package


async def things_with(kind: TaskKind, limit: int, after: str | None, ports: Ports) -> Listed[Thing]:
    """Those of all patients about which something of this kind is to be done, the oldest first."""
    found: Listed[Estimate] | Listed[Charge] | Listed[Payment] | Listed[Package]
    match kind:
        case TaskKind.ESTIMATE_DUE | TaskKind.BILL_DISPUTED:
            found = await ports.estimates.with_task(kind, limit, after)
        case TaskKind.CHARGE_WAITING | TaskKind.SUPERBILL_DUE:
            found = await ports.charges.with_task(kind, limit, after)
        case TaskKind.MONEY_UNAPPLIED | TaskKind.CARD_DISPUTED | TaskKind.REFUND_FAILED:
            found = await ports.payments.with_task(kind, limit, after)
        case TaskKind.PACKAGE_LEFT:
            found = await ports.packages.with_task(kind, limit, after)
    return Listed(tuple(found.items), found.next)


def tasks_in(things: Listed[Thing], kind: TaskKind) -> Listed[Task]:
    """What is to be done about them of this kind."""
    return Listed(tuple(task for each in things.items for task in tasks_of(each) if task.kind is kind), things.next)
