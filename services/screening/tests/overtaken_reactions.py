"""What overtakes each event that screening hears, and the questions before a visit, and what comes of it then.

Events of one stream come one after the other, so what overtakes one is a command or an event of another stream.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from careflow_events import contracts
from careflow_events.contracts import EventData, codes
from careflow_events.contracts.session_codes import FactSource, ReportedFact
from careflow_service.ids import new_id
from careflow_service.testing.overtaking import Overtaking, Race
from screening.domain.ids import AppointmentId
from screening.domain.pre_session import PreSessionScreen
from services.screening.tests.builders import phq_9, since_last_contact
from services.screening.tests.clinic import (
    cleared,
    grants,
    has_case,
    info_call_ended,
    ok,
    open_alert,
    reads_clearance,
    ready_to_decide,
    registered,
)
from services.screening.tests.overtaken_alerts import raises
from services.screening.tests.overtaken_cases import closes, suspended_for
from services.screening.tests.overtaken_clearances import revokes
from services.screening.tests.treatment import (
    a_visit,
    answers_before_session,
    booked,
    came_after_all,
    cancelled,
    care_discharged,
    dosed,
    harmed,
    missed,
    moved,
    plan_completed,
    plan_discontinued,
    pre_session_requests,
    refused,
    reported,
    reviewed,
)
from services.screening.tests.world import World

OPENS = timedelta(days=7)
"""How long before its visit is asked about, when that is in ten days."""
VISIT_IN = timedelta(days=10)
HARM = "0199e0a0-0000-7000-8000-0000000000ae"


# patients


async def a_registration_while_a_risk_is_reported(world: World, overtaking: Overtaking) -> None:
    """Both are the first that is heard of the patient."""
    ana = new_id()
    risk = reported(ana, world.clock(), ReportedFact.SUICIDE_RISK, "high", FactSource.CLINICIAN)
    overtaking.by(lambda: world.hear(risk))
    await world.hear(registered(ana))
    alert = await open_alert(world)
    assert (alert["patient_id"], alert["patient_phone"]) == (ana, "+14155550123")


async def new_details_while_an_alert_is_raised(world: World, overtaking: Overtaking) -> None:
    case = await has_case(world)
    first = registered(case["patient_id"], phone="+14155550177")
    changed = contracts.PatientDetailsChanged(
        patient_id=case["patient_id"],
        changed=(codes.PatientDetail.CONTACT,),
        for_screening=first.for_screening,
        for_sessions=first.for_sessions,
        for_billing=first.for_billing,
    )
    overtaking.by(lambda: raises(world, case, "high"))
    await world.hear(changed)
    assert (await open_alert(world))["patient_phone"] == "+14155550177"


async def a_case_is_opened_while_an_alert_is_raised(world: World, overtaking: Overtaking) -> None:
    ana = new_id()
    await world.hear(registered(ana))
    overtaking.by(lambda: raises(world, {"patient_id": ana}, "high"))
    await world.hear(info_call_ended(ana, world.clock()))
    assert (await open_alert(world))["patient_id"] == ana
    assert len(ok(await world.prescriber.get(f"/v1/patients/{ana}/cases"))["items"]) == 1


# visits


async def screen_of(world: World, visit: dict[str, Any]) -> PreSessionScreen:
    return await world.ports.screens.get(AppointmentId(visit["appointment_id"]))


async def about_to_be_assessed(world: World) -> tuple[Any, dict[str, Any]]:
    """A patient with the last questions before a visit open; answers case and visit."""
    case, _ = await cleared(world)
    visit = a_visit(case["patient_id"], world.clock() + VISIT_IN)
    await world.hear(booked(visit))
    await world.travel(OPENS)
    await answers_before_session(world, case, phq_9=phq_9(12))
    return case, visit


def news_of_a_visit_while_it_is_assessed(make: Callable[[dict[str, Any]], EventData], state: str) -> Race[World]:
    """What was assessed meanwhile is kept, and counts as far as the visit lets it."""

    async def news(world: World, overtaking: Overtaking) -> None:
        case, visit = await about_to_be_assessed(world)
        overtaking.by(lambda: answers_before_session(world, case, c_ssrs_since_last_contact=since_last_contact()))
        await world.hear(make(visit))
        screen = await screen_of(world, visit)
        assert (screen.state, screen.valid_until is not None) == (state, True)
        assert (await world.said_types(case["patient_id"])).count("PreSessionScreenAssessed") == 1

    return news


async def a_booking_while_an_alert_is_raised(world: World, overtaking: Overtaking) -> None:
    case = await has_case(world)
    visit = a_visit(case["patient_id"], world.clock() + VISIT_IN)
    overtaking.by(lambda: raises(world, case, "high"))
    await world.hear(booked(visit))
    assert (await screen_of(world, visit)).state == "planned"
    assert (await open_alert(world))["patient_id"] == case["patient_id"]


a_move_while_the_visit_is_assessed = news_of_a_visit_while_it_is_assessed(
    lambda visit: moved(visit, visit["starts_at"] + timedelta(days=3)), "assessed"
)
a_cancellation_while_the_visit_is_assessed = news_of_a_visit_while_it_is_assessed(cancelled, "withdrawn")
a_missed_visit_while_it_is_assessed = news_of_a_visit_while_it_is_assessed(missed, "withdrawn")


async def a_correction_while_the_case_is_closed(world: World, overtaking: Overtaking) -> None:
    """The visit takes place after all, and nobody is asked about it."""
    case, visit = await about_to_be_assessed(world)
    await world.hear(missed(visit))
    overtaking.by(lambda: closes(world, case))
    await world.hear(came_after_all(visit))
    assert (await screen_of(world, visit)).state == "planned"
    await world.catch_up()
    assert (await screen_of(world, visit)).state == "withdrawn"


async def the_questions_before_a_visit_while_the_case_is_closed(world: World, overtaking: Overtaking) -> None:
    case, _ = await cleared(world)
    visit = a_visit(case["patient_id"], world.clock() + VISIT_IN)
    await world.hear(booked(visit))
    world.clock.advance(OPENS)
    overtaking.by(lambda: closes(world, case))
    await world.catch_up()
    assert await pre_session_requests(world, case) == []
    assert (await screen_of(world, visit)).state == "withdrawn"


# the course


async def a_dose_while_the_scores_are_answered(world: World, overtaking: Overtaking) -> None:
    """Both are kept: the dose, and what was answered meanwhile."""
    case, visit = await about_to_be_assessed(world)
    overtaking.by(lambda: answers_before_session(world, case, c_ssrs_since_last_contact=since_last_contact()))
    await world.hear(dosed(case["patient_id"], visit["starts_at"]))
    assert [each["completed_at"] is None for each in await pre_session_requests(world, case)] == [False, False]
    assert len((await world.ports.cases.get(case["id"])).course.doses) == 1


def the_end_of_a_plan_while_the_case_is_closed(make: Callable[[str], EventData]) -> Race[World]:
    """Nobody is followed up."""

    async def the_end(world: World, overtaking: Overtaking) -> None:
        case, _ = await cleared(world)
        await world.hear(dosed(case["patient_id"], world.clock()))
        overtaking.by(lambda: closes(world, case))
        await world.hear(make(case["patient_id"]))
        assert (await world.ports.cases.get(case["id"])).course.ended_at is None

    return the_end


a_completed_plan_while_the_case_is_closed = the_end_of_a_plan_while_the_case_is_closed(plan_completed)
a_discontinued_plan_while_the_case_is_closed = the_end_of_a_plan_while_the_case_is_closed(plan_discontinued)


async def care_ends_while_the_case_is_closed(world: World, overtaking: Overtaking) -> None:
    """It stays closed as it was, for the reason it was."""
    case, _ = await cleared(world)
    overtaking.by(lambda: closes(world, case))
    await world.hear(care_discharged(case["patient_id"], world.clock()))
    assert (await world.ports.cases.get(case["id"])).care_end is None


async def the_weekly_questions_while_the_case_is_closed(world: World, overtaking: Overtaking) -> None:
    case, _ = await cleared(world)
    await world.hear(dosed(case["patient_id"], world.clock()))
    world.clock.advance(timedelta(days=7))
    overtaking.by(lambda: closes(world, case))
    await world.catch_up()
    case = ok(await world.prescriber.get(f"/v1/cases/{case['id']}"))
    assert {each["purpose"] for each in case["requests"]} == {"intake"}


# what sessions found out


def news_while_a_clearance_is_granted(make: Callable[[World, str], EventData], ref: str) -> Race[World]:
    """The clearance that was granted meanwhile is suspended for it."""

    async def news(world: World, overtaking: Overtaking) -> None:
        case = await ready_to_decide(world)
        granted: list[str] = []

        async def a_grant() -> None:
            granted.append(ok(await grants(world, case), 201)["clearance_id"])

        overtaking.by(a_grant)
        await world.hear(make(world, case["patient_id"]))
        assert await suspended_for(world, granted[0]) == [ref]

    return news


a_clinical_fact_while_a_clearance_is_granted = news_while_a_clearance_is_granted(
    lambda world, ana: reported(ana, world.clock(), ReportedFact.PREGNANCY, "positive"), "CI-08"
)
grave_harm_while_a_clearance_is_granted = news_while_a_clearance_is_granted(
    lambda world, ana: harmed(ana, HARM, world.clock(), 3), HARM
)


async def heard_after_a_revocation(world: World, overtaking: Overtaking, clearance_id: str, event: EventData) -> None:
    """What would change the clearance, while it is revoked: it stays as it was revoked."""
    before = await suspended_for(world, clearance_id)
    overtaking.by(lambda: revokes(world, clearance_id))
    await world.hear(event)
    clearance = await reads_clearance(world, clearance_id)
    assert (clearance["state"], await suspended_for(world, clearance_id)) == ("revoked", before)


async def a_refused_dose_while_the_clearance_is_revoked(world: World, overtaking: Overtaking) -> None:
    case, clearance_id = await cleared(world)
    ana = case["patient_id"]
    await world.hear(refused(ana, world.clock(), "blood_pressure_in_range"))
    again = refused(ana, world.clock() + timedelta(days=1), "blood_pressure_in_range")
    await heard_after_a_revocation(world, overtaking, clearance_id, again)
    assert "ClearanceSuspended" not in await world.said_types(ana)


async def a_review_of_harm_while_the_clearance_is_revoked(world: World, overtaking: Overtaking) -> None:
    case, clearance_id = await cleared(world)
    ana = case["patient_id"]
    await world.hear(harmed(ana, HARM, world.clock(), 3))
    resume = reviewed(ana, HARM, world.clock(), "resume")
    await heard_after_a_revocation(world, overtaking, clearance_id, resume)
    assert "ClearanceReinstated" not in await world.said_types(ana)
