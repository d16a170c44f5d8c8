"""A colleague witnesses a line of the drug log at the tablet of whoever entered it, by their own login."""

from datetime import timedelta

import httpx
import pytest

from careflow_service.identity import Role
from careflow_service.testing.calling import ISSUER
from careflow_service.testing.visiting import Page, Visitor
from services.sessions.tests.bedside import logs_in, of
from services.sessions.tests.clinic import draws, has_course, has_vial, ok, ready_for_dose, wastes
from services.sessions.tests.world import World

HERE = "A colleague confirms it here"
LOG_IN = "A colleague logs in"
EN = {"Accept-Language": "en"}
SAW = "I, second-nurse, saw this"


async def wasted(world: World, mg: str = "10") -> tuple[str, str, Visitor, Page]:
    """Some of a draw is wasted by a nurse, who looks at the line that waits for its witness: of which vial, which
    line.
    """
    session_id = await ready_for_dose(world, await has_course(world))
    vial = await has_vial(world)
    line = await wastes(world, vial, await draws(world, vial, session_id), mg)
    nurse, page = await logs_in(world, Role.NURSE, to=of(session_id))
    return vial, line, nurse, await nurse.follows(page, HERE)


async def logs_in_beside(nurse: Visitor, page: Page, who: str = "second-nurse", role: Role = Role.NURSE) -> Page:
    """Somebody logs in at the nurse's tablet, and is back at the line."""
    asked = await nurse.follows(page, LOG_IN)
    assert asked.h1 == "A colleague logs in"
    back = await nurse.presses(asked, "Log in", token=ISSUER.token(role, subject=who))
    return await nurse.follows(back, "Go on where you were") if "Go on where you were" in back.links else back


async def witness_of(world: World, vial: str, line: str) -> str | None:
    entries = ok(await world.nurse.get(f"/v1/drug-log/containers/{vial}"))["entries"]
    (found,) = (each["witnessed_by"] for each in entries if each["id"] == line)
    return None if found is None else str(found)


async def test_a_colleague_reads_the_line_confirms_it_and_the_nurse_goes_on_where_she_was(world: World) -> None:
    vial, line, nurse, page = await wasted(world)
    assert all(each in page.text for each in ("Wasted", "10 mg (0.2 mL)", "ketamine", "Entered byuser-nurse"))

    page = await logs_in_beside(nurse, page)
    assert "second-nurse, you are logged in for this line alone." in page.text
    assert "10 mg (0.2 mL)" in page.text
    done = await nurse.presses(page, SAW)

    assert "Confirmed: the entry counts." in done.text
    assert await witness_of(world, vial, line) == "second-nurse"
    assert HERE not in done.links
    assert (await nurse.opens("/pages/bedside")).status == 200, "the nurse is still logged in"
    audit = world.store.database["_audit"]
    entry = await audit.find_one({"action": "witness_drug_entry"})
    assert entry is not None
    assert entry["actor"] == "second-nurse"
    read = await audit.find_one({"action": "read_container", "actor": "second-nurse"})
    assert read is not None, "what they read is on record as theirs"


async def test_the_nurse_herself_is_no_colleague(world: World) -> None:
    vial, line, nurse, page = await wasted(world)
    refused = await logs_in_beside(nurse, page, "user-nurse")
    assert "second-nurse" not in refused.text
    assert SAW not in [button for form in refused.forms for button in form.buttons]
    assert await witness_of(world, vial, line) is None


async def test_whoever_gave_or_drew_it_is_refused_in_words(world: World) -> None:
    """The prescriber wastes; the nurse, who drew it, is the colleague."""
    session_id = await ready_for_dose(world, await has_course(world))
    vial = await has_vial(world)
    draw = await draws(world, vial, session_id)
    body = {"kind": "wasted", "mg": "10", "draw_id": draw}
    line = ok(await world.prescriber.post(f"/v1/drug-log/containers/{vial}/entries", body), 201)["added_id"]
    prescriber, page = await logs_in(world, Role.PRESCRIBER, to=of(session_id))
    page = await logs_in_beside(prescriber, await prescriber.follows(page, HERE), "user-nurse")
    refused = await prescriber.presses(page, "I, user-nurse, saw this")
    assert refused.status == 403
    assert "The witness is somebody else than who drew, gave or wasted it." in refused.text
    assert LOG_IN in refused.links
    assert await witness_of(world, vial, line) is None


async def test_somebody_who_is_not_of_the_team_is_refused_in_words(world: World) -> None:
    vial, line, nurse, page = await wasted(world)
    refused = await logs_in_beside(nurse, page, "desk", Role.COORDINATOR)
    assert refused.status == 403
    assert "Your colleague's login does not let them witness this." in refused.text
    sent = await world.client.post(
        f"/pages/{page.url.partition('/pages/')[2]}",
        data={"key": "k", "seen": "yes"},
        headers=EN,
    )
    assert sent.status_code == 403
    assert await witness_of(world, vial, line) is None


async def test_who_did_not_see_it_says_so_and_is_gone(world: World) -> None:
    vial, line, nurse, page = await wasted(world)
    there = await logs_in_beside(nurse, page)
    back = await nurse.presses(there, "I did not see this")
    assert HERE in back.links
    refused = await nurse.presses(there, SAW)
    assert refused.status == 409
    assert "The colleague's login has ended, or was for another line." in refused.text
    assert await witness_of(world, vial, line) is None


async def test_a_login_for_one_line_is_none_for_another(world: World) -> None:
    vial, first, nurse, page = await wasted(world)
    container = ok(await world.nurse.get(f"/v1/drug-log/containers/{vial}"))
    second = await wastes(world, vial, container["draws"][0]["id"], "5")
    await logs_in_beside(nurse, page)
    other = await nurse.opens(page.url.replace(first, second))
    assert (LOG_IN in other.links, "5 mg (0.1 mL)" in other.text) == (True, True)
    form = {"key": "k", "seen": "yes"}
    sent = await world.client.post(page.url.replace(first, second), data=form)
    assert sent.status_code == 409
    assert await witness_of(world, vial, second) is None


async def test_a_second_click_confirms_once_and_a_login_that_was_used_confirms_nothing_more(world: World) -> None:
    vial, line, nurse, page = await wasted(world)
    there = await logs_in_beside(nurse, page)
    kept = httpx.Cookies(world.client.cookies)
    for _ in range(2):
        world.client.cookies = httpx.Cookies(kept)
        assert "Confirmed: the entry counts." in (await nurse.presses(there, SAW)).text
    world.client.cookies = httpx.Cookies(kept)
    again = Page(await world.client.post(page.url, data={"key": "another", "seen": "yes"}, headers=EN))
    assert again.status == 409
    assert "This entry waits for nobody any more." in again.text
    assert "second-nurse confirmed it on" in again.text
    assert await witness_of(world, vial, line) == "second-nurse"


@pytest.mark.parametrize(
    ("meanwhile", "told"),
    [
        ("taken back", "This entry has been taken back."),
        ("witnessed", "This entry waits for nobody any more."),
        ("half an hour", "The time to witness this has passed; enter it anew with the witness."),
    ],
)
async def test_what_changed_meanwhile_is_told_and_not_confirmed(world: World, meanwhile: str, told: str) -> None:
    vial, line, nurse, page = await wasted(world)
    there = await logs_in_beside(nurse, page)
    entry = f"/v1/drug-log/containers/{vial}/entries/{line}"
    if meanwhile == "taken back":
        ok(await world.nurse.post(f"{entry}/reverse", {"note": "typed wrong"}), 201)
    elif meanwhile == "witnessed":
        ok(await world.nurse_called("third-nurse").post(f"{entry}/witness"))
    else:
        await world.travel(timedelta(minutes=31))
    refused = await nurse.presses(there, SAW)
    assert refused.status == 409
    assert told in refused.text
    assert LOG_IN not in refused.links
    assert await witness_of(world, vial, line) != "second-nurse"


async def test_a_line_of_another_place_or_of_nothing_is_not_shown(world: World) -> None:
    _, line, nurse, page = await wasted(world)
    unknown = await nurse.opens(page.url.replace(line, "0198f6b0-0000-7000-8000-00000000000a"))
    assert unknown.status == 404


async def test_a_therapist_has_no_drug_log_to_be_witnessed_at(world: World) -> None:
    _, _, _, page = await wasted(world)
    await logs_in(world, Role.THERAPIST)
    assert (await world.client.get(page.url)).status_code == 403
    assert (await world.client.get("/pages/colleague", params={"to": "bedside"})).status_code == 403
