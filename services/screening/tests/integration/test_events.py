"""Booking's events arrive twice, late, early or not at all."""

from datetime import date

from careflow_events import contracts
from careflow_events.contracts import codes
from careflow_events.contracts.sealed import Sealed
from careflow_service.ids import new_id
from screening.domain.ids import PatientId
from services.screening.tests.clinic import answers, has_case, info_call_ended, ok, open_alert, registered
from services.screening.tests.world import World

RENAMED = contracts.PersonName(given="Ana", family="Ross")


async def cases_of(world: World, patient_id: str) -> list[object]:
    return list(ok(await world.prescriber.get(f"/v1/patients/{patient_id}/cases"))["items"])


async def test_the_same_event_twice_opens_one_case(world: World) -> None:
    ana = new_id()
    ended = info_call_ended(ana, world.clock())
    await world.hear(ended, sequence=1)
    said = await world.said_types(ana)
    await world.hear(ended, sequence=1)
    assert len(await cases_of(world, ana)) == 1
    assert await world.said_types(ana) == said


async def test_an_event_behind_a_gap_waits(world: World) -> None:
    ana = new_id()
    await world.hear(registered(ana))
    await world.hear(info_call_ended(ana, world.clock()), skipping=1)
    assert await cases_of(world, ana) == []


async def test_a_case_opens_for_a_patient_nobody_has_described_yet(world: World) -> None:
    ana = new_id()
    await world.hear(info_call_ended(ana, world.clock()))
    (case,) = ok(await world.prescriber.get(f"/v1/patients/{ana}/cases"))["items"]
    ok(await answers(world, case, "phq-9", {"9": "2"}))
    assert (await open_alert(world))["patient_phone"] is None
    await world.hear(registered(ana))
    assert (await open_alert(world))["patient_phone"] == "+14155550123"


async def test_changed_details_replace_those_before(world: World) -> None:
    case = await has_case(world)
    ana = case["patient_id"]
    before = registered(ana)
    section = contracts.PatientForScreening(birth_date=date(1970, 1, 1), state="NV", sex=codes.Sex.FEMALE, name=RENAMED)
    await world.hear(
        contracts.PatientDetailsChanged(
            patient_id=ana,
            changed=(codes.PatientDetail.IDENTITY,),
            for_screening=Sealed.plain(section),
            for_sessions=before.for_sessions,
            for_billing=before.for_billing,
        )
    )
    copy = await world.application.ports.patients.find(PatientId(ana), of=None)
    assert copy is not None
    assert (copy.version, copy.details.name, copy.details.born_on, copy.details.state, copy.details.phone) == (
        2,
        "Ana Ross",
        date(1970, 1, 1),
        "NV",
        None,
    )
    found = ok(await world.prescriber.get(f"/v1/cases/{case['id']}/findings"))
    assert "evidence_ecg" in found["missing"], "somebody over fifty needs one"


async def test_a_new_course_follows_a_closed_case(world: World) -> None:
    case = await has_case(world)
    closing = {"reason": "withdrawn", "note": "not now"}
    ok(await world.nurse.post(f"/v1/cases/{case['id']}/close", closing, version=case["version"]))
    await world.hear(info_call_ended(case["patient_id"], world.clock()))
    assert len(await cases_of(world, case["patient_id"])) == 2
