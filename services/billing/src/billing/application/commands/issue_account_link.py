"""Somebody of the clinic makes a link by which a patient comes to their own account without a login."""

from dataclasses import dataclass

from billing.application.ports import Ports
from billing.domain.account_links import AccountLink
from billing.domain.ids import AccountLinkId, PatientId, StaffId
from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction, Work


@dataclass(frozen=True, slots=True)
class IssueAccountLink:
    patient_id: PatientId


@dataclass(frozen=True, slots=True)
class IssueAccountLinkHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: IssueAccountLink, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `account_not_found`, `birth_date_unknown`."""

        async def issue(tx: Transaction) -> Changed:
            account = await self.ports.accounts.get(command.patient_id)
            policy, by = self.ports.policy.account_links, StaffId(actor.id)
            link = AccountLink.issued(AccountLinkId(tx.new_id()), account, policy, by=by, now=tx.now)
            await self.ports.account_links.add(link, tx)
            return Changed(link.id, link.version)

        return await self.work.run(issue, by=actor, action="issue_account_link", returns=Changed, request=request)
