"""A patient whose account has something new is sent a link to it, by booking: one for all that is issued in one go."""

from billing.application.ports import Ports
from billing.domain.account_links import AccountLink
from billing.domain.ids import AccountLinkId, PatientId
from careflow_service.work import Transaction


async def tell_of_news(patient_id: PatientId, tx: Transaction, ports: Ports) -> None:
    """A link is to be sent, unless one is already. Nobody is told where no address of this service is known, nor who is
    not known yet: without the birth date nobody comes in.
    """
    if ports.link_addresses.public is None or await ports.account_links.waiting_of(patient_id):
        return
    account = await ports.accounts.get(patient_id)
    if account.profile is None:
        return
    policy = ports.policy.account_links
    link = AccountLink.issued(AccountLinkId(tx.new_id()), account, policy, by=None, now=tx.now)
    await ports.account_links.add(link.later(policy), tx)
