"""Nothing that billing decides is overtaken unseen: for every command, reaction and deadline, something about the same
patient is committed between its decision and its commit; it decides anew, and what comes of it is that of the second.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Final

import pytest

from billing.bootstrap import SERVICE
from careflow_service.testing import naming
from careflow_service.testing.overtaking import Overtaking, Race, decided_by
from services.billing.tests import overtaken_commands as commands
from services.billing.tests import overtaken_erasures as erasures
from services.billing.tests import overtaken_processing as processing
from services.billing.tests import overtaken_reactions as reactions
from services.billing.tests.world import World

NO_DECISIONS: Final = {
    "reading",
    "records",
    "read_work",
    "read_account",
    "read_contracts",
    "read_reimbursements",
    "sitting_down",
    "ports",
}

ROWS: Final[Mapping[str, Race[World]]] = {
    "record_coverage": commands.the_patient_says_who_covers_them_while_details_change,
    "add_private_contract": commands.a_contract_is_added_while_coverage_is_recorded,
    "issue_account_link": commands.an_account_link_is_made_while_details_change,
    "open_account_link": commands.an_account_link_is_opened_while_somebody_guesses,
    "send_account_link": commands.an_account_link_is_sent_while_another_one_is_gathered,
    "tell_of_news": commands.what_is_new_is_sent_while_somebody_has_it_sent,
    "request_estimate": commands.a_price_is_asked_while_a_visit_is_booked,
    "issue_estimate": commands.an_estimate_is_issued_while_details_change,
    "deliver_estimate": commands.an_estimate_is_delivered_while_its_plan_changes,
    "begin_estimate_dispute": processing.a_dispute_is_begun_while_the_charge_is_reversed,
    "close_estimate_dispute": processing.a_dispute_is_closed_while_the_charge_is_reversed,
    "post_waiting_charge": commands.a_waiting_charge_is_posted_while_money_comes_in,
    "reverse_charge": commands.a_charge_is_reversed_while_it_is_corrected,
    "write_off_charge": commands.a_charge_is_written_off_while_it_is_paid,
    "waive_fee": commands.a_fee_is_waived_while_it_is_settled,
    "receive_payment": commands.a_payment_comes_in_while_another_is_refunded,
    "refund_payment": commands.a_payment_is_refunded_while_it_pays_for_a_session,
    "pay_refund_otherwise": processing.a_refund_is_paid_otherwise_while_another_one_is_made,
    "make_payment_link": processing.a_link_is_made_while_what_is_owed_is_paid,
    "close_payment_link": processing.a_link_is_closed_while_it_is_paid,
    "hear_processor": processing.the_processor_tells_of_a_payment_while_money_comes_in,
    "buy_package": commands.a_package_is_bought_while_a_dose_is_charged,
    "give_back_package": commands.a_package_is_given_back_while_a_dose_is_charged,
    "issue_superbill": commands.a_superbill_is_issued_while_its_charge_is_corrected,
    "void_superbill": commands.a_superbill_is_voided_while_its_charge_is_corrected,
    "issue_receipt": commands.a_receipt_is_issued_while_its_payment_is_refunded,
    "issue_statement": commands.a_statement_is_issued_twice_at_once,
    "issue_appeal_letter": commands.a_letter_of_appeal_is_issued_while_its_superbill_is_voided,
    "open_reimbursement": commands.a_case_is_opened_while_its_patient_opens_it,
    "record_reimbursement": commands.a_case_is_closed_while_its_superbill_is_replaced,
    "remind_of_reimbursement": commands.a_day_to_file_comes_while_it_is_filed,
    "issue_yearly_summary": commands.a_year_is_summed_up_while_money_comes_in,
    "start_statement_run": commands.a_months_end_is_begun_twice_at_once,
    "PatientRegistered": reactions.a_registration_while_a_session_is_charged,
    "PractitionerNamed": naming.a_name_while_another_is_heard,
    "PatientDetailsChanged": reactions.new_details_while_coverage_is_recorded,
    "PatientsMerged": reactions.a_merge_while_a_package_is_bought,
    "PatientsUnmerged": reactions.records_are_parted_while_a_package_is_given_back,
    "ConsultationBooked": reactions.a_consultation_while_its_price_is_asked,
    "ConsultationRescheduled": reactions.a_consultation_is_moved_while_a_consent_is_signed,
    "ConsultationCancelled": reactions.a_consultation_is_cancelled_while_its_estimate_is_issued,
    "ConsultationArrived": reactions.who_missed_a_consultation_arrives_while_its_fee_is_settled,
    "ConsultationMissed": reactions.a_consultation_is_missed_while_money_comes_in,
    "TreatmentBooked": reactions.a_booking_while_its_plan_is_heard,
    "TreatmentRescheduled": reactions.a_treatment_is_moved_while_a_consent_is_signed,
    "ConsultationReassigned": reactions.a_consultation_is_reassigned_while_a_consent_is_signed,
    "TreatmentReassigned": reactions.a_treatment_is_reassigned_while_a_consent_is_signed,
    "TreatmentCancelled": reactions.a_treatment_is_cancelled_while_its_estimate_is_issued,
    "TreatmentArrived": reactions.who_missed_a_treatment_arrives_while_its_fee_is_settled,
    "TreatmentMissed": reactions.a_treatment_is_missed_while_money_comes_in,
    "AppointmentCorrected": reactions.a_record_is_corrected_while_its_fee_is_settled,
    "EvaluationRecorded": reactions.an_evaluation_while_money_comes_in,
    "DiagnosesRecorded": reactions.diagnoses_while_coverage_is_recorded,
    "PlanActivated": reactions.a_plan_while_a_visit_of_it_is_booked,
    "PlanAdjusted": reactions.a_changed_plan_while_its_estimate_is_issued,
    "ConsentSigned": reactions.a_consent_while_coverage_is_recorded,
    "SessionCompleted": reactions.a_session_ends_while_money_is_given_back,
    "SessionAborted": reactions.a_session_is_aborted_while_money_comes_in,
    "SessionServicesCorrected": reactions.a_session_is_corrected_while_its_superbill_is_issued,
    "SessionRefused": reactions.a_session_is_refused_while_its_fee_is_settled,
    "CareDischarged": reactions.care_ends_while_a_package_is_given_back,
    "miss_estimate": commands.an_estimate_is_missed_while_it_is_issued,
    "issue_statements": commands.a_statement_is_issued_while_money_comes_in,
    "ask_about_link": processing.a_link_is_opened_while_it_is_closed,
    "ask_for_news": processing.what_was_told_is_fetched_while_it_is_told,
    "ask_about_payout": processing.a_payout_is_booked_while_its_payment_is_disputed,
    "give_back_by_card": processing.a_refund_goes_out_while_its_payment_is_disputed,
    "settle_fee": commands.a_fee_is_settled_while_the_patient_arrives_after_all,
    "disclose_record": erasures.a_record_is_handed_out_while_the_erasure_is_asked_for,
    "RecordRequested": erasures.a_record_is_asked_for_while_its_share_is_handed_out,
    "RecordRequestChanged": erasures.a_request_changes_while_its_share_is_handed_out,
    "PatientErasureRequested": erasures.an_erasure_is_asked_for_while_money_comes_in,
    "ErasureDeclined": erasures.an_erasure_is_declined_while_other_news_come,
    "PatientErased": erasures.somebody_is_erased_while_other_news_come,
}


@pytest.mark.thorough
@pytest.mark.parametrize("what", ROWS)
async def test_whoever_comes_second_has_seen_the_first(world: World, overtaking: Overtaking, what: str) -> None:
    await ROWS[what](world, overtaking)
    assert overtaking.tries == 2


@pytest.mark.thorough
async def test_a_link_that_is_asked_about_and_told_of_at_once_is_one_payment(
    world: World, overtaking: Overtaking
) -> None:
    await processing.the_processor_is_asked_about_a_link_while_it_tells(world, overtaking)
    assert overtaking.tries == 2


def test_every_decision_has_a_row(world: World) -> None:
    assert Counter(ROWS.keys()) == decided_by(SERVICE, world.application, but=NO_DECISIONS)
