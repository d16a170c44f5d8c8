"""No query of booking passes over what it does not answer: the ten-thousandth visit costs what the first does.

What has no index fails every test; here is asked what no other asks.
"""

from booking.application.queries.list_tasks import Whose
from services.booking.tests import news
from services.booking.tests.builders import local
from services.booking.tests.clinic import acts, ok
from services.booking.tests.integration.test_desk import changed
from services.booking.tests.treatment import deadlines_fire
from services.booking.tests.world import World


async def test_every_query_has_its_index(world: World) -> None:
    known, dose = await news.booked(world)
    ana = known["patient_id"]
    waits = {"patient_id": ana, "kind": "review", "modality": "in_person"}
    ok(await world.coordinator.post("/v1/waitlist", waits), 201)
    await acts(world.coordinator, dose, "cancel", reason="patient_request")
    await changed(world, "kim", active=False)
    await deadlines_fire(world)
    span = {"from": local(23, 10).isoformat(), "to": local(20, 0, month=12).isoformat()}
    for whose in Whose:
        ok(await world.coordinator.get("/v1/tasks", whose=whose.value, limit=5))
        ok(await world.coordinator.get("/v1/tasks/patients", whose=whose.value, limit=5))
    for path, asked in (
        ("appointments", {"patient_id": ana}),
        ("appointments", {"day": "2026-11-25"}),
        ("appointments/unfit", span),
        ("waitlist", {}),
        ("waitlist", {"patient_id": ana}),
        ("record-requests", {}),
        ("record-shares", {}),
        ("patients/look-alikes", {}),
        (f"patients/{ana}/messages", {}),
        (f"patients/{ana}/disclosures", {}),
    ):
        ok(await world.coordinator.get(f"/v1/{path}", **asked))
    await world.catch_up()
