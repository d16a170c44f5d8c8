"""Nothing of another patient is reached by a patient, whatever else they are."""

from careflow_service.testing.calling import ISSUER
from careflow_service.testing.doors import wrongly_answered_doors
from careflow_service.testing.owning import Theirs, reached_by_strangers
from services.sessions.tests.clinic import consent_body, has_course, ok
from services.sessions.tests.planned import asks
from services.sessions.tests.world import World
from sessions.entrypoints.http.access import ACCESS


async def test_no_stranger_reaches_a_patients_consents_or_plans(world: World) -> None:
    course = await has_course(world)
    of_patient = f"/v1/patients/{course.patient_id}"
    consents = ok(await world.prescriber.get(f"{of_patient}/consents"))["items"]
    task_id = await asks(world, course)
    theirs = {
        "GET /v1/patients/{patient_id}/consents": Theirs(f"{of_patient}/consents"),
        "POST /v1/patients/{patient_id}/consents": Theirs(f"{of_patient}/consents", consent_body()),
        "POST /v1/consents/{consent_id}/withdraw": Theirs(f"/v1/consents/{consents[0]['id']}/withdraw"),
        "GET /v1/patients/{patient_id}/disclosures": Theirs(f"{of_patient}/disclosures"),
        "GET /v1/patients/{patient_id}/plans": Theirs(f"{of_patient}/plans"),
        "GET /v1/patients/{patient_id}/plan-tasks": Theirs(f"{of_patient}/plan-tasks"),
        "POST /v1/plan-tasks/{task_id}/undo": Theirs(f"/v1/plan-tasks/{task_id}/undo"),
        "POST /v1/plan-tasks/{task_id}/end": Theirs(f"/v1/plan-tasks/{task_id}/end", {"outcome": "done"}),
    }
    assert await reached_by_strangers(world, ACCESS, theirs) == []
    assert ok(await world.prescriber.get(f"{of_patient}/consents"))["items"] == consents


async def test_doors_answer_over_http_as_their_rows_say(world: World) -> None:
    assert await wrongly_answered_doors(world.app, world.client, ISSUER) == []
