"""What screening and sessions say of a patient in treatment, whole and valid, by what is known of them."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from careflow_events import contracts
from careflow_events.contracts import codes, session_codes
from careflow_events.contracts.sealed import Sealed
from careflow_service.ids import new_id
from services.booking.tests.treatment import (
    CONSENT,
    VALID_UNTIL,
    care_path,
    doses,
    granted,
    in_treatment,
    plan_changed,
    prepares,
    signed_plan,
)
from services.booking.tests.world import World

Known = dict[str, Any]
Turn = Callable[[Known], contracts.EventData]


def alert(known: Known) -> contracts.EventData:
    return contracts.SafetyAlertRaised(
        patient_id=known["patient_id"],
        alert_id=known["ref"],
        level=codes.AlertLevel.HIGH,
        source=codes.AlertSource.ANSWER,
        raised_at=known["now"],
        respond_by=known["now"],
    )


def alert_upgraded(known: Known) -> contracts.EventData:
    return contracts.SafetyAlertUpgraded(
        patient_id=known["patient_id"],
        alert_id=known["ref"],
        level=codes.AlertLevel.HIGH,
        respond_by=known["now"],
    )


def alert_closed(known: Known) -> contracts.EventData:
    outcome = codes.AlertOutcome.RESOLVED
    return contracts.SafetyAlertClosed(patient_id=known["patient_id"], alert_id=known["ref"], outcome=outcome)


def adverse_event(known: Known) -> contracts.EventData:
    return contracts.AdverseEventReported(
        patient_id=known["patient_id"], adverse_event_id=known["ref"], grade=3, serious=False, reported_at=known["now"]
    )


def reviewed(decision: session_codes.ReviewDecision) -> Turn:
    return lambda known: contracts.AdverseEventReviewed(
        patient_id=known["patient_id"], adverse_event_id=known["ref"], decision=decision, reviewed_at=known["now"]
    )


def integration(name: type[contracts.IntegrationEvent]) -> Turn:
    return lambda known: name(patient_id=known["patient_id"], dosing_session_id=known["ref"], due_by=known["now"])


def consent(
    name: type[contracts.ConsentEvent],
    category: session_codes.ConsentCategory = session_codes.ConsentCategory.TREATMENT,
    *,
    consent_id: str = CONSENT,
    renews: tuple[str, ...] = (),
) -> Turn:
    def event(known: Known) -> contracts.EventData:
        whole: Known = {
            "patient_id": known["patient_id"],
            "consent_id": consent_id,
            "category": category,
            "signed_at": known["now"],
            "valid_until": VALID_UNTIL,
        }
        if name is contracts.ConsentSigned:
            section = contracts.ConsentDocument(document="treatment", document_version="1")
            whole["for_screening"] = Sealed.plain(section)
            whole["renews"] = renews
        return name(**whole)

    return event


RENEWED = consent(contracts.ConsentSigned, consent_id=new_id(), renews=(CONSENT,))


def plan(name: type[contracts.PlanChangeEvent]) -> Turn:
    return lambda known: plan_changed(name, known["patient_id"], known["plan_id"])


def care_discharged(known: Known) -> contracts.EventData:
    return contracts.CareDischarged(
        patient_id=known["patient_id"],
        plan_id=known["plan_id"],
        discharged_at=known["now"],
        discharged_by="dr-lee",
        reason=session_codes.CareEndReason.COURSE_ENDED,
    )


def screening_started(known: Known) -> contracts.EventData:
    return contracts.ScreeningStarted(patient_id=known["patient_id"], case_id=known["ref"], started_at=known["now"])


def screening_closed(known: Known) -> contracts.EventData:
    reason = codes.ScreeningCloseReason.WITHDRAWN
    return contracts.ScreeningClosed(
        patient_id=known["patient_id"], case_id=known["ref"], closed_at=known["now"], reason=reason
    )


def questionnaire_requested(known: Known) -> contracts.EventData:
    return contracts.QuestionnaireRequested(
        patient_id=known["patient_id"],
        request_id=known["ref"],
        purpose=codes.QuestionnairePurpose.INTAKE,
        due_at=known["now"] + timedelta(days=3),
    )


LINK: Final = "https://clinic.example/screening/pages/questions/a1b2"


def answer_link_issued(known: Known) -> contracts.EventData:
    return contracts.AnswerLinkIssued(
        patient_id=known["patient_id"],
        link_id=known["ref"],
        answer_by=known["now"] + timedelta(days=3),
        works_until=known["now"] + timedelta(days=14),
        for_booking=Sealed.plain(contracts.AnswerLinkForBooking(link=LINK)),
    )


ACCOUNT: Final = "https://clinic.example/billing/pages/papers/c3d4"


def account_link_issued(known: Known) -> contracts.EventData:
    return contracts.AccountLinkIssued(
        patient_id=known["patient_id"],
        link_id=known["ref"],
        works_until=known["now"] + timedelta(days=30),
        for_booking=Sealed.plain(contracts.AccountLinkForBooking(link=ACCOUNT)),
    )


TO_DO: Final = "https://clinic.example/sessions/pages/to-do/d4e5"


def plan_link_issued(known: Known) -> contracts.EventData:
    return contracts.PlanLinkIssued(
        patient_id=known["patient_id"],
        link_id=known["ref"],
        works_until=known["now"] + timedelta(days=90),
        for_booking=Sealed.plain(contracts.PlanLinkForBooking(link=known.get("link", TO_DO))),
    )


def plan_link_withdrawn(known: Known) -> contracts.EventData:
    return contracts.PlanLinkWithdrawn(patient_id=known["patient_id"], link_id=known["ref"])


def questionnaire_withdrawn(known: Known) -> contracts.EventData:
    return contracts.QuestionnaireWithdrawn(
        patient_id=known["patient_id"], request_id=known["ref"], purpose=codes.QuestionnairePurpose.INTAKE
    )


def questionnaire_completed(known: Known) -> contracts.EventData:
    return contracts.QuestionnaireCompleted(
        patient_id=known["patient_id"],
        case_id=known["ref"],
        request_id=known["ref"],
        purpose=codes.QuestionnairePurpose.INTAKE,
        completed_at=known["now"],
        for_sessions=Sealed.plain(contracts.QuestionnaireForSessions(questionnaire="phq-9")),
    )


def outcome_review_due(known: Known) -> contracts.EventData:
    finding = contracts.OutcomeForSessions(questionnaire="phq-9", finding=session_codes.OutcomeFinding.RELAPSE)
    return contracts.OutcomeReviewDue(
        patient_id=known["patient_id"], due_by=known["now"] + timedelta(days=2), for_sessions=Sealed.plain(finding)
    )


def outcome_reviewed(known: Known) -> contracts.EventData:
    return contracts.OutcomeReviewed(patient_id=known["patient_id"])


def evaluation_recorded(known: Known) -> contracts.EventData:
    return contracts.EvaluationRecorded(
        patient_id=known["patient_id"],
        case_id=known["ref"],
        evaluation_id=new_id(),
        appointment_id=new_id(),
        provider_id="dr-lee",
        started_at=known["now"],
        ended_at=known["now"],
        parts=(codes.EvaluationPart.RISK,),
        for_billing=Sealed.plain(contracts.EvaluationForBilling(service_lines=())),
    )


def clearance_granted(known: Known) -> contracts.EventData:
    """Another than the one there is."""
    return granted(known["patient_id"], known["ref"], known["now"], VALID_UNTIL)


def clearance_denied(known: Known) -> contracts.EventData:
    return contracts.ClearanceDenied(patient_id=known["patient_id"], case_id=known["ref"], decided_at=known["now"])


def clearance_deferred(known: Known) -> contracts.EventData:
    return contracts.ClearanceDeferred(
        patient_id=known["patient_id"], case_id=known["ref"], decided_at=known["now"], until=VALID_UNTIL
    )


def clearance(name: type[contracts.ClearanceEvent], **more: Any) -> Turn:
    """Something happened to the clearance there is."""
    return lambda known: name(
        patient_id=known["patient_id"], clearance_id=known["clearance_id"], valid_until=VALID_UNTIL, **more
    )


SUSPENDED = clearance(
    contracts.ClearanceSuspended,
    reason=codes.SuspensionReason.CLINICAL,
    for_sessions=Sealed.plain(contracts.SuspensionForSessions(reason="new medication")),
)


def signed(name: type[contracts.PlanSignedEvent], plan_id: str | None = None, **changes: Any) -> Turn:
    """The plan is signed, or another one where an id is named."""
    return lambda known: name(**signed_plan(known["now"], known["patient_id"], plan_id or known["plan_id"], **changes))


async def in_course(world: World) -> Known:
    """A patient whose preparation is booked and who may book a dose; what the turns need to know."""
    ana, plan_id = await in_treatment(world)
    await prepares(world, ana)
    clearance_id = (await care_path(world, ana))["clearance"]["id"]
    known = {"patient_id": ana, "plan_id": plan_id, "clearance_id": clearance_id, "consent_id": CONSENT}
    return {**known, "ref": new_id(), "now": world.clock()}


async def booked(world: World) -> tuple[Known, Any]:
    """The same patient with a dosing visit on Wednesday and its integration by video."""
    known = await in_course(world)
    return known, await doses(world, known["patient_id"])
