"""By what cases of reimbursement wait, and which superbill they are about."""

from billing.application.ports import Ports
from billing.domain.reimbursements import Stage, Terms
from billing.domain.superbills import Superbill
from careflow_service.work import Transaction


def terms_of(ports: Ports, tx: Transaction) -> Terms:
    policy, now = ports.policy, tx.now
    return Terms(
        policy=policy.reimbursement,
        appeals=policy.appeals,
        calendar=ports.calendar,
        today=ports.day_of(now),
        now=now,
    )


async def follow(superbill: Superbill, tx: Transaction, ports: Ports) -> None:
    """What is open about the one whose place it takes is about this one."""
    if superbill.reimbursement_id is None:
        return
    case = await ports.reimbursements.get(superbill.reimbursement_id, of=superbill.patient_id)
    if case.stage is not Stage.RESOLVED:
        await ports.reimbursements.save(case.about(superbill), expecting=case.version, tx=tx)
