"""A patient sees in a browser what their plan asks of them and ticks it off, by a link and their birth date."""

from datetime import datetime, timedelta

import pytest

from careflow_events.contracts import PatientErased, PatientErasureRequested
from careflow_service.identity import Role
from careflow_service.ids import new_id
from careflow_service.pages.words import words_of
from careflow_service.testing.visiting import Page, Visitor
from services.sessions.tests.bedside import logs_in
from services.sessions.tests.clinic import Course, has_course, ok, refusal, signs_the_packet
from services.sessions.tests.news import renamed
from services.sessions.tests.planned import asks, link_of, results, settles, task_of
from services.sessions.tests.world import World
from sessions.domain.plan_task_terms import TaskKind, TaskOutcome
from sessions.entrypoints.pages import my_tasks

MINE = "/pages/to-do"
RIGHT = {"birth_date_month": "4", "birth_date_day": "2", "birth_date_year": "1988"}
WRONG = {**RIGHT, "birth_date_year": "1989"}


async def comes_in(world: World, course: Course) -> tuple[Visitor, Page]:
    world.client.cookies.clear()
    someone = Visitor(world.client)
    asked = await someone.opens(await link_of(world, course.patient_id))
    return someone, await someone.presses(asked, "Continue", **RIGHT)


async def test_a_patient_ticks_off_what_is_done_and_staff_see_who_did(world: World) -> None:
    course = await has_course(world)
    await asks(world, course, text="Ten minutes of breathing, each morning", days=1)
    walk = await asks(world, course, kind="lifestyle", text="A walk a day", days=3)
    someone, page = await comes_in(world, course)
    assert (page.status, page.h1) == (200, "What you are asked to do")
    assert page.text.index("Ten minutes of breathing") < page.text.index("A walk a day"), "the soonest first"
    done = await someone.presses(page, "I have done this")
    assert "Thank you, we have noted it." in done.text
    assert "Done, November 23, 2026 as you told us" in done.text
    again = await someone.presses(page, "I have done this")
    assert again.text == done.text, "a second click"
    form = page.form("I have done this")
    form.fields["key"] = new_id()
    late = await someone.presses(page, "I have done this")
    assert (late.status, "That is off your list already." in late.text) == (409, True)
    assert (await task_of(world, course, walk))["end"] is None
    _, plan = await logs_in(world, Role.NURSE, to=f"/pages/plans/{course.patient_id}")
    assert "Mindfulness: done" in plan.text
    assert "the patient, Mon, November 23" in plan.text
    assert "They last came in" in plan.text


async def test_a_tick_is_undone_until_somebody_has_gone_on_with_it(world: World) -> None:
    course = await has_course(world)
    diary = await asks(world, course, text="A diary of sleep")
    labs = await asks(world, course, by=world.prescriber, kind="labs", text="Thyroid", days=2)
    due = (await task_of(world, course, labs))["due_by"]
    someone, page = await comes_in(world, course)
    done = await someone.presses(page, "I have done this")
    back = await someone.presses(done, "I have not done this after all")
    assert "It is on your list again." in back.text
    again = await someone.presses(done, "I have not done this after all")
    assert again.text == back.text, "a second click"
    assert (await task_of(world, course, diary))["step"] == "to_do"
    sampled = await someone.presses(back, "My sample was taken")
    await someone.presses(sampled, "I have not done this after all")
    task = await task_of(world, course, labs)
    assert (task["step"], task["collected"], task["due_by"]) == ("to_do", None, due)
    sampled = await someone.presses(await someone.opens(MINE), "My sample was taken")
    ok(await results(world, labs, abnormal=False), 201)
    late = await someone.presses(sampled, "I have not done this after all")
    assert (late.status, "This cannot be taken back here any more." in late.text) == (409, True)
    ok(await settles(world, diary, "done", by=world.nurse))
    assert "I have not done this after all" not in (await someone.opens(MINE)).text


async def test_nothing_to_do_and_what_is_late_are_said(world: World) -> None:
    course = await has_course(world)
    await signs_the_packet(world, course.patient_id)
    someone, page = await comes_in(world, course)
    assert "There is nothing for you to do at the moment." in page.text
    await asks(world, course, days=1)
    await world.travel(timedelta(minutes=5))
    assert "By the end of November 24, 2026" in (await someone.opens(MINE)).text
    await world.travel(timedelta(days=3))
    _, page = await comes_in(world, course)
    assert "It was to be done by the end of November 24, 2026." in page.text


async def test_a_sample_is_ticked_off_and_no_result_nor_note_of_the_clinic_is_shown(world: World) -> None:
    course = await has_course(world)
    labs = await asks(world, course, by=world.prescriber, kind="labs", text="Thyroid, in the morning")
    other = await asks(world, course, text="A diary of sleep")
    await asks(world, course, kind="taper", text="Half a tablet")
    someone, page = await comes_in(world, course)
    assert "Half a tablet" not in page.text, "no prescriber has signed it"
    sampled = await someone.presses(page, "My sample was taken")
    assert "Your sample was taken. We tell you ourselves what came of it." in sampled.text
    assert (await task_of(world, course, labs))["collected"]["by"] is None
    ok(await results(world, labs, abnormal=True), 201)
    ok(await settles(world, other, "called_off", by=world.nurse, note="seems overwhelmed"))
    page = await someone.opens(MINE)
    assert "No longer needed" in page.text
    for secret in ("TSH", "Abnormal", "overwhelmed"):
        assert secret not in page.text


async def test_of_what_is_over_the_latest_is_shown_and_that_there_is_more_is_said(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(my_tasks, "SHOWN", 1)
    course = await has_course(world)
    for days, text in ((1, "A diary of sleep"), (2, "A walk a day")):
        ok(await settles(world, await asks(world, course, text=text, days=days), "done", by=world.nurse))
    _, page = await comes_in(world, course)
    assert ("A walk a day" in page.text, "A diary of sleep" in page.text) == (True, False)
    assert "What was before that is in your record" in page.text


async def test_staff_make_the_link_on_the_plans_page(world: World) -> None:
    course = await has_course(world)
    path = f"/pages/plans/{course.patient_id}"
    therapist, page = await logs_in(world, Role.THERAPIST, to=path)
    made = await therapist.presses(page, "Make a link for the patient")
    assert "The link is made." in made.text
    (address,) = {word for word in made.text.split() if f"{MINE}/" in word}
    world.client.cookies.clear()
    someone = Visitor(world.client)
    page = await someone.presses(await someone.opens(address[address.index(MINE) :]), "Continue", **RIGHT)
    assert page.h1 == "What you are asked to do"
    await world.travel(timedelta(days=91))
    _, later = await logs_in(world, Role.THERAPIST, to=path)
    assert MINE not in later.text


async def test_who_has_the_link_alone_learns_nothing_and_is_out_after_five_wrong_dates(world: World) -> None:
    course = await has_course(world)
    await asks(world, course, text="A diary of sleep")
    link, someone = await link_of(world, course.patient_id), Visitor(world.client)
    asked = await someone.opens(link)
    for _ in range(5):
        asked = await someone.presses(asked, "Continue", **WRONG)
        assert (asked.status, "diary" in asked.text) == (422, False)
    assert (await someone.presses(asked, "Continue", **RIGHT)).status == 404
    assert (await someone.opens(MINE)).status == 401


async def test_a_link_ends_a_sitting_ends_and_a_corrected_birth_date_counts(world: World) -> None:
    course = await has_course(world)
    link, someone = await link_of(world, course.patient_id), Visitor(world.client)
    await world.hear(renamed(course.patient_id, datetime(1989, 4, 2), "Rivera"))  # noqa: DTZ001 - a birth date
    assert (await someone.presses(await someone.opens(link), "Continue", **WRONG)).status == 200
    world.clock.advance(timedelta(minutes=15))
    assert (await someone.opens(MINE)).status == 401
    world.clock.advance(timedelta(days=90))
    assert (await someone.opens(link)).status == 404
    assert (await someone.opens(f"{MINE}/nothing.0000")).status == 404


async def test_who_may_make_a_link_and_for_whom(world: World) -> None:
    course = await has_course(world)
    path = f"/v1/patients/{course.patient_id}/plan-links"
    for caller in (world.patient(course.patient_id), world.calling(Role.BILLER), world.calling(Role.COORDINATOR)):
        assert refusal(await caller.post(path)) == (403, "forbidden")
    assert refusal(await world.nurse.post(f"/v1/patients/{new_id()}/plan-links")) == (404, "patient_not_found")
    made = ok(await world.nurse.post(path), 201)
    assert (made["path"].startswith(f"{MINE}/"), made["link"]) == (True, None), "nobody has said where we are found"


async def test_nothing_of_anybody_else_is_there_or_can_be_ticked_off(world: World) -> None:
    hers, his = await has_course(world), await has_course(world)
    task_id = await asks(world, hers, text="A diary of sleep")
    _, page = await comes_in(world, his)
    assert "diary" not in page.text
    tried = await world.client.post(f"{MINE}/tasks/{task_id}/done", data={"key": new_id()})
    assert tried.status_code == 404
    assert (await task_of(world, hers, task_id))["end"] is None


async def test_what_was_read_and_ticked_off_is_on_record_as_the_patients(world: World) -> None:
    course = await has_course(world)
    await asks(world, course)
    someone, page = await comes_in(world, course)
    await someone.presses(page, "I have done this")
    entries = await world.store.database["_audit"].find({}).to_list()
    seen = {word for each in entries if each["actor"].startswith("link:") for word in each["action"].split()}
    assert {"read_plan_task", "settle_plan_task"} <= seen
    assert {"issue_plan_link", "open_plan_link"} <= {each["action"] for each in entries}


async def test_in_spanish_to_whom_reads_it(world: World) -> None:
    course = await has_course(world)
    await asks(world, course)
    link, someone = await link_of(world, course.patient_id), Visitor(world.client, "es-MX")
    page = await someone.presses(await someone.opens(link), "Continuar", **RIGHT)
    assert (page.h1, "Atención plena" in page.text) == ("Lo que le pedimos que haga", True)
    assert "Gracias, lo hemos anotado." in (await someone.presses(page, "Ya lo hice")).text


@pytest.mark.parametrize("language", ["en", "es"])
def test_there_is_a_word_for_every_kind_and_end(language: str) -> None:
    words = words_of("careflow_service.pages", "sessions.entrypoints.pages")[language].groups
    assert words["my_task_kinds"].keys() == {each.value for each in TaskKind}
    assert words["my_task_ends"].keys() == {each.value for each in TaskOutcome}


async def test_who_is_erased_meanwhile_is_nobody_we_know(world: World) -> None:
    course = await has_course(world)
    someone, _ = await comes_in(world, course)
    erasure, now = new_id(), world.clock()
    await world.hear(PatientErasureRequested(patient_id=course.patient_id, erasure_id=erasure, requested_at=now))
    await world.hear(PatientErased(patient_id=course.patient_id, erasure_id=erasure, erased_at=now))
    await world.catch_up()
    assert (await someone.opens(MINE)).status == 401
    assert await world.store.database["plan_links"].count_documents({}) == 0
