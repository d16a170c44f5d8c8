"""The operators' page: how a service stands, and what they do about what waits, shown before it is done."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from careflow_events.consumers import StopReason
from careflow_service.clock import wall_clock
from careflow_service.identity import Role
from careflow_service.ids import new_id
from careflow_service.pages.site import LIBRARY
from careflow_service.testing.visiting import Page, Visitor
from libs.service.tests.http.test_ops import TOPIC, book, park
from libs.service.tests.http.test_trace import say
from libs.service.tests.toy.service import SERVICE, http
from libs.service.tests.toy.world import RunningToy, World, running_toy

pytestmark = pytest.mark.store

PAGE = "/pages/operations"


@pytest.fixture
async def toy(world: World) -> AsyncIterator[RunningToy]:
    with_pages = replace(SERVICE, http=lambda: replace(http(), pages=LIBRARY))
    async with running_toy(world, with_pages) as running:
        yield running


@pytest.fixture
async def operator(toy: RunningToy) -> Visitor:
    return await logged_in(toy, Role.OPERATOR)


async def logged_in(toy: RunningToy, *roles: Role) -> Visitor:
    visitor = Visitor(toy.client)
    login = await visitor.opens("/pages/login")
    await visitor.presses(login, "Log in", token=toy.world.issuer.token(*roles, subject="olga"))
    return visitor


async def waiting(toy: RunningToy) -> list[str]:
    return [
        each.id
        for each in await toy.http.state.console.stores.parked.open_records(
            stream=None, cause=None, limit=50, after=None
        )
    ]


async def test_a_service_at_rest_says_so(operator: Visitor) -> None:
    page = await operator.opens(PAGE)
    assert page.h1 == "How toy stands"
    for said in ("Its store", "Nothing waits for a decision.", "Everything it has said is published.", TOPIC):
        assert said in page.text
    assert "not there" not in page.text


async def test_what_is_to_be_done_is_counted(toy: RunningToy, operator: Visitor) -> None:
    await say(toy, new_id())
    await book(toy, wall_clock())
    for _ in range(2):
        await park(toy, new_id())
    page = await operator.opens(PAGE)
    assert "1 events are to be published" in page.text
    assert "ValueError" in page.links
    assert "The next deadline is at" in page.text
    listed = await operator.follows(page, "ValueError")
    assert len([form for form in listed.forms if "Try again" in form.buttons]) == 2


async def test_what_is_decided_is_shown_before_it_is_done(toy: RunningToy, operator: Visitor) -> None:
    await park(toy, new_id())
    listed = await operator.opens(f"{PAGE}/parked")
    sure = await operator.presses(listed, "Give it up")
    assert sure.h1 == "Give this event up?"
    assert "was given up" in sure.text
    assert len(await waiting(toy)) == 1, "nothing was done"
    done = await operator.presses(sure, "Give it up")
    assert "It was given up." in done.text
    assert await waiting(toy) == []


async def test_a_stream_is_tried_again(toy: RunningToy, operator: Visitor) -> None:
    await park(toy, new_id())
    sure = await operator.presses(await operator.opens(f"{PAGE}/parked?cause=ValueError"), "Try again")
    done = await operator.presses(sure, "Try again")
    assert "parked?cause=ValueError&done=replay" in done.url
    assert "is to be tried again" in done.text


async def test_what_was_decided_meanwhile_is_said(toy: RunningToy, operator: Visitor) -> None:
    await park(toy, new_id())
    listed = await operator.opens(f"{PAGE}/parked")
    sure = await operator.presses(listed, "Give it up")
    await operator.presses(sure, "Give it up")
    late = await operator.presses(sure, "Give it up")
    assert late.status == 404
    assert "It does not wait any more" in late.text
    assert late.h1 == "Events that wait for a decision in toy"


async def test_one_that_is_not_first_waits(toy: RunningToy, operator: Visitor) -> None:
    patient = new_id()
    await park(toy, patient)
    await park(toy, patient, sequence=2)
    listed = await operator.opens(f"{PAGE}/parked")
    second = [form for form in listed.forms if "Give it up" in form.buttons][1]
    listed.forms[:] = [second]
    refused = await operator.presses(listed, "Give it up")
    assert refused.status == 409
    assert "Another event of its stream waits before it." in refused.text
    assert len(await waiting(toy)) == 2


async def test_hearing_is_paused_and_goes_on(toy: RunningToy, operator: Visitor) -> None:
    page = await operator.opens(PAGE)
    sure = await operator.presses(page, "Hear nothing for now")
    assert await toy.http.state.console.stores.consumers.pauses() == []
    paused = await operator.presses(sure, "Hear nothing for now")
    assert "olga has paused hearing since" in paused.text
    sure = await operator.presses(paused, "End this pause")
    again = await operator.presses(sure, "Go on hearing")
    assert "It goes on hearing." in again.text
    assert await toy.http.state.console.stores.consumers.pauses() == []
    late = await operator.presses(sure, "Go on hearing")
    assert late.status == 409
    assert "That pause has ended already." in late.text


async def test_why_it_is_stopped_is_said(toy: RunningToy, operator: Visitor) -> None:
    await toy.http.state.console.stores.consumers.stop(StopReason.TOPIC_RECREATED, wall_clock())
    page = await operator.opens(PAGE)
    assert "a topic was deleted and made anew." in page.text
    sure = await operator.presses(page, "Go on hearing")
    await operator.presses(sure, "Go on hearing")
    assert await toy.http.state.console.stores.consumers.stopped() is None


async def test_an_event_is_found_by_an_id_that_is_in_no_address(toy: RunningToy, operator: Visitor) -> None:
    patient = new_id()
    await say(toy, patient)
    await park(toy, patient)
    found = await operator.presses(await operator.opens(PAGE), "Look", id=patient)
    assert patient in found.text
    assert patient not in found.url
    assert "Not published yet." in found.text
    assert "ValueError" in found.text
    nothing = await operator.presses(found, "Look", id=new_id())
    assert "This service has said nothing under that id." in nothing.text
    empty = await operator.presses(found, "Look", id="")
    assert empty.status == 422
    assert "Please fill this in." in empty.text


async def test_it_shows_itself_anew_for_whoever_asks(toy: RunningToy, operator: Visitor) -> None:
    page = await operator.follows(await operator.opens(PAGE), "Show it anew every 15 seconds")
    assert page.headers["Refresh"].startswith("15; url=operations?live=1")
    assert "unattended=1" in page.headers["Refresh"]


@pytest.mark.parametrize("role", [Role.PRESCRIBER, Role.COORDINATOR, Role.AUDITOR])
async def test_nobody_else_sees_it_or_does_anything(toy: RunningToy, operator: Visitor, role: Role) -> None:
    await park(toy, new_id())
    sure = await operator.presses(await operator.opens(f"{PAGE}/parked"), "Give it up")
    toy.client.cookies.clear()
    other = await logged_in(toy, role)
    assert (await other.opens(PAGE)).status == 403
    assert (await other.presses(sure, "Give it up")).status == 403
    assert len(await waiting(toy)) == 1


@pytest.mark.parametrize("path", ["parked/burn", "parked/discard", "resume"])
async def test_what_no_page_sends_changes_nothing(toy: RunningToy, operator: Visitor, path: str) -> None:
    await park(toy, new_id())
    answer = Page(await toy.client.post(f"{PAGE}/{path}", data={"sure": "1"}))
    assert answer.status in {404, 422}
    assert len(await waiting(toy)) == 1


async def test_in_spanish(toy: RunningToy, operator: Visitor) -> None:
    await park(toy, new_id())
    operator.languages = "es"
    page = await operator.opens(PAGE)
    assert page.h1 == "Cómo está toy"
    sure = await operator.presses(await operator.follows(page, "ValueError"), "Dejarlo")
    assert sure.h1 == "¿Dejar este evento?"
