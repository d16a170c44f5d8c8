"""The reviewers' pages: what waits, one with why and what was read, and what somebody found."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from careflow_service.identity import Role
from careflow_service.ids import new_id
from careflow_service.pages.site import LIBRARY
from careflow_service.testing.visiting import Visitor
from libs.service.tests.http.test_operations_page import logged_in
from libs.service.tests.toy.service import SERVICE, http
from libs.service.tests.toy.world import RunningToy, World, running_toy

pytestmark = pytest.mark.store

PAGE = "/pages/emergencies"
RECORD = "Record the review"


@pytest.fixture
async def toy(world: World) -> AsyncIterator[RunningToy]:
    with_pages = replace(SERVICE, http=lambda: replace(http(), pages=LIBRARY))
    async with running_toy(world, with_pages) as running:
        yield running


@pytest.fixture
async def officer(toy: RunningToy) -> Visitor:
    return await logged_in(toy, Role.PRIVACY_OFFICER)


async def opened(toy: RunningToy, *, by: str = "wendy") -> tuple[str, str]:
    """A visit that was read under an access, and that access."""
    patient = new_id()
    body = {"patient_id": patient, "note": "n", "ends_at": "2026-12-28T10:00:00Z"}
    nurse = {**toy.token(Role.NURSE), "Idempotency-Key": new_id()}
    visit = (await toy.client.post("/v1/visits", json=body, headers=nurse)).json()["id"]
    why = {"kind": "medical", "reason": "She fainted <in the hall>.", "recipient": "Ambulance 12"}
    caller = toy.token(Role.WELLNESS, subject=by)
    path = f"/v1/patients/{patient}/emergency-accesses"
    made = await toy.client.post(path, json=why, headers={**caller, "Idempotency-Key": new_id()})
    access = str(made.json()["id"])
    await toy.client.get(f"/v1/visits/{visit}", headers={**caller, "Careflow-Emergency-Access": access})
    return visit, access


async def test_what_waits_is_looked_at_ended_and_reviewed(toy: RunningToy, officer: Visitor) -> None:
    assert "None waits for a review." in (await officer.opens(PAGE)).text
    visit, access = await opened(toy)

    waiting = await officer.opens(PAGE)
    (link,) = [each for each in waiting.links if each.startswith("wendy")]
    one = await officer.follows(waiting, link)

    for said in ("wendy (wellness)", "She fainted <in the hall>.", "Ambulance 12", "read visit", "visits"):
        assert said in one.text
    assert "patient without a name here (…" in one.text
    assert visit not in one.text, "a reviewer reads of what kind it was; the API says which"
    assert RECORD not in [button for form in one.forms for button in form.buttons], "while it is open"
    over = await officer.presses(one, "End it now")
    assert "It is over." in over.text

    nothing_said = await officer.presses(over, RECORD)
    assert (nothing_said.status, "Say what you found." in nothing_said.text) == (422, True)
    no_words = await officer.presses(nothing_said, RECORD, finding="not_justified")
    assert (no_words.status, "Say in words what was not justified." in no_words.text) == (422, True)
    assert no_words.form(RECORD).fields["finding"] == "not_justified", "nothing typed is lost"
    done = await officer.presses(no_words, RECORD, note="A nurse was there.")

    assert "The review is recorded." in done.text
    assert "None waits for a review." in done.text
    again = await officer.presses(no_words, RECORD, finding="justified", note="")
    assert again.status in {409, 422}, "the other tab is refused and told"
    kept = await officer.opens(f"{PAGE}/{access}")
    assert "It was not justified. A nurse was there." in kept.text
    assert set(kept.refers) <= set(kept.ids)


async def test_nobody_reviews_their_own_and_nobody_else_sees_these_pages(toy: RunningToy) -> None:
    _, access = await opened(toy, by="olga")
    director = await logged_in(toy, Role.MEDICAL_DIRECTOR)
    (toy.world.folder / "clock.json").write_text(json.dumps({"offset_seconds": 3_700}))
    one = await director.opens(f"{PAGE}/{access}")
    assert "Nobody reviews an emergency access of their own." in one.text
    assert one.h1 == "An emergency access"
    for role in (Role.NURSE, Role.OPERATOR):
        toy.client.cookies.clear()
        stranger = await logged_in(toy, role)
        assert (await stranger.opens(PAGE)).status == 403
        assert (await stranger.opens(f"{PAGE}/{access}")).status == 403
