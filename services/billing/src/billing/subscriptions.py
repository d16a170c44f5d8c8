"""Everything billing hears, in one table."""

from billing.application.ports import Ports
from billing.application.reactions.on_care_discharged import on_care_discharged
from billing.application.reactions.on_consent_signed import on_consent_signed
from billing.application.reactions.on_diagnoses_recorded import on_diagnoses_recorded
from billing.application.reactions.on_erasure import on_erasure_declined, on_erasure_requested, on_patient_erased
from billing.application.reactions.on_patient import on_patient, on_patients_merged, on_patients_unmerged
from billing.application.reactions.on_plan import on_plan_signed
from billing.application.reactions.on_record_request import on_record_request
from billing.application.reactions.on_rendered import (
    on_evaluation_recorded,
    on_session_ended,
    on_session_services_corrected,
)
from billing.application.reactions.on_visit import (
    on_arrived,
    on_booked,
    on_cancelled,
    on_corrected,
    on_missed,
    on_reassigned,
    on_rescheduled,
    on_session_refused,
)
from careflow_events import contracts
from careflow_events.subscription import Subscription, hears
from careflow_service.naming import hear_name

SUBSCRIPTIONS: tuple[Subscription[Ports], ...] = (
    hears(contracts.PatientRegistered, on_patient),
    hears(contracts.PatientDetailsChanged, on_patient),
    hears(contracts.PractitionerNamed, hear_name),
    hears(contracts.PatientsMerged, on_patients_merged),
    hears(contracts.PatientsUnmerged, on_patients_unmerged),
    hears(contracts.ConsultationBooked, on_booked),
    hears(contracts.ConsultationRescheduled, on_rescheduled),
    hears(contracts.ConsultationCancelled, on_cancelled),
    hears(contracts.ConsultationArrived, on_arrived),
    hears(contracts.ConsultationMissed, on_missed),
    hears(contracts.TreatmentBooked, on_booked),
    hears(contracts.TreatmentRescheduled, on_rescheduled),
    hears(contracts.ConsultationReassigned, on_reassigned),
    hears(contracts.TreatmentReassigned, on_reassigned),
    hears(contracts.TreatmentCancelled, on_cancelled),
    hears(contracts.TreatmentArrived, on_arrived),
    hears(contracts.TreatmentMissed, on_missed),
    hears(contracts.AppointmentCorrected, on_corrected),
    hears(contracts.EvaluationRecorded, on_evaluation_recorded),
    hears(contracts.DiagnosesRecorded, on_diagnoses_recorded),
    hears(contracts.PlanActivated, on_plan_signed),
    hears(contracts.PlanAdjusted, on_plan_signed),
    hears(contracts.ConsentSigned, on_consent_signed),
    hears(contracts.SessionCompleted, on_session_ended),
    hears(contracts.SessionAborted, on_session_ended),
    hears(contracts.SessionServicesCorrected, on_session_services_corrected),
    hears(contracts.SessionRefused, on_session_refused),
    hears(contracts.CareDischarged, on_care_discharged),
    hears(contracts.RecordRequested, on_record_request),
    hears(contracts.RecordRequestChanged, on_record_request),
    hears(contracts.PatientErasureRequested, on_erasure_requested),
    hears(contracts.ErasureDeclined, on_erasure_declined),
    hears(contracts.PatientErased, on_patient_erased),
)
