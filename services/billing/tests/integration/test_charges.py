"""From what was rendered to what is owed: charged once per revision, to whom, or waiting; the books balance."""

from typing import Any

from billing.domain.ids import AppointmentId, PatientId
from careflow_events import contracts
from careflow_events.contracts import Sealed, codes
from careflow_service.identity import Role
from careflow_service.ids import new_id
from services.billing.tests.builders import ANA, local
from services.billing.tests.clinic import (
    books,
    charges,
    has_patient,
    is_insured,
    ok,
    pays,
    refusal,
    the_account,
    the_charge,
    trial_balance,
    usd,
)
from services.billing.tests.heard import INFUSION, THERAPY_HOUR, line, registered, services_corrected, session_completed
from services.billing.tests.world import World


async def test_a_session_is_charged_from_its_sealed_lines(world: World) -> None:
    await has_patient(world)
    await world.hear(session_completed())
    charge = await the_charge(world)
    assert (charge["state"], charge["amount"], charge["service_date"]) == ("posted", usd(620), "2026-11-23")
    assert [line["service"]["place_of_service"] for line in charge["lines"]] == ["11", "11", "11"]
    assert await trial_balance(world) == {
        "receivable": 62_000,
        "revenue_therapy": -22_500,
        "revenue_treatment": -35_000,
        "revenue_drug": -4_500,
    }


async def test_what_is_heard_again_is_charged_once(world: World) -> None:
    await has_patient(world)
    session_id = new_id()
    await world.hear(session_completed(session_id=session_id))
    await world.hear_again()
    await world.hear(session_completed(session_id=session_id))
    assert len(await charges(world)) == 1
    assert await world.said_types(ANA) == ["AccountOpened", "ChargePosted", "JournalEntryPosted"]


async def test_an_evaluation_is_charged_for_its_clinician(world: World) -> None:
    await has_patient(world)
    lines = contracts.EvaluationForBilling(service_lines=(contracts.ServiceLine(code="90792", units=1),))
    await world.hear(
        contracts.EvaluationRecorded(
            patient_id=ANA,
            case_id=new_id(),
            evaluation_id=new_id(),
            appointment_id=new_id(),
            provider_id="dr-paula-prescriber",
            started_at=local(23, 8),
            ended_at=local(23, 9),
            parts=(contracts.codes.EvaluationPart.PSYCHIATRIC,),
            for_billing=Sealed.plain(lines),
        )
    )
    charge = await the_charge(world)
    assert (charge["cause"], charge["amount"]) == ("evaluation", usd(450))
    assert charge["lines"][0]["service"]["provider"] == "dr-paula-prescriber"


async def test_a_corrected_revision_reverses_and_posts_again_and_payments_follow(world: World) -> None:
    await has_patient(world)
    session_id = new_id()
    await world.hear(session_completed(INFUSION, THERAPY_HOUR, session_id=session_id))
    await pays(world, 575)
    await world.hear(services_corrected(session_id, 2, INFUSION))
    await world.hear(services_corrected(session_id, 2, THERAPY_HOUR))
    charge = await the_charge(world)
    assert (charge["revision"], charge["amount"], charge["balance"]) == (2, usd(350), usd(0))
    assert ok(await world.biller.get(f"/v1/accounts/{ANA}"))["credit"] == usd(225)
    assert await trial_balance(world) == {
        "cash": 57_500,
        "unapplied_payments": -22_500,
        "revenue_treatment": -35_000,
    }


async def test_a_correction_to_nothing_leaves_nothing_owed(world: World) -> None:
    await has_patient(world)
    session_id = new_id()
    await world.hear(session_completed(session_id=session_id))
    await world.hear(services_corrected(session_id, 2))
    assert (await the_charge(world))["state"] == "empty"
    assert await trial_balance(world) == {}


async def test_therapy_held_otherwise_costs_nothing_until_its_lines_follow(world: World) -> None:
    await has_patient(world)
    session_id = new_id()
    ended = session_completed(session_id=session_id).model_dump() | {"held_otherwise": True}
    ended["for_billing"] = Sealed.plain(contracts.SessionForBilling(service_lines=()))
    await world.hear(contracts.SessionCompleted(**ended))
    assert (await the_charge(world))["state"] == "empty"
    assert await trial_balance(world) == {}
    hour = line("90837", "theo-therapist", minutes=55, place_of_service="11")
    await world.hear(services_corrected(session_id, 2, hour))
    charge = await the_charge(world)
    assert (charge["revision"], charge["state"], charge["amount"]) == (2, "posted", usd(225))


async def test_a_code_the_clinic_does_not_price_waits_for_a_biller(world: World) -> None:
    await has_patient(world)
    await world.hear(session_completed(line("97802")))
    charge = await the_charge(world)
    assert (charge["state"], charge["obstacles"]) == ("waiting", ["code_not_priced"])
    again = await world.biller.post(f"/v1/charges/{charge['id']}/post", version=charge["version"])
    assert refusal(again) == (409, "charge_still_waiting")


MEDICARE = {"kind": "medicare", "payer": "Medicare", "member_id": "1EG4TE5MK73"}
CONTRACT = {"practitioner_id": "dr-paula-prescriber", "signed_on": "2026-01-05", "ends_on": "2028-01-04"}


async def test_what_can_never_be_charged_is_reversed_and_what_was_kept_for_its_visit_is_the_patients(
    world: World,
) -> None:
    """No contract reaches back before the service."""
    await has_patient(world, insured=False)
    await is_insured(world, MEDICARE)
    visit = await books(world, local(24, 9))
    await pays(world, 100, appointment_id=visit["appointment_id"])
    world.clock.now = local(24, 12)
    await world.hear(session_completed(INFUSION, at=local(24, 9), appointment_id=visit["appointment_id"]))
    ok(await world.biller.post(f"/v1/accounts/{ANA}/private-contracts", CONTRACT), 201)
    charge = await the_charge(world)
    path = f"/v1/charges/{charge['id']}"
    assert refusal(await world.biller.post(f"{path}/post", version=charge["version"])) == (409, "charge_still_waiting")
    done = ok(await world.biller.post(f"{path}/reverse", version=charge["version"]))
    assert (await the_charge(world))["state"] == "reversed"
    account = await the_account(world)
    assert (account["owed"], account["credit"], account["prepaid"]) == (usd(0), usd(100), usd(0))
    assert ok(await world.biller.get("/v1/tasks", kind="charge_waiting"))["items"] == []
    assert await trial_balance(world) == {"cash": 10_000, "unapplied_payments": -10_000}
    assert not {"ChargePosted", "ChargeReversed"} & set(await world.said_types(ANA))
    for verb in ("reverse", "post"):
        again = await world.biller.post(f"{path}/{verb}", version=done["version"])
        assert refusal(again)[0] == 409, verb


async def is_blocked(world: World, visit: dict[str, Any]) -> str | None:
    known = await world.ports.visits.find(AppointmentId(visit["appointment_id"]), of=PatientId(ANA))
    assert known is not None
    return known.against


async def test_under_medicare_a_visit_is_blocked_when_it_is_booked_and_not_after_it_was_held(world: World) -> None:
    await has_patient(world, insured=False)
    await is_insured(world, MEDICARE)
    visit = await books(world, local(14, 9, month=12), kind=codes.AppointmentKind.EVALUATION)
    assert await is_blocked(world, visit) == "coverage_blocked"
    (blocked,) = [event for event in await world.said(ANA) if "CoverageBlocked" in event.type]
    assert (blocked.data["appointment_id"], blocked.data.get("charge_id")) == (visit["appointment_id"], None)
    ok(await world.biller.post(f"/v1/accounts/{ANA}/private-contracts", CONTRACT), 201)
    assert await is_blocked(world, visit) is None


async def test_a_visit_that_was_booked_before_medicare_was_known_of_is_blocked_then(world: World) -> None:
    await has_patient(world, insured=False)
    visit = await books(world, local(14, 9, month=12))
    assert await is_blocked(world, visit) == "coverage_unknown"
    await is_insured(world, MEDICARE)
    assert await is_blocked(world, visit) == "coverage_blocked"
    await is_insured(world, {"kind": "none"})
    assert await is_blocked(world, visit) is None


async def test_a_contract_that_is_entered_after_the_service_never_reaches_back(world: World) -> None:
    await has_patient(world, insured=False)
    await is_insured(world, MEDICARE)
    await world.hear(session_completed(INFUSION))
    charge = await the_charge(world)
    assert (charge["state"], charge["obstacles"]) == ("waiting", ["coverage_blocked"])
    ok(await world.biller.post(f"/v1/accounts/{ANA}/private-contracts", CONTRACT), 201)
    again = await world.biller.post(f"/v1/charges/{charge['id']}/post", version=charge["version"])
    assert refusal(again) == (409, "charge_still_waiting")
    await world.hear(session_completed(INFUSION, at=local(24, 8)))
    assert [each["state"] for each in await charges(world)] == ["waiting", "posted"]


async def test_a_charge_waits_until_it_is_known_who_covers_the_patient_and_is_then_owed(world: World) -> None:
    await has_patient(world, insured=False)
    await world.hear(session_completed())
    charge = await the_charge(world)
    assert (charge["state"], charge["obstacles"]) == ("waiting", ["coverage_unknown"])
    assert await trial_balance(world) == {}
    await is_insured(world)
    assert ((await the_charge(world))["state"], (await the_account(world))["owed"]) == ("posted", usd(620))


async def test_one_hour_of_a_therapist_is_charged_to_one_patient(world: World) -> None:
    ben = "0199e0a0-0000-7000-8000-0000000000b2"
    await has_patient(world)
    await world.hear(registered().model_copy(update={"patient_id": ben}))
    account = ok(await world.biller.get(f"/v1/accounts/{ben}"))
    ok(await world.biller.put(f"/v1/accounts/{ben}/coverage", {"kind": "none"}, version=account["version"]))
    hour = THERAPY_HOUR.model_copy(update={"started_at": local(23, 8), "ended_at": local(23, 8, 55)})
    of_ana = session_completed(hour)
    await world.hear(of_ana)
    await world.hear(session_completed(hour).model_copy(update={"patient_id": ben}))
    (of_ben,) = ok(await world.biller.get("/v1/charges", patient_id=ben))["items"]
    assert ((await the_charge(world))["state"], of_ben["obstacles"]) == ("posted", ["minutes_counted_twice"])
    await world.hear(services_corrected(of_ana.session_id, 2))
    ok(await world.biller.post(f"/v1/charges/{of_ben['id']}/post", version=of_ben["version"]))


async def test_what_a_nurse_gave_is_billed_by_the_prescriber_who_was_there(world: World) -> None:
    await has_patient(world)
    await world.hear(session_completed(line("96365", "nora-nurse", minutes=45), line("J3490", "nora-nurse")))
    charge = await the_charge(world)
    assert charge["state"] == "posted"
    assert [each["service"]["provider"] for each in charge["lines"]] == ["dr-paula-prescriber"] * 2


async def test_a_patient_sees_only_their_own(world: World) -> None:
    await has_patient(world)
    await world.hear(session_completed(THERAPY_HOUR))
    charge = await the_charge(world)
    stranger = world.calling(Role.PATIENT, patient_id=new_id())
    assert refusal(await stranger.get(f"/v1/charges/{charge['id']}")) == (404, "charge_not_found")
    assert refusal(await stranger.get("/v1/charges", patient_id=ANA)) == (404, "account_not_found")
    assert refusal(await stranger.get(f"/v1/accounts/{ANA}")) == (403, "forbidden")
    assert ok(await world.patient(ANA).get(f"/v1/charges/{charge['id']}"))["id"] == charge["id"]
    assert refusal(await world.patient(ANA).get("/v1/ledger/trial-balance")) == (403, "forbidden")
