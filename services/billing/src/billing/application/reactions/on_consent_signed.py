"""A patient signed the financial policy: fees may be charged by it from then on."""

from billing.application.account_of import change_account
from billing.application.ports import Ports
from billing.domain.accounts import SignedPolicy
from billing.domain.ids import PatientId
from careflow_events import contracts
from careflow_events.contracts.session_codes import ConsentCategory
from careflow_events.subscription import Received
from careflow_service.work import Transaction


async def on_consent_signed(event: Received[contracts.ConsentSigned], tx: Transaction, ports: Ports) -> None:
    data = event.data
    if data.category is not ConsentCategory.FINANCIAL:
        return
    signed = SignedPolicy(data.policy_version or data.consent_id, data.signed_at, data.consent_id)
    await change_account(PatientId(data.patient_id), lambda account: account.with_signature(signed), tx, ports)
