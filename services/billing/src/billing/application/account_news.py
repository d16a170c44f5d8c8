"""A patient whose account has something new is sent a link to it, by booking: one for all that is issued in one go."""

from uuid import NAMESPACE_URL, uuid5

from billing.application.ports import Ports
from billing.domain.account_links import AccountLink
from billing.domain.ids import AccountLinkId, PatientId
from careflow_service.work import Transaction


async def tell_of_news(patient_id: PatientId, tx: Transaction, ports: Ports) -> None:
    """A link is to be sent, unless one is already, however much of one decision is news. Nobody is told where no
    address of this service is known, nor who is not known yet: without the birth date nobody comes in.
    """
    if ports.link_addresses.public is None:
        return
    link_id = _link_of(patient_id, tx)
    if await ports.account_links.find(link_id, of=patient_id) or await ports.account_links.waiting_of(patient_id):
        return
    account = await ports.accounts.get(patient_id)
    if account.profile is None:
        return
    policy = ports.policy.account_links
    link = AccountLink.issued(link_id, account, policy, by=None, now=tx.now)
    await ports.account_links.add(link.later(policy), tx)


def _link_of(patient_id: PatientId, tx: Transaction) -> AccountLinkId:
    """The one link of a decision: by its id it is found again before it is stored."""
    return AccountLinkId(str(uuid5(NAMESPACE_URL, f"careflow:account-news/{patient_id}/{tx.now.isoformat()}")))
