"""Discrepancies of the drug log over HTTP: a loss with its clocks, a day closed with one of them open (journey 9)."""

from datetime import timedelta
from typing import Any

from careflow_service.identity import Role
from services.sessions.tests.builders import MILL_VALLEY
from services.sessions.tests.clinic import gate_of, has_course, has_vial, loses, ok, ready_for_dose, refusal
from services.sessions.tests.world import World

LOG = "/v1/drug-log"
HERE = f"{LOG}/locations/{MILL_VALLEY}"
DAY = f"{HERE}/days/2026-11-23"


async def cases(world: World, *, waiting: bool = True) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = ok(await world.nurse.get(f"{HERE}/cases", waiting=str(waiting).lower()))["items"]
    return found


async def test_a_theft_is_told_in_a_business_day_and_by_form_106_in_45_days(world: World) -> None:
    assert await cases(world) == []
    vial = await has_vial(world)
    await loses(world, vial, "450")
    (opened,) = await cases(world)
    case = f"{LOG}/cases/{opened['id']}"
    assert opened["pending"] == [{"task": "discrepancy_decision", "due_by": "2026-11-25T08:00:00Z", "overdue": False}]
    assert opened["form_record"] == {
        "registrant": None,
        "discovered_on": "2026-11-23",
        "theft": False,
        "ndc": "00143950801",
        "drug": "ketamine",
        "form": "vial",
        "lot": "L-1",
        "unit": "ml",
        "mg_per_unit": "50",
        "mg_per_ml": "50",
        "missing_mg": "450",
        "missing": {"quantity": "9", "unit": "ml"},
        "missing_ml": "9",
    }

    theft = {"how": "theft", "note": "the cabinet was forced"}
    assert refusal(await world.nurse.post(f"{case}/judgements", theft)) == (403, "forbidden")
    ok(await world.prescriber.post(f"{case}/judgements", theft), 201)
    ok(await world.prescriber.post(f"{case}/reports", {"kind": "dea_notice", "reference": "fax of the 23rd"}), 201)
    again = await world.prescriber.post(f"{case}/reports", {"kind": "dea_notice", "reference": "once more"})
    assert refusal(again) == (409, "report_not_asked")
    await world.travel(timedelta(days=46))

    (late,) = await cases(world)
    assert late["pending"] == [{"task": "dea_form_106", "due_by": "2027-01-08T08:00:00Z", "overdue": True}]
    ok(await world.prescriber.post(f"{case}/reports", {"kind": "dea_form_106", "reference": "106-4711"}), 201)

    assert await cases(world) == []
    (done,) = await cases(world, waiting=False)
    assert [each["reference"] for each in done["reports"]] == ["fax of the 23rd", "106-4711"]
    assert await world.said_at(MILL_VALLEY) == [
        "DrugTaskDue",
        "DrugLossReported",
        "DrugTaskCompleted",
        "DrugTaskDue",
        "DrugTaskDue",
        "DrugTaskCompleted",
        "DrugTaskOverdue",
        "DrugTaskCompleted",
    ]


async def test_what_nobody_judged_is_late_by_the_same_clock(world: World) -> None:
    await loses(world, await has_vial(world), "5")
    await world.travel(timedelta(days=2))

    assert await world.said_at(MILL_VALLEY) == ["DrugTaskDue", "DrugLossReported", "DrugTaskOverdue"]
    (late,) = await cases(world)
    assert [each["overdue"] for each in late["pending"]] == [True]


async def test_a_loss_of_the_day_and_what_is_missing_beside_it_are_two_cases_and_the_close_opens_no_third(
    world: World,
) -> None:
    vial = await has_vial(world)
    await loses(world, vial, "450")
    (loss,) = await cases(world)

    body = {"counts": {vial: "20"}, "acknowledgement": "told the director"}
    ok(await world.nurse.post(f"{DAY}/close", body), 201)
    ok(await world.prescriber.post(f"{LOG}/cases/{loss['id']}/judgements", {"how": "minor", "note": "x"}), 201)
    ok(await world.nurse_called("second-nurse").post(f"{DAY}/confirm"))

    day = ok(await world.nurse.get(DAY))
    (count,) = await cases(world)
    assert [(each["kind"], each["amount_mg"], each["case_id"]) for each in day["discrepancies"]] == [
        ("lost", "450", loss["id"]),
        ("count", "30", count["id"]),
    ]
    (closed,) = [each for each in await world.said() if "DrugDayClosed" in each.type]
    assert closed.data["open_discrepancies"] == 1


async def test_what_was_told_and_is_found_is_told_too_by_somebody_elses_judgement(world: World) -> None:
    await loses(world, await has_vial(world), "450")
    (opened,) = await cases(world)
    case = f"{LOG}/cases/{opened['id']}"
    ok(await world.prescriber.post(f"{case}/judgements", {"how": "significant", "note": "not in the safe"}), 201)
    ok(await world.prescriber.post(f"{case}/reports", {"kind": "dea_notice", "reference": "letter"}), 201)
    found = {"how": "explained", "note": "behind the drawer"}
    assert refusal(await world.prescriber.post(f"{case}/judgements", found)) == (403, "judge_is_same")

    ok(await world.calling(Role.MEDICAL_DIRECTOR).post(f"{case}/judgements", found), 201)

    after = ok(await world.nurse.get(case))
    assert [each["task"] for each in after["pending"]] == ["dea_no_loss"]
    assert [each["how"] for each in after["judgements"]] == ["significant", "explained"]


async def test_a_loss_nobody_witnessed_in_time_is_settled_by_its_judgement_and_the_day_can_be_closed(
    world: World,
) -> None:
    session_id = await ready_for_dose(world, await has_course(world))
    vial = await has_vial(world)
    await loses(world, vial, "450")
    await world.travel(timedelta(days=1))
    assert "drug_log_reconciled" in await gate_of(world, session_id)

    (case,) = await cases(world)
    path = f"{LOG}/cases/{case['id']}"
    judged = {"how": "significant", "note": "not in the safe, nobody saw it go"}
    ok(await world.prescriber.post(f"{path}/judgements", judged), 201)

    assert "drug_log_reconciled" not in await gate_of(world, session_id)
    log = ok(await world.nurse.get(f"{LOG}/containers/{vial}"))
    line = log["entries"][-1]
    assert (log["on_hand_mg"], line["counts"], line["witnessed_by"]) == ("50", True, None)
    assert (line["judged"]["case_id"], line["judged"]["how"], line["judged"]["by"]) == (
        case["id"],
        "significant",
        "user-prescriber",
    )
    assert ok(await world.nurse.get(path))["judgements"][0]["settles"] == [line["id"]]

    counted = {"counts": {vial: "50"}, "acknowledgement": "told the director"}
    ok(await world.nurse.post(f"{DAY}/close", counted), 201)
    (shown,) = ok(await world.nurse.get(DAY))["discrepancies"]
    assert (shown["kind"], shown["entry_id"], shown["judged"]["how"]) == ("lost", line["id"], "significant")
