"""A patient's page as sessions shows it: the plan, what was given, what is due and what is not settled."""

from careflow_service.identity import Role
from careflow_service.ids import new_id
from careflow_service.pages.words import words_of
from services.sessions.tests.bedside import logs_in
from services.sessions.tests.clinic import goes_home, has_course, ok, ready_for_dose, receives_dose
from services.sessions.tests.world import World
from sessions.domain.care import OpenMatter
from sessions.domain.consents import ConsentCategory
from sessions.domain.plans import PlanState
from sessions.domain.stops import StopKind


async def test_the_plan_the_doses_and_what_is_due_are_one_read(world: World) -> None:
    course = await has_course(world)
    session_id = await ready_for_dose(world, course)
    await receives_dose(world, session_id)
    await goes_home(world, session_id)
    harm = {"session_id": session_id, "description": "Vomited twice.", "grade": 3, "serious": False, "expected": True}
    body = {**harm, "related": True, "started_at": world.clock().isoformat(), "patient_id": course.patient_id}
    ok(await world.nurse.post("/v1/adverse-events", body), 201)
    someone, _ = await logs_in(world, Role.NURSE)
    before = len(await world.audited())

    page = await someone.opens(f"/pages/patients/{course.patient_id}")

    for said in (
        "Ana Rivera · Born April 2, 1988",
        "The integration of a dose is due. by ",
        "An adverse event waits for its review; no dose until then.",
        "Induction · active · 1 of 6 doses given",
        "November 23, 2026 40 mg",
        "Adverse event, grade 3: Vomited twice.",
        "Treatment signed ",
    ):
        assert said in page.text, (said, page.text)
    (entry,) = (await world.audited())[before:]
    assert (entry["action"], entry["touched"][0]) == ("read_patient_page", f"patients/{course.patient_id}")
    assert (await someone.follows(page, "November 23, 2026")).h1 == "Ana Rivera"


async def test_of_whom_nothing_is_known_yet_it_says_so(world: World) -> None:
    _, page = await logs_in(world, Role.THERAPIST, to=f"/pages/patients/{new_id()}")
    for said in ("Not heard of yet", "Nothing is open.", "No plan is signed.", "Nothing was given yet."):
        assert said in page.text, page.text


async def test_in_an_emergency_it_shows_what_was_given_and_what_went_wrong_and_nothing_else(world: World) -> None:
    course = await has_course(world)
    await receives_dose(world, await ready_for_dose(world, course))
    someone, refused = await logs_in(world, Role.WELLNESS, to=f"/pages/patients/{course.patient_id}")
    asked = await someone.follows(refused, "Open this in an emergency")
    page = await someone.presses(asked, "Open it", kind="nobody_in_reach", reason="She vomits and is alone with me.")
    for said in ("Open in an emergency until", "November 23, 2026 40 mg"):
        assert said in page.text, page.text
    assert not [said for said in ("Plan", "Consents", "not settled", "1988") if said in page.text]


async def test_the_coordinator_is_told_that_it_is_not_for_them(world: World) -> None:
    course = await has_course(world)
    _, page = await logs_in(world, Role.COORDINATOR, to=f"/pages/patients/{course.patient_id}")
    assert (page.status, "Ana" in page.text) == (403, False)


def test_there_are_words_for_all_that_can_be_open() -> None:
    for words in words_of("careflow_service.pages", "sessions.entrypoints.pages").values():
        assert set(words.groups["matters"]) == set(OpenMatter)
        assert set(words.groups["stops"]) == set(StopKind)
        assert set(words.groups["plan_states"]) == set(PlanState)
        assert set(words.groups["consent_categories"]) == set(ConsentCategory)
