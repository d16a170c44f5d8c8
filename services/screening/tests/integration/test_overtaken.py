"""Nothing that screening decides is overtaken unseen: for every command, reaction, deadline and effect, something about
the same patient, alert or rota is committed between its decision and its commit; it decides anew, and what comes of it
is that of the second.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Final

import pytest

from careflow_service.testing import naming
from careflow_service.testing.overtaking import Overtaking, Race, decided_by
from screening.bootstrap import SERVICE
from services.screening.tests import consenting
from services.screening.tests import overtaken_alerts as alerts
from services.screening.tests import overtaken_cases as cases
from services.screening.tests import overtaken_clearances as clearances
from services.screening.tests import overtaken_erasures as erasures
from services.screening.tests import overtaken_reactions as reactions
from services.screening.tests.world import World

NO_DECISIONS: Final = {"reading", "read_case_page", "read_intake", "records", "sitting_down", "ports"}

ROWS: Final[Mapping[str, Race[World]]] = {
    "save_answers": cases.answers_while_others_are_given,
    "hear_answers": cases.a_refused_alarming_answer_while_an_alert_is_raised,
    "submit_screening": cases.a_submission_while_the_patient_withdraws,
    "issue_link": cases.a_link_while_the_details_change,
    "open_link": cases.a_link_is_opened_while_somebody_guesses,
    "close_case": cases.a_case_is_closed_while_it_is_denied,
    "set_indications": cases.indications_while_a_fact_is_recorded,
    "record_facts": cases.a_fact_while_a_clearance_is_granted,
    "reclassify_fact": cases.a_fact_is_reclassified_while_a_clearance_is_granted,
    "add_medication": cases.a_medication_while_a_clearance_is_granted,
    "identify_medication": cases.a_medication_is_identified_while_it_is_identified,
    "stop_medication": cases.a_medication_is_stopped_while_it_is_stopped,
    "void_medication": cases.a_medication_is_voided_while_it_is_voided,
    "void_evidence": cases.evidence_is_voided_while_a_clearance_is_granted,
    "record_trial": cases.a_trial_is_recorded_while_another_is,
    "void_trial": cases.a_trial_is_voided_while_it_is_voided,
    "record_evidence": cases.evidence_while_a_clearance_is_granted,
    "record_evaluation": cases.an_evaluation_while_the_case_is_closed,
    "record_diagnoses": cases.diagnoses_while_the_case_is_closed,
    "grant_clearance": cases.a_grant_while_a_fact_is_recorded,
    "defer_clearance": cases.a_deferral_while_a_fact_is_recorded,
    "deny_clearance": cases.a_denial_while_a_clearance_is_granted,
    "extend_clearance": clearances.an_extension_while_it_is_suspended,
    "suspend_clearance": clearances.a_suspension_while_it_is_revoked,
    "reinstate_clearance": clearances.a_reinstatement_while_it_is_suspended_again,
    "revoke_clearance": clearances.a_revocation_while_it_is_revoked,
    "raise_alert": alerts.an_alert_while_another_is_raised,
    "locate_patient": alerts.whereabouts_while_the_alert_is_closed,
    "acknowledge_alert": alerts.an_acknowledgement_while_it_is_acknowledged,
    "record_contact": alerts.a_contact_while_the_alert_is_upgraded,
    "close_alert": alerts.a_close_while_the_alert_is_upgraded,
    "draw_rota": alerts.a_rota_is_redrawn_while_it_is_redrawn,
    "request_test_page": alerts.a_test_page_while_it_is_asked_for,
    "confirm_test_page": alerts.a_test_page_is_confirmed_while_it_is_confirmed,
    "record_consent": consenting.a_consent_is_recorded_while_an_alert_is_raised,
    "revoke_consent": consenting.a_consent_is_revoked_while_it_is_revoked,
    "disclose_record": alerts.a_disclosure_while_an_alert_is_raised,
    "complete_task": alerts.a_task_is_done_while_it_is_done,
    "PatientRegistered": reactions.a_registration_while_a_risk_is_reported,
    "PractitionerNamed": naming.a_name_while_another_is_heard,
    "PatientDetailsChanged": reactions.new_details_while_an_alert_is_raised,
    "ConsultationCompleted": reactions.a_case_is_opened_while_an_alert_is_raised,
    "TreatmentBooked": reactions.a_booking_while_an_alert_is_raised,
    "TreatmentRescheduled": reactions.a_move_while_the_visit_is_assessed,
    "TreatmentCancelled": reactions.a_cancellation_while_the_visit_is_assessed,
    "TreatmentMissed": reactions.a_missed_visit_while_it_is_assessed,
    "AppointmentCorrected": reactions.a_correction_while_the_case_is_closed,
    "ClinicalFactReported": reactions.a_clinical_fact_while_a_clearance_is_granted,
    "SessionRefused": reactions.a_refused_dose_while_the_clearance_is_revoked,
    "DoseAdministered": reactions.a_dose_while_the_scores_are_answered,
    "PlanCompleted": reactions.a_completed_plan_while_the_case_is_closed,
    "CareDischarged": reactions.care_ends_while_the_case_is_closed,
    "PlanDiscontinued": reactions.a_discontinued_plan_while_the_case_is_closed,
    "AdverseEventReported": reactions.grave_harm_while_a_clearance_is_granted,
    "AdverseEventReviewed": reactions.a_review_of_harm_while_the_clearance_is_revoked,
    "escalate_alert": alerts.an_escalation_while_the_alert_is_acknowledged,
    "ask_before_session": reactions.the_questions_before_a_visit_while_the_case_is_closed,
    "ask_in_course": reactions.the_weekly_questions_while_the_case_is_closed,
    "end_clearance_in_time": clearances.an_expiry_while_it_is_extended,
    "warn_of_evidence": clearances.a_warning_of_evidence_while_the_case_is_closed,
    "expire_consent": consenting.a_consent_expires_while_it_is_revoked,
    "report_rota_gap": alerts.a_gap_is_reported_while_the_rota_is_drawn_on,
    "test_page_goes_out": alerts.a_test_page_goes_out_while_it_is_confirmed,
    "page_on_call": alerts.a_page_goes_out_while_the_alert_is_acknowledged,
    "RecordRequested": erasures.a_record_is_asked_for_while_its_share_is_handed_out,
    "RecordRequestChanged": erasures.a_request_changes_while_its_share_is_handed_out,
    "PatientErasureRequested": erasures.an_erasure_is_asked_for_while_somebody_answers,
    "ErasureDeclined": erasures.an_erasure_is_declined_while_other_news_come,
    "PatientErased": erasures.somebody_is_erased_while_other_news_come,
}

MORE: Final[Mapping[str, Race[World]]] = {
    "a grant, an alert raised": cases.a_grant_while_an_alert_is_raised,
    "a grant, a medication added": cases.a_grant_while_a_medication_is_added,
    "a grant, a clearance granted": cases.a_grant_while_a_clearance_is_granted,
    "a worrying answer, another given": cases.a_worrying_answer_while_another_is_given,
    "an acknowledgement, an upgrade": alerts.an_acknowledgement_while_the_alert_is_upgraded,
    "an answer said anew, a close": alerts.an_answer_said_anew_while_its_alert_is_closed,
    "a disclosure, its consent revoked": consenting.a_disclosure_while_its_consent_is_revoked,
    "diagnoses, the consent revoked": consenting.diagnoses_while_the_consent_is_revoked,
    "a close, another concern": alerts.a_close_while_another_concern_joins,
    "the first rota, another drawn": alerts.a_rota_is_drawn_while_it_is_drawn,
}
"""What else overtakes the decisions that matter most."""


@pytest.mark.thorough
@pytest.mark.parametrize("what", [*ROWS, *MORE])
async def test_whoever_comes_second_has_seen_the_first(world: World, overtaking: Overtaking, what: str) -> None:
    await {**ROWS, **MORE}[what](world, overtaking)
    assert overtaking.tries == 2


def test_every_decision_has_a_row(world: World) -> None:
    assert Counter(ROWS.keys()) == decided_by(SERVICE, world.application, but=NO_DECISIONS)
