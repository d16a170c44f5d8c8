"""In an emergency a case is read by who otherwise sees how far it is, or nothing: but for what is about substance use,
which leaves by a disclosure.
"""

from careflow_service.identity import Role
from careflow_service.ids import new_id
from careflow_service.testing.calling import Caller
from services.screening.tests.clinic import has_case, ok, refusal
from services.screening.tests.world import World

WHY = {"kind": "medical", "reason": "She fainted after taking something and asks what she may be given."}


async def opened(caller: Caller, patient_id: str) -> Caller:
    access = ok(await caller.post(f"/v1/patients/{patient_id}/emergency-accesses", WHY), 201)
    return caller.under(access["id"])


async def test_a_coordinator_sees_what_is_taken_and_nothing_of_substance_use(world: World) -> None:
    case = await has_case(world, new_id())
    path = f"/v1/cases/{case['id']}"
    ok(await world.nurse.post(f"{path}/facts", {"condition": "opioid_use_disorder", "status": "active"}), 201)
    for name in ("methadone", "sertraline"):
        ok(await world.nurse.post(f"{path}/medications", {"name": name}), 201)
    coordinator = world.calling(Role.COORDINATOR)
    assert ok(await coordinator.get(path))["clinical"] is None

    under = await opened(coordinator, case["patient_id"])

    one, (same,) = ok(await under.get(path)), ok(await under.get(f"/v1/patients/{case['patient_id']}/cases"))["items"]
    assert one == same
    assert [each["ingredient"] for each in one["clinical"]["medications"]] == ["sertraline"]
    assert not [each for each in ("opioid_use_disorder", "methadone", "audit-c", "dast-10") if each in repr(one)]
    assert "protected as substance-use records are not in this copy" in one["notice"]
    whole = ok(await world.nurse.get(path))
    assert "methadone" in repr(whole)
    assert whole["notice"] is None
    assert ok(await coordinator.get(path))["clinical"] is None, "who does not read under it sees as before"


async def test_it_opens_the_cases_of_one_patient_and_nothing_beside_them(world: World) -> None:
    case, other = await has_case(world, new_id()), await has_case(world, new_id())
    patient = case["patient_id"]
    wellness = world.calling(Role.WELLNESS)
    assert refusal(await wellness.get(f"/v1/cases/{case['id']}")) == (403, "forbidden")
    under = await opened(wellness, patient)
    assert ok(await under.get(f"/v1/cases/{case['id']}"))["clinical"] is not None
    assert refusal(await under.get(f"/v1/cases/{other['id']}")) == (403, "emergency_access_elsewhere")
    for path in (
        f"/v1/cases/{case['id']}/findings",
        f"/v1/outcomes/{patient}",
        f"/v1/patients/{patient}/disclosures",
        "/v1/alerts",
        "/v1/tasks",
    ):
        assert refusal(await under.get(path)) == (403, "forbidden"), path
    unknown = await wellness.post(f"/v1/patients/{new_id()}/emergency-accesses", WHY)
    assert refusal(unknown) == (404, "patient_not_found")
