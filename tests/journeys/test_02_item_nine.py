"""A worrying answer reaches a human at once, and nothing but a human ends the alert."""

import time
from datetime import timedelta
from typing import TYPE_CHECKING

from careflow_clinic.clinic import DIRECTOR, PRESCRIBER, SAFE_WITH_PLAN, Person
from careflow_clinic.walk import C_SSRS_NONE, PHQ_9, Walk
from tests.journeys.alarmed import in_screening, pages

if TYPE_CHECKING:
    from careflow_cli.stack.stack import Stack


async def test_item_nine_of_one_asks_for_the_screener_in_the_same_sitting(walk: Walk, person: Person) -> None:
    patient, case_id = await in_screening(walk, person)

    saved = await walk.clinic.answer_questionnaire(patient, case_id, "phq-9", {"9": "1"}, complete=False)

    assert next(iter(saved.body)) == "crisis"
    assert saved.body["crisis"]["lifeline"] == "988"
    assert saved.body["crisis"]["emergency"] == "911"
    case = await walk.clinic.case(patient)
    screener = next(each for each in case.body["clinical"]["responses"] if each["questionnaire"] == "c-ssrs-screener")
    assert saved.body["next_request_id"] == screener["request_id"]
    raised = await walk.clinic.events.wait_for("SafetyAlertRaised", subject=patient.subject)
    assert raised.data["level"] == "moderate"


async def test_item_nine_of_two_pages_within_a_second_and_escalates_to_the_end(
    stack: "Stack", walk: Walk, person: Person
) -> None:
    patient, case_id = await in_screening(walk, person)

    began = time.monotonic()
    saved = await walk.clinic.answer_questionnaire(patient, case_id, "phq-9", {"9": "2"}, complete=False)
    alert_id = saved.body["alert_id"]
    raised = await walk.clinic.events.wait_for("SafetyAlertRaised", subject=patient.subject, within=5)
    assert time.monotonic() - began < 2, "the event leaves within a second, an outsider sees it within two"
    assert raised.data["level"] == "high"

    await walk.travel_to(walk.clock.now() + timedelta(minutes=4))
    first = (await walk.clinic.http.get(DIRECTOR, "screening", f"/v1/alerts/{alert_id}")).body
    assert first["paged"] == [PRESCRIBER.subject]
    sent = pages(stack, alert_id)
    assert {(page["staff_id"], page["channel"]) for page in sent} == {
        (PRESCRIBER.subject, "sms"),
        (PRESCRIBER.subject, "voice"),
    }
    assert not any(person.family_name in str(page) for page in sent), "a page says nothing about the patient"

    await walk.travel_to(walk.clock.now() + timedelta(minutes=20))
    later = (await walk.clinic.http.get(DIRECTOR, "screening", f"/v1/alerts/{alert_id}")).body
    assert later["paged"] == [PRESCRIBER.subject, DIRECTOR.subject]
    assert later["exhausted"]
    steps = [
        int(str(event.data["step"])) for event in walk.clinic.events.of("SafetyAlertEscalated", subject=patient.subject)
    ]
    assert steps == sorted(set(steps))
    assert steps

    assert "safety_alert_open" in await walk.clinic.closed_gates(patient, "dosing", after=raised)
    assert "safety_alert_open" not in await walk.clinic.closed_gates(patient, "evaluation")

    await walk.clinic.answer_questionnaire(patient, case_id, "phq-9", PHQ_9)
    await walk.clinic.answer_questionnaire(patient, case_id, "c-ssrs-screener", C_SSRS_NONE)
    still = (await walk.clinic.http.get(DIRECTOR, "screening", f"/v1/alerts/{alert_id}")).body
    assert still["state"] == "open", "a later low score closes nothing"

    await walk.clinic.act_on("alerts", alert_id, "acknowledge")
    unfinished = await walk.clinic.tries_on(
        "alerts", alert_id, "close", {"outcome": "resolved", "note": "Reached by phone."}
    )
    assert (unfinished.status, unfinished.code) == (422, "closing_incomplete")
    assert set(unfinished.body["missing"]) == {"disposition", "safety_plan"}
    await walk.clinic.act_on("alerts", alert_id, "close", SAFE_WITH_PLAN)
    closed = await walk.clinic.events.wait_for("SafetyAlertClosed", subject=patient.subject)
    assert "safety_alert_open" not in await walk.clinic.closed_gates(patient, "dosing", after=closed)
