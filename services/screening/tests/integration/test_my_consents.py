"""A patient sees in a browser what they allowed to be passed on of what is about substance use, and takes it back."""

from datetime import timedelta

import pytest

from careflow_service.identity import Role
from careflow_service.pages.words import words_of
from screening.domain.consents import ConsentPurpose, ConsentScope, ConsentState
from services.screening.tests.clinic import has_case, ok
from services.screening.tests.consenting import SINGLE, consents, revokes
from services.screening.tests.integration.test_question_pages import comes_in
from services.screening.tests.visiting import logs_in
from services.screening.tests.world import World

MINE = "/pages/questions/mine/consents"


async def test_what_was_allowed_is_read_and_taken_back_and_the_staff_read_that(world: World) -> None:
    case = await has_case(world)
    await consents(world, case, recipients=["Dr Vu", "her sister"])
    someone, home = await comes_in(world, case)
    page = await someone.follows(home, "What you allowed us to pass on")
    until = world.clock() + timedelta(days=30)
    for said in (
        "You have allowed this",
        "To: Dr Vu, her sister",
        "What: copies of what your record says about substance use",
        "What for: because you asked for it",
        f"It ends on {until:%B} {until.day}, {until.year}.",
    ):
        assert said in page.text, page.text
    gone = await someone.presses(page, "Take it back")
    assert "You have taken it back. Nothing more is passed on by it." in gone.text
    assert "You took it back on" in gone.text
    assert "Take it back" not in [button for form in gone.forms for button in form.buttons]
    late = await someone.presses(page, "Take it back")
    assert "You took it back on" in late.text
    spanish = await someone.opens(f"{MINE}?lang=es")
    assert ("Retirado" in spanish.text, "Usted lo retiró el" in spanish.text) == (True, True)

    _, seen = await logs_in(world, Role.NURSE, to=f"/pages/cases/{case['id']}")
    assert "The patient took it back on" in seen.text


async def test_what_the_clinic_noted_and_what_ended_by_itself_is_told(world: World) -> None:
    case = await has_case(world)
    first = await consents(world, case)
    await consents(world, case, **SINGLE)
    ok(await revokes(world, first))
    await consents(world, case, valid_until=(world.clock() + timedelta(minutes=5)).isoformat())
    someone, _ = await comes_in(world, case)
    await world.travel(timedelta(minutes=6))
    page = await someone.opens(MINE)
    for said in (
        "You took it back; the clinic noted that on",
        "said so by telephone",
        "It counts until you take it back.",
        "It ended on",
    ):
        assert (said in page.text) == (said != "said so by telephone"), (said, page.text)
    assert page.text.count("Take it back") == 1


async def test_another_patients_consent_does_not_exist_and_without_one_nothing_leads_here(world: World) -> None:
    case, other = await has_case(world), await has_case(world)
    consent_id = await consents(world, other)
    someone, home = await comes_in(world, case)
    assert "What you allowed us to pass on" not in home.links
    empty = await someone.opens(MINE)
    assert "You have not allowed any of this to be passed on." in empty.text
    answer = await world.client.post(f"{MINE}/{consent_id}/revoke", data={"key": consent_id})
    assert answer.status_code == 404
    (kept,) = ok(await world.nurse.get(f"/v1/patients/{other['patient_id']}/consents"))["items"]
    assert kept["valid"]


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_state_scope_and_purpose_has_a_patients_words(language: str) -> None:
    words = words_of("careflow_service.pages", "screening.entrypoints.pages")[language].groups["my_consents"]
    described = {ConsentPurpose.DESCRIBED}
    asked = {f"state_{each}" for each in ConsentState} | {f"scope_{each}" for each in ConsentScope}
    assert asked | {f"purpose_{each}" for each in set(ConsentPurpose) - described} <= set(words)
