"""Booking registered a patient, their details changed, or two records are one person: keep what the team needs."""

from careflow_events.contracts import (
    Contact,
    PatientDetailsChanged,
    PatientForSessions,
    PatientMergeEvent,
    PatientRegistered,
    PatientsMerged,
    PatientsUnmerged,
)
from careflow_events.subscription import Received
from careflow_service.upsert import upsert
from careflow_service.work import Transaction
from sessions.application.ports import Ports
from sessions.domain.ids import PatientId
from sessions.domain.patients import ContactPerson, PatientCopy, PatientDetails


async def on_patient(
    event: Received[PatientRegistered] | Received[PatientDetailsChanged], tx: Transaction, ports: Ports
) -> None:
    """Make sure the copy says what booking says now; the same for a first registration and for a change."""
    section = event.data.for_sessions.value if event.data.for_sessions else None
    if section is None:
        return
    patient_id, details = PatientId(event.data.patient_id), _details(section)
    known = await ports.patients.find(patient_id, of=patient_id)
    after = PatientCopy(id=patient_id, details=details) if known is None else known.updated(details)
    await upsert(ports.patients, known, after, tx)


async def on_patients_merged(event: Received[PatientsMerged], tx: Transaction, ports: Ports) -> None:
    """Nobody consents any more on a record that is used no longer, nor comes to it by a link."""
    for link in await ports.plan_links.of_patient(PatientId(event.data.patient_id)):
        await upsert(ports.plan_links, link, link.taken_back(now=tx.now), tx)
    await _given_up(event.data, PatientId(event.data.surviving_patient_id), tx, ports)


async def on_patients_unmerged(event: Received[PatientsUnmerged], tx: Transaction, ports: Ports) -> None:
    await _given_up(event.data, None, tx, ports)


async def _given_up(data: PatientMergeEvent, survivor_id: PatientId | None, tx: Transaction, ports: Ports) -> None:
    """The registration was heard before: it stands in the same stream."""
    patient_id = PatientId(data.patient_id)
    known = await ports.patients.find(patient_id, of=patient_id)
    if known is not None:
        await upsert(ports.patients, known, known.given_up_for(survivor_id), tx)


def _details(section: PatientForSessions) -> PatientDetails:
    return PatientDetails(
        name=f"{section.name.given} {section.name.family}",
        born_on=section.birth_date,
        phone=section.phone,
        emergency_contact=_contact(section.emergency_contact),
        escort=_contact(section.escort),
    )


def _contact(contact: Contact | None) -> ContactPerson | None:
    return ContactPerson(name=contact.name, phone=contact.phone) if contact else None
