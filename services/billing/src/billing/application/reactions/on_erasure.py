"""Booking asks for a patient's erasure and tells what came of it."""

from billing.application.ports import Ports
from billing.domain.ids import ErasureId, PatientId
from billing.domain.retention import ErasureAgreed, ErasureRefused, Holdings
from careflow_events.contracts import ErasureDeclined, PatientErased, PatientErasureRequested
from careflow_events.subscription import Received
from careflow_service.work import Transaction, side_by_side


async def on_erasure_requested(event: Received[PatientErasureRequested], tx: Transaction, ports: Ports) -> None:
    """Answer, by what has to be kept. Whatever is answered, nobody writes anything new until booking has told the end:
    otherwise what was agreed to might be begun in between.
    """
    patient_id, erasure_id = PatientId(event.data.patient_id), ErasureId(event.data.erasure_id)
    unpaid, waiting, payments, links = await side_by_side(
        ports.charges.open_of(patient_id),
        ports.charges.waiting_of(patient_id),
        ports.payments.all_of(patient_id),
        ports.links.all_of(patient_id),
    )
    fees, entries, estimates, disclosures = await side_by_side(
        ports.fees.all_of(patient_id),
        ports.journal.since(None, of=patient_id),
        ports.estimates.all_of(patient_id),
        ports.disclosures.all_of(patient_id),
    )
    holdings = Holdings(
        unsettled=(*unpaid, *waiting),
        payments=payments,
        links=links,
        fees=fees,
        entries=entries,
        estimates=estimates,
        disclosures=disclosures,
    )
    refusal = holdings.refusal(ports.policy.retention, ports.zone, tx.now)
    ports.erasing.close(patient_id)
    if refusal is None:
        tx.record([ErasureAgreed(patient_id=patient_id, erasure_id=erasure_id, at=tx.now)])
    else:
        tx.record([ErasureRefused(patient_id=patient_id, erasure_id=erasure_id, refusal=refusal, at=tx.now)])


async def on_erasure_declined(event: Received[ErasureDeclined], _: Transaction, ports: Ports) -> None:
    ports.erasing.open(PatientId(event.data.patient_id))


async def on_patient_erased(event: Received[PatientErased], _: Transaction, ports: Ports) -> None:
    ports.erasing.erase(PatientId(event.data.patient_id))
