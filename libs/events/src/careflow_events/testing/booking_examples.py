"""Examples of what booking says."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from careflow_events import contracts
from careflow_events.contracts import Sealed, codes
from careflow_events.testing.example import (
    CALL_AT,
    EVALUATION_AT,
    EVALUATION_VISIT,
    HELD_BY,
    INFO_CALL,
    LOCATION,
    PATIENT,
    PRESCRIBER,
    ROOM,
    THERAPIST,
    Example,
)

EARLIER_RECORD: Final = "0199e0a0-8f4c-7a50-9d0e-6b2f41c07d35"
"""The same person, registered before."""
INQUIRY: Final = "0199e0a0-8f4c-7a50-9d0e-6b2f41c07d36"


def booking_examples() -> Sequence[Example]:
    """One or more of every event of careflow.booking.v1."""
    return (*_patients(), *_consultations())


def _patients() -> Sequence[Example]:
    registered = datetime(2026, 11, 24, 4, 17, 9, 312_000, tzinfo=UTC)
    changed = (codes.PatientDetail.IDENTITY, codes.PatientDetail.COMPANIONS)
    return (
        Example("web-visitor", contracts.PatientRegistered(patient_id=PATIENT, **_web_visitor()), registered),
        Example(
            "everything-known",
            contracts.PatientRegistered(patient_id=PATIENT, **_details()),
            registered,
        ),
        Example(
            "named-for-screening",
            contracts.PatientRegistered(patient_id=PATIENT, **_named_for_screening()),
            registered,
        ),
        Example(
            "intake-completed",
            contracts.PatientDetailsChanged(patient_id=PATIENT, changed=changed, **_details()),
            registered + timedelta(days=8, minutes=3),
        ),
        Example(
            "name-changed",
            contracts.PatientDetailsChanged(
                patient_id=PATIENT, changed=(codes.PatientDetail.IDENTITY,), **_named_for_screening()
            ),
            registered + timedelta(days=9),
        ),
        Example(
            "entered",
            contracts.PractitionerNamed(
                location_id=LOCATION,
                practitioner_id=THERAPIST,
                for_services=Sealed.plain(contracts.PractitionerName(name="Jordan Lee, LMFT")),
            ),
            registered - timedelta(days=30),
        ),
        Example(
            "clicked-twice",
            contracts.PatientsMerged(patient_id=PATIENT, surviving_patient_id=EARLIER_RECORD),
            registered + timedelta(hours=12),
        ),
        Example(
            "two-people-after-all",
            contracts.PatientsUnmerged(patient_id=PATIENT, surviving_patient_id=EARLIER_RECORD),
            registered + timedelta(days=2),
        ),
        Example(
            "asked-by-form",
            contracts.InquiryReceived(patient_id=PATIENT, inquiry_id=INQUIRY),
            registered - timedelta(days=1),
        ),
        Example(
            "became-a-call",
            contracts.InquiryClosed(patient_id=PATIENT, inquiry_id=INQUIRY, outcome=codes.InquiryOutcome.INFO_CALL),
            registered - timedelta(minutes=1),
        ),
        Example(
            "closed-by-mistake",
            contracts.InquiryReopened(patient_id=PATIENT, inquiry_id=INQUIRY),
            registered - timedelta(hours=2),
        ),
        Example(
            "goes-on-to-screening",
            contracts.CarePathStageChanged(
                patient_id=PATIENT, from_=codes.CareStage.INFO_CALL, to=codes.CareStage.SCREENING
            ),
            CALL_AT + timedelta(minutes=14),
        ),
    )


def _details() -> dict[str, Any]:
    """The sealed sections of a patient's details."""
    emergency = contracts.Contact(name="Tomas Brandt", phone="+14155550117")
    name = contracts.PersonName(given="Marisol", family="Brandt-Okafor", preferred="Mari")
    return {
        "for_screening": Sealed.plain(
            contracts.PatientForScreening(
                birth_date=date(1988, 4, 19),
                sex=codes.Sex.FEMALE,
                pregnancy_possible=True,
                state="CA",
                phone="+14155550142",
                emergency_contact=emergency,
            )
        ),
        "for_sessions": Sealed.plain(
            contracts.PatientForSessions(
                name=name,
                birth_date=date(1988, 4, 19),
                phone="+14155550142",
                emergency_contact=emergency,
                escort=contracts.Contact(name="Ngozi Okafor", phone="+14155550163"),
            )
        ),
        "for_billing": Sealed.plain(
            contracts.PatientForBilling(
                legal_name=contracts.PersonName(given="Marisol", family="Brandt-Okafor"),
                birth_date=date(1988, 4, 19),
                sex=codes.Sex.FEMALE,
                address=contracts.Address(line="1420 Alder Street", city="Berkeley", state="CA", postal_code="94702"),
                delivery_preference=codes.DeliveryPreference.ELECTRONIC,
            )
        ),
    }


def _named_for_screening() -> dict[str, Any]:
    """As everything known, with the name that screening is told as well."""
    section = contracts.PatientForScreening(
        birth_date=date(1988, 4, 19),
        state="CA",
        phone="+14155550142",
        name=contracts.PersonName(given="Marisol", family="Brandt-Okafor", preferred="Mari"),
    )
    return _details() | {"for_screening": Sealed.plain(section)}


def _web_visitor() -> dict[str, Any]:
    """What is known of somebody who booked the free call on the web."""
    return {
        "for_screening": Sealed.plain(
            contracts.PatientForScreening(birth_date=date(1988, 4, 19), state="CA", phone="+14155550142")
        ),
        "for_sessions": Sealed.plain(
            contracts.PatientForSessions(
                name=contracts.PersonName(given="Marisol", family="Brandt-Okafor"), birth_date=date(1988, 4, 19)
            )
        ),
        "for_billing": Sealed.plain(
            contracts.PatientForBilling(
                legal_name=contracts.PersonName(given="Marisol", family="Brandt-Okafor"), birth_date=date(1988, 4, 19)
            )
        ),
    }


def _consultations() -> Sequence[Example]:
    status = codes.AppointmentStatus
    hold = contracts.Hold(
        reason=codes.HoldReason.LOGISTICS, ref=HELD_BY, since=EVALUATION_AT - timedelta(days=2, hours=3)
    )
    booked_at = datetime(2026, 11, 24, 4, 17, 9, 312_000, tzinfo=UTC)
    moved_at = CALL_AT - timedelta(days=2, hours=5)
    return (
        Example(
            "info-call-by-the-patient",
            contracts.ConsultationBooked(**_info_call(1, status.BOOKED), booked_by=codes.BookedBy.PATIENT),
            booked_at,
        ),
        Example(
            "evaluation-by-staff",
            contracts.ConsultationBooked(**_evaluation(2, status.BOOKED), booked_by=codes.BookedBy.STAFF),
            CALL_AT + timedelta(days=1),
        ),
        Example(
            "in-good-time",
            contracts.ConsultationRescheduled(
                **_info_call(2, status.BOOKED),
                previous_starts_at=CALL_AT - timedelta(hours=2),
                rescheduled_by=codes.RescheduledBy.PATIENT,
                notice_minutes=3180,
            ),
            moved_at,
        ),
        Example(
            "at-short-notice",
            contracts.ConsultationRescheduled(
                **_evaluation(3, status.BOOKED, holds=(hold,)),
                previous_starts_at=EVALUATION_AT - timedelta(days=1),
                rescheduled_by=codes.RescheduledBy.PATIENT,
                notice_minutes=65,
                first_notice_minutes=65,
                late_moves=1,
            ),
            EVALUATION_AT - timedelta(days=1, minutes=65),
        ),
        Example(
            "somebody-else-calls",
            contracts.ConsultationReassigned(
                **_info_call(2, status.BOOKED),
                previous_providers=(contracts.Provider(id="max", role=codes.ProviderRole.NURSE),),
            ),
            moved_at,
        ),
        Example(
            "by-the-patient",
            contracts.ConsultationCancelled(
                **_info_call(3, status.CANCELLED),
                cancelled_by=codes.CancelledBy.PATIENT,
                reason=codes.CancelReason.PATIENT_REQUEST,
                notice_minutes=2880,
            ),
            CALL_AT - timedelta(days=2),
        ),
        Example(
            "by-the-clinic",
            contracts.ConsultationCancelled(
                **_evaluation(4, status.CANCELLED),
                cancelled_by=codes.CancelledBy.CLINIC,
                reason=codes.CancelReason.PROVIDER_UNAVAILABLE,
                notice_minutes=95,
            ),
            EVALUATION_AT - timedelta(minutes=95),
        ),
        Example(
            "on-the-line",
            contracts.ConsultationArrived(**_info_call(3, status.ARRIVED)),
            CALL_AT - timedelta(minutes=2),
        ),
        Example(
            "info-call-proceed",
            contracts.ConsultationCompleted(**_info_call(4, status.FULFILLED), disposition=codes.Disposition.PROCEED),
            CALL_AT + timedelta(minutes=14),
        ),
        Example(
            "evaluation-completed",
            contracts.ConsultationCompleted(
                **_evaluation(5, status.FULFILLED), disposition=codes.Disposition.COMPLETED
            ),
            EVALUATION_AT + timedelta(minutes=88),
        ),
        Example(
            "did-not-come",
            contracts.ConsultationMissed(**_evaluation(4, status.MISSED)),
            EVALUATION_AT + timedelta(hours=8),
        ),
    )


def _info_call(version: int, status: codes.AppointmentStatus) -> dict[str, Any]:
    return {
        "patient_id": PATIENT,
        "appointment_id": INFO_CALL,
        "version": version,
        "kind": codes.AppointmentKind.INFO_CALL,
        "starts_at": CALL_AT,
        "ends_at": CALL_AT + timedelta(minutes=15),
        "timezone": "America/Los_Angeles",
        "modality": codes.Modality.VIDEO,
        "providers": (contracts.Provider(id=THERAPIST, role=codes.ProviderRole.THERAPIST),),
        "location_id": LOCATION,
        "status": status,
    }


def _evaluation(version: int, status: codes.AppointmentStatus, **changes: Any) -> dict[str, Any]:
    return {
        "patient_id": PATIENT,
        "appointment_id": EVALUATION_VISIT,
        "version": version,
        "kind": codes.AppointmentKind.EVALUATION,
        "starts_at": EVALUATION_AT,
        "ends_at": EVALUATION_AT + timedelta(minutes=90),
        "timezone": "America/Los_Angeles",
        "modality": codes.Modality.IN_PERSON,
        "providers": (contracts.Provider(id=PRESCRIBER, role=codes.ProviderRole.PRESCRIBER),),
        "location_id": LOCATION,
        "room_id": ROOM,
        "status": status,
        **changes,
    }
