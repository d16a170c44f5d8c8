"""A clinician recorded diagnoses: bills of services from the day of their evaluation on name them, once the patient
says so.
"""

from billing.application.ports import Ports
from billing.domain.accounts import Account
from billing.domain.diagnoses import Diagnoses
from billing.domain.ids import PatientId
from billing.domain.rendered import ChargeCause, charge_id_of
from careflow_events import contracts
from careflow_events.subscription import Received
from careflow_service.upsert import upsert
from careflow_service.work import Transaction, side_by_side


async def on_diagnoses_recorded(event: Received[contracts.DiagnosesRecorded], tx: Transaction, ports: Ports) -> None:
    """Same topic, same patient: the evaluation has been heard of, unless it was never recorded."""
    data = event.data
    patient_id = PatientId(data.patient_id)
    known, evaluation = await side_by_side(
        ports.accounts.find(patient_id),
        ports.charges.find(charge_id_of(ChargeCause.EVALUATION, data.evaluation_id), of=patient_id),
    )
    recorded_on = ports.day_of(data.recorded_at)
    diagnoses = Diagnoses(
        codes=data.for_billing.opened().codes,
        recorded_at=data.recorded_at,
        in_force_from=min(recorded_on, evaluation.rendered.service_date) if evaluation else recorded_on,
    )
    account = known or Account.opened(patient_id, now=tx.now)
    await upsert(ports.accounts, known, account.with_diagnoses(diagnoses), tx)
