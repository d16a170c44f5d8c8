"""A day of a case of reimbursement has come: its patient is told to look, or the time to appeal is over."""

from billing.application.account_news import tell_of_news
from billing.application.ports import Ports
from billing.application.reimbursing import terms_of
from billing.domain.ids import ReimbursementId
from billing.domain.reimbursements import Stage
from careflow_service.work import Transaction


async def remind_of_reimbursement(case_id: str, tx: Transaction, ports: Ports) -> None:
    """Where several days have passed, for nobody was there to tell, they are told once."""
    before = await ports.reimbursements.get(ReimbursementId(case_id))
    after = before.reminded(terms_of(ports, tx))
    if after is before:
        return
    await ports.reimbursements.save(after, expecting=before.version, tx=tx)
    if after.stage is not Stage.RESOLVED:
        await tell_of_news(after.patient_id, tx, ports)
