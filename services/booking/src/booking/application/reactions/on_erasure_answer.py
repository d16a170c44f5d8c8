"""A service has answered whether a patient may be erased: the last to agree erases them, one who refuses ends it."""

from typing import Any, TypeVar

from booking.application.ports import Ports
from booking.domain.erasures import ErasureStatus, Party
from booking.domain.ids import ErasureId, PatientId
from booking.domain.messages import Attempt, Outcome
from careflow_domain.retention import Refusal, RetentionReason
from careflow_events import contracts
from careflow_events.contracts import codes
from careflow_events.subscription import Received
from careflow_service.work import Transaction

Agreed = TypeVar(
    "Agreed", contracts.ScreeningErasureAgreed, contracts.SessionsErasureAgreed, contracts.BillingErasureAgreed
)
Refused = TypeVar(
    "Refused", contracts.ScreeningErasureRefused, contracts.SessionsErasureRefused, contracts.BillingErasureRefused
)


async def on_erasure_agreed(event: Received[Agreed], tx: Transaction, ports: Ports) -> None:
    await _answered(event, event.data.patient_id, event.data.erasure_id, None, tx, ports)


async def on_erasure_refused(event: Received[Refused], tx: Transaction, ports: Ports) -> None:
    """A reason that is newer than this reader counts as the care record: something has to be kept."""
    known = event.data.reason is not codes.RetentionReason.UNKNOWN
    reason = RetentionReason(event.data.reason) if known else RetentionReason.CARE_RECORD
    refusal = Refusal(reason=reason, retain_until=event.data.retain_until)
    await _answered(event, event.data.patient_id, event.data.erasure_id, refusal, tx, ports)


async def _answered(
    event: Received[Any], patient: str, erasure: str, refusal: Refusal | None, tx: Transaction, ports: Ports
) -> None:
    """An answer to a request that this store does not know, for it was put back from a copy, is no answer to any."""
    patient_id = PatientId(patient)
    before = await ports.erasures.find(ErasureId(erasure), of=patient_id)
    if before is None:
        return
    party = Party(type(event.data).topic.service)
    after = before.answered(party, refusal, at=event.time, now=tx.now)
    if after is before:
        return
    erased = before.open and after.status is ErasureStatus.AGREED
    planned = await ports.messages.planned_of(patient_id) if erased else ()
    await ports.erasures.save(after, expecting=before.version, tx=tx)
    for message in planned:  # nobody writes to whom they have erased
        withdrawn = message.attempted(Attempt(outcome=Outcome.UNTRUE), now=tx.now)
        await ports.messages.save(withdrawn, expecting=message.version, tx=tx)
    if erased:
        ports.erasing.erase(patient_id)
    elif before.open and not after.open:
        ports.erasing.open(patient_id)
