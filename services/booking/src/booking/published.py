"""Everything booking says: one row per domain fact, and the contract event it becomes."""

from typing import TypeVar

from booking.domain.appointment_record import AppointmentFact, AppointmentRecord
from booking.domain.appointments import (
    AppointmentBooked,
    AppointmentCancelled,
    AppointmentPutOnHold,
    AppointmentReassigned,
    AppointmentReleased,
    AppointmentRescheduled,
)
from booking.domain.attendance import AppointmentArrived, AppointmentCompleted, AppointmentCorrected, AppointmentMissed
from booking.domain.care_path import CarePathStageChanged
from booking.domain.erasures import ErasureDeclined, Party, PatientErased, PatientErasureRequested
from booking.domain.inquiries import InquiryClosed, InquiryReceived, InquiryReopened
from booking.domain.patient_details import Contact, PatientDetails
from booking.domain.patients import PatientDetailsChanged, PatientRegistered, PatientsMerged, PatientsUnmerged
from booking.domain.practitioners import PractitionerNamed
from booking.domain.record_requests import RecordRequest, RecordRequestChanged, RecordRequested
from booking.domain.slots import Provider
from booking.domain.visits import CONSULTATIONS, Ground
from careflow_events import contracts
from careflow_events.contracts import codes
from careflow_events.contracts.sealed import Sealed
from careflow_events.publication import PublicationTable, published, says

Asked = TypeVar("Asked", bound=contracts.RecordRequestEvent)
C = TypeVar("C", bound=contracts.AppointmentEvent)


def _patient_registered(fact: PatientRegistered) -> contracts.PatientRegistered:
    patient_id, details = fact.patient.id, fact.patient.details
    return contracts.PatientRegistered(
        patient_id=patient_id,
        for_screening=_for_screening(details),
        for_sessions=_for_sessions(details),
        for_billing=_for_billing(details),
    )


def _patient_details_changed(fact: PatientDetailsChanged) -> contracts.PatientDetailsChanged:
    patient_id, details = fact.patient.id, fact.patient.details
    return contracts.PatientDetailsChanged(
        patient_id=patient_id,
        changed=tuple(codes.PatientDetail(group) for group in fact.changed),
        for_screening=_for_screening(details),
        for_sessions=_for_sessions(details),
        for_billing=_for_billing(details),
    )


def _practitioner_named(fact: PractitionerNamed) -> contracts.PractitionerNamed:
    return contracts.PractitionerNamed(
        location_id=fact.location_id,
        practitioner_id=fact.practitioner.id,
        for_services=Sealed.plain(contracts.PractitionerName(name=fact.practitioner.name)),
    )


def _patients_merged(fact: PatientsMerged) -> contracts.PatientsMerged:
    return contracts.PatientsMerged(patient_id=fact.patient.id, surviving_patient_id=fact.survivor_id)


def _patients_unmerged(fact: PatientsUnmerged) -> contracts.PatientsUnmerged:
    return contracts.PatientsUnmerged(patient_id=fact.patient.id, surviving_patient_id=fact.survivor_id)


def _erasure_requested(fact: PatientErasureRequested) -> contracts.PatientErasureRequested:
    return contracts.PatientErasureRequested(
        patient_id=fact.erasure.patient_id, erasure_id=fact.erasure.id, requested_at=fact.at
    )


def _patient_erased(fact: PatientErased) -> contracts.PatientErased:
    return contracts.PatientErased(patient_id=fact.erasure.patient_id, erasure_id=fact.erasure.id, erased_at=fact.at)


def _erasure_declined(fact: ErasureDeclined) -> contracts.ErasureDeclined:
    refusals = tuple(
        contracts.ErasureRefusal(
            service=codes.CareFlowService(party),
            reason=codes.RetentionReason(answer.refusal.reason),
            retain_until=answer.refusal.retain_until,
        )
        for party, answer in fact.erasure.answers.items()
        if answer.refusal is not None
    )
    return contracts.ErasureDeclined(
        patient_id=fact.erasure.patient_id, erasure_id=fact.erasure.id, declined_at=fact.at, refusals=refusals
    )


def _record_requested(fact: RecordRequested) -> contracts.RecordRequested:
    return _asked(contracts.RecordRequested, fact.request)


def _record_request_changed(fact: RecordRequestChanged) -> contracts.RecordRequestChanged:
    return _asked(contracts.RecordRequestChanged, fact.request)


def _asked(event: type[Asked], request: RecordRequest) -> Asked:
    def of(party: Party) -> Sealed[contracts.RecordPartsWanted]:
        parts = tuple(codes.RecordPart(part) for part, whose in request.waits_for if whose is party)
        return Sealed.plain(contracts.RecordPartsWanted(due_on=request.due_on, parts=parts))

    return event(
        patient_id=request.patient_id,
        record_request_id=request.id,
        for_screening=of(Party.SCREENING),
        for_sessions=of(Party.SESSIONS),
        for_billing=of(Party.BILLING),
    )


def _booked(fact: AppointmentBooked) -> contracts.AppointmentEvent:
    return _said(contracts.ConsultationBooked, contracts.TreatmentBooked, fact, booked_by=codes.BookedBy(fact.by))


def _rescheduled(fact: AppointmentRescheduled) -> contracts.AppointmentEvent:
    return _said(
        contracts.ConsultationRescheduled,
        contracts.TreatmentRescheduled,
        fact,
        previous_starts_at=fact.previous_starts_at,
        rescheduled_by=codes.RescheduledBy(fact.by),
        notice_minutes=fact.notice_minutes,
        first_notice_minutes=fact.appointment.first_notice_minutes,
        late_moves=len(fact.appointment.late_moves),
    )


def _reassigned(fact: AppointmentReassigned) -> contracts.AppointmentEvent:
    return _said(
        contracts.ConsultationReassigned,
        contracts.TreatmentReassigned,
        fact,
        previous_providers=_providers(fact.previous_providers),
        previous_room_id=fact.previous_room_id,
    )


def _cancelled(fact: AppointmentCancelled) -> contracts.AppointmentEvent:
    return _said(
        contracts.ConsultationCancelled,
        contracts.TreatmentCancelled,
        fact,
        cancelled_by=codes.CancelledBy(fact.by),
        reason=codes.CancelReason(fact.reason),
        notice_minutes=fact.notice_minutes,
    )


def _arrived(fact: AppointmentArrived) -> contracts.AppointmentEvent:
    return _said(contracts.ConsultationArrived, contracts.TreatmentArrived, fact)


def _completed(fact: AppointmentCompleted) -> contracts.ConsultationCompleted:
    """A consultation: a treatment visit is completed by its session, which says so itself."""
    disposition = codes.Disposition(fact.disposition)
    return _appointment(contracts.ConsultationCompleted, fact.appointment, disposition=disposition)


def _missed(fact: AppointmentMissed) -> contracts.AppointmentEvent:
    return _said(contracts.ConsultationMissed, contracts.TreatmentMissed, fact)


def _corrected(fact: AppointmentCorrected) -> contracts.AppointmentCorrected:
    before, now = codes.AppointmentStatus(fact.before), codes.AppointmentStatus(fact.appointment.status)
    return _appointment(contracts.AppointmentCorrected, fact.appointment, from_=before, to=now)


def _put_on_hold(fact: AppointmentPutOnHold) -> contracts.AppointmentPutOnHold:
    return _appointment(contracts.AppointmentPutOnHold, fact.appointment, **_pair(fact.ground))


def _released(fact: AppointmentReleased) -> contracts.AppointmentReleased:
    return _appointment(contracts.AppointmentReleased, fact.appointment, **_pair(fact.ground))


def _inquiry_received(fact: InquiryReceived) -> contracts.InquiryReceived:
    return contracts.InquiryReceived(patient_id=fact.patient_id, inquiry_id=fact.inquiry_id)


def _inquiry_closed(fact: InquiryClosed) -> contracts.InquiryClosed:
    return contracts.InquiryClosed(
        patient_id=fact.patient_id, inquiry_id=fact.inquiry_id, outcome=codes.InquiryOutcome(fact.outcome)
    )


def _inquiry_reopened(fact: InquiryReopened) -> contracts.InquiryReopened:
    return contracts.InquiryReopened(patient_id=fact.patient_id, inquiry_id=fact.inquiry_id)


def _stage_changed(fact: CarePathStageChanged) -> contracts.CarePathStageChanged:
    return contracts.CarePathStageChanged.model_validate(
        {"patient_id": fact.patient_id, "from": codes.CareStage(fact.before), "to": codes.CareStage(fact.after)}
    )


def _said(
    consultation: type[contracts.AppointmentEvent],
    treatment: type[contracts.AppointmentEvent],
    fact: AppointmentFact,
    **more: object,
) -> contracts.AppointmentEvent:
    """The event of the visit's sort: before the treatment, or part of it."""
    appointment = fact.appointment
    return _appointment(consultation if appointment.kind in CONSULTATIONS else treatment, appointment, **more)


def _appointment(contract: type[C], appointment: AppointmentRecord, **more: object) -> C:
    """The public snapshot and what the event adds."""
    slot = appointment.slot
    snapshot: dict[str, object] = {
        "patient_id": appointment.patient_id,
        "appointment_id": appointment.id,
        "version": appointment.version,
        "kind": codes.AppointmentKind(appointment.kind),
        "phase": codes.Phase(appointment.phase) if appointment.phase else None,
        "starts_at": slot.interval.start,
        "ends_at": slot.interval.end,
        "timezone": slot.timezone,
        "modality": codes.Modality(slot.modality),
        "providers": _providers(slot.providers),
        "location_id": slot.location_id,
        "room_id": slot.room_id,
        "status": codes.AppointmentStatus(appointment.status),
        "holds": _holds(appointment),
        "plan_id": appointment.plan_id,
    }
    return contract.model_validate({**snapshot, **more})


def _providers(providers: tuple[Provider, ...]) -> tuple[contracts.Provider, ...]:
    return tuple(contracts.Provider(id=each.id, role=codes.ProviderRole(each.role)) for each in providers)


def _holds(appointment: AppointmentRecord) -> tuple[contracts.Hold, ...]:
    return tuple(
        contracts.Hold(reason=codes.HoldReason(hold.ground.reason), ref=hold.ground.ref, since=hold.since)
        for hold in appointment.holds
    )


def _pair(ground: Ground) -> dict[str, object]:
    section = contracts.HoldDetails(cause=codes.HoldCause(ground.cause))
    return {
        "reason": codes.HoldReason(ground.reason),
        "ref": ground.ref,
        "for_sessions_and_billing": Sealed.plain(section),
    }


def _for_screening(details: PatientDetails) -> Sealed[contracts.PatientForScreening]:
    return Sealed.plain(
        contracts.PatientForScreening(
            birth_date=details.birth_date,
            sex=codes.Sex(details.sex) if details.sex else None,
            pregnancy_possible=details.pregnancy_possible,
            state=details.state,
            phone=details.phone,
            emergency_contact=_contact(details.emergency_contact),
            name=_name(details),
        )
    )


def _for_sessions(details: PatientDetails) -> Sealed[contracts.PatientForSessions]:
    return Sealed.plain(
        contracts.PatientForSessions(
            name=_name(details),
            birth_date=details.birth_date,
            phone=details.phone,
            emergency_contact=_contact(details.emergency_contact),
            escort=_contact(details.escort),
        )
    )


def _for_billing(details: PatientDetails) -> Sealed[contracts.PatientForBilling]:
    address, preference = details.address, details.delivery_preference
    return Sealed.plain(
        contracts.PatientForBilling(
            legal_name=_name(details),
            birth_date=details.birth_date,
            sex=codes.Sex(details.sex) if details.sex else None,
            address=contracts.Address(
                line=address.line, city=address.city, state=address.state, postal_code=address.postal_code
            )
            if address
            else None,
            delivery_preference=codes.DeliveryPreference(preference) if preference else None,
        )
    )


def _name(details: PatientDetails) -> contracts.PersonName:
    return contracts.PersonName(given=details.given_name, family=details.family_name, preferred=details.preferred_name)


def _contact(contact: Contact | None) -> contracts.Contact | None:
    return contracts.Contact(name=contact.name, phone=contact.phone) if contact else None


PUBLISHED: PublicationTable = published(
    says(PatientRegistered, contracts.PatientRegistered, _patient_registered),
    says(PatientDetailsChanged, contracts.PatientDetailsChanged, _patient_details_changed),
    says(PractitionerNamed, contracts.PractitionerNamed, _practitioner_named),
    says(PatientsMerged, contracts.PatientsMerged, _patients_merged),
    says(PatientsUnmerged, contracts.PatientsUnmerged, _patients_unmerged),
    says(RecordRequested, contracts.RecordRequested, _record_requested),
    says(RecordRequestChanged, contracts.RecordRequestChanged, _record_request_changed),
    says(PatientErasureRequested, contracts.PatientErasureRequested, _erasure_requested),
    says(PatientErased, contracts.PatientErased, _patient_erased),
    says(ErasureDeclined, contracts.ErasureDeclined, _erasure_declined),
    says(AppointmentBooked, (contracts.ConsultationBooked, contracts.TreatmentBooked), _booked),
    says(AppointmentRescheduled, (contracts.ConsultationRescheduled, contracts.TreatmentRescheduled), _rescheduled),
    says(AppointmentReassigned, (contracts.ConsultationReassigned, contracts.TreatmentReassigned), _reassigned),
    says(AppointmentCancelled, (contracts.ConsultationCancelled, contracts.TreatmentCancelled), _cancelled),
    says(AppointmentArrived, (contracts.ConsultationArrived, contracts.TreatmentArrived), _arrived),
    says(AppointmentCompleted, contracts.ConsultationCompleted, _completed),
    says(AppointmentMissed, (contracts.ConsultationMissed, contracts.TreatmentMissed), _missed),
    says(AppointmentCorrected, contracts.AppointmentCorrected, _corrected),
    says(AppointmentPutOnHold, contracts.AppointmentPutOnHold, _put_on_hold),
    says(AppointmentReleased, contracts.AppointmentReleased, _released),
    says(InquiryReceived, contracts.InquiryReceived, _inquiry_received),
    says(InquiryClosed, contracts.InquiryClosed, _inquiry_closed),
    says(InquiryReopened, contracts.InquiryReopened, _inquiry_reopened),
    says(CarePathStageChanged, contracts.CarePathStageChanged, _stage_changed),
)
