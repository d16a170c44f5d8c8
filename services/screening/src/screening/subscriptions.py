"""Everything screening hears, in one table."""

from careflow_events import contracts
from careflow_events.subscription import Subscription, hears
from careflow_service.naming import hear_name
from screening.application.ports import Ports
from screening.application.reactions.on_adverse_event import on_adverse_event_reported, on_adverse_event_reviewed
from screening.application.reactions.on_care_discharged import on_care_discharged
from screening.application.reactions.on_consultation_completed import on_consultation_completed
from screening.application.reactions.on_course import on_dose_administered, on_plan_ended
from screening.application.reactions.on_erasure import on_erasure_declined, on_erasure_requested, on_patient_erased
from screening.application.reactions.on_patient_registered import on_patient_registered
from screening.application.reactions.on_record_request import on_record_request
from screening.application.reactions.on_session import on_clinical_fact_reported, on_session_refused
from screening.application.reactions.on_treatment import on_treatment

SUBSCRIPTIONS: tuple[Subscription[Ports], ...] = (
    hears(contracts.PatientRegistered, on_patient_registered),
    hears(contracts.PatientDetailsChanged, on_patient_registered),
    hears(contracts.PractitionerNamed, hear_name),
    hears(contracts.ConsultationCompleted, on_consultation_completed),
    hears(contracts.TreatmentBooked, on_treatment),
    hears(contracts.TreatmentRescheduled, on_treatment),
    hears(contracts.TreatmentCancelled, on_treatment),
    hears(contracts.TreatmentMissed, on_treatment),
    hears(contracts.AppointmentCorrected, on_treatment),
    hears(contracts.ClinicalFactReported, on_clinical_fact_reported),
    hears(contracts.SessionRefused, on_session_refused),
    hears(contracts.DoseAdministered, on_dose_administered),
    hears(contracts.PlanCompleted, on_plan_ended),
    hears(contracts.PlanDiscontinued, on_plan_ended),
    hears(contracts.CareDischarged, on_care_discharged),
    hears(contracts.AdverseEventReported, on_adverse_event_reported),
    hears(contracts.AdverseEventReviewed, on_adverse_event_reviewed),
    hears(contracts.RecordRequested, on_record_request),
    hears(contracts.RecordRequestChanged, on_record_request),
    hears(contracts.PatientErasureRequested, on_erasure_requested),
    hears(contracts.ErasureDeclined, on_erasure_declined),
    hears(contracts.PatientErased, on_patient_erased),
)
