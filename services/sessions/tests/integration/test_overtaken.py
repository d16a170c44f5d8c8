"""Nothing that sessions decides is overtaken unseen: for every command, reaction and deadline, something about the same
patient or location is committed between its decision and its commit; it decides anew, and what comes of it is that of
the second.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Final

import pytest

from careflow_service.testing import naming
from careflow_service.testing.overtaking import Overtaking, Race, decided_by
from services.sessions.tests import overtaken_corrections as corrections
from services.sessions.tests import overtaken_distance as distance
from services.sessions.tests import overtaken_doses as doses
from services.sessions.tests import overtaken_erasures as erasures
from services.sessions.tests import overtaken_medicines as medicines
from services.sessions.tests import overtaken_notes as notes
from services.sessions.tests import overtaken_otherwise as otherwise
from services.sessions.tests import overtaken_outside as outside
from services.sessions.tests import overtaken_reactions as reactions
from services.sessions.tests import overtaken_records as records
from services.sessions.tests import overtaken_sessions as sessions
from services.sessions.tests import overtaken_tasks as tasks
from services.sessions.tests.world import World
from sessions.bootstrap import SERVICE

NO_DECISIONS: Final = {
    "reading",
    "records",
    "reading_medicines",
    "reading_plan_tasks",
    "reading_papers",
    "sitting_down",
    "reading_notes",
    "read_bedside",
    "read_dose_reviews",
    "read_drug_log",
    "read_notes_page",
    "read_patient_page",
    "read_plan_page",
    "read_rems_page",
    "follow_session",
    "ports",
}

ROWS: Final[Mapping[str, Race[World]]] = {
    "sign_consent": records.a_consent_while_another_is_signed,
    "withdraw_consent": records.a_withdrawal_while_it_is_withdrawn,
    "draft_plan": records.a_draft_while_another_is_drafted,
    "redraft_plan": records.a_redraft_while_the_plan_is_signed,
    "sign_plan": records.a_signature_while_the_clearance_is_suspended,
    "adjust_plan": records.an_adjustment_while_the_consent_is_withdrawn,
    "change_plan": records.a_plan_is_completed_while_it_is_put_on_hold,
    "discharge_from_care": records.care_ends_while_harm_is_reported,
    "open_session": sessions.a_session_is_opened_while_its_booking_is_heard,
    "check_in": sessions.a_check_in_while_the_visit_is_called_off,
    "join_session": sessions.somebody_joins_while_another_does,
    "leave_session": sessions.somebody_leaves_while_another_joins,
    "record_checks": sessions.checks_while_others_are_recorded,
    "correct_checks": corrections.a_correction_while_the_check_is_recorded_again,
    "resolve_stop": sessions.a_finding_resolved_while_it_is_found_again,
    "sign_order": sessions.an_order_while_the_plan_is_adjusted,
    "attest_eligibility": sessions.an_attestation_while_the_dose_is_refused,
    "sign_overrides": doses.an_override_while_the_dose_is_refused,
    "clear_session": doses.a_clearing_while_a_consent_is_withdrawn,
    "refuse_session": sessions.a_refusal_while_the_alert_is_closed,
    "convert_session": sessions.a_conversion_while_it_is_converted,
    "verify_patient": distance.a_verification_while_another_is_recorded,
    "say_how_held": distance.how_an_hour_is_held_while_somebody_else_says_so,
    "record_coordination_call": distance.a_coordination_call_while_the_patient_finds_a_quiet_room,
    "start_session": doses.a_start_while_its_plan_is_put_on_hold,
    "give_dose": doses.a_dose_while_an_adverse_event_is_reported,
    "record_dose_outside_gate": outside.a_dose_written_down_while_it_is_written_down,
    "review_dose_outside_gate": outside.a_review_while_it_is_reviewed,
    "record_medicine_outside_order": outside.a_medicine_written_down_while_it_is_written_down,
    "review_medicine_outside_order": outside.a_review_of_a_medicine_while_it_is_reviewed,
    "record_therapy_otherwise": otherwise.therapy_written_down_while_it_is_written_down,
    "review_therapy_otherwise": otherwise.a_review_of_therapy_while_it_is_reviewed,
    "set_pump": corrections.a_pump_is_set_while_the_dose_ends,
    "correct_dose": corrections.a_dose_put_right_while_it_is_put_right,
    "end_dose": sessions.a_dose_ends_while_the_session_is_stopped,
    "record_vitals": sessions.signs_while_the_session_is_stopped,
    "correct_vitals": corrections.signs_put_right_while_they_are_put_right,
    "correct_leaving": corrections.when_somebody_left_put_right_while_it_is_put_right,
    "discharge_patient": sessions.a_discharge_while_the_patient_walks_out,
    "complete_session": sessions.a_completion_while_the_session_is_aborted,
    "record_return": sessions.a_return_while_a_colleague_writes_it_down,
    "abort_session": sessions.an_abort_while_the_session_is_completed,
    "correct_services": sessions.a_correction_while_the_services_are_corrected,
    "sign_standing_order": medicines.a_standing_order_while_another_is_signed,
    "revoke_standing_order": medicines.a_standing_order_revoked_while_it_is_revoked,
    "order_medicine": medicines.an_order_while_another_is_taken_by_word,
    "take_verbal_order": medicines.an_order_by_word_while_another_is_written,
    "answer_verbal_order": medicines.an_order_signed_while_it_is_refused,
    "correct_verbal_order": medicines.an_order_said_to_be_anothers_while_it_is_signed,
    "give_medicine": medicines.a_medicine_while_its_standing_order_is_revoked,
    "withhold_medicine": medicines.a_medicine_not_given_while_it_is_given,
    "record_effect": medicines.an_effect_while_the_medicine_is_put_right,
    "correct_medicine": medicines.a_medicine_put_right_while_it_is_put_right,
    "review_doses": sessions.doses_are_reviewed_while_they_are_reviewed,
    "report_adverse_event": sessions.an_adverse_event_while_another_stops_the_session,
    "regrade_adverse_event": sessions.a_grade_while_the_adverse_event_is_reviewed,
    "review_adverse_event": sessions.a_review_while_the_adverse_event_is_reviewed,
    "submit_rems_form": records.a_form_sent_while_it_is_sent,
    "write_note": notes.a_note_while_another_is_written,
    "rewrite_note": notes.a_draft_written_anew_while_it_is_signed,
    "sign_note": notes.a_note_signed_while_it_is_written_anew,
    "add_to_note": notes.an_addition_while_another_is_made,
    "write_psychotherapy_note": notes.a_psychotherapy_note_while_another_is_written,
    "add_to_psychotherapy_note": notes.a_passage_while_another_is_written,
    "record_contact_attempt": records.a_call_while_another_reaches_the_patient,
    "make_plan_task": tasks.a_task_is_made_while_its_plan_ends,
    "sign_plan_task": tasks.a_task_is_signed_while_it_is_called_off,
    "issue_plan_link": tasks.a_plan_link_is_made_while_details_change,
    "undo_plan_task": tasks.a_tick_is_undone_while_its_result_comes,
    "send_plan_link": tasks.a_plan_link_is_sent_while_the_record_is_merged,
    "withdraw_plan_link": tasks.a_plan_link_is_withdrawn_while_it_is_withdrawn,
    "open_plan_link": tasks.a_plan_link_is_opened_while_somebody_guesses,
    "settle_plan_task": tasks.a_task_is_done_while_it_is_called_off,
    "record_sample": tasks.a_sample_is_recorded_while_the_patient_says_so,
    "record_result": tasks.a_result_comes_while_the_test_is_called_off,
    "review_result": tasks.a_result_is_read_while_another_comes,
    "try_to_reach": records.a_try_while_another_reaches_the_patient,
    "decide_outreach": records.a_decision_while_the_patient_is_reached,
    "receive_container": records.a_receipt_while_another_vial_is_received,
    "draw_drug": records.a_draw_while_the_dose_is_refused,
    "hand_out_package": records.a_package_goes_home_while_an_adverse_event_is_reported,
    "enter_in_drug_log": records.an_entry_while_the_same_is_wasted,
    "reverse_entry": records.a_reversal_while_it_is_reversed,
    "witness_entry": records.a_witness_while_the_entry_is_reversed,
    "close_drug_day": records.a_day_is_closed_while_something_is_entered,
    "confirm_drug_day": records.a_day_is_confirmed_while_it_is_confirmed,
    "take_inventory": records.an_inventory_while_another_vial_is_received,
    "confirm_inventory": records.an_inventory_signed_while_another_vial_is_received,
    "judge_discrepancy": records.a_discrepancy_is_judged_while_it_is_judged,
    "file_drug_report": records.a_report_while_it_turns_out_to_be_none,
    "PatientRegistered": reactions.a_registration_while_a_clearance_is_granted,
    "PractitionerNamed": naming.a_name_while_another_is_heard,
    "PatientDetailsChanged": reactions.new_details_while_an_alert_is_raised,
    "PatientsMerged": reactions.a_merge_while_an_alert_is_raised,
    "PatientsUnmerged": reactions.records_are_parted_while_an_alert_is_raised,
    "ConsultationBooked": reactions.an_evaluation_while_the_patient_signs,
    "ConsultationRescheduled": reactions.a_moved_evaluation_while_the_patient_signs,
    "ConsultationCancelled": reactions.a_called_off_evaluation_while_the_patient_signs,
    "TreatmentBooked": reactions.a_booking_while_its_session_is_opened,
    "TreatmentRescheduled": reactions.a_move_while_the_patient_checks_in,
    "TreatmentReassigned": reactions.a_reassignment_while_the_patient_checks_in,
    "TreatmentCancelled": reactions.a_cancellation_while_the_visit_begins,
    "TreatmentArrived": reactions.an_arrival_while_it_is_recorded,
    "TreatmentMissed": reactions.a_missed_visit_while_it_begins,
    "AppointmentCorrected": reactions.a_correction_while_the_arrival_is_recorded,
    "ClearanceGranted": reactions.a_new_clearance_while_an_alert_is_raised,
    "ClearanceExtended": reactions.an_extension_while_an_alert_is_raised,
    "ClearanceReinstated": reactions.a_reinstatement_while_an_alert_is_raised,
    "ClearanceSuspended": reactions.a_suspension_while_an_alert_is_raised,
    "ClearanceRevoked": reactions.a_revocation_while_an_alert_is_raised,
    "ClearanceExpired": reactions.an_expiry_while_an_alert_is_raised,
    "PreSessionScreenAssessed": reactions.a_screen_while_an_alert_is_raised,
    "OutcomeReviewDue": reactions.no_response_while_an_alert_is_raised,
    "OutcomeReviewed": reactions.a_review_while_an_alert_is_raised,
    "AllergiesChanged": reactions.an_allergy_while_an_alert_is_raised,
    "SafetyAlertRaised": reactions.an_alert_while_the_clearance_is_revoked,
    "SafetyAlertUpgraded": reactions.an_upgrade_while_the_clearance_is_revoked,
    "SafetyAlertJoined": reactions.more_of_an_alert_while_the_clearance_is_revoked,
    "SafetyAlertClosed": reactions.a_closed_alert_while_the_clearance_is_revoked,
    "raise_vitals_alarm": sessions.a_missing_observation_while_it_is_made,
    "raise_running_long": sessions.a_long_session_while_the_patient_walks_out,
    "raise_integration_overdue": sessions.an_overdue_integration_while_it_takes_place,
    "raise_rems_form_overdue": records.a_form_is_late_while_it_is_sent,
    "raise_order_unsigned": medicines.an_order_is_late_while_it_is_signed,
    "raise_contact_overdue": records.a_contact_is_late_while_it_is_made,
    "raise_inventory_due": records.an_inventory_is_due_while_the_next_is_signed,
    "raise_dose_unreviewed": outside.a_review_is_late_while_it_is_made,
    "raise_medicine_unreviewed": outside.a_review_of_a_medicine_is_late_while_it_is_made,
    "raise_first_inventory_overdue": records.a_first_inventory_is_late_while_it_is_signed,
    "raise_drug_task_overdue": records.a_discrepancy_is_late_while_it_is_judged,
    "raise_plan_ending": tasks.a_plan_is_told_to_end_while_it_is_completed,
    "raise_plan_task_overdue": tasks.a_task_is_late_while_it_is_done,
    "raise_outreach_overdue": records.an_outreach_is_late_while_the_patient_is_reached,
    "expire_consent": records.a_consent_expires_while_it_is_withdrawn,
    "disclose_record": erasures.a_record_is_handed_out_while_the_erasure_is_asked_for,
    "RecordRequested": erasures.a_record_is_asked_for_while_its_share_is_handed_out,
    "RecordRequestChanged": erasures.a_request_changes_while_its_share_is_handed_out,
    "PatientErasureRequested": erasures.an_erasure_is_asked_for_while_a_consent_is_signed,
    "ErasureDeclined": erasures.an_erasure_is_declined_while_other_news_come,
    "PatientErased": erasures.somebody_is_erased_while_other_news_come,
}

MORE: Final[Mapping[str, Race[World]]] = {
    "an hour at a distance, its consent withdrawn": distance.an_hour_begins_while_its_consent_is_withdrawn,
    "a second dose, an adverse event": doses.a_second_dose_while_an_adverse_event_is_reported,
    "a dose, its consent withdrawn": doses.a_dose_while_its_consent_is_withdrawn,
    "a dose, its plan put on hold": doses.a_dose_while_its_plan_is_put_on_hold,
    "a dose, its clearance suspended": doses.a_dose_while_its_clearance_is_suspended,
    "a dose, an alert raised": doses.a_dose_while_an_alert_is_raised,
    "a dose, an event missing": doses.a_dose_while_an_event_of_the_patient_is_missing,
    "a dose, the drug log not adding up": doses.a_dose_while_the_drug_log_does_not_add_up,
    "a dose, one of the same course": doses.a_dose_while_one_is_given_in_another_session,
    "a dose, its draw wasted": doses.a_dose_while_what_was_drawn_for_it_is_wasted,
    "an override, a check recorded": doses.an_override_while_a_check_is_recorded,
    "a signature, another plan signed": records.a_signature_while_another_plan_is_signed,
    "a medicine, the same given": medicines.a_medicine_while_the_same_is_given,
    "the end of care, a package received": records.care_ends_while_a_package_is_received,
    "a drug day, another vial received": records.a_day_is_closed_while_another_vial_is_received,
}
"""What else overtakes the decisions that matter most."""


@pytest.mark.thorough
@pytest.mark.parametrize("what", [*ROWS, *MORE])
async def test_whoever_comes_second_has_seen_the_first(world: World, overtaking: Overtaking, what: str) -> None:
    await {**ROWS, **MORE}[what](world, overtaking)
    assert overtaking.tries == 2


def test_every_decision_has_a_row(world: World) -> None:
    assert Counter(ROWS.keys()) == decided_by(SERVICE, world.application, but=NO_DECISIONS)
