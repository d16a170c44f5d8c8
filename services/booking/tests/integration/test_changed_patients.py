"""A patient turns out to be a minor, or to live where the clinic is not licensed: that is recorded, and what is booked
waits.
"""

from datetime import timedelta
from typing import Any

import pytest

from services.booking.tests import news
from services.booking.tests.clinic import books, details, has_patient, has_practitioner, ok, refusal, visit
from services.booking.tests.treatment import DOSING_AT, care_path, closed, deadlines_fire, dosing, reads
from services.booking.tests.world import World

MINOR = "2010-04-02"
BOOK = "/v1/appointments"


async def changes(world: World, patient_id: str, *, version: int = 1, **what: Any) -> Any:
    return ok(await world.coordinator.put(f"/v1/patients/{patient_id}", details(**what), version=version))


async def held(world: World, appointment: Any) -> list[str]:
    return [each["reason"] for each in (await reads(world, appointment))["holds"]]


async def visits(world: World, dose: Any) -> list[list[str]]:
    """What the dose and its integration by video wait for."""
    return [await held(world, each) for each in (dose, dose["integration"])]


async def test_a_minors_true_birth_date_is_recorded_and_holds_every_visit(world: World) -> None:
    known, dose = await news.booked(world)
    ana = known["patient_id"]
    await changes(world, ana, birth_date=MINOR, evidence="birth_certificate")
    assert ok(await world.coordinator.get(f"/v1/patients/{ana}"))["details"]["birth_date"] == MINOR
    assert await visits(world, dose) == [["logistics"], ["logistics"]]
    closed_gates = {
        each["kind"]: {gate["code"] for gate in each["closed_gates"]}
        for each in (await care_path(world, ana))["bookable"]
    }
    assert all("minor_not_served" in codes for codes in closed_gates.values())
    world.clock.now = DOSING_AT
    await deadlines_fire(world)
    assert [(await reads(world, each))["status"] for each in (dose, dose["integration"])] == ["cancelled", "booked"]


async def test_a_birth_date_that_was_wrong_after_all_releases_them(world: World) -> None:
    known, dose = await news.booked(world)
    await changes(world, known["patient_id"], birth_date=MINOR, evidence="own_records")
    await changes(world, known["patient_id"], version=2, evidence="photo_id")
    assert await visits(world, dose) == [[], []]


async def test_who_comes_of_age_before_the_visit_is_seen(world: World) -> None:
    known, dose = await news.booked(world)
    await changes(world, known["patient_id"], birth_date="2008-11-25", evidence="photo_id")
    assert await visits(world, dose) == [[], []]
    early = visit(known["patient_id"], "review", DOSING_AT - timedelta(days=1, hours=-5))
    assert "minor_not_served" in closed(await world.coordinator.post(BOOK, early))


async def test_a_patient_does_not_say_who_they_are(world: World) -> None:
    ana = await has_patient(world)
    own = world.patient(ana)
    for what in ({"birth_date": MINOR}, {"given_name": "Eva"}, {"sex": "male", "evidence": "photo_id"}):
        refused = await own.put(f"/v1/patients/{ana}", details(**what), version=1)
        assert refusal(refused) == (403, "identity_by_staff_only")
    unproven = await world.coordinator.put(f"/v1/patients/{ana}", details(birth_date=MINOR), version=1)
    assert refusal(unproven) == (422, "evidence_needed")


async def test_who_moves_to_another_state_keeps_no_visit_there_and_no_dose(world: World) -> None:
    known, dose = await news.booked(world)
    ana = known["patient_id"]
    ok(await world.patient(ana).put(f"/v1/patients/{ana}", details(state="OR"), version=1))
    assert await visits(world, dose) == [["logistics"], ["logistics"]]
    again = dosing(ana, DOSING_AT + timedelta(days=7), DOSING_AT + timedelta(days=9))
    assert "state_not_served" in closed(await world.coordinator.post(BOOK, again))
    await changes(world, ana, version=2)
    assert await visits(world, dose) == [[], []]


async def test_a_call_of_somebody_who_moves_away_waits_too(world: World) -> None:
    await has_practitioner(world)
    ana = await has_patient(world)
    call = await books(world.coordinator, ana)
    await changes(world, ana, state="OR")
    assert await held(world, call) == ["logistics"]


@pytest.mark.parametrize(
    ("people", "asked", "code"),
    [
        ([], {}, "not_in_role"),
        ([("kim", "wellness")], {}, "not_in_role"),
        ([("dr-lee", "prescriber")], {"provider_id": "nobody"}, "provider_unknown"),
        ([("dr-lee", "prescriber"), ("kim", "wellness")], {"provider_id": "kim"}, "provider_not_in_role"),
        ([("dr-lee", "prescriber"), ("joy", "nurse")], {"provider_id": "joy"}, "provider_away"),
    ],
)
async def test_a_refused_time_says_the_true_reason(
    world: World, people: list[tuple[str, str]], asked: dict[str, Any], code: str
) -> None:
    for name, role in people:
        await has_practitioner(world, name, role, week={} if name == "joy" else None)
    ana = await has_patient(world)
    assert refusal(await world.coordinator.post(BOOK, visit(ana, **asked))) == (422, code)
