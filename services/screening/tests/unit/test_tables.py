"""What screening hears, event by event."""

from careflow_events.contracts import (
    AdverseEventReported,
    AdverseEventReviewed,
    AppointmentCorrected,
    CareDischarged,
    ClinicalFactReported,
    ConsultationCompleted,
    DoseAdministered,
    ErasureDeclined,
    PatientDetailsChanged,
    PatientErased,
    PatientErasureRequested,
    PatientRegistered,
    PlanCompleted,
    PlanDiscontinued,
    PractitionerNamed,
    RecordRequestChanged,
    RecordRequested,
    SessionRefused,
    TreatmentBooked,
    TreatmentCancelled,
    TreatmentMissed,
    TreatmentRescheduled,
)
from screening.subscriptions import SUBSCRIPTIONS


def test_what_screening_hears() -> None:
    assert [each.contract for each in SUBSCRIPTIONS] == [
        PatientRegistered,
        PatientDetailsChanged,
        PractitionerNamed,
        ConsultationCompleted,
        TreatmentBooked,
        TreatmentRescheduled,
        TreatmentCancelled,
        TreatmentMissed,
        AppointmentCorrected,
        ClinicalFactReported,
        SessionRefused,
        DoseAdministered,
        PlanCompleted,
        PlanDiscontinued,
        CareDischarged,
        AdverseEventReported,
        AdverseEventReviewed,
        RecordRequested,
        RecordRequestChanged,
        PatientErasureRequested,
        ErasureDeclined,
        PatientErased,
    ]
