"""What overtakes each command and each deadline of billing, and what comes of it then."""

from datetime import date, timedelta

from billing.application.commands.open_account_link import OpenAccountLink
from billing.domain.ids import AccountLinkId, EstimateId
from billing.domain.money import Money
from billing.domain.receipts import Receipt
from billing.domain.yearly_summaries import YearlySummary
from careflow_events import contracts
from careflow_events.contracts import codes
from careflow_service.identity import Actor, Role
from careflow_service.testing.overtaking import Overtaking
from services.billing.tests.builders import ANA, local
from services.billing.tests.clinic import (
    INSURED,
    appeal,
    bill,
    books,
    buys_package,
    charges,
    estimates,
    fees,
    has_patient,
    issue,
    missed,
    ok,
    pays,
    refusal,
    the_account,
    the_charge,
    usd,
)
from services.billing.tests.heard import (
    INFUSION,
    PLAN,
    THERAPY_HOUR,
    details_changed,
    later,
    plan_signed,
    services_corrected,
    session_completed,
)
from services.billing.tests.reimbursed import CASES, billed, opens, reads, said, steps, today
from services.billing.tests.world import World, is_found

FAR, SOON = local(14, 9, month=12), local(25, 9)
NEXT_WEEK = local(30, 12)
MEDICARE = {"kind": "medicare", "payer": "Medicare", "member_id": "1EG4TE5MK73"}
CONTRACT = {"practitioner_id": "dr-paula-prescriber", "signed_on": "2026-01-05", "ends_on": "2028-01-04"}


async def covers(world: World, coverage: dict[str, str]) -> None:
    version = (await the_account(world))["version"]
    ok(await world.biller.put(f"/v1/accounts/{ANA}/coverage", coverage, version=version))


async def issues_bill(world: World, charge_id: str) -> str:
    return str(ok(await world.biller.post("/v1/superbills", bill(charge_id)), 201)["superbill_id"])


async def the_patient_says_who_covers_them_while_details_change(world: World, overtaking: Overtaking) -> None:
    await has_patient(world, insured=False)
    version = (await the_account(world))["version"]
    overtaking.by(lambda: world.hear(details_changed()))
    late = await world.biller.put(f"/v1/accounts/{ANA}/coverage", INSURED, version=version)
    assert refusal(late) == (412, "stale_version")


async def a_contract_is_added_while_coverage_is_recorded(world: World, overtaking: Overtaking) -> None:
    await has_patient(world)
    overtaking.by(lambda: covers(world, MEDICARE))
    ok(await world.biller.post(f"/v1/accounts/{ANA}/private-contracts", CONTRACT), 201)
    account = await the_account(world)
    assert (account["coverage"]["kind"], len(account["contracts"])) == ("medicare", 1)


async def an_account_link_is_made_while_details_change(world: World, overtaking: Overtaking) -> None:
    """It is for whoever is known then."""
    await has_patient(world)
    overtaking.by(lambda: world.hear(details_changed(born=date(1989, 4, 2))))
    link_id = AccountLinkId(ok(await world.biller.post(f"/v1/accounts/{ANA}/links"), 201)["link_id"])
    tried = await world.application.open_account_link(OpenAccountLink(link_id, date(1989, 4, 2)), Actor.public())
    assert tried.value.opened_at is not None


async def an_account_link_is_sent_while_another_one_is_gathered(world: World, overtaking: Overtaking) -> None:
    """One message: what was to be sent soon is sent now."""
    await has_patient(world)
    is_found(world)
    payment = await pays(world, 25)
    overtaking.by(lambda: world.biller.post("/v1/receipts", {"payment_id": payment["payment_id"]}))
    ok(await world.biller.post(f"/v1/accounts/{ANA}/links/send"), 201)
    await world.travel(timedelta(minutes=15))
    assert (await world.said_types(ANA)).count("AccountLinkIssued") == 1


async def what_is_new_is_sent_while_somebody_has_it_sent(world: World, overtaking: Overtaking) -> None:
    await has_patient(world)
    is_found(world)
    payment = await pays(world, 25)
    ok(await world.biller.post("/v1/receipts", {"payment_id": payment["payment_id"]}), 201)
    overtaking.by(lambda: world.biller.post(f"/v1/accounts/{ANA}/links/send"))
    await world.travel(timedelta(minutes=15))
    assert (await world.said_types(ANA)).count("AccountLinkIssued") == 1


async def an_account_link_is_opened_while_somebody_guesses(world: World, overtaking: Overtaking) -> None:
    """Both tries count, one after the other."""
    await has_patient(world)
    link_id = AccountLinkId(ok(await world.biller.post(f"/v1/accounts/{ANA}/links"), 201)["link_id"])

    async def guesses() -> bool:
        tried = await world.application.open_account_link(OpenAccountLink(link_id, date(2000, 1, 1)), Actor.public())
        return tried.value.opened_at is not None

    overtaking.by(guesses)
    assert not await guesses()
    assert (await world.ports.account_links.get(link_id)).tries.wrong == 2


async def a_price_is_asked_while_a_visit_is_booked(world: World, overtaking: Overtaking) -> None:
    await has_patient(world)
    overtaking.by(lambda: books(world, FAR))
    question = {"patient_id": ANA, "visits": [{"kind": "dosing", "count": 6}]}
    ok(await world.patient(ANA).post("/v1/estimates", question), 201)
    assert [each["cause"] for each in await estimates(world)] == ["visit", "request"]


async def an_estimate_is_issued_while_details_change(world: World, overtaking: Overtaking) -> None:
    await has_patient(world)
    await books(world, FAR)
    (estimate,) = await estimates(world)
    overtaking.by(lambda: world.hear(details_changed(family="Rivera-Lopez")))
    await issue(world, estimate)
    issued = (await world.ports.estimates.get(EstimateId(estimate["id"]))).latest
    assert issued is not None
    assert issued.parties.patient_name == "Ana Rivera-Lopez"


async def an_estimate_is_delivered_while_its_plan_changes(world: World, overtaking: Overtaking) -> None:
    await has_patient(world)
    await world.hear(plan_signed())
    await books(world, FAR, plan_id=PLAN)
    issued = await issue(world, (await estimates(world))[0])
    overtaking.by(lambda: world.hear(plan_signed(version=2, doses=8)))
    path = f"/v1/estimates/{issued['id']}/deliver"
    late = await world.calling(Role.COORDINATOR).post(path, {"way": "electronic"}, version=issued["version"])
    assert refusal(late) == (412, "stale_version")


async def a_waiting_charge_is_posted_while_money_comes_in(world: World, overtaking: Overtaking) -> None:
    await has_patient(world)
    for _ in range(2):
        await world.hear(session_completed(THERAPY_HOUR))
    posted, waiting = sorted(await charges(world), key=lambda each: str(each["state"]))
    ok(await world.biller.post(f"/v1/charges/{posted['id']}/reverse", version=posted["version"]))
    overtaking.by(lambda: pays(world, 225))
    ok(await world.biller.post(f"/v1/charges/{waiting['id']}/post", version=waiting["version"]))
    paid = [each["paid"] for each in await charges(world) if each["id"] == waiting["id"]]
    assert paid == [usd(225)]


async def a_charge_is_reversed_while_it_is_corrected(world: World, overtaking: Overtaking) -> None:
    await has_patient(world)
    session = session_completed(THERAPY_HOUR, INFUSION)
    await world.hear(session)
    charge = await the_charge(world)
    overtaking.by(lambda: world.hear(services_corrected(session.session_id, 2, INFUSION)))
    late = await world.biller.post(f"/v1/charges/{charge['id']}/reverse", version=charge["version"])
    assert refusal(late) == (412, "stale_version")


async def a_charge_is_written_off_while_it_is_paid(world: World, overtaking: Overtaking) -> None:
    await has_patient(world)
    await world.hear(session_completed(THERAPY_HOUR))
    charge = await the_charge(world)
    overtaking.by(lambda: pays(world, 225))
    path, body = f"/v1/charges/{charge['id']}/write-offs", {"amount": usd(225), "reason": "hardship"}
    assert refusal(await world.biller.post(path, body, version=charge["version"])) == (412, "stale_version")


async def a_fee_is_waived_while_it_is_settled(world: World, overtaking: Overtaking) -> None:
    await has_patient(world)
    await missed(world, await books(world, SOON))
    world.clock.now = NEXT_WEEK
    (fee,) = await fees(world)
    overtaking.by(world.catch_up)
    late = await world.biller.post(f"/v1/fees/{fee['id']}/waive", {"reason": "emergency"}, version=fee["version"])
    assert refusal(late) == (409, "fee_settled")


async def a_payment_comes_in_while_another_is_refunded(world: World, overtaking: Overtaking) -> None:
    await has_patient(world)
    await world.hear(session_completed(THERAPY_HOUR))
    first = await pays(world, 100)
    refund = {"amount": usd(100), "reason": "entered_in_error"}
    path = f"/v1/payments/{first['payment_id']}/refunds"

    async def is_refunded() -> None:
        ok(await world.biller.post(path, refund, version=first["version"]), 201)

    overtaking.by(is_refunded)
    await pays(world, 200)
    assert (await the_charge(world))["balance"] == usd(25)


async def a_payment_is_refunded_while_it_pays_for_a_session(world: World, overtaking: Overtaking) -> None:
    await has_patient(world)
    paid = await pays(world, 225)
    overtaking.by(lambda: world.hear(session_completed(THERAPY_HOUR)))
    path, refund = f"/v1/payments/{paid['payment_id']}/refunds", {"amount": usd(225), "reason": "overpaid"}
    late = await world.biller.post(path, refund, version=paid["version"])
    assert refusal(late) == (412, "stale_version")


async def a_package_is_bought_while_a_dose_is_charged(world: World, overtaking: Overtaking) -> None:
    await has_patient(world)
    overtaking.by(lambda: world.hear(session_completed(THERAPY_HOUR)))
    await buys_package(world)
    assert (await the_charge(world))["balance"] == usd(225), "what was charged before is none of the package"


async def a_package_is_given_back_while_a_dose_is_charged(world: World, overtaking: Overtaking) -> None:
    await has_patient(world)
    package = await buys_package(world)
    overtaking.by(lambda: world.hear(session_completed(THERAPY_HOUR)))
    late = await world.biller.post(f"/v1/packages/{package['id']}/refund", {}, version=package["version"])
    assert refusal(late) == (412, "stale_version")


async def a_superbill_is_issued_while_its_charge_is_corrected(world: World, overtaking: Overtaking) -> None:
    await has_patient(world)
    session = session_completed(THERAPY_HOUR, INFUSION)
    await world.hear(session)
    overtaking.by(lambda: world.hear(services_corrected(session.session_id, 2, INFUSION)))
    superbill_id = await issues_bill(world, (await the_charge(world))["id"])
    issued = ok(await world.biller.get(f"/v1/superbills/{superbill_id}"))
    assert (issued["state"], [each["code"] for each in issued["lines"]]) == ("issued", ["96365"])


async def a_superbill_is_voided_while_its_charge_is_corrected(world: World, overtaking: Overtaking) -> None:
    await has_patient(world)
    session = session_completed(THERAPY_HOUR)
    await world.hear(session)
    superbill_id = await issues_bill(world, (await the_charge(world))["id"])
    overtaking.by(lambda: world.hear(services_corrected(session.session_id, 2, INFUSION)))
    late = await world.biller.post(f"/v1/superbills/{superbill_id}/void", {"reason": "details_wrong"}, version=1)
    assert refusal(late) == (409, "superbill_void")


async def an_estimate_is_missed_while_it_is_issued(world: World, overtaking: Overtaking) -> None:
    await has_patient(world)
    await books(world, FAR)
    (estimate,) = await estimates(world)
    world.clock.now = NEXT_WEEK
    overtaking.by(lambda: issue(world, estimate, late_reason="The office was closed by a storm."))
    await world.catch_up()
    assert (await world.said_types(ANA))[-1] == "GoodFaithEstimateIssued"


async def a_fee_is_settled_while_the_patient_arrives_after_all(world: World, overtaking: Overtaking) -> None:
    await has_patient(world)
    visit = await missed(world, await books(world, SOON))
    world.clock.now = NEXT_WEEK
    arrived = contracts.TreatmentArrived(**later(visit, status=codes.AppointmentStatus.ARRIVED))
    overtaking.by(lambda: world.hear(arrived))
    await world.catch_up()
    assert [each["state"] for each in await fees(world)] == ["dropped"]
    assert "FeeWaived" not in await world.said_types(ANA)


async def a_receipt_is_issued_while_its_payment_is_refunded(world: World, overtaking: Overtaking) -> None:
    await has_patient(world)
    paid = await pays(world, 100)
    refund = {"amount": usd(30), "reason": "overpaid"}
    path = f"/v1/payments/{paid['payment_id']}/refunds"
    overtaking.by(lambda: world.biller.post(path, refund, version=paid["version"]))
    made = ok(await world.biller.post("/v1/receipts", {"payment_id": paid["payment_id"]}), 201)
    content = (await world.ports.papers.get(made["paper_id"])).content
    assert isinstance(content, Receipt)
    assert (content.free, [each.amount for each in content.given_back]) == (Money(7_000), [Money(3_000)])


async def a_statement_is_issued_twice_at_once(world: World, overtaking: Overtaking) -> None:
    await has_patient(world)
    await pays(world, 100)
    world.clock.now = local(1, 9, month=12)
    asked = {"patient_id": ANA, "month": "2026-11"}
    others: list[dict[str, str]] = []

    async def somebody_else() -> None:
        others.append(ok(await world.biller.post("/v1/statements", asked), 201))

    overtaking.by(somebody_else)
    assert [ok(await world.biller.post("/v1/statements", asked), 201)] == others
    assert len(ok(await world.biller.get("/v1/papers", patient_id=ANA))["items"]) == 1


async def a_year_is_summed_up_while_money_comes_in(world: World, overtaking: Overtaking) -> None:
    await has_patient(world)
    await pays(world, 100)
    overtaking.by(lambda: pays(world, 50))
    made = ok(await world.patient(ANA).post("/v1/yearly-summaries", {"patient_id": ANA, "year": 2026}), 201)
    content = (await world.ports.papers.get(made["paper_id"])).content
    assert isinstance(content, YearlySummary)
    assert content.received == Money(15_000)


async def a_letter_of_appeal_is_issued_while_its_superbill_is_voided(world: World, overtaking: Overtaking) -> None:
    await has_patient(world)
    await world.hear(session_completed(THERAPY_HOUR))
    made = ok(await world.biller.post("/v1/superbills", bill((await the_charge(world))["id"])), 201)
    void = f"/v1/superbills/{made['superbill_id']}/void"
    overtaking.by(lambda: world.biller.post(void, {"reason": "details_wrong"}, version=made["version"]))
    late = await world.patient(ANA).post("/v1/appeal-letters", appeal(made["superbill_id"]))
    assert refusal(late) == (409, "superbill_not_in_force")
    assert ok(await world.biller.get("/v1/papers", patient_id=ANA))["items"] == []


async def a_case_is_opened_while_its_patient_opens_it(world: World, overtaking: Overtaking) -> None:
    body = {"superbill_id": await billed(world)}
    overtaking.by(lambda: world.patient(ANA).post(CASES, body))
    assert refusal(await world.biller.post(CASES, body)) == (409, "reimbursement_known")
    assert len(ok(await world.biller.get(CASES))["items"]) == 1


async def a_case_is_closed_while_its_superbill_is_replaced(world: World, overtaking: Overtaking) -> None:
    """Who closes it has not seen that it is about another superbill now."""
    case = await opens(world, await billed(world))
    overtaking.by(lambda: pays(world, 225))
    late = await world.biller.post(f"{CASES}/{case['id']}/close", version=case["version"])
    assert refusal(late) == (412, "stale_version")
    assert (await reads(world, case["id"]))["superbill_number"] == "SB-2026-0002"


async def a_day_to_file_comes_while_it_is_filed(world: World, overtaking: Overtaking) -> None:
    case = await opens(world, await billed(world), file_by=today(world, in_days=10))
    world.clock.advance(timedelta(days=1))
    overtaking.by(lambda: steps(world, case, "filed"))
    await world.catch_up()
    assert (await reads(world, case["id"]))["stage"] == "filed"
    assert await said(world) == ["ReimbursementHelpOpened"]


async def a_months_end_is_begun_twice_at_once(world: World, overtaking: Overtaking) -> None:
    await has_patient(world)
    await pays(world, 100)
    world.clock.now = local(1, 9, month=12)
    overtaking.by(lambda: world.biller.post("/v1/statement-runs", {"month": "2026-11"}))
    assert ok(await world.biller.post("/v1/statement-runs", {"month": "2026-11"}), 201)["version"] == 1
    await world.catch_up()
    assert len(ok(await world.biller.get("/v1/papers", patient_id=ANA))["items"]) == 1


async def a_statement_is_issued_while_money_comes_in(world: World, overtaking: Overtaking) -> None:
    await has_patient(world)
    await world.hear(session_completed(THERAPY_HOUR))
    world.clock.now = local(1, 9, month=12)
    ok(await world.biller.post("/v1/statement-runs", {"month": "2026-11"}), 201)
    overtaking.by(lambda: pays(world, 100))
    await world.catch_up()
    (paper,) = ok(await world.biller.get("/v1/papers", patient_id=ANA))["items"]
    assert (paper["number"], paper["statement"]["to_pay"]) == ("ST-2026-0001", usd(125))
