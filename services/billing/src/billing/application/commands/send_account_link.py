"""Somebody of the clinic has a patient sent a link to their own account now."""

from dataclasses import dataclass

from billing.application.ports import Ports
from billing.domain.account_links import AccountLink
from billing.domain.ids import AccountLinkId, PatientId, StaffId
from careflow_domain.errors import conflict
from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.upsert import upsert
from careflow_service.work import Committed, Transaction, Work, side_by_side


@dataclass(frozen=True, slots=True)
class SendAccountLink:
    patient_id: PatientId


@dataclass(frozen=True, slots=True)
class SendAccountLinkHandler:
    """One that was to be sent soon is sent now, so that the patient gets one message."""

    ports: Ports
    work: Work

    async def __call__(self, command: SendAccountLink, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `account_not_found`, `birth_date_unknown`, and `public_address_unknown` where the clinic has not
        said where patients find this service.
        """

        async def send(tx: Transaction) -> Changed:
            ports, policy = self.ports, self.ports.policy.account_links
            account, waiting = await side_by_side(
                ports.accounts.get(command.patient_id), ports.account_links.waiting_of(command.patient_id)
            )
            before = waiting[0] if waiting else None
            new = AccountLink.issued(AccountLinkId(tx.new_id()), account, policy, by=StaffId(actor.id), now=tx.now)
            link = before.recording() if before else new
            whole = ports.link_addresses.whole(link.id)
            if whole is None:
                raise conflict("public_address_unknown", "The clinic has not said where patients find this service.")
            sent = link.sent(whole, policy, now=tx.now)
            await upsert(ports.account_links, before, sent, tx)
            return Changed(sent.id, sent.version)

        return await self.work.run(send, by=actor, action="send_account_link", returns=Changed, request=request)
