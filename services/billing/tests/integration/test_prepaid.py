"""Money that is paid beforehand, over HTTP and with events: deposits for visits, packages of visits."""

from datetime import timedelta
from typing import Any

from billing.domain.ids import PatientId
from careflow_events import contracts
from careflow_events.contracts import codes
from careflow_service.identity import Role
from services.billing.tests.builders import ANA, local
from services.billing.tests.clinic import (
    bill,
    books,
    buys_package,
    corrected,
    estimates,
    fees,
    has_patient,
    is_insured,
    issue,
    missed,
    ok,
    pays,
    refusal,
    the_account,
    the_charge,
    trial_balance,
    usd,
)
from services.billing.tests.heard import (
    DRUG,
    INFUSION,
    THERAPY_HOUR,
    care_discharged,
    later,
    session_completed,
    session_refused,
)
from services.billing.tests.heard import visit as planned_visit
from services.billing.tests.world import World, is_found, takes_cards


async def test_a_deposit_is_owed_to_the_patient_until_its_visit_is_charged(world: World) -> None:
    await has_patient(world)
    visit = await books(world, local(24, 9))
    await pays(world, 300, appointment_id=visit["appointment_id"])
    assert await trial_balance(world) == {"cash": 30_000, "deposits": -30_000}
    assert (await the_account(world))["prepaid"] == usd(300)

    await world.hear(session_completed(THERAPY_HOUR, appointment_id=visit["appointment_id"]))

    assert (await the_charge(world))["balance"] == usd(0)
    assert await trial_balance(world) == {"cash": 30_000, "revenue_therapy": -22_500, "unapplied_payments": -7_500}
    assert {"DepositTaken", "DepositApplied"} <= set(await world.said_types(ANA))


async def test_the_deposit_for_a_visit_the_clinic_cancels_is_the_patients_again(world: World) -> None:
    await has_patient(world)
    visit = await books(world, local(24, 9))
    await pays(world, 300, appointment_id=visit["appointment_id"])
    after = later(visit, status=codes.AppointmentStatus.CANCELLED)
    by, why = codes.CancelledBy.CLINICAL_HOLD, codes.CancelReason.PATIENT_REQUEST
    await world.hear(contracts.TreatmentCancelled(**after, cancelled_by=by, reason=why, notice_minutes=1440))
    assert await trial_balance(world) == {"cash": 30_000, "unapplied_payments": -30_000}
    account = await the_account(world)
    assert (account["credit"], account["prepaid"]) == (usd(300), usd(0))


async def asks_for_deposit(world: World, visit: dict[str, Any]) -> None:
    body = {"patient_id": ANA, "appointment_id": visit["appointment_id"], "amount": usd(100)}
    ok(await world.biller.post("/v1/payment-links", body), 201)


async def test_a_visit_without_treatment_frees_what_was_kept_covered_and_asked_for(world: World) -> None:
    """The dose was refused, or the hour was a coordination call: the visit is still to be done, by another one."""
    takes_cards(world)
    is_found(world)
    await has_patient(world)
    visit = await books(world, local(14, 9, month=12))
    await pays(world, 300, appointment_id=visit["appointment_id"])
    await asks_for_deposit(world, visit)
    before = await world.said_types(ANA)
    await world.hear(session_refused(visit))

    account = await the_account(world)
    assert (account["credit"], account["prepaid"]) == (usd(300), usd(0))
    (link,) = ok(await world.biller.get("/v1/payment-links", patient_id=ANA))["items"]
    assert link["state"] == "closing"
    assert [each["due_by"] for each in await estimates(world)] == [None]
    await world.travel(timedelta(minutes=15))
    assert (await world.said_types(ANA))[len(before) :].count("AccountLinkIssued") == 1
    body = {"patient_id": ANA, "amount": usd(50), "method": "cash", "appointment_id": visit["appointment_id"]}
    assert refusal(await world.biller.post("/v1/payments", body)) == (409, "visit_over")
    await world.hear(session_refused(visit))
    assert (await the_account(world))["credit"] == usd(300)


async def test_a_refusal_heard_before_the_visit_was_booked_keeps_nothing_for_it(world: World) -> None:
    await has_patient(world)
    visit = planned_visit(local(14, 9, month=12))
    await world.hear(session_refused(visit))
    await world.hear(contracts.TreatmentBooked(**visit, booked_by=codes.BookedBy.STAFF))
    assert await estimates(world) == []
    body = {"patient_id": ANA, "amount": usd(50), "method": "cash", "appointment_id": visit["appointment_id"]}
    assert refusal(await world.biller.post("/v1/payments", body)) == (409, "visit_over")
    await missed(world, visit)
    assert await fees(world) == []


async def test_a_lost_visit_is_not_asked_to_be_paid_for_and_its_place_in_the_estimate_is_free(world: World) -> None:
    """And taken again when it was not lost after all."""
    takes_cards(world)
    await has_patient(world)
    visit = await books(world, local(14, 9, month=12))
    (estimate,) = await estimates(world)
    await issue(world, estimate)
    await asks_for_deposit(world, visit)
    lost = await missed(world, visit)
    (link,) = ok(await world.biller.get("/v1/payment-links", patient_id=ANA))["items"]
    assert link["state"] == "closing"
    assert await covered(world) == []
    await corrected(world, lost)
    assert await covered(world) == [visit["appointment_id"]]


async def covered(world: World) -> list[str]:
    found = await world.ports.estimates.all_of(PatientId(ANA))
    return [each.appointment_id for estimate in found for each in estimate.covered]


async def test_a_package_pays_for_its_visits_and_what_is_unused_goes_back(world: World) -> None:
    await has_patient(world)
    package = await buys_package(world)
    await world.hear(session_completed(INFUSION, DRUG, THERAPY_HOUR))

    shown = ok(await world.patient(ANA).get(f"/v1/packages/{package['id']}"))
    assert (shown["sessions_left"], shown["unused"]) == (5, usd(3100))
    charge = await the_charge(world)
    assert (charge["amount"], charge["balance"]) == (usd(620), usd(0))
    superbill = ok(await world.biller.post("/v1/superbills", bill(charge["id"])), 201)
    issued = ok(await world.biller.get(f"/v1/superbills/{superbill['superbill_id']}"))
    assert (issued["charged"], issued["paid"], len(issued["payments"])) == (usd(620), usd(620), 1)

    path = f"/v1/packages/{package['id']}/refund"
    ok(await world.biller.post(path, {}, version=shown["version"]), 201)
    (listed,) = ok(await world.biller.get("/v1/packages", patient_id=ANA))["items"]
    assert (listed["sessions_left"], listed["unused"]) == (0, usd(0))
    assert (await trial_balance(world))["cash"] == 62_000
    again = await world.biller.post(path, {}, version=listed["version"])
    assert refusal(again) == (409, "package_used_up")
    assert {"PackagePurchased", "RevenueRecognized", "RefundIssued"} <= set(await world.said_types(ANA))


async def test_what_is_unused_of_a_package_is_credit_once_care_has_ended(world: World) -> None:
    await has_patient(world)
    await buys_package(world)
    await world.hear(session_completed(INFUSION, DRUG, THERAPY_HOUR))
    await world.hear(care_discharged(world.clock()))
    (package,) = ok(await world.biller.get("/v1/packages", patient_id=ANA))["items"]
    assert (package["sessions_left"], package["unused"]) == (0, usd(0))
    account = await the_account(world)
    assert (account["credit"], account["prepaid"]) == (usd(3100), usd(0))
    assert (await trial_balance(world))["cash"] == 372_000, "somebody pays it out"

    body = {"amount": usd(3100), "reason": "overpaid"}
    (payment,) = ok(await world.biller.get("/v1/payments", patient_id=ANA))["items"]
    ok(await world.biller.post(f"/v1/payments/{payment['id']}/refunds", body, version=payment["version"]), 201)
    assert (await trial_balance(world))["cash"] == 62_000


async def test_after_its_time_a_package_stays_good_when_care_ends(world: World) -> None:
    await has_patient(world)
    await buys_package(world)
    await world.travel(timedelta(days=31))
    await world.hear(care_discharged(world.clock()))
    (package,) = ok(await world.biller.get("/v1/packages", patient_id=ANA))["items"]
    assert package["sessions_left"] == 6
    (task,) = await left(world)
    assert (task["about"], task["amount"]) == (package["id"], usd(3720))
    path = f"/v1/packages/{package['id']}/refund"
    ok(await world.biller.post(path, {"as_goodwill": True}, version=package["version"]), 201)
    assert await left(world) == []


async def left(world: World) -> list[Any]:
    return list(ok(await world.biller.get("/v1/tasks", kind="package_left"))["items"])


async def has_ended_while_a_charge_waits(world: World) -> Any:
    """Ana has a package, and an hour of which nobody knows yet who covers it; care ends in time to give it back."""
    await has_patient(world, insured=False)
    await buys_package(world)
    await world.hear(session_completed(THERAPY_HOUR))
    await world.travel(timedelta(days=1))
    await world.hear(care_discharged(world.clock()))
    charge = await the_charge(world)
    assert (charge["state"], len(await left(world))) == ("waiting", 1)
    await world.travel(timedelta(days=40))
    return charge


async def test_it_is_credit_once_the_last_charge_that_waits_is_posted_however_late(world: World) -> None:
    await has_ended_while_a_charge_waits(world)
    await is_insured(world)
    (package,) = ok(await world.biller.get("/v1/packages", patient_id=ANA))["items"]
    assert (package["sessions_left"], await left(world)) == (0, [])
    account = await the_account(world)
    assert (account["prepaid"], account["owed"]) == (usd(0), usd(0))
    assert account["credit"] != usd(0)


async def test_it_is_credit_once_the_last_charge_that_waits_is_reversed(world: World) -> None:
    charge = await has_ended_while_a_charge_waits(world)
    ok(await world.biller.post(f"/v1/charges/{charge['id']}/reverse", version=charge["version"]))
    assert await left(world) == []
    assert (await the_account(world))["credit"] == usd(3720)


async def test_who_comes_back_uses_what_was_left(world: World) -> None:
    await has_patient(world)
    await buys_package(world)
    await world.travel(timedelta(days=31))
    await world.hear(care_discharged(world.clock()))
    await world.travel(timedelta(days=60))
    await world.hear(session_completed(INFUSION, at=world.clock() - timedelta(hours=1)))
    (package,) = ok(await world.biller.get("/v1/packages", patient_id=ANA))["items"]
    assert (package["sessions_left"], package["left_over_since"], await left(world)) == (5, None, [])


async def test_one_slip_of_the_terminal_buys_one_package(world: World) -> None:
    await has_patient(world)
    slip = {"method": "card_terminal", "reference": "7731"}
    first, second = [await buys_package(world, **slip) for _ in range(2)]
    assert first == second
    assert await trial_balance(world) == {"cash": 372_000, "unearned_packages": -372_000}
    await pays(world, 50, method="card_terminal", reference="7732")
    body = {"patient_id": ANA, "offer": "dosing-6", "method": "card_terminal", "reference": "7732"}
    assert refusal(await world.biller.post("/v1/packages", body)) == (409, "reference_used")


async def test_only_what_the_schedule_offers_can_be_bought(world: World) -> None:
    await has_patient(world)
    body = {"patient_id": ANA, "offer": "dosing-60", "method": "cash"}
    assert refusal(await world.calling(Role.COORDINATOR).post("/v1/packages", body)) == (409, "package_not_offered")
    offered = ok(await world.patient(ANA).get("/v1/fee-schedule"))["packages"]
    assert [each["code"] for each in offered] == ["dosing-6"]
