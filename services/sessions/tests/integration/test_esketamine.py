"""Esketamine over HTTP: device by device with its serial number, and a prescriber there until the patient leaves
(journey 18, this service's part).
"""

from datetime import datetime, timedelta

import pytest

from services.sessions.tests.clinic import SCORE, does, observes, ok, refusal
from services.sessions.tests.sprays import begun, gives, observed_for_two_hours, sends_form, treated
from services.sessions.tests.world import World


def stated(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


async def test_each_device_is_a_dose_with_its_serial_five_minutes_after_the_one_before(world: World) -> None:
    session_id, device = await begun(world)
    assert refusal(await gives(world, session_id, device, mg="56", ml="0.4")) == (422, "device_content")
    assert refusal(await gives(world, session_id, device, serial=None)) == (422, "serial_missing")
    ok(await gives(world, session_id, device), 201)

    await world.travel(timedelta(minutes=1))
    ok(await observes(world, session_id), 201)
    assert refusal(await gives(world, session_id, device, serial="SN-2")) == (409, "device_too_soon")
    await world.travel(timedelta(minutes=4))
    assert refusal(await gives(world, session_id, device)) == (409, "serial_used")
    ok(await gives(world, session_id, device, serial="SN-2"), 201)


async def test_the_form_of_a_session_is_sent_once_whole_and_read_back(world: World) -> None:
    session_id, device = await begun(world)
    assert refusal(await world.nurse.get(f"/v1/sessions/{session_id}/rems-form")) == (404, "rems_form_not_found")
    ok(await gives(world, session_id, device), 201)
    (waiting,) = ok(await world.nurse.get("/v1/rems-forms"))["items"]
    assert (waiting["session_id"], waiting["submitted_at"]) == (session_id, None)

    early = await sends_form(world, session_id)
    assert refusal(early) == (409, "rems_form_incomplete")
    assert "monitoring_ended" in early.json()["missing"]
    await observed_for_two_hours(world, session_id)
    ok(await does(world, session_id, "discharge", SCORE))
    whole = ok(await world.nurse.get(f"/v1/sessions/{session_id}/rems-form"))
    assert (whole["missing"], whole["report"]["minutes"], whole["submission"]) == ([], 125, None)

    ok(await sends_form(world, session_id))
    assert refusal(await sends_form(world, session_id, 2)) == (409, "rems_form_submitted")

    form = ok(await world.therapist.get(f"/v1/sessions/{session_id}/rems-form"))
    assert [(each["serial"], each["lot"], each["mg"]) for each in form["report"]["devices"]] == [("SN-1", "L-1", "28")]
    assert (form["submission"]["by"], form["submission"]["reference"]) == ("user-nurse", "REMS-4711")
    assert (form["submission"]["answers"]["medicines"], form["submission"]["serious_events"]) == (["opioid"], [])
    assert ok(await world.nurse.get("/v1/rems-forms"))["items"] == []
    patient_id = form["patient_id"]
    (kept,) = ok(await world.nurse.get(f"/v1/patients/{patient_id}/rems-forms"))["items"]
    assert kept["submitted_at"] == form["submission"]["at"]
    await world.travel(timedelta(days=8))
    assert await world.alarmed(patient_id) == ["RemsFormDue", "RemsFormSubmitted"]


async def test_a_form_that_was_sent_is_asked_for_anew_once_what_it_tells_is_put_right(world: World) -> None:
    session_id = await treated(world)
    ok(await sends_form(world, session_id))
    await world.travel(timedelta(minutes=5))
    left = {"left_at": (world.clock() - timedelta(minutes=3)).isoformat(), "reason": "she stayed for her coat"}
    ok(await does(world, session_id, "leaving/corrections", left), 201)

    (waiting,) = ok(await world.nurse.get("/v1/rems-forms"))["items"]
    assert (waiting["session_id"], waiting["outdated"]) == (session_id, True)
    form = ok(await world.nurse.get(f"/v1/sessions/{session_id}/rems-form"))
    assert (form["report"]["minutes"], form["submission"]["report"]["minutes"]) == (127, 125)
    ok(await sends_form(world, session_id, form["version"], reference="REMS-4712"))
    again = ok(await world.nurse.get(f"/v1/sessions/{session_id}/rems-form"))
    assert [each["reference"] for each in (*again["earlier"], again["submission"])] == ["REMS-4711", "REMS-4712"]
    assert ok(await world.nurse.get("/v1/rems-forms"))["items"] == []
    assert await world.alarmed(form["patient_id"]) == [*["RemsFormDue", "RemsFormSubmitted"] * 2]
    discharges = [name for name in await world.said_types(form["patient_id"]) if name == "SessionDischarged"]
    assert len(discharges) == 2


async def test_a_form_not_sent_within_seven_days_is_said_to_be_late_once(world: World) -> None:
    session_id = await treated(world)
    await world.travel(timedelta(days=7))
    await world.travel(timedelta(days=1))

    form = ok(await world.nurse.get(f"/v1/sessions/{session_id}/rems-form"))

    assert form["overdue"]
    assert await world.alarmed(form["patient_id"]) == ["RemsFormDue", "RemsFormOverdue"]
    ok(await sends_form(world, session_id, form["version"]))


async def test_the_prescriber_is_there_until_the_patient_leaves(world: World) -> None:
    session_id, device = await begun(world)
    ok(await gives(world, session_id, device), 201)
    await observed_for_two_hours(world, session_id)
    ok(await world.prescriber.post(f"/v1/sessions/{session_id}/leave"))

    early = await does(world, session_id, "discharge", SCORE)
    assert refusal(early) == (403, "discharge_forbidden")
    assert early.json()["criteria"] == ["prescriber_on_site"]

    ok(await world.prescriber.post(f"/v1/sessions/{session_id}/join", {"role": "prescriber"}))
    ok(await does(world, session_id, "discharge", SCORE))


@pytest.mark.thorough
async def test_a_reading_missed_at_forty_minutes_is_signed_for_and_told_in_the_form(world: World) -> None:
    session_id, device = await begun(world)
    ok(await gives(world, session_id, device), 201)
    for minutes in (52, 30, 40):
        await world.travel(timedelta(minutes=minutes))
        ok(await observes(world, session_id), 201)
    signed = {"exceptions": [{"criterion": "required_observations", "reason": "the monitor was broken"}]}

    refused = await does(world, session_id, "discharge", SCORE)
    assert refusal(refused) == (409, "discharge_criteria_unmet")
    assert refused.json()["criteria"] == ["required_observations"]
    ok(await does(world, session_id, "discharge", {**SCORE, **signed}, by=world.prescriber))

    ok(await sends_form(world, session_id))
    form = ok(await world.nurse.get(f"/v1/sessions/{session_id}/rems-form"))
    (required,) = form["report"]["required"]
    assert (required["minute"], required["reading"], required["late_reason"]) == (40, None, "the monitor was broken")
    assert required["late_reading"]["systolic"] == 128
    assert form["submission"] is not None


async def test_a_discharge_on_paper_is_judged_when_the_patient_left_and_the_form_tells_both_times(world: World) -> None:
    session_id, device = await begun(world)
    ok(await gives(world, session_id, device), 201)
    await observed_for_two_hours(world, session_id)
    left, left_at = world.clock(), world.clock().isoformat()
    await world.travel(timedelta(minutes=90))
    paper = {**SCORE, "left_at": left_at, "let_go_by": "user-nurse"}
    signed = {"exceptions": [{"criterion": "written_in_time", "reason": "the power was out"}]}

    unsigned = await does(world, session_id, "discharge", paper)
    assert (refusal(unsigned), unsigned.json()["criteria"]) == ((409, "discharge_criteria_unmet"), ["written_in_time"])
    ok(await does(world, session_id, "discharge", {**paper, **signed}, by=world.prescriber))

    form = ok(await world.nurse.get(f"/v1/sessions/{session_id}/rems-form"))
    report = form["report"]
    assert (form["missing"], report["minutes"], report["end_late_reason"]) == ([], 125, "the power was out")
    assert (report["ended_at"], report["end_written_at"]) == (stated(left), stated(world.clock()))
    kept = ok(await world.nurse.get(f"/v1/sessions/{session_id}/record"))["discharge"]
    assert (kept["by"], kept["written_by"], kept["left_at"]) == ("user-nurse", "user-prescriber", stated(left))
    assert (await world.alarmed(form["patient_id"])).count("VitalsOverdue") == 2
    told = [each.data for each in await world.said(form["patient_id"]) if "SessionDischarged" in each.type]
    assert [(datetime.fromisoformat(str(each["left_at"])), each["overdue_after_leaving"]) for each in told] == [
        (left, "urgent")
    ]
