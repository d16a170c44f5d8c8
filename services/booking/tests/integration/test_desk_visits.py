"""A visit at the desk, in a browser without scripts: marked, moved, given to somebody else, called off; and what is to
be done.
"""

from datetime import timedelta
from typing import Any

from careflow_service.identity import Role
from careflow_service.testing.visiting import Page, Visitor
from services.booking.tests import news
from services.booking.tests.at_a_browser import logs_in
from services.booking.tests.builders import local
from services.booking.tests.clinic import TOMORROW_AT_TEN, acts, books, has_patient, has_practitioner, ok
from services.booking.tests.overtaken_tasks import sees_to, somebody_is_late
from services.booking.tests.treatment import DOSING_AT, reads
from services.booking.tests.world import World


async def at_visit(world: World, visit: Any) -> tuple[Visitor, Page]:
    return await logs_in(world, to=f"/pages/desk/visits/{visit['id']}")


async def on(someone: Visitor, times: Page, day: str) -> Page:
    """The free times of this day."""
    return await someone.follows(times, next(name for name in times.links if name.startswith(day)))


async def has_call(world: World) -> Any:
    await has_practitioner(world)
    return await books(world.coordinator, await has_patient(world))


async def test_a_visit_is_moved_and_keeps_its_identity(world: World) -> None:
    call = await has_call(world)
    someone, visit = await at_visit(world, call)
    assert "Ana Rivera When10:00 AM – 10:15 AM (Pacific Standard Time)" in visit.text
    times = await someone.follows(visit, "Choose another time")
    look = await someone.follows(await on(someone, times, "Tue, November 24"), "9:00 AM")
    assert "AppointmentFree call, Tue, November 24, 10:00 AM" in look.text
    moved = await someone.presses(look, "Move it")
    assert "It was moved." in moved.text
    assert "It was moved." in (await someone.presses(look, "Move it")).text
    assert ok(await world.coordinator.get(f"/v1/appointments/{call['id']}"))["version"] == 2


async def test_why_it_cannot_be_moved_there_is_said(world: World) -> None:
    someone, visit = await at_visit(world, await has_call(world))
    times = await someone.follows(visit, "Choose another time")
    look = await someone.presses(times, "Look at this time", at="2026-11-28T10:00")
    assert "Free call: it cannot be moved there" in look.text
    assert "Nobody who can give this visit" in look.text
    assert not any("Move it" in form.buttons for form in look.forms)


async def test_whoever_is_second_is_told_and_sees_it_as_it_is_now(world: World) -> None:
    call = await has_call(world)
    someone, visit = await at_visit(world, call)
    times = await someone.follows(visit, "Choose another time")
    look = await someone.follows(await on(someone, times, "Tue, November 24"), "9:00 AM")
    await acts(world.coordinator, call, "reschedule", starts_at=local(25, 11).isoformat())
    refused = await someone.presses(look, "Move it")
    assert refused.status == 412
    assert "Somebody else changed this meanwhile, and nothing was changed by you." in refused.text
    assert "AppointmentFree call, Wed, November 25, 11:00 AM" in refused.text
    assert "It was moved." in (await someone.presses(refused, "Move it")).text


async def test_a_dose_moves_with_its_integration(world: World) -> None:
    _, dose = await news.booked(world)
    someone, visit = await at_visit(world, dose)
    times = await someone.follows(visit, "Choose another time")
    integration = await someone.follows(await on(someone, times, "Thu, November 26"), "9:00 AM")
    assert "It stays as it is: Fri, November 27, 1:00 PM" in integration.links
    look = await someone.follows(await on(someone, integration, "Fri, November 27"), "2:00 PM")
    assert "It was moved." in (await someone.presses(look, "Move it")).text
    after = [(await reads(world, each))["starts_at"] for each in (dose, dose["integration"])]
    assert after == ["2026-11-26T17:00:00Z", "2026-11-27T22:00:00Z"]


async def test_for_whose_sake_it_is_called_off_is_asked_and_nothing_is_chosen_beforehand(world: World) -> None:
    call = await has_call(world)
    someone, visit = await at_visit(world, call)
    ask = await someone.follows(visit, "Call it off")
    assert "The patient wishes so. The rules on late cancellations apply." in ask.text
    unsaid = await someone.presses(ask, "Call it off")
    assert (unsaid.status, "Please fill this in." in unsaid.text) == (422, True)
    off = await someone.presses(unsaid, "Call it off", reason="provider_unavailable")
    assert "Called off by the clinic" in off.text
    assert (await reads(world, call))["cancellation"]["by"] == "clinic"
    refused = await someone.presses(ask, "Call it off", reason="other", key="another")
    assert (refused.status, "Somebody else changed this meanwhile" in refused.text) == (412, True)


async def test_how_a_call_ended_is_said_once_it_has_begun_and_nothing_is_chosen_beforehand(world: World) -> None:
    call = await has_call(world)
    world.clock.now = TOMORROW_AT_TEN - timedelta(minutes=5)
    someone, visit = await at_visit(world, call)
    here = await someone.presses(visit, "Is on the line")
    assert ("Noted: the patient is there." in here.text, "How did it end?" in here.text) == (True, False)
    world.clock.now = TOMORROW_AT_TEN + timedelta(minutes=12)
    someone, board = await logs_in(world, to="/pages/day")
    visit = await someone.follows(board, "How did it end?")
    assert visit.form("It has ended so").fields.get("disposition") is None
    assert "It is complete." not in visit.text, "a call ends otherwise than an evaluation"

    asked = await someone.presses(visit, "It has ended so")
    assert (asked.status, "Please look at these again" in asked.text) == (422, True)
    ended = await someone.presses(asked, "It has ended so", disposition="proceed")

    assert "Noted how it ended." in ended.text
    assert "How it endedThey want to go on." in ended.text
    assert ok(await world.coordinator.get(f"/v1/appointments/{call['id']}"))["disposition"] == "proceed"
    again = await someone.presses(visit, "It has ended so", disposition="think_it_over")
    assert "Below is how it stands now." in again.text
    assert ok(await world.coordinator.get(f"/v1/appointments/{call['id']}"))["disposition"] == "proceed"


async def test_a_treatment_visit_is_ended_by_its_session_alone(world: World) -> None:
    _, dose = await news.booked(world)
    world.clock.now = DOSING_AT
    await acts(world.coordinator, dose, "arrive")
    world.clock.now = DOSING_AT + timedelta(minutes=30)
    _, page = await at_visit(world, dose)
    assert "Is here" in page.text
    assert "How did it end?" not in page.text


async def test_it_is_given_to_somebody_else_and_for_another_therapist_the_patient_is_asked(world: World) -> None:
    _, dose = await news.booked(world)
    await has_practitioner(world, "lou", "therapist")
    someone, visit = await at_visit(world, dose)
    assert '<option value="lou">' in visit.html
    assert not any(f'<option value="{each}">' in visit.html for each in ("kim", "joy", "dr-lee")), "they give it, all"
    nobody = await someone.presses(visit, "Give it to them")
    assert nobody.status == 422
    unasked = await someone.presses(visit, "Give it to them", provider="lou")
    assert (unasked.status, "That would be another therapist." in unasked.text) == (409, True)
    assert unasked.form("Give it to them").fields["provider"] == "lou"
    given = await someone.presses(unasked, "Give it to them", agreed="1")
    assert "It was given to somebody else, at the same time." in given.text
    assert "lou (Therapist)" in given.text


async def test_what_is_to_be_done_is_done_on_the_list(world: World) -> None:
    call = await has_call(world)
    world.clock.now = TOMORROW_AT_TEN + timedelta(minutes=20)
    someone, tasks = await logs_in(world, to="/pages/desk/tasks")
    assert "The visit has begun without the patient: call them. since Tue, November 24, 10:15 AM" in tasks.text
    done = await someone.presses(tasks, "Is on the line")
    assert "Noted: the patient is there." in done.text
    assert "Nothing is to be done about any visit." in done.text
    assert "Noted: the patient is there." in (await someone.presses(tasks, "Is on the line")).text
    refused = await someone.presses(tasks, "Was not reached", key="another")
    assert refused.status == 412
    assert (await reads(world, call))["status"] == "arrived"


async def test_whoever_sees_to_something_says_so_on_the_list_and_the_second_is_told_who(world: World) -> None:
    call = await somebody_is_late(world)
    someone, seen = await logs_in(world, to="/pages/desk/tasks")
    ok(await sees_to(world, call, role=Role.NURSE))
    refused = await someone.presses(seen, "I see to it")
    assert (refused.status, "Somebody else sees to it already; below is who." in refused.text) == (409, True)
    assert "user-nurse sees to it since Tue, November 24, 10:20 AM; from 11:20 AM on it waits" in refused.text
    assert not any("I see to it" in form.buttons for form in refused.forms)
    assert "Nothing waits that nobody sees to." in (await someone.follows(refused, "Nobody's")).text
    world.clock.advance(timedelta(hours=1))
    free = await someone.opens("/pages/desk/tasks?whose=nobodys")
    assert "Nobody sees to it yet." in free.text
    taken = await someone.presses(free, "I see to it")
    assert "Nothing waits that nobody sees to." in taken.text
    mine = await someone.follows(taken, "Mine")
    assert "You see to it since Tue, November 24, 11:20 AM" in mine.text
    unsaid = await someone.presses(mine, "Hand it over")
    assert (unsaid.status, "Please fill this in." in unsaid.text) == (422, True)
    handed = await someone.presses(unsaid, "Hand it over", to="lou")
    assert "It was handed over. " in handed.text
    assert "lou sees to it" in (await someone.follows(handed, "All")).text


async def test_whoever_came_after_all_is_marked_so(world: World) -> None:
    call = await has_call(world)
    world.clock.now = local(25, 0)
    await world.catch_up()
    someone, tasks = await logs_in(world, to="/pages/desk/tasks")
    assert "Say what became of this visit." in tasks.text
    await someone.presses(tasks, "Was not reached")
    visit = await someone.opens(f"/pages/desk/visits/{call['id']}")
    assert "Is on the line" in (await someone.presses(visit, "Was reached after all")).text


async def test_a_visit_on_hold_says_for_what_kind_of_thing_and_cannot_be_marked(world: World) -> None:
    known, dose = await news.booked(world)
    await world.hear(news.alert(known))
    _, visit = await at_visit(world, dose)
    assert "On hold: a clinical decision." in visit.text
    assert not any("Is here" in form.buttons for form in visit.forms)


async def test_a_call_of_which_nobody_said_how_it_ended_waits_on_the_work_list(world: World) -> None:
    call = await has_call(world)
    world.clock.now = TOMORROW_AT_TEN
    await acts(world.coordinator, call, "arrive")
    someone, tasks = await logs_in(world, to="/pages/desk/tasks")
    assert "say how it ended" not in tasks.text, "its day is not over"
    world.clock.now = TOMORROW_AT_TEN + timedelta(days=1)
    tasks = await someone.opens("/pages/desk/tasks")
    assert "The patient was there: say how it ended." in tasks.text
    assert "+14155550123" in (await someone.follows(tasks, "Their number, and all of their visits")).text
    visit = await someone.follows(tasks, "How did it end?")
    await someone.presses(visit, "It has ended so", disposition="proceed")
    assert "Nothing is to be done about any visit." in (await someone.opens("/pages/desk/tasks")).text
