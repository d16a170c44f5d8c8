"""The crisis page asked where the patient is and how to call back; whoever answers the page needs to know."""

from dataclasses import dataclass, field

from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction, Work
from screening.application.ownership import alert_for
from screening.application.ports import Ports
from screening.domain.alert_records import Whereabouts
from screening.domain.ids import AlertId


@dataclass(frozen=True, slots=True)
class LocatePatient:
    alert_id: AlertId
    whereabouts: Whereabouts = field(repr=False)


@dataclass(frozen=True, slots=True)
class LocatePatientHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: LocatePatient, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `alert_not_found`, `alert_closed`."""

        async def locate(tx: Transaction) -> Changed:
            before = await alert_for(actor, command.alert_id, self.ports)
            alert = before.located(command.whereabouts)
            await self.ports.alerts.save(alert, expecting=before.version, tx=tx)
            return Changed(alert.id, alert.version)

        return await self.work.run(locate, by=actor, action="locate_patient", returns=Changed, request=request)
