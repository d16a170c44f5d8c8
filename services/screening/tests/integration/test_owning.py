"""Nothing of another patient is reached by a patient, whatever else they are."""

from careflow_service.testing.calling import ISSUER
from careflow_service.testing.doors import wrongly_answered_doors
from careflow_service.testing.owning import Theirs, reached_by_strangers
from screening.entrypoints.http.access import ACCESS
from services.screening.tests.clinic import answers, has_case, ok, reads, request_of
from services.screening.tests.consenting import consents
from services.screening.tests.world import World


async def test_no_stranger_reaches_a_patients_case_or_alert(world: World) -> None:
    case = await has_case(world)
    alert = ok(await answers(world, case, "phq-9", {"9": "3"}))["alert_id"]
    asked = request_of(await reads(world, case), "gad-7")["request_id"]
    consent = await consents(world, case)
    of_case = f"/v1/cases/{case['id']}"
    theirs = {
        "GET /v1/patients/{patient_id}/cases": Theirs(f"/v1/patients/{case['patient_id']}/cases"),
        "GET /v1/patients/{patient_id}/disclosures": Theirs(f"/v1/patients/{case['patient_id']}/disclosures"),
        "GET /v1/patients/{patient_id}/consents": Theirs(f"/v1/patients/{case['patient_id']}/consents"),
        "POST /v1/consents/{consent_id}/revoke": Theirs(f"/v1/consents/{consent}/revoke", {}),
        "GET /v1/outcomes/{patient_id}": Theirs(f"/v1/outcomes/{case['patient_id']}"),
        "GET /v1/cases/{case_id}": Theirs(of_case),
        "POST /v1/cases/{case_id}/responses": Theirs(
            f"{of_case}/responses", {"request_id": asked, "definition_version": 1, "answers": {"1": "0"}}
        ),
        "POST /v1/cases/{case_id}/submit": Theirs(
            f"{of_case}/submit", {"history_complete": True, "medications_complete": True}
        ),
        "POST /v1/cases/{case_id}/facts": Theirs(f"{of_case}/facts", {"condition": "psychosis", "status": "history"}),
        "POST /v1/cases/{case_id}/history": Theirs(
            f"{of_case}/history", {"facts": [{"condition": "psychosis", "status": "history"}]}
        ),
        "POST /v1/cases/{case_id}/medications": Theirs(f"{of_case}/medications", {"name": "Sertraline"}),
        "POST /v1/cases/{case_id}/medications/{medication_id}/stop": Theirs(
            f"{of_case}/medications/{case['id']}/stop", {"last_taken_on": "2026-11-23"}
        ),
        "POST /v1/alerts/{alert_id}/whereabouts": Theirs(
            f"/v1/alerts/{alert}/whereabouts", {"location": "home", "callback_number": "+14155550123"}
        ),
    }
    before = await reads(world, case)
    assert await reached_by_strangers(world, ACCESS, theirs) == []
    assert await reads(world, case) == before


async def test_doors_answer_over_http_as_their_rows_say(world: World) -> None:
    assert await wrongly_answered_doors(world.app, world.client, ISSUER) == []
