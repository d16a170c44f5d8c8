"""A patient's account: the one there is, or a new one for somebody whose registration is not known yet."""

from collections.abc import Callable

from billing.application.ports import Ports
from billing.domain.accounts import Account
from billing.domain.ids import PatientId
from careflow_service.upsert import upsert
from careflow_service.work import Transaction


async def account_of(patient_id: PatientId, tx: Transaction, ports: Ports) -> Account:
    """Opens the account when there is none."""
    return await change_account(patient_id, lambda account: account, tx, ports)


async def change_account(
    patient_id: PatientId, change: Callable[[Account], Account], tx: Transaction, ports: Ports
) -> Account:
    """The account after the change; one that changes nothing is not written."""
    known = await ports.accounts.find(patient_id)
    after = change(known or Account.opened(patient_id, now=tx.now))
    await upsert(ports.accounts, known, after, tx)
    return after
