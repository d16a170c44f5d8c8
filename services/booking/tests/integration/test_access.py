"""Nothing of another patient is reached by a patient, whatever else they are."""

from booking.entrypoints.http.access import ACCESS
from careflow_service.testing.calling import ISSUER
from careflow_service.testing.doors import wrongly_answered_doors
from careflow_service.testing.owning import Theirs, reached_by_strangers
from services.booking.tests.clinic import TOMORROW_AT_TEN, details, ok, visit
from services.booking.tests.treatment import in_treatment, prepares
from services.booking.tests.world import World


async def test_no_stranger_reaches_a_patients_visits_or_path(world: World) -> None:
    ana, plan = await in_treatment(world)
    booked = await prepares(world, ana)
    of_visit = f"/v1/appointments/{booked['id']}"
    at = {"starts_at": TOMORROW_AT_TEN.isoformat(), "modality": "in_person"}
    series = {"plan_id": plan, "pattern": {"dosing": at, "integration": at, "pairs": 1}}
    wish = {"patient_id": ana, "kind": "info_call", "modality": "phone"}
    entry = ok(await world.coordinator.post("/v1/waitlist", wish), 201)
    asked = {"requester": {"by": "patient"}, "access": "copy", "form": "paper", "parts": [{"part": "ordinary"}]}
    request = ok(await world.coordinator.post(f"/v1/patients/{ana}/record-requests", asked), 201)
    theirs = {
        "GET /v1/patients/{patient_id}": Theirs(f"/v1/patients/{ana}"),
        "PUT /v1/patients/{patient_id}": Theirs(f"/v1/patients/{ana}", details(), version=1),
        "GET /v1/patients/{patient_id}/messages": Theirs(f"/v1/patients/{ana}/messages"),
        "GET /v1/patients/{patient_id}/contact-consents": Theirs(f"/v1/patients/{ana}/contact-consents"),
        "POST /v1/patients/{patient_id}/contact-consents": Theirs(
            f"/v1/patients/{ana}/contact-consents", {"channel": "email", "given": False}
        ),
        "POST /v1/patients/{patient_id}/erasure": Theirs(f"/v1/patients/{ana}/erasure", {"grounds": "patient_asked"}),
        "GET /v1/patients/{patient_id}/erasure": Theirs(f"/v1/patients/{ana}/erasure"),
        "POST /v1/patients/{patient_id}/erasure/withdraw": Theirs(f"/v1/patients/{ana}/erasure/withdraw", version=1),
        "POST /v1/patients/{patient_id}/record-requests": Theirs(f"/v1/patients/{ana}/record-requests", asked),
        "GET /v1/patients/{patient_id}/record-requests": Theirs(f"/v1/patients/{ana}/record-requests"),
        "GET /v1/patients/{patient_id}/disclosures": Theirs(f"/v1/patients/{ana}/disclosures"),
        "GET /v1/record-requests/{request_id}": Theirs(f"/v1/record-requests/{request['id']}"),
        "POST /v1/record-requests/{request_id}/withdraw": Theirs(
            f"/v1/record-requests/{request['id']}/withdraw", version=1
        ),
        "GET /v1/care-paths/{patient_id}": Theirs(f"/v1/care-paths/{ana}"),
        "GET /v1/availability": Theirs(
            f"/v1/availability?patient_id={ana}&kind=info_call&modality=phone"
            "&from=2026-11-24T00:00:00Z&to=2026-11-25T00:00:00Z"
        ),
        "POST /v1/appointments/holds": Theirs("/v1/appointments/holds", visit(ana)),
        "POST /v1/appointments": Theirs("/v1/appointments", visit(ana)),
        "POST /v1/appointments/series": Theirs("/v1/appointments/series", series),
        "GET /v1/appointments": Theirs(f"/v1/appointments?patient_id={ana}"),
        "GET /v1/appointments/{appointment_id}": Theirs(of_visit),
        "POST /v1/appointments/{appointment_id}/book": Theirs(f"{of_visit}/book", version=1),
        "POST /v1/appointments/{appointment_id}/release": Theirs(f"{of_visit}/release", version=1),
        "POST /v1/appointments/{appointment_id}/reschedule": Theirs(f"{of_visit}/reschedule", at, version=1),
        "POST /v1/appointments/{appointment_id}/cancel": Theirs(f"{of_visit}/cancel", {}, version=1),
        "GET /v1/appointments/{appointment_id}/invitation": Theirs(f"{of_visit}/invitation"),
        "POST /v1/waitlist": Theirs("/v1/waitlist", {**wish, "kind": "evaluation", "modality": "in_person"}),
        "GET /v1/waitlist": Theirs(f"/v1/waitlist?patient_id={ana}"),
        "POST /v1/waitlist/{entry_id}/leave": Theirs(f"/v1/waitlist/{entry['id']}/leave", version=1),
    }
    assert await reached_by_strangers(world, ACCESS, theirs) == []


async def test_doors_answer_over_http_as_their_rows_say(world: World) -> None:
    assert await wrongly_answered_doors(world.app, world.client, ISSUER) == []
