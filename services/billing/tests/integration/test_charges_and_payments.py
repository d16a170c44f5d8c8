"""From what was rendered to what was paid: charges once per revision, payments, refunds; the books balance."""

import asyncio
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
    missed,
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


async def test_money_that_came_before_the_service_pays_for_it(world: World) -> None:
    await has_patient(world)
    paid = await pays(world, 1000)
    assert paid["unapplied_minor"] == 100_000
    await world.hear(session_completed())
    account = ok(await world.biller.get(f"/v1/accounts/{ANA}"))
    assert (account["owed"], account["credit"]) == (usd(0), usd(380))


async def test_partial_payments_go_to_the_earliest_service(world: World) -> None:
    await has_patient(world)
    await world.hear(session_completed(THERAPY_HOUR, at=local(19, 8)))
    await world.hear(session_completed(INFUSION, at=local(20, 8)))
    await pays(world, 200)
    await pays(world, 200)
    assert [(each["service_date"], each["balance"]) for each in await charges(world)] == [
        ("2026-11-19", usd(0)),
        ("2026-11-20", usd(175)),
    ]


async def test_a_code_the_clinic_does_not_price_waits_for_a_biller(world: World) -> None:
    await has_patient(world)
    await world.hear(session_completed(line("97802")))
    charge = await the_charge(world)
    assert (charge["state"], charge["obstacles"]) == ("waiting", ["code_not_priced"])
    again = await world.biller.post(f"/v1/charges/{charge['id']}/post", version=charge["version"])
    assert refusal(again) == (409, "charge_still_waiting")


MEDICARE = {"kind": "medicare", "payer": "Medicare", "member_id": "1EG4TE5MK73"}
CONTRACT = {"practitioner_id": "dr-paula-prescriber", "signed_on": "2026-01-05", "ends_on": "2028-01-04"}


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


async def test_a_refund_is_never_above_what_was_received(world: World) -> None:
    await has_patient(world)
    paid = await pays(world, 100)
    path = f"/v1/payments/{paid['payment_id']}/refunds"
    too_much = {"amount": usd(100.01), "reason": "goodwill"}
    assert refusal(await world.biller.post(path, too_much, version=paid["version"])) == (409, "refund_above_received")
    refund = ok(await world.biller.post(path, {"amount": usd(60), "reason": "overpaid"}, version=paid["version"]), 201)
    again = await world.biller.post(path, {"amount": usd(60), "reason": "overpaid"}, version=refund["version"])
    assert refusal(again) == (409, "refund_above_received")
    assert await trial_balance(world) == {"cash": 4_000, "unapplied_payments": -4_000}


async def refunds(world: World, paid: dict[str, Any], dollars: float, reason: str) -> Any:
    path = f"/v1/payments/{paid['payment_id']}"
    version = ok(await world.biller.get(path))["version"]
    body = {"amount": usd(dollars), "reason": reason}
    return await world.biller.post(f"{path}/refunds", body, version=version)


async def test_what_goes_back_for_goodwill_is_never_owed_again(world: World) -> None:
    await has_patient(world)
    await world.hear(session_completed(THERAPY_HOUR))
    paid = await pays(world, 225)
    ok(await refunds(world, paid, 50, "goodwill"), 201)
    charge = await the_charge(world)
    assert (charge["paid"], charge["conceded"], charge["balance"]) == (usd(225), usd(50), usd(0))
    assert (await the_account(world))["owed"] == usd(0)
    assert await trial_balance(world) == {"cash": 17_500, "goodwill_refunds": 5_000, "revenue_therapy": -22_500}


async def test_what_was_conceded_of_a_charge_that_falls_away_is_not_given_back_twice(world: World) -> None:
    await has_patient(world)
    await world.hear(session_completed(THERAPY_HOUR))
    paid = await pays(world, 225)
    ok(await refunds(world, paid, 50, "goodwill"), 201)
    charge = await the_charge(world)
    ok(await world.biller.post(f"/v1/charges/{charge['id']}/reverse", version=charge["version"]))
    assert (await the_account(world))["credit"] == usd(175)
    assert refusal(await refunds(world, paid, 175.01, "charge_corrected")) == (409, "refund_above_received")
    ok(await refunds(world, paid, 175, "charge_corrected"), 201)
    assert await trial_balance(world) == {}


async def test_only_a_payment_that_was_none_leaves_its_service_owed(world: World) -> None:
    await has_patient(world)
    await world.hear(session_completed(THERAPY_HOUR))
    paid = await pays(world, 225)
    assert refusal(await refunds(world, paid, 25, "overpaid")) == (409, "nothing_overpaid")
    ok(await refunds(world, paid, 225, "entered_in_error"), 201)
    assert (await the_charge(world))["balance"] == usd(225)
    assert await trial_balance(world) == {"receivable": 22_500, "revenue_therapy": -22_500}


async def test_money_for_todays_visit_does_not_pay_what_was_owed_before(world: World) -> None:
    await has_patient(world)
    await world.hear(session_completed(INFUSION, at=local(20, 8)))
    today = await books(world, local(23, 8))
    paid = await pays(world, 225)
    assert paid["unapplied_minor"] == 22_500
    await world.hear(session_completed(THERAPY_HOUR, appointment_id=today["appointment_id"]))
    old, new = await charges(world)
    assert (old["balance"], new["balance"]) == (usd(350), usd(0))


async def test_what_was_paid_beforehand_for_a_visit_that_is_lost_pays_what_is_owed(world: World) -> None:
    await has_patient(world)
    await world.hear(session_completed(INFUSION, at=local(20, 8)))
    next_month = await books(world, local(14, 9, month=12))
    await pays(world, 350, appointment_id=next_month["appointment_id"])
    assert (await the_charge(world))["balance"] == usd(350)
    await missed(world, next_month)
    assert (await the_charge(world))["balance"] == usd(0)


async def test_money_goes_where_the_payer_says(world: World) -> None:
    await has_patient(world)
    for day in (19, 20):
        await world.hear(session_completed(THERAPY_HOUR, at=local(day, 8)))
    first, second = await charges(world)
    await pays(world, 225, charge_ids=[second["id"]])
    assert [each["balance"] for each in await charges(world)] == [usd(225), usd(0)]
    body = {"patient_id": ANA, "amount": usd(1), "method": "cash"}
    again = await world.biller.post("/v1/payments", {**body, "charge_ids": [second["id"]]})
    assert refusal(again) == (409, "charge_not_open")
    no_visit = await world.biller.post("/v1/payments", {**body, "appointment_id": new_id()})
    assert refusal(no_visit) == (404, "visit_not_found")
    both = await world.biller.post("/v1/payments", {**body, "charge_ids": [first["id"]], "appointment_id": new_id()})
    assert refusal(both) == (422, "invalid_request")


async def test_the_same_terminal_reference_is_one_payment(world: World) -> None:
    await has_patient(world)
    slip = {"method": "card_terminal", "reference": "slip 7731"}
    first, second = [await pays(world, 10, **slip) for _ in range(2)]
    assert first == second
    body = {"patient_id": ANA, "amount": usd(11), **slip}
    assert refusal(await world.biller.post("/v1/payments", body)) == (409, "reference_used")
    assert await trial_balance(world) == {"cash": 1_000, "unapplied_payments": -1_000}


async def test_a_reversed_charge_gives_its_money_back_to_the_patient(world: World) -> None:
    await has_patient(world)
    await world.hear(session_completed(THERAPY_HOUR))
    await pays(world, 225)
    charge = await the_charge(world)
    path = f"/v1/charges/{charge['id']}/reverse"
    assert refusal(await world.biller.post(path, version=charge["version"] - 1)) == (412, "stale_version")
    ok(await world.biller.post(path, version=charge["version"]))
    assert await trial_balance(world) == {"cash": 22_500, "unapplied_payments": -22_500}


async def test_a_payment_sent_twice_is_received_once(world: World) -> None:
    await has_patient(world)
    body = {"patient_id": ANA, "amount": usd(10), "method": "cash"}
    key = new_id()
    first, second = [ok(await world.biller.post("/v1/payments", body, key=key), 201) for _ in range(2)]
    assert first == second
    assert await trial_balance(world) == {"cash": 1_000, "unapplied_payments": -1_000}


async def test_payments_at_the_same_time_never_pay_a_charge_twice(world: World) -> None:
    await has_patient(world)
    await world.hear(session_completed(THERAPY_HOUR))
    await asyncio.gather(*(pays(world, 100) for _ in range(4)))
    assert (await the_charge(world))["paid"] == usd(225)
    assert await trial_balance(world) == {
        "cash": 40_000,
        "unapplied_payments": -17_500,
        "revenue_therapy": -22_500,
    }


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
