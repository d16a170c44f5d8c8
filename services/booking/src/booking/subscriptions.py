"""Everything booking hears, and the reaction to it."""

from booking.application.ports import Ports
from booking.application.reactions.on_account_link import on_account_link_issued
from booking.application.reactions.on_adverse_event import on_adverse_event_reported, on_adverse_event_reviewed
from booking.application.reactions.on_answer_link import on_answer_link_issued
from booking.application.reactions.on_care_discharged import on_care_discharged
from booking.application.reactions.on_clearance import (
    on_clearance_deferred,
    on_clearance_denied,
    on_clearance_expired,
    on_clearance_expiring,
    on_clearance_extended,
    on_clearance_granted,
    on_clearance_reinstated,
    on_clearance_revoked,
    on_clearance_suspended,
)
from booking.application.reactions.on_consent import on_consent_ended, on_consent_signed
from booking.application.reactions.on_erasure_answer import on_erasure_agreed, on_erasure_refused
from booking.application.reactions.on_integration import (
    on_integration_done,
    on_integration_due,
    on_integration_ended,
    on_integration_overdue,
)
from booking.application.reactions.on_plan import (
    on_plan_completed,
    on_plan_discontinued,
    on_plan_put_on_hold,
    on_plan_resumed,
    on_plan_signed,
)
from booking.application.reactions.on_plan_link import on_plan_link_issued, on_plan_link_withdrawn
from booking.application.reactions.on_record_disclosed import on_record_disclosed
from booking.application.reactions.on_safety_alert import (
    on_safety_alert_closed,
    on_safety_alert_raised,
    on_safety_alert_upgraded,
)
from booking.application.reactions.on_screening import (
    on_evaluation_recorded,
    on_outcome_review_due,
    on_outcome_reviewed,
    on_questionnaire_completed,
    on_questionnaire_requested,
    on_questionnaire_withdrawn,
    on_screening_closed,
    on_screening_started,
)
from booking.application.reactions.on_session import (
    on_dose_administered,
    on_session_checked_in,
    on_session_completed,
    on_session_ended,
)
from careflow_events import contracts
from careflow_events.subscription import Subscription, hears

SUBSCRIPTIONS: tuple[Subscription[Ports], ...] = (
    hears(contracts.ScreeningStarted, on_screening_started),
    hears(contracts.ScreeningClosed, on_screening_closed),
    hears(contracts.AnswerLinkIssued, on_answer_link_issued),
    hears(contracts.QuestionnaireRequested, on_questionnaire_requested),
    hears(contracts.QuestionnaireWithdrawn, on_questionnaire_withdrawn),
    hears(contracts.QuestionnaireCompleted, on_questionnaire_completed),
    hears(contracts.OutcomeReviewDue, on_outcome_review_due),
    hears(contracts.OutcomeReviewed, on_outcome_reviewed),
    hears(contracts.EvaluationRecorded, on_evaluation_recorded),
    hears(contracts.ClearanceGranted, on_clearance_granted),
    hears(contracts.ClearanceDenied, on_clearance_denied),
    hears(contracts.ClearanceDeferred, on_clearance_deferred),
    hears(contracts.ClearanceExtended, on_clearance_extended),
    hears(contracts.ClearanceSuspended, on_clearance_suspended),
    hears(contracts.ClearanceReinstated, on_clearance_reinstated),
    hears(contracts.ClearanceRevoked, on_clearance_revoked),
    hears(contracts.ClearanceExpiring, on_clearance_expiring),
    hears(contracts.ClearanceExpired, on_clearance_expired),
    hears(contracts.SafetyAlertRaised, on_safety_alert_raised),
    hears(contracts.SafetyAlertUpgraded, on_safety_alert_upgraded),
    hears(contracts.SafetyAlertClosed, on_safety_alert_closed),
    hears(contracts.PlanActivated, on_plan_signed),
    hears(contracts.PlanAdjusted, on_plan_signed),
    hears(contracts.PlanPutOnHold, on_plan_put_on_hold),
    hears(contracts.PlanResumed, on_plan_resumed),
    hears(contracts.PlanCompleted, on_plan_completed),
    hears(contracts.PlanDiscontinued, on_plan_discontinued),
    hears(contracts.CareDischarged, on_care_discharged),
    hears(contracts.ConsentSigned, on_consent_signed),
    hears(contracts.ConsentWithdrawn, on_consent_ended),
    hears(contracts.ConsentExpired, on_consent_ended),
    hears(contracts.SessionCheckedIn, on_session_checked_in),
    hears(contracts.SessionCompleted, on_session_completed),
    hears(contracts.SessionAborted, on_session_ended),
    hears(contracts.SessionRefused, on_session_ended),
    hears(contracts.DoseAdministered, on_dose_administered),
    hears(contracts.IntegrationDue, on_integration_due),
    hears(contracts.IntegrationDone, on_integration_done),
    hears(contracts.IntegrationOverdue, on_integration_overdue),
    hears(contracts.IntegrationEnded, on_integration_ended),
    hears(contracts.AdverseEventReported, on_adverse_event_reported),
    hears(contracts.AdverseEventReviewed, on_adverse_event_reviewed),
    hears(contracts.AccountLinkIssued, on_account_link_issued),
    hears(contracts.PlanLinkIssued, on_plan_link_issued),
    hears(contracts.PlanLinkWithdrawn, on_plan_link_withdrawn),
    hears(contracts.ScreeningRecordDisclosed, on_record_disclosed),
    hears(contracts.SessionsRecordDisclosed, on_record_disclosed),
    hears(contracts.BillingRecordDisclosed, on_record_disclosed),
    hears(contracts.ScreeningErasureAgreed, on_erasure_agreed),
    hears(contracts.ScreeningErasureRefused, on_erasure_refused),
    hears(contracts.SessionsErasureAgreed, on_erasure_agreed),
    hears(contracts.SessionsErasureRefused, on_erasure_refused),
    hears(contracts.BillingErasureAgreed, on_erasure_agreed),
    hears(contracts.BillingErasureRefused, on_erasure_refused),
)
