"""Who may do what: every route for every role, and nothing of another patient."""

import itertools

import pytest

from careflow_service.identity import NEVER_GRANTED, Role
from careflow_service.ids import new_id
from screening.entrypoints.http.access import ACCESS
from services.screening.tests.builders import c_ssrs
from services.screening.tests.clinic import answers, cleared, has_case, ok, refusal, request_of
from services.screening.tests.world import World

ROLES = sorted(set(Role) - NEVER_GRANTED)
READ_EVENTS_ALONE = {Role.EVENTS_OPERATIONAL, Role.EVENTS_SAFETY, Role.EVENTS_FINANCIAL}
NEVER = {Role.BILLER, Role.AUDITOR, Role.OPERATOR, Role.PRIVACY_OFFICER, Role.WALL_SCREEN} | READ_EVENTS_ALONE


@pytest.mark.parametrize("role", ROLES)
async def test_each_role_passes_only_its_own_doors(world: World, role: Role) -> None:
    """A refused role is told `forbidden`; an admitted one gets past the door, whatever the use case then says."""
    caller = world.calling(role, patient_id=new_id() if role is Role.PATIENT else None)
    for row, rule in ACCESS.items():
        if " /pages/" in row:
            continue  # no token opens a page
        method, template = row.split()
        path = "/".join(new_id() if part.startswith("{") else part for part in template.split("/"))
        call = {"GET": caller.get, "POST": caller.post, "PUT": caller.put}[method]
        response = await (call(path) if method == "GET" else call(path, {}))  # type: ignore[operator]  # by its method
        at_the_door = response.status_code == 403 and response.json()["code"] == "forbidden"
        if row.startswith("POST") or rule.own is None:  # what is a patient's own by the path is tried elsewhere
            assert at_the_door == (role not in rule.open_to), row


def test_no_door_is_open_to_those_who_must_not_see_clinical_content() -> None:
    assert not any(NEVER & rule.roles for rule in ACCESS.values())
    public = {row.partition(" ")[2] for row, rule in ACCESS.items() if rule.public}
    assert public == {"/pages/questions/{token}"}, "which asks who one is"


async def test_without_a_token_nothing_opens(world: World) -> None:
    response = await world.client.get("/v1/alerts")
    assert refusal(response) == (401, "unauthenticated")


async def test_another_patients_case_does_not_exist(world: World) -> None:
    case = await has_case(world)
    stranger = world.patient(new_id())
    path = f"/v1/cases/{case['id']}"
    assert refusal(await stranger.get(path)) == (404, "case_not_found")
    assert refusal(await answers(world, case, "phq-9", {"9": "3"}, by=stranger)) == (404, "case_not_found")
    statement = {"history_complete": True, "medications_complete": True}
    assert refusal(await stranger.post(f"{path}/submit", statement)) == (404, "case_not_found")
    assert refusal(await stranger.post(f"{path}/medications", {"name": "x"})) == (404, "case_not_found")
    fact = {"condition": "psychosis", "status": "history"}
    assert refusal(await stranger.post(f"{path}/facts", fact)) == (404, "case_not_found")
    assert refusal(await stranger.get(f"/v1/patients/{case['patient_id']}/cases")) == (403, "forbidden")
    assert await world.alarmed(case["patient_id"]) == []


async def test_another_patients_alert_does_not_exist(world: World) -> None:
    case = await has_case(world)
    alert = ok(await answers(world, case, "phq-9", {"9": "3"}))["alert_id"]
    where = {"location": "elsewhere", "callback_number": "0"}
    stranger = world.patient(new_id())
    assert refusal(await stranger.post(f"/v1/alerts/{alert}/whereabouts", where)) == (404, "alert_not_found")


async def test_a_patient_reads_their_own_case_and_a_coordinator_only_how_far_it_is(world: World) -> None:
    case = await has_case(world)
    ok(await answers(world, case, "c-ssrs-screener", c_ssrs("1"), complete=True))
    path = f"/v1/cases/{case['id']}"
    own = ok(await world.patient(case["patient_id"]).get(path))
    assert request_of(own, "c-ssrs-screener")["answers"]["1"] == "yes"
    outline = ok(await world.calling(Role.COORDINATOR).get(path))
    assert outline["clinical"] is None
    assert "c-ssrs" not in str(outline)


async def test_a_patient_signs_nothing(world: World) -> None:
    case, _ = await cleared(world)
    body = {"name": "tramadol", "signed": "I am sure"}
    path = f"/v1/cases/{case['id']}/medications"
    assert refusal(await world.patient(case["patient_id"]).post(path, body)) == (403, "prescriber_signs")


async def test_reading_clinical_content_leaves_an_audit_entry(world: World) -> None:
    case, clearance_id = await cleared(world)
    for path in (f"/v1/cases/{case['id']}", f"/v1/cases/{case['id']}/findings", f"/v1/clearances/{clearance_id}"):
        before = await world.store.database["_audit"].count_documents({"outcome": "read"})
        ok(await world.nurse.get(path))
        assert await world.store.database["_audit"].count_documents({"outcome": "read"}) == before + 1


@pytest.mark.parametrize("role", sorted(set(ROLES) - {Role.PATIENT}))
def test_every_role_that_reads_a_case_is_of_the_care_team(role: Role) -> None:
    reads = [row for row, rule in ACCESS.items() if row.startswith("GET") and role in rule.roles]
    assert bool(reads) == (role not in NEVER | {Role.WELLNESS}), list(itertools.islice(reads, 3))
