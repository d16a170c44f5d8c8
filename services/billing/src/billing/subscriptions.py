"""Everything billing hears, in one table."""

from billing.application.ports import Ports
from billing.application.reactions.on_consent_signed import on_consent_signed
from billing.application.reactions.on_diagnoses_recorded import on_diagnoses_recorded
from billing.application.reactions.on_patient import on_patient
from billing.application.reactions.on_plan import on_plan_signed
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
    on_rescheduled,
    on_session_refused,
)
from billing.application.reactions.within_reach import within_reach
from careflow_events import contracts
from careflow_events.subscription import Subscription, hears

SUBSCRIPTIONS: tuple[Subscription[Ports], ...] = (
    hears(contracts.PatientRegistered, within_reach(on_patient)),
    hears(contracts.PatientDetailsChanged, within_reach(on_patient)),
    hears(contracts.ConsultationBooked, within_reach(on_booked)),
    hears(contracts.ConsultationRescheduled, within_reach(on_rescheduled)),
    hears(contracts.ConsultationCancelled, within_reach(on_cancelled)),
    hears(contracts.ConsultationArrived, within_reach(on_arrived)),
    hears(contracts.ConsultationMissed, within_reach(on_missed)),
    hears(contracts.TreatmentBooked, within_reach(on_booked)),
    hears(contracts.TreatmentRescheduled, within_reach(on_rescheduled)),
    hears(contracts.TreatmentCancelled, within_reach(on_cancelled)),
    hears(contracts.TreatmentArrived, within_reach(on_arrived)),
    hears(contracts.TreatmentMissed, within_reach(on_missed)),
    hears(contracts.AppointmentCorrected, within_reach(on_corrected)),
    hears(contracts.EvaluationRecorded, within_reach(on_evaluation_recorded)),
    hears(contracts.DiagnosesRecorded, within_reach(on_diagnoses_recorded)),
    hears(contracts.PlanActivated, within_reach(on_plan_signed)),
    hears(contracts.PlanAdjusted, within_reach(on_plan_signed)),
    hears(contracts.ConsentSigned, within_reach(on_consent_signed)),
    hears(contracts.SessionCompleted, within_reach(on_session_ended)),
    hears(contracts.SessionAborted, within_reach(on_session_ended)),
    hears(contracts.SessionServicesCorrected, within_reach(on_session_services_corrected)),
    hears(contracts.SessionRefused, within_reach(on_session_refused)),
)
