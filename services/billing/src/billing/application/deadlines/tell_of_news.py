"""What is new in an account has been gathered: its patient is sent the link."""

from billing.application.ports import Ports
from billing.domain.ids import AccountLinkId
from careflow_service.work import Transaction


async def send_gathered(link_id: str, tx: Transaction, ports: Ports) -> None:
    """Where no address of this service is known any more it is never sent, and somebody makes another one."""
    before = await ports.account_links.get(AccountLinkId(link_id))
    if before.send_at is None or before.send_at > tx.now:
        return
    whole = ports.link_addresses.whole(before.id)
    policy = ports.policy.account_links
    after = before.recording()
    sent = after.given_up() if whole is None else after.sent(whole, policy, now=tx.now)
    await ports.account_links.save(sent, expecting=before.version, tx=tx)
