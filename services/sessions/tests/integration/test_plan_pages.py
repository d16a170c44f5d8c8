"""The plan in a browser: what it asks for beside the sessions, what waits of it, and the paper to take home."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from careflow_service.identity import Role
from careflow_service.ids import new_id
from careflow_service.pages.words import words_of
from services.sessions.tests.bedside import logs_in
from services.sessions.tests.clinic import has_course, ok
from services.sessions.tests.integration.test_end_of_care import ends
from services.sessions.tests.planned import asks, maintained, results, task_of
from services.sessions.tests.unit.test_bedside_words import refusals
from services.sessions.tests.world import World
from sessions.domain.plan_task_terms import TaskKind, TaskOutcome, TaskStep, TaskWait
from sessions.domain.words import Phase, Route
from sessions.entrypoints.pages.plan_forms import FORMS


async def test_a_therapist_asks_and_a_prescriber_signs(world: World) -> None:
    course = await has_course(world)
    path = f"/pages/plans/{course.patient_id}"
    therapist, page = await logs_in(world, Role.THERAPIST, to=path)
    assert "Get up in the morning and want to" in page.text
    form = await therapist.follows(page, "Ask for something")
    due = (world.clock() + timedelta(days=3)).date().isoformat()
    wrong = await therapist.presses(form, "Ask for something", kind="taper", due_on=due)
    assert wrong.status == 422
    done = await therapist.presses(wrong, "Ask for something", kind="taper", text="Half a tablet", due_on=due)
    assert "It is asked for." in done.text
    assert "Step of a taper: waits for a prescriber's signature" in done.text

    prescriber, waiting = await logs_in(world, Role.PRESCRIBER, to="/pages/plans")
    seen = await prescriber.follows(waiting, "Step of a taper: waits for a prescriber's signature")
    signed = await prescriber.presses(seen, "Sign")
    assert "It is signed. The patient is asked for it now." in signed.text
    assert "Nothing waits" in (await prescriber.opens("/pages/plans")).text


async def test_a_result_is_entered_and_read_and_a_second_reading_is_told(world: World) -> None:
    course = await has_course(world)
    task_id = await asks(world, course, by=world.prescriber, kind="labs", text="Thyroid")
    ok(await results(world, task_id, abnormal=True), 201)
    prescriber, page = await logs_in(world, Role.PRESCRIBER, to=f"/pages/plans/{course.patient_id}")
    form = await prescriber.follows(page, "Read the result")
    assert "Abnormal. TSH 6.1 mIU/L" in form.text
    read = await prescriber.presses(form, "Read the result", conclusion="again in six weeks")
    assert "again in six weeks" in read.text
    again = await prescriber.presses(form, "Read the result", conclusion="again in six weeks")
    assert again.status in {200, 412}
    assert (await task_of(world, course, task_id))["end"]["outcome"] == "done"


async def test_that_a_maintenance_ends_is_told_weeks_before_and_is_over_with_its_plan(world: World) -> None:
    course = await maintained(world)
    last_day = date.fromisoformat(ok(await world.prescriber.get(f"/v1/plans/{course.plan_id}"))["expected_end"])
    due = datetime.combine(last_day, time.min, UTC) - timedelta(days=28)
    await world.travel(due - world.clock() - timedelta(minutes=1))
    assert ok(await world.prescriber.get("/v1/plans-ending"))["items"] == []
    await world.travel(timedelta(minutes=2))
    assert (await world.said_types(course.patient_id)).count("PlanEnding") == 1
    (ending,) = ok(await world.prescriber.get("/v1/plans-ending"))["items"]
    assert ending["id"] == course.plan_id
    prescriber, page = await logs_in(world, Role.PRESCRIBER, to="/pages/plans")
    assert "Maintenance that ends" in page.text
    seen = await prescriber.follows(page, f"Ends on {last_day:%B} {last_day.day}, {last_day.year}")
    assert "Paper to take home" in seen.text

    live = ok(await world.prescriber.get(f"/v1/plans/{course.plan_id}"))
    ended = await world.prescriber.post(
        f"/v1/plans/{course.plan_id}/complete", {"reason": "course_ended"}, version=live["version"]
    )
    ok(ended)
    assert ok(await world.prescriber.get("/v1/plans-ending"))["items"] == []
    assert "Maintenance that ends" not in (await prescriber.opens("/pages/plans")).text


async def test_the_paper_to_take_home_is_in_both_languages_and_shows_what_is_asked(world: World) -> None:
    course = await has_course(world)
    await asks(world, course)
    await asks(world, course, kind="taper", text="not signed by anybody")
    someone, _ = await logs_in(world, Role.NURSE, to=f"/pages/plans/{course.patient_id}")
    path = f"/pages/plans/{course.patient_id}/summary"
    english = await someone.opens(f"{path}?lang=en")
    for said in (
        "Your treatment plan",
        "Ana Rivera",
        "Get up in the morning and want to",
        "Ketamine is given into a vein, slowly.",
        "titrates well",
        "Ten minutes of breathing, each morning by the end of ",
        "no response after six sessions",
        "PHQ-9 below 5 for four weeks",
        "988",
    ):
        assert said in english.text, (said, english.text)
    assert "not signed by anybody" not in english.text
    spanish = await someone.opens(f"{path}?lang=es")
    assert "Su plan de tratamiento" in spanish.text
    assert "antes del fin del " in spanish.text


async def test_without_a_signed_plan_there_is_no_paper(world: World) -> None:
    course = await has_course(world)
    await ends(world, course)
    someone, page = await logs_in(world, Role.NURSE, to=f"/pages/plans/{course.patient_id}")
    assert "Ask for something" not in page.text
    for patient_id in (course.patient_id, new_id()):
        assert (await someone.opens(f"/pages/plans/{patient_id}/summary")).status == 404


async def test_a_form_about_somebody_elses_task_is_not_found(world: World) -> None:
    course, other = await has_course(world), await has_course(world)
    task_id = await asks(world, other)
    someone, _ = await logs_in(world, Role.NURSE, to=f"/pages/plans/{course.patient_id}")
    assert (await someone.opens(f"/pages/plans/{course.patient_id}/end?of={task_id}")).status == 404


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_code_has_its_words(language: str) -> None:
    words = words_of("careflow_service.pages", "sessions.entrypoints.pages")[language].groups
    assert set(words["task_kinds"]) == set(TaskKind)
    assert set(words["task_waits"]) == set(TaskWait)
    assert set(words["task_steps"]) == set(TaskStep)
    assert set(words["task_outcomes"]) == set(TaskOutcome)
    assert set(words["plan_forms"]) == set(words["plan_done"]) == {form.name for form in FORMS}
    assert {f"route_{each}" for each in Route} | {f"phase_{each}" for each in Phase} <= set(words["plan_summary"])
    fields = {field.named for form in FORMS for field in form.fields}
    assert fields <= set(words["asked"])
    met = refusals()
    assert met["plan_tasks"] | met["make_plan_task"] | met["plan_links"] | met["send_plan_link"] == set(
        words["plan_refusals"]
    )
