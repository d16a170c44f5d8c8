"""Booking said something of an evaluation: whoever comes to it is sent where to read and sign what is signed before.

The link goes out once, when the evaluation is first heard of; a later one is sent by somebody of the clinic. Where it
cannot be made (no birth date, no public address, a merged record), or something else leads there already, none is: who
comes soon without having signed stands on the page of what is missing.
"""

from typing import TypeVar

from careflow_events.contracts import (
    AppointmentCorrected,
    ConsultationBooked,
    ConsultationCancelled,
    ConsultationRescheduled,
    codes,
)
from careflow_events.subscription import Received
from careflow_service.upsert import upsert
from careflow_service.work import Transaction, side_by_side
from sessions.application.ports import Ports
from sessions.domain.appointments import AppointmentStatus
from sessions.domain.evaluations import Evaluation
from sessions.domain.ids import AppointmentId, PatientId, PlanLinkId
from sessions.domain.papers import anything_lacking
from sessions.domain.plan_links import PlanLink

T = TypeVar("T", bound=ConsultationBooked | ConsultationRescheduled | ConsultationCancelled | AppointmentCorrected)


async def on_evaluation(event: Received[T], tx: Transaction, ports: Ports) -> None:
    """Keep when it is; a free call asks for no signature."""
    data = event.data
    if data.kind is not codes.AppointmentKind.EVALUATION or data.status is codes.AppointmentStatus.UNKNOWN:
        return
    appointment_id, patient_id = AppointmentId(data.appointment_id), PatientId(data.patient_id)
    status = AppointmentStatus(data.status.value)
    known = await ports.evaluations.find(appointment_id, of=patient_id)
    if known is not None:
        await upsert(ports.evaluations, known, known.became(data.version, data.starts_at, status), tx)
        return
    evaluation = Evaluation(
        id=appointment_id,
        patient_id=patient_id,
        appointment_version=data.version,
        starts_at=data.starts_at,
        status=status,
    )
    if evaluation.awaited(tx.now) and (link := await _link(patient_id, tx, ports)) is not None:
        await ports.plan_links.add(link, tx)
        evaluation = evaluation.asked_by(link.id)
    await ports.evaluations.add(evaluation, tx)


async def _link(patient_id: PatientId, tx: Transaction, ports: Ports) -> PlanLink | None:
    """One to be sent; None where there is nothing to sign, nobody could come in by it, or another leads in."""
    patient, consents, plans, links = await side_by_side(
        ports.patients.find(patient_id, of=patient_id),
        ports.consents.all_of(patient_id),
        ports.plans.of_patient(patient_id),
        ports.plan_links.of_patient(patient_id),
    )
    policy, link_id = ports.policy.plan_links, PlanLinkId(tx.new_id())
    whole = ports.link_addresses.whole(link_id)
    if whole is None or patient is None or patient.merged or patient.details.born_on is None:
        return None
    if any(each.sent_at is not None and each.way_in(policy).leads_in(tx.now) for each in links):
        return None
    if not anything_lacking(ports.consent_texts, consents, plans, ports.policy.consent_ending, now=tx.now):
        return None
    return PlanLink.issued(link_id, patient, policy, by=None, now=tx.now).sent(whole, now=tx.now)
