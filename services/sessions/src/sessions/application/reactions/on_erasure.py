"""Booking asks for a patient's erasure and tells what came of it."""

from careflow_events.contracts import ErasureDeclined, PatientErased, PatientErasureRequested
from careflow_events.subscription import Received
from careflow_service.work import Transaction, side_by_side
from sessions.application.ports import Ports
from sessions.domain.ids import ErasureId, PatientId
from sessions.domain.retention import ErasureAgreed, ErasureRefused, kept


async def on_erasure_requested(event: Received[PatientErasureRequested], tx: Transaction, ports: Ports) -> None:
    """Answer, by what has to be kept. Whatever is answered, nobody writes anything new until booking has told the end:
    otherwise what was agreed to might be begun in between.
    """
    patient_id, erasure_id = PatientId(event.data.patient_id), ErasureId(event.data.erasure_id)
    (plans, sessions, harm), (consents, packages, disclosures) = await side_by_side(
        side_by_side(
            ports.plans.of_patient(patient_id),
            ports.sessions.of_patient(patient_id),
            ports.adverse_events.of_patient(patient_id),
        ),
        side_by_side(
            ports.consents.all_of(patient_id),
            ports.packages.of_patient(patient_id),
            ports.disclosures.all_of(patient_id),
        ),
    )
    refusal = ports.policy.retention.refusal(
        kept(plans, sessions, harm, consents, disclosures, packages, tx.now), tx.now
    )
    ports.erasing.close(patient_id)
    if refusal is None:
        tx.record([ErasureAgreed(patient_id=patient_id, erasure_id=erasure_id, at=tx.now)])
    else:
        tx.record([ErasureRefused(patient_id=patient_id, erasure_id=erasure_id, refusal=refusal, at=tx.now)])


async def on_erasure_declined(event: Received[ErasureDeclined], _: Transaction, ports: Ports) -> None:
    ports.erasing.open(PatientId(event.data.patient_id))


async def on_patient_erased(event: Received[PatientErased], _: Transaction, ports: Ports) -> None:
    ports.erasing.erase(PatientId(event.data.patient_id))
