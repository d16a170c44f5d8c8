"""A clinician recorded diagnoses: bills name them, once the patient says so."""

from billing.application.account_of import change_account
from billing.application.ports import Ports
from billing.domain.accounts import Diagnoses
from billing.domain.ids import PatientId
from careflow_events import contracts
from careflow_events.subscription import Received
from careflow_service.work import Transaction


async def on_diagnoses_recorded(event: Received[contracts.DiagnosesRecorded], tx: Transaction, ports: Ports) -> None:
    diagnoses = Diagnoses(event.data.for_billing.opened().codes, event.data.recorded_at)
    await change_account(PatientId(event.data.patient_id), lambda account: account.with_diagnoses(diagnoses), tx, ports)
