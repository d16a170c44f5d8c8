"""Whoever is with a patient in an emergency finds out who they are and whom to call, and that is on record."""

from careflow_service.identity import Role
from services.booking.tests.clinic import details, has_patient, ok, refusal
from services.booking.tests.world import World

WHY = {"kind": "medical", "reason": "He collapsed in the waiting room."}
CONTACT = {"name": "Sam Rivera", "phone": "415 555 0188"}


async def test_a_biller_at_the_desk_reads_whom_to_call(world: World) -> None:
    ana = await has_patient(world, **details(emergency_contact=CONTACT))
    biller = world.calling(Role.BILLER)
    assert refusal(await biller.get(f"/v1/patients/{ana}")) == (403, "forbidden")

    opened = ok(await biller.post(f"/v1/patients/{ana}/emergency-accesses", WHY), 201)

    read = ok(await biller.under(opened["id"]).get(f"/v1/patients/{ana}"))
    assert read["details"]["emergency_contact"]["name"] == "Sam Rivera"
    path = await biller.under(opened["id"]).get(f"/v1/care-paths/{ana}")
    assert refusal(path) == (403, "forbidden"), "how their care goes is no row of it"
    audited = await world.store.database["_audit"].find_one({"action": "read_patient", "actor": "user-biller"})
    assert audited is not None
    assert audited["touched"] == [f"patients/{ana}", f"_emergency_accesses/{opened['id']}"]


async def test_whoever_may_read_a_patient_anyway_needs_none(world: World) -> None:
    ana = await has_patient(world)
    refused = await world.coordinator.post(f"/v1/patients/{ana}/emergency-accesses", WHY)
    assert refusal(refused) == (403, "forbidden")
    assert (await world.coordinator.under("whatever").get(f"/v1/patients/{ana}")).status_code == 200
