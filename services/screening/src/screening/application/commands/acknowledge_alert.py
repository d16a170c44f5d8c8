"""A clinician takes an alert on: the chain stops, pages not yet sent are withdrawn, a contact is owed."""

from dataclasses import dataclass

from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction, Work
from screening.application.ports import Ports
from screening.domain.ids import AlertId, StaffId


@dataclass(frozen=True, slots=True)
class AcknowledgeAlert:
    """Needs no version: taking an alert on is always right."""

    alert_id: AlertId


@dataclass(frozen=True, slots=True)
class AcknowledgeAlertHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: AcknowledgeAlert, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `alert_not_found`, `alert_closed`, `alert_already_acknowledged`."""

        async def acknowledge(tx: Transaction) -> Changed:
            by = StaffId(actor.id)
            before = await self.ports.alerts.get(command.alert_id)
            alert = before.acknowledged(by, self.ports.policy.alert_persistence, now=tx.now)
            for page in await self.ports.pages.of_alert(alert.id):
                answered = page.answered(by, now=tx.now)
                if answered is not page:
                    await self.ports.pages.save(answered, expecting=page.version, tx=tx)
            await self.ports.alerts.save(alert, expecting=before.version, tx=tx)
            return Changed(alert.id, alert.version)

        return await self.work.run(acknowledge, by=actor, action="acknowledge_alert", returns=Changed, request=request)
