"""A clinician spoke to the patient an alert is about; the next contact is due from now."""

from dataclasses import dataclass, field

from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction, Work
from screening.application.ports import Ports
from screening.domain.alert_records import Contact
from screening.domain.ids import AlertId, StaffId


@dataclass(frozen=True, slots=True)
class RecordContact:
    """Needs no version: a contact that took place is recorded whatever the alert has become."""

    alert_id: AlertId
    note: str = field(repr=False)
    safety_plan: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class RecordContactHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: RecordContact, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `alert_not_found`, and as `SafetyAlert.contacted`."""

        async def record(tx: Transaction) -> Changed:
            before = await self.ports.alerts.get(command.alert_id)
            contact = Contact(by=StaffId(actor.id), at=tx.now, note=command.note, safety_plan=command.safety_plan)
            alert = before.contacted(contact, self.ports.policy.alert_persistence)
            await self.ports.alerts.save(alert, expecting=before.version, tx=tx)
            return Changed(alert.id, alert.version)

        return await self.work.run(record, by=actor, action="record_contact", returns=Changed, request=request)
