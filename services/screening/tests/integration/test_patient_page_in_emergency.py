"""A patient's page opened in an emergency by whom it is not for: with a reason, for an hour, this patient's alone."""

from datetime import timedelta

import pytest

from careflow_service.emergency.storing import ACCESSES
from careflow_service.identity import Role
from careflow_service.ids import new_id
from careflow_service.pages.named_access import COOKIE
from careflow_service.testing.visiting import Page, Visitor
from services.screening.tests.clinic import cleared, has_case, ok
from services.screening.tests.visiting import logs_in, nameless
from services.screening.tests.world import World

OFFER = "Open this in an emergency"
REASON = "She fainted in the hall and does not answer."


async def has_patient(world: World) -> str:
    """Somebody who takes something, and something that is about substance use."""
    case = await has_case(world, new_id())
    for name in ("methadone", "sertraline"):
        ok(await world.nurse.post(f"/v1/cases/{case['id']}/medications", {"name": name}), 201)
    return str(case["patient_id"])


def page_of(patient_id: str) -> str:
    return f"/pages/patients/{patient_id}"


async def opens(world: World, patient_id: str) -> tuple[Visitor, Page]:
    """A coordinator is refused, says why it cannot wait, and reads."""
    someone, refused = await logs_in(world, Role.COORDINATOR, page_of(patient_id))
    asked = await someone.follows(refused, OFFER)
    return someone, await someone.presses(asked, "Open it", kind="medical", reason=REASON)


async def test_who_is_refused_opens_it_with_a_reason_and_reads_what_the_api_shows(world: World) -> None:
    patient = await has_patient(world)
    someone, refused = await logs_in(world, Role.COORDINATOR, page_of(patient))
    assert (refused.status, "Sertraline" in refused.text) == (403, False)
    asked = await someone.follows(refused, OFFER)
    assert "For 60 minutes you see of this patient what this service shows in an emergency" in asked.text

    nothing_said = await someone.presses(asked, "Open it")
    assert (nothing_said.status, "Say in words why it cannot wait." in nothing_said.text) == (422, True)
    blank = await someone.presses(asked, "Open it", kind="medical", reason="\u2003")
    assert blank.status == 422
    page = await someone.presses(nothing_said, "Open it", kind="medical", reason=REASON)

    assert (page.status, page.h1) == (200, "Patient")
    assert page.url.partition("?")[0].endswith(page_of(patient))
    for said in ("Open in an emergency until 10:00 AM: 60 minutes are left.", "sertraline"):
        assert said in page.text, page.text
    assert not [each for each in ("methadone", "audit-c", REASON) if each in page.html.lower()]
    world.clock.now += timedelta(minutes=18, seconds=30)
    assert "42 minutes are left" in (await someone.opens(page_of(patient))).text
    again = await someone.presses(nothing_said, "Open it", kind="medical", reason=REASON)
    assert "42 minutes are left" in again.text, "the second click opens nothing more"

    reads = [each for each in await world.audited() if each["actor"] == "user-coordinator"]
    (access,) = await world.store.database[ACCESSES].find({}).to_list()
    assert len(reads) == 3
    assert all({f"patients/{patient}", f"{ACCESSES}/{access['_id']}"} <= {*each["touched"]} for each in reads)
    assert all("emergency" in each["roles"] for each in reads)
    assert await world.readable(REASON) == set()


async def test_it_is_for_this_patient_this_page_this_login_and_its_hour(world: World) -> None:
    patient, other = await has_patient(world), await has_patient(world)
    someone, _ = await opens(world, patient)
    (named,) = [each for each in world.client.cookies.jar if each.name == COOKIE]
    assert named.path == page_of(patient), "a browser sends it for this patient's page and below"
    assert named.has_nonstandard_attr("HttpOnly")
    for path in (page_of(other), "/pages/cases"):
        assert (await someone.opens(path)).status == 403
    login = next(each.value for each in world.client.cookies.jar if each.name == "careflow-login")
    forged = {"Cookie": f"careflow-login={login}; {COOKIE}={named.value}"}
    assert (await world.client.get(page_of(other), headers=forged)).status_code == 403

    world.clock.now += timedelta(hours=1)
    over = await someone.opens(page_of(patient))
    assert (over.status, "The emergency access is over." in over.text, OFFER in over.links) == (403, True, True)
    assert "sertraline" not in over.text

    wellness, _ = await logs_in(world, Role.WELLNESS, page_of(patient))
    world.client.cookies.set(COOKIE, str(named.value), path=page_of(patient))
    world.clock.now -= timedelta(hours=1)
    assert (await wellness.opens(page_of(patient))).status == 403, "it is somebody else's"


async def test_it_is_ended_before_its_time_and_reviewed_like_any_other(world: World) -> None:
    patient = await has_patient(world)
    someone, page = await opens(world, patient)
    ended = await someone.presses(page, "End it now")
    assert "It is over." in ended.text
    assert (await someone.opens(page_of(patient))).status == 403

    officer, _ = await logs_in(world, Role.PRIVACY_OFFICER, "/pages/emergencies")
    waiting = await officer.opens("/pages/emergencies")
    one = await officer.follows(waiting, next(name for name in waiting.links if name.startswith("user-coordinator")))
    for said in (REASON, "read case", nameless(patient), "closed by user-coordinator"):
        assert said in one.text
    assert patient not in one.text, "the API says which"
    assert (await officer.opens(page_of(patient))).status == 403


@pytest.mark.parametrize(("role", "offered"), [(Role.WELLNESS, True), (Role.BILLER, False), (Role.AUDITOR, False)])
async def test_it_is_offered_to_whom_the_api_lets_open_it(world: World, role: Role, *, offered: bool) -> None:
    patient = await has_patient(world)
    someone, refused = await logs_in(world, role, page_of(patient))
    assert (OFFER in refused.links) is offered
    assert (await someone.opens(f"{page_of(patient)}/open-emergency")).status == (200 if offered else 403)


async def test_somebody_the_role_lets_in_reads_as_always_whatever_the_browser_names(world: World) -> None:
    case, _ = await cleared(world)
    nurse, _ = await logs_in(world, Role.NURSE)
    world.client.cookies.set(COOKIE, new_id(), path=page_of(case["patient_id"]))
    page = await nurse.opens(page_of(case["patient_id"]))
    assert (page.status, "Treatment is cleared." in page.text, "emergency until" in page.text) == (200, True, False)


async def test_nobody_opens_one_for_somebody_the_service_does_not_know(world: World) -> None:
    nobody = new_id()
    someone, refused = await logs_in(world, Role.WELLNESS, page_of(nobody))
    asked = await someone.follows(refused, OFFER)
    page = await someone.presses(asked, "Open it", kind="medical", reason=REASON)
    assert (page.status, "This service does not know this patient." in page.text) == (404, True)
    assert COOKIE not in [each.name for each in world.client.cookies.jar]
