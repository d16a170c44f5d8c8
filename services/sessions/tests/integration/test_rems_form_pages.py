"""The monitoring forms of the REMS in a browser: what waits, what was sent, and what is sent anew."""

from datetime import timedelta

import pytest

from careflow_service.identity import Role
from careflow_service.pages.words import words_of
from services.sessions.tests.bedside import logs_in
from services.sessions.tests.clinic import does, ok
from services.sessions.tests.sprays import begun, gives, treated
from services.sessions.tests.unit.test_bedside_words import refusals
from services.sessions.tests.world import World
from sessions.domain.rems_form import SedatingMedicine
from sessions.domain.rems_report import ELEMENTS

ANSWERED = {
    "medicines.opioid": "1",
    "vitals_acceptable_before": "yes",
    "vitals_acceptable_after": "yes",
    "sedation": "no",
    "dissociation": "yes",
    "respiratory_depression": "no",
    "reference": "REMS-4711",
}
SENDS = "It was sent"


async def test_a_form_is_found_from_the_day_sent_once_and_anew_when_what_it_told_is_put_right(world: World) -> None:
    session_id = await treated(world)
    nurse, today = await logs_in(world, Role.NURSE)
    waiting = await nurse.follows(today, "REMS forms to be sent")
    assert "To be sent by" in waiting.text
    form = await nurse.follows(waiting, next(each for each in waiting.links if each.startswith("Ana R")))
    assert ("serial SN-1 · lot L-1" in form.text, "Watched for 125 minutes" in form.text) == (True, True)
    unsaid = await nurse.presses(form, SENDS, **{**ANSWERED, "sedation": ""})
    assert unsaid.status == 422
    sent = await nurse.presses(unsaid, SENDS, sedation="no")
    assert "It is written down as sent." in sent.text
    assert "REMS-4711" in sent.text
    again = await nurse.presses(form, SENDS, **{**ANSWERED, "reference": "REMS-4712"})
    assert (again.status, "It was sent meanwhile" in again.text) == (409, True)
    assert "No form waits to be sent." in (await nurse.opens("/pages/rems-forms")).text

    await world.travel(timedelta(minutes=5))
    left = {"left_at": (world.clock() - timedelta(minutes=3)).isoformat(), "reason": "she stayed for her coat"}
    ok(await does(world, session_id, "leaving/corrections", left), 201)
    nurse, anew = await logs_in(world, Role.NURSE, to=f"/pages/rems-forms/{session_id}")
    assert "it is sent anew" in anew.text
    both = await nurse.presses(anew, SENDS, **{**ANSWERED, "reference": "REMS-4713"})
    assert both.text.index("REMS-4713") < both.text.index("REMS-4711")
    every = await nurse.follows(both, "All REMS forms of the patient")
    assert "Sent" in every.text


async def test_what_keeps_a_form_from_being_sent_is_marked_and_who_does_not_send_it_reads_it(world: World) -> None:
    session_id, device = await begun(world)
    ok(await gives(world, session_id, device), 201)
    nurse, bedside = await logs_in(world, Role.NURSE, to=f"/pages/bedside?session={session_id}")
    form = await nurse.follows(bedside, "REMS monitoring form")
    assert "End of the monitoring: missing" in form.text
    assert "cannot be sent while something is missing" in form.text
    assert SENDS not in form.text
    _, read = await logs_in(world, Role.THERAPIST, to=f"/pages/rems-forms/{session_id}")
    assert "serial SN-1" in read.text
    _, refused = await logs_in(world, Role.COORDINATOR, to="/pages/rems-forms")
    assert refused.status == 403


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_element_medicine_and_refusal_of_the_form_has_its_words(language: str) -> None:
    words = words_of("careflow_service.pages", "sessions.entrypoints.pages")[language].groups
    assert set(words["rems_elements"]) == set(ELEMENTS)
    assert {f"rems_medicines_{each}" for each in SedatingMedicine} <= set(words["options"])
    assert set(words["rems_refusals"]) == refusals()["rems_form"] | {"stale_version"}
