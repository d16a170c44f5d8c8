"""Nothing that booking decides is overtaken unseen: for every command, reaction and deadline, something about the same
patient or time is committed between its decision and its commit; it decides anew, and what comes of it is that of the
second.
"""

from collections import Counter
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Final

import pytest

from booking.bootstrap import SERVICE
from booking.domain.care_path import Stage
from careflow_events import contracts
from careflow_events.contracts import session_codes
from careflow_service.ids import new_id
from careflow_service.testing.overtaking import Overtaking, Race, decided_by
from services.booking.tests import mailbox, news
from services.booking.tests import overtaken_commands as commands
from services.booking.tests import overtaken_erasures as erasures
from services.booking.tests import overtaken_inquiries as inquiries
from services.booking.tests import overtaken_messages as messages
from services.booking.tests import overtaken_reactions as reactions
from services.booking.tests import overtaken_record_requests as record_requests
from services.booking.tests import overtaken_tasks as tasks
from services.booking.tests import overtaken_waitlist as waitlist
from services.booking.tests.overtaken_reactions import (
    a_dose_is_booked_meanwhile,
    an_adverse_event_is_reported_meanwhile,
    something_else_holds_the_dose_meanwhile,
)
from services.booking.tests.world import World, running

NO_DECISIONS: Final = {
    "read_patient",
    "read_patient_page",
    "read_same_person",
    "practitioners",
    "rooms",
    "find_openings",
    "find_patients",
    "find_alternatives",
    "find_unfit_visits",
    "read_appointments",
    "read_care_path",
    "read_waitlist",
    "read_invitation",
    "read_busy_times",
    "sitting_down",
    "clinic_phone",
    "read_messages",
    "read_day_board",
    "read_calendar",
    "read_visit",
    "read_inquiries",
    "weigh_visit",
    "name_patients",
    "list_tasks",
    "read_asked_call",
    "list_untold",
    "read_erasures",
    "read_record_requests",
    "records",
    "ports",
}
RESUME: Final = news.reviewed(session_codes.ReviewDecision.RESUME)

ALONE: Final[Mapping[str, Race[World]]] = {
    "register_patient": commands.somebody_is_registered_while_the_same_person_is,
}
"""What is new here is nobody's yet, and two alike are allowed: there is nothing another could change."""

ROWS: Final[Mapping[str, Race[World]]] = {
    "change_patient_details": commands.details_are_changed_while_they_are_changed,
    "tell_name": commands.a_name_is_told_while_it_is_changed,
    "tell_patient_again": commands.a_patient_is_told_of_again_while_details_are_changed,
    "merge_patients": commands.a_record_is_merged_while_the_other_one_is_merged_into_it,
    "unmerge_patients": commands.records_are_parted_while_they_are_parted,
    "add_practitioner": commands.a_practitioner_is_added_while_they_are_added,
    "change_practitioner": commands.hours_change_while_they_change,
    "record_absence": commands.somebody_is_away_while_their_hours_change,
    "record_return": commands.somebody_is_back_while_their_hours_change,
    "open_calendar_feed": commands.a_feed_is_opened_while_it_is_opened,
    "close_calendar_feed": commands.a_feed_is_closed_while_it_is_opened_anew,
    "add_room": commands.a_room_is_added_while_one_of_its_name_is,
    "change_room": commands.a_room_changes_while_it_changes,
    "hold_appointment": commands.a_time_is_held_while_somebody_else_books_it,
    "confirm_hold": commands.a_hold_is_confirmed_while_the_patient_books_another_call,
    "confirm_dosing": commands.a_held_dose_is_confirmed_while_an_alert_is_raised,
    "release_hold": commands.a_hold_is_released_while_it_is_confirmed,
    "book_appointment": commands.a_time_is_booked_while_somebody_else_books_it,
    "book_dosing": commands.a_dose_is_booked_while(commands.is_heard(news.SUSPENDED), "clearance_suspended"),
    "book_series": commands.a_series_is_booked_while_the_clearance_is_suspended,
    "receive_inquiry": inquiries.somebody_asks_while_they_ask,
    "take_inquiry": inquiries.an_inquiry_is_taken_while_it_is_taken,
    "answer_inquiry": inquiries.an_inquiry_is_answered_while_it_is_closed,
    "close_inquiry": inquiries.an_inquiry_is_closed_while_it_is_answered,
    "reopen_inquiry": inquiries.an_inquiry_is_reopened_while_it_is_erased,
    "erase_inquiry": inquiries.an_inquiry_is_erased_while_it_is_erased,
    "book_for_inquiry": inquiries.a_call_is_booked_for_somebody_while_the_inquiry_is_closed,
    "confirm_info_call": commands.a_call_is_confirmed_while_its_time_is_given_back,
    "book_info_call": commands.somebody_new_books_a_call_while_the_time_is_taken,
    "reschedule_appointment": commands.a_visit_is_moved_while_somebody_else_takes_the_time,
    "reschedule_pair": commands.a_pair_is_moved_while_somebody_else_takes_the_time,
    "reassign_appointment": commands.a_visit_is_reassigned_while_its_new_provider_is_taken,
    "cancel_appointment": commands.a_visit_is_cancelled_while_it_is_moved,
    "keep_visit": commands.an_integration_is_kept_while_it_is_called_off,
    "record_arrival": commands.a_patient_arrives_while_the_dose_is_put_on_hold,
    "complete_consultation": commands.a_call_ends_while_screening_begins,
    "record_missed_visit": commands.a_visit_is_missed_while_its_session_begins,
    "take_task": tasks.a_task_is_taken_while_it_is_taken,
    "give_back_task": tasks.a_task_is_given_back_while_its_patient_arrives,
    "hand_over_task": tasks.a_task_is_handed_over_while_it_is_taken,
    "correct_appointment": commands.a_visit_is_corrected_while_it_is_corrected,
    "ScreeningStarted": an_adverse_event_is_reported_meanwhile(
        news.screening_started, lambda path: path.case_id is not None
    ),
    "ScreeningClosed": an_adverse_event_is_reported_meanwhile(
        news.screening_closed, lambda path: path.stage is Stage.CLOSED
    ),
    "AnswerLinkIssued": messages.a_link_is_heard_of_while_it_is_heard_of,
    "QuestionnaireRequested": an_adverse_event_is_reported_meanwhile(
        news.questionnaire_requested, lambda path: path.questions.open
    ),
    "QuestionnaireWithdrawn": an_adverse_event_is_reported_meanwhile(
        news.questionnaire_withdrawn, lambda path: not path.questions.open, before=news.questionnaire_requested
    ),
    "QuestionnaireCompleted": an_adverse_event_is_reported_meanwhile(
        news.questionnaire_completed, lambda path: not path.questions.open, before=news.questionnaire_requested
    ),
    "OutcomeReviewDue": an_adverse_event_is_reported_meanwhile(
        news.outcome_review_due, lambda path: path.outcome_review_by is not None
    ),
    "OutcomeReviewed": an_adverse_event_is_reported_meanwhile(
        news.outcome_reviewed, lambda path: path.outcome_review_by is None, before=news.outcome_review_due
    ),
    "EvaluationRecorded": an_adverse_event_is_reported_meanwhile(news.evaluation_recorded, lambda path: path.evaluated),
    "ClearanceGranted": something_else_holds_the_dose_meanwhile(
        news.clearance(contracts.ClearanceRevoked), news.clearance_granted
    ),
    "ClearanceDenied": an_adverse_event_is_reported_meanwhile(
        news.clearance_denied, lambda path: path.closed_because == "clearance_denied"
    ),
    "ClearanceDeferred": an_adverse_event_is_reported_meanwhile(
        news.clearance_deferred, lambda path: path.deferred_until is not None
    ),
    "ClearanceExtended": something_else_holds_the_dose_meanwhile(
        news.clearance(contracts.ClearanceExpired), news.clearance(contracts.ClearanceExtended)
    ),
    "ClearanceSuspended": a_dose_is_booked_meanwhile(news.SUSPENDED, of="clearance_id"),
    "ClearanceReinstated": something_else_holds_the_dose_meanwhile(
        news.SUSPENDED, news.clearance(contracts.ClearanceReinstated)
    ),
    "ClearanceRevoked": a_dose_is_booked_meanwhile(news.clearance(contracts.ClearanceRevoked), of="clearance_id"),
    "ClearanceExpiring": an_adverse_event_is_reported_meanwhile(
        news.clearance(contracts.ClearanceExpiring, days_left=14),
        lambda path: path.clearance is not None and path.clearance.warned_days_left == 14,
    ),
    "ClearanceExpired": a_dose_is_booked_meanwhile(news.clearance(contracts.ClearanceExpired), of="clearance_id"),
    "SafetyAlertRaised": a_dose_is_booked_meanwhile(news.alert),
    "SafetyAlertUpgraded": a_dose_is_booked_meanwhile(news.alert_upgraded),
    "SafetyAlertClosed": something_else_holds_the_dose_meanwhile(news.alert, news.alert_closed),
    "PlanActivated": an_adverse_event_is_reported_meanwhile(
        news.signed(contracts.PlanActivated, new_id()), lambda path: len(path.course.plans) == 2
    ),
    "PlanAdjusted": an_adverse_event_is_reported_meanwhile(
        news.signed(contracts.PlanAdjusted, version=2),
        lambda path: path.course.plan is not None and path.course.plan.revision == 2,
    ),
    "PlanPutOnHold": a_dose_is_booked_meanwhile(news.plan(contracts.PlanPutOnHold), of="plan_id"),
    "PlanResumed": something_else_holds_the_dose_meanwhile(
        news.plan(contracts.PlanPutOnHold), news.plan(contracts.PlanResumed)
    ),
    "PlanCompleted": a_dose_is_booked_meanwhile(news.plan(contracts.PlanCompleted), of="plan_id"),
    "PlanDiscontinued": a_dose_is_booked_meanwhile(news.plan(contracts.PlanDiscontinued), of="plan_id"),
    "CareDischarged": reactions.care_ends_while_a_dose_is_booked,
    "ConsentSigned": something_else_holds_the_dose_meanwhile(news.consent(contracts.ConsentWithdrawn), news.RENEWED),
    "ConsentWithdrawn": a_dose_is_booked_meanwhile(news.consent(contracts.ConsentWithdrawn), of="consent_id"),
    "ConsentExpired": a_dose_is_booked_meanwhile(news.consent(contracts.ConsentExpired), of="consent_id"),
    "SessionCheckedIn": reactions.a_check_in_while_the_visit_is_cancelled,
    "SessionCompleted": reactions.a_preparation_ends_while_its_dose_is_booked,
    "SessionAborted": reactions.a_session_is_aborted_while_its_patient_arrives,
    "SessionRefused": reactions.a_session_is_refused_while_its_visit_is_recorded_as_missed,
    "DoseAdministered": reactions.a_dose_is_given_while_an_alert_is_raised,
    "IntegrationDue": an_adverse_event_is_reported_meanwhile(
        news.integration(contracts.IntegrationDue), lambda path: path.course.integrations
    ),
    "IntegrationDone": something_else_holds_the_dose_meanwhile(
        news.integration(contracts.IntegrationOverdue), news.integration(contracts.IntegrationDone)
    ),
    "IntegrationEnded": something_else_holds_the_dose_meanwhile(
        news.integration(contracts.IntegrationOverdue), news.integration(contracts.IntegrationEnded)
    ),
    "IntegrationOverdue": a_dose_is_booked_meanwhile(news.integration(contracts.IntegrationOverdue)),
    "AdverseEventReported": a_dose_is_booked_meanwhile(news.adverse_event),
    "AdverseEventReviewed": something_else_holds_the_dose_meanwhile(news.adverse_event, RESUME, news.alert),
    "join_waitlist": waitlist.a_patient_joins_the_waitlist_while_they_join_it,
    "leave_waitlist": waitlist.a_patient_leaves_the_waitlist_while_they_are_offered_a_call,
    "record_offer_call": waitlist.a_call_about_an_offer_while_it_is_declined,
    "check_visits": commands.visits_are_looked_through_while_one_is_cancelled,
    "offer_freed_time": waitlist.a_freed_time_is_offered_while_somebody_else_books_it,
    "end_waiting": waitlist.waiting_ends_while_the_patient_leaves,
    "request_erasure": erasures.an_erasure_is_asked_for_while_a_call_is_booked,
    "withdraw_erasure": erasures.a_request_is_withdrawn_while_it_is_declined,
    "tell_erasure_late": erasures.a_request_is_late_while_it_is_withdrawn,
    "ScreeningRecordDisclosed": record_requests.a_share_is_heard_of_while_another_is_recorded(
        contracts.ScreeningRecordDisclosed
    ),
    "SessionsRecordDisclosed": record_requests.a_share_is_heard_of_while_another_is_recorded(
        contracts.SessionsRecordDisclosed
    ),
    "BillingRecordDisclosed": record_requests.a_share_is_heard_of_while_another_is_recorded(
        contracts.BillingRecordDisclosed
    ),
    "disclose_record": record_requests.a_record_is_handed_out_while_its_request_is_withdrawn,
    "ScreeningErasureAgreed": erasures.an_answer_comes_while_the_request_is_withdrawn(
        erasures.agreed(contracts.ScreeningErasureAgreed)
    ),
    "ScreeningErasureRefused": erasures.an_answer_comes_while_the_request_is_withdrawn(
        erasures.refused(contracts.ScreeningErasureRefused)
    ),
    "SessionsErasureAgreed": erasures.an_answer_comes_while_the_request_is_withdrawn(
        erasures.agreed(contracts.SessionsErasureAgreed)
    ),
    "SessionsErasureRefused": erasures.an_answer_comes_while_the_request_is_withdrawn(
        erasures.refused(contracts.SessionsErasureRefused)
    ),
    "BillingErasureAgreed": erasures.an_answer_comes_while_the_request_is_withdrawn(
        erasures.agreed(contracts.BillingErasureAgreed)
    ),
    "BillingErasureRefused": erasures.an_answer_comes_while_the_request_is_withdrawn(
        erasures.refused(contracts.BillingErasureRefused)
    ),
    "receive_record_request": record_requests.a_record_is_asked_for_while_its_erasure_is,
    "identify_requester": record_requests.it_changes_while_it_is_withdrawn("identify", {"identity": "photo_id"}),
    "extend_record_request": record_requests.it_changes_while_it_is_withdrawn(
        "extend", {"reason": "The archive is away.", "told_on": "2026-11-23"}
    ),
    "record_share": record_requests.it_changes_while_it_is_withdrawn(
        "parts/ordinary/shares", {"service": "booking", "reference": "printed"}
    ),
    "give_record_part": record_requests.a_part_is_given_while_its_request_is_withdrawn,
    "refuse_record_part": record_requests.it_changes_while_it_is_withdrawn(
        "parts/ordinary/refuse", {"grounds": "not_held", "reason": "There is none."}
    ),
    "withdraw_record_request": record_requests.it_changes_while_it_is_withdrawn("withdraw", None),
    "tell_record_request": record_requests.it_is_late_while_it_is_withdrawn,
    "lapse_hold": commands.a_hold_lapses_while_it_is_confirmed,
    "leave_unmarked": commands.a_day_ends_while_its_visit_is_recorded_as_missed,
    "call_off_visit": commands.a_visit_is_called_off_while_it_is_released,
    "remind_patient": messages.a_patient_is_reminded_while_the_visit_is_moved,
    "record_contact_consent": messages.a_consent_is_recorded_while_it_is_withdrawn,
    "send_again": messages.a_message_is_sent_again_while_its_visit_is_moved,
    "record_undelivered": messages.a_message_comes_back_while_somebody_else_records_it,
    "PlanLinkIssued": messages.a_plan_link_is_heard_of_while_it_is_heard_of,
    "PlanLinkWithdrawn": messages.a_plan_link_is_withdrawn_while_its_message_goes_out,
    "AccountLinkIssued": messages.an_account_link_is_heard_of_while_it_is_heard_of,
    "take_telling": messages.a_telling_is_taken_while_it_is_taken,
    "give_back_telling": messages.a_telling_is_given_back_while_they_are_told,
    "hand_over_telling": messages.a_telling_is_handed_over_while_it_is_taken,
    "record_told": messages.somebody_tells_a_patient_while_somebody_else_does,
    "record_patient_told": messages.a_patient_is_told_while_somebody_else_tells_them,
    "come_in": messages.a_patient_comes_in_while_somebody_guesses,
    "stop_messages": messages.a_link_is_used_while_it_is_used,
    "wake_alarm": inquiries.an_address_is_named_while_somebody_takes_the_inquiry,
    "tell_desk": inquiries.the_desk_is_told_while_somebody_takes_the_inquiry,
    "tell_patient": messages.a_message_is_settled_while_the_visit_is_cancelled,
}

MORE: Final[Mapping[str, Race[World]]] = {
    "a call, another of the same patient": commands.a_call_is_booked_while_the_patient_books_one_elsewhere,
    "an offer, accepted": waitlist.an_offer_lapses_while_it_is_accepted,
    "a wish, the record merged": waitlist.a_patient_joins_the_waitlist_while_their_record_is_merged,
    "a merge, a call booked": commands.a_record_is_merged_while_a_call_is_booked,
    "an evaluation, its case closed": commands.an_evaluation_is_booked_while_the_case_is_closed,
    "a hold, the last one allowed": commands.a_last_time_is_held_while_another_is,
    "a move, an alert raised": commands.a_dose_is_moved_while_an_alert_is_raised,
    "a dose, an alert raised": commands.a_dose_is_booked_while(commands.is_heard(news.alert), "safety_alert_open"),
    "a dose, an adverse event": commands.a_dose_is_booked_while(
        commands.is_heard(news.adverse_event), "adverse_event_open"
    ),
    "a dose, its plan put on hold": commands.a_dose_is_booked_while(
        commands.is_heard(news.plan(contracts.PlanPutOnHold)), "plan_on_hold"
    ),
    "a dose, its consent withdrawn": commands.a_dose_is_booked_while(
        commands.is_heard(news.consent(contracts.ConsentWithdrawn)), "consent_ended"
    ),
    "a dose, another too close": commands.a_dose_is_booked_while(commands.another_dose_is_booked, "dose_too_close"),
    "a dose, another given": commands.a_dose_is_booked_while(commands.a_dose_is_given, "dose_too_close"),
    "a dose, its preparation cancelled": commands.a_dose_is_booked_while(
        commands.the_preparation_is_cancelled, "preparation_needed"
    ),
}
"""What else overtakes the decisions that matter most."""


@pytest.fixture
async def world(store_url: str, database: str, tmp_path: Path) -> AsyncIterator[World]:
    """Patients are told of everything that happens in it."""
    async with running(
        store_url, database, settings={**mailbox.settings(tmp_path), "desk_email": "desk@example.org"}
    ) as world:
        yield world


@pytest.mark.thorough
@pytest.mark.parametrize("what", [*ROWS, *MORE])
async def test_whoever_comes_second_has_seen_the_first(world: World, overtaking: Overtaking, what: str) -> None:
    await {**ROWS, **MORE}[what](world, overtaking)
    assert overtaking.tries == 2


@pytest.mark.thorough
@pytest.mark.parametrize("what", ALONE)
async def test_what_is_new_is_not_overtaken(world: World, overtaking: Overtaking, what: str) -> None:
    await ALONE[what](world, overtaking)
    assert overtaking.tries == 1


def test_every_decision_has_one_row(world: World) -> None:
    assert Counter([*ROWS, *ALONE]) == decided_by(SERVICE, world.application, but=NO_DECISIONS)
