"""Somebody of the clinic is worried about a patient: a phone call, something said in therapy."""

from dataclasses import dataclass, field

from careflow_domain.errors import not_found
from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction, Work, side_by_side
from screening.application.concerns import concern, settle
from screening.application.ports import Ports
from screening.domain.alert_urgency import Positive
from screening.domain.alerts import AlertSource
from screening.domain.ids import PatientId
from screening.domain.questionnaires import AlertLevel, AlertResponse

RESPONSE_TO = {
    AlertLevel.HIGH: AlertResponse.CRISIS_PAGE,
    AlertLevel.MODERATE: AlertResponse.CLINICIAN_WITHIN_THE_HOUR,
    AlertLevel.LOW: AlertResponse.REVIEW_BEFORE_NEXT_STEP,
}


@dataclass(frozen=True, slots=True)
class RaiseAlert:
    patient_id: PatientId
    level: AlertLevel
    note: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class RaiseAlertHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: RaiseAlert, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Raises an alert or joins the patient's open one. Refused: `patient_not_found`."""

        async def raise_it(tx: Transaction) -> Changed:
            case, patient = await side_by_side(
                self.ports.cases.open_of(command.patient_id),
                self.ports.patients.find(command.patient_id, of=command.patient_id),
            )
            if case is None and patient is None:
                raise not_found("patient")
            positive = Positive(
                code="staff_report",
                level=command.level,
                response=RESPONSE_TO[command.level],
                said_at=tx.now,
                note=command.note,
            )
            concerned = await concern(
                [positive],
                command.patient_id,
                case.id if case else None,
                source=AlertSource.STAFF,
                tx=tx,
                ports=self.ports,
            )
            alert = await settle(concerned, tx, self.ports)
            return Changed(alert.id, alert.version)

        return await self.work.run(raise_it, by=actor, action="raise_alert", returns=Changed, request=request)
