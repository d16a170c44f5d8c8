"""Everything sessions hears, in one table. How fresh its view is (FeedCheckpoint) the library keeps itself."""

from careflow_events import contracts
from careflow_events.subscription import Subscription, hears
from careflow_service.naming import hear_name
from sessions.application.ports import Ports
from sessions.application.reactions.on_allergies import on_allergies_changed
from sessions.application.reactions.on_appointment_corrected import on_appointment_corrected
from sessions.application.reactions.on_clearance import (
    on_clearance_expired,
    on_clearance_extended,
    on_clearance_granted,
    on_clearance_reinstated,
    on_clearance_revoked,
    on_clearance_suspended,
)
from sessions.application.reactions.on_erasure import on_erasure_declined, on_erasure_requested, on_patient_erased
from sessions.application.reactions.on_evaluation import on_evaluation
from sessions.application.reactions.on_outcome_review import on_outcome_review_due, on_outcome_reviewed
from sessions.application.reactions.on_patient import on_patient, on_patients_merged, on_patients_unmerged
from sessions.application.reactions.on_pre_session_screen import on_pre_session_screen
from sessions.application.reactions.on_record_request import on_record_request
from sessions.application.reactions.on_safety_alert import on_safety_alert, on_safety_alert_closed
from sessions.application.reactions.on_treatment import on_treatment

SUBSCRIPTIONS: tuple[Subscription[Ports], ...] = (
    hears(contracts.PatientRegistered, on_patient),
    hears(contracts.PatientDetailsChanged, on_patient),
    hears(contracts.PractitionerNamed, hear_name),
    hears(contracts.PatientsMerged, on_patients_merged),
    hears(contracts.PatientsUnmerged, on_patients_unmerged),
    hears(contracts.ConsultationBooked, on_evaluation),
    hears(contracts.ConsultationRescheduled, on_evaluation),
    hears(contracts.ConsultationCancelled, on_evaluation),
    hears(contracts.TreatmentBooked, on_treatment),
    hears(contracts.TreatmentRescheduled, on_treatment),
    hears(contracts.TreatmentReassigned, on_treatment),
    hears(contracts.TreatmentCancelled, on_treatment),
    hears(contracts.TreatmentArrived, on_treatment),
    hears(contracts.TreatmentMissed, on_treatment),
    hears(contracts.AppointmentCorrected, on_appointment_corrected),
    hears(contracts.ClearanceGranted, on_clearance_granted),
    hears(contracts.ClearanceExtended, on_clearance_extended),
    hears(contracts.ClearanceReinstated, on_clearance_reinstated),
    hears(contracts.ClearanceSuspended, on_clearance_suspended),
    hears(contracts.ClearanceRevoked, on_clearance_revoked),
    hears(contracts.ClearanceExpired, on_clearance_expired),
    hears(contracts.PreSessionScreenAssessed, on_pre_session_screen),
    hears(contracts.OutcomeReviewDue, on_outcome_review_due),
    hears(contracts.OutcomeReviewed, on_outcome_reviewed),
    hears(contracts.AllergiesChanged, on_allergies_changed),
    hears(contracts.SafetyAlertRaised, on_safety_alert),
    hears(contracts.SafetyAlertUpgraded, on_safety_alert),
    hears(contracts.SafetyAlertJoined, on_safety_alert),
    hears(contracts.SafetyAlertClosed, on_safety_alert_closed),
    hears(contracts.RecordRequested, on_record_request),
    hears(contracts.RecordRequestChanged, on_record_request),
    hears(contracts.PatientErasureRequested, on_erasure_requested),
    hears(contracts.ErasureDeclined, on_erasure_declined),
    hears(contracts.PatientErased, on_patient_erased),
)
