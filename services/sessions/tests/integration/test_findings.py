"""An alarming finding before a dose, over HTTP and without Kafka: recording the check again erases nothing."""

from datetime import timedelta

import pytest

from services.sessions.tests.clinic import (
    all_checks,
    books,
    does,
    gate_of,
    has_course,
    ok,
    ready_for_dose,
    refusal,
    session_of,
)
from services.sessions.tests.world import World

MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("alarming", "item", "again", "kind"),
    [
        ({"suicide_risk": "high"}, "suicide_risk_screened", {"suicide_risk": "none"}, "high_suicide_risk"),
        ({"pregnancy": "positive"}, "not_pregnant", {"pregnancy": "negative"}, "pregnancy"),
        ({"allergic": True}, "no_drug_allergy", {"allergic": False}, "drug_allergy"),
        (
            {"substances": {"recent": False, "intoxicated": True}},
            "not_intoxicated",
            {"substances": {"recent": False, "intoxicated": False}},
            "intoxication",
        ),
    ],
)
async def test_it_stands_until_a_second_person_and_a_prescriber_have_resolved_it(
    world: World, alarming: dict[str, object], item: str, again: dict[str, object], kind: str
) -> None:
    session_id = await ready_for_dose(world, await has_course(world))
    checks, resolve = f"/v1/sessions/{session_id}/checks", f"/v1/sessions/{session_id}/findings/{kind}/resolve"
    ok(await world.nurse.post(checks, alarming))
    await world.travel(MINUTE)

    ok(await world.nurse.post(checks, again))
    assert await gate_of(world, session_id) == [item]
    assert refusal(await does(world, session_id, "clear", {})) == (409, "dose_gate_closed")
    reason = {"reason": "repeated with another kit, laboratory informed"}
    assert refusal(await world.prescriber.post(resolve, reason)) == (409, "finding_not_repeated")

    ok(await world.nurse_called("second-nurse").post(checks, again))
    assert refusal(await world.nurse.post(resolve, reason))[0] == 403
    ok(await world.prescriber.post(resolve, reason))
    assert await gate_of(world, session_id) == []


async def test_it_stands_in_every_other_session_of_the_patient(world: World) -> None:
    course = await has_course(world)
    session_id = await ready_for_dose(world, course)
    ok(await world.nurse.post(f"/v1/sessions/{session_id}/checks", {"pregnancy": "positive"}))
    ok(await does(world, session_id, "refuse"))

    another = (await session_of(world, await books(world, course.patient_id, world.clock())))["id"]
    ok(await world.nurse.post(f"/v1/sessions/{another}/arrive"))
    ok(await world.nurse.post(f"/v1/sessions/{another}/checks", all_checks(world.clock())))

    assert "not_pregnant" in await gate_of(world, another)
