"""Booking registered a patient: keep the details screening needs."""

from careflow_events.contracts import PatientDetailsChanged, PatientForScreening, PatientRegistered
from careflow_events.subscription import Received
from careflow_service.upsert import upsert
from careflow_service.work import Transaction
from screening.application.ports import Ports
from screening.application.reviewing import review
from screening.application.sending_links import send_link
from screening.domain.ids import PatientId
from screening.domain.patients import EmergencyContact, PatientCopy, PatientDetails


async def on_patient_registered(
    event: Received[PatientRegistered] | Received[PatientDetailsChanged], tx: Transaction, ports: Ports
) -> None:
    """Make sure the copy says what booking says now; the same for a first registration and for a change. What changed
    may be what the rules look at, so they run again. Who was asked something before they were known gets a link to it.
    """
    section = event.data.for_screening.value if event.data.for_screening else None
    if section is None:
        return
    patient_id, details = PatientId(event.data.patient_id), _details(section)
    known = await ports.patients.find(patient_id, of=patient_id)
    after = known.updated(details) if known else PatientCopy(id=patient_id, details=details)
    if after is known:
        return
    case = await ports.cases.open_of(patient_id)
    if case is not None:
        await review(case, None, tx, ports, patient=details)
    await upsert(ports.patients, known, after, tx)
    if case is not None and known is None:
        await send_link(case, details, tx, ports)


def _details(section: PatientForScreening) -> PatientDetails:
    contact = section.emergency_contact
    return PatientDetails(
        name=f"{section.name.given} {section.name.family}" if section.name else None,
        born_on=section.birth_date,
        sex=section.sex.value if section.sex else None,
        pregnancy_possible=section.pregnancy_possible,
        state=section.state,
        phone=section.phone,
        emergency_contact=EmergencyContact(name=contact.name, phone=contact.phone) if contact else None,
    )
