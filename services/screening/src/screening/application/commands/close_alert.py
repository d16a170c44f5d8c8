"""A human ends an alert; after a high one somebody calls the patient within a day."""

from dataclasses import dataclass, field

from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction, Work
from screening.application.ports import Ports
from screening.application.staff_tasks import open_task
from screening.domain.alert_records import AlertDisposition, AlertOutcome, Closing
from screening.domain.ids import AlertId, StaffId
from screening.domain.questionnaires import AlertLevel
from screening.domain.tasks import TaskKind


@dataclass(frozen=True, slots=True)
class CloseAlert:
    """Names the version the clinician has seen: a positive that joined meanwhile is not closed unseen."""

    alert_id: AlertId
    outcome: AlertOutcome
    note: str = field(repr=False)
    disposition: AlertDisposition | None = field(repr=False)
    safety_plan: str | None = field(repr=False)
    expected_version: int


@dataclass(frozen=True, slots=True)
class CloseAlertHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: CloseAlert, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `alert_not_found`, and as `SafetyAlert.closed`."""

        async def close(tx: Transaction) -> Changed:
            before = await self.ports.alerts.get(command.alert_id)
            alert = before.closed(
                Closing(
                    by=StaffId(actor.id),
                    at=tx.now,
                    outcome=command.outcome,
                    note=command.note,
                    disposition=command.disposition,
                    safety_plan=command.safety_plan,
                )
            )
            await self.ports.alerts.save(alert, expecting=command.expected_version, tx=tx)
            if alert.level is AlertLevel.HIGH:
                within = self.ports.policy.staff.next_day_contact_within.length
                await open_task(
                    TaskKind.NEXT_DAY_CONTACT, alert.id, alert.patient_id, within=within, tx=tx, ports=self.ports
                )
            return Changed(alert.id, alert.version)

        return await self.work.run(close, by=actor, action="close_alert", returns=Changed, request=request)
