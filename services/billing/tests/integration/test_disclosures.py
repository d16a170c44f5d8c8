"""Billing's share of a patient's record is handed out: recorded first, and accounted for."""

import pytest

from careflow_events import contracts
from careflow_events.contracts import codes
from careflow_service.ids import new_id
from careflow_service.testing.disclosing import asked_of_all, copied, discloses, disclosure, kinds
from services.billing.tests.builders import ANA
from services.billing.tests.clinic import bill, buys_package, has_patient, is_insured, ok, pays, refusal, the_charge
from services.billing.tests.heard import THERAPY_HOUR, merged, parted, registered, session_completed
from services.billing.tests.integration.test_erasure import answer, asked
from services.billing.tests.integration.test_money_pages import logs_in
from services.billing.tests.world import World


async def test_what_was_paid_goes_out_and_booking_hears_of_it(world: World) -> None:
    await has_patient(world)
    await pays(world, 100)
    request = new_id()
    copy = await copied(world.biller, ANA, record_request_id=request)
    assert copy["format"] == "careflow-billing-record"
    assert {"account", "payment"} <= set(kinds(copy))
    (said,) = [each for each in await world.said(ANA) if "BillingRecordDisclosed" in each.type]
    assert said.data["record_request_id"] == request
    (listed,) = ok(await world.patient(ANA).get(f"/v1/patients/{ANA}/disclosures"))["items"]
    assert (listed["record_request_id"], listed["recipient"]) == (request, "the patient")


async def test_who_hands_a_copy_out_reads_whose_record_it_is_of(world: World) -> None:
    await has_patient(world)
    await world.hear(asked_of_all(contracts.RecordRequested, ANA, new_id(), codes.RecordPart.BILLING))
    someone = await logs_in(world, to="/pages/record-shares")
    waits = await someone.opens("/pages/record-shares")
    assert "Ana Rivera" in waits.text
    form = await someone.follows(waits, next(name for name in waits.links if name.startswith("Hand out")))
    assert "Ana Rivera" in form.text
    assert "Ana" not in f"{waits.url}{form.url}{waits.title}{form.title}"


async def test_it_has_no_other_part_and_knows_nobody_else(world: World) -> None:
    await has_patient(world)
    path = f"/v1/patients/{ANA}/disclosures"
    apart = await world.biller.post(path, disclosure(part="substance_use", basis="court_order", reference="no. 7"))
    assert refusal(apart) == (422, "part_not_held")
    stranger = await world.biller.post(f"/v1/patients/{new_id()}/disclosures", disclosure())
    assert refusal(stranger) == (404, "patient_not_found")
    consented = await world.biller.post(path, disclosure(basis="written_consent", consent_id=new_id()))
    assert refusal(consented) == (404, "consent_not_found")


@pytest.mark.parametrize(("basis", "said"), [("treatment", "BillingErasureAgreed"), ("court_order", "Refused")])
async def test_what_is_accounted_for_outlasts_the_wish_to_be_erased(world: World, basis: str, said: str) -> None:
    await world.hear(registered())
    await is_insured(world)
    await discloses(world.biller, ANA, basis=basis, reference="no. 7", recipient="a court")
    await asked(world)
    assert said in (await answer(world)).type


async def test_every_paper_and_bill_can_be_copied_and_read(world: World) -> None:
    """One of each kind, with all that is in it."""
    await has_patient(world)
    await world.hear(session_completed(THERAPY_HOUR))
    ok(await world.biller.post("/v1/superbills", bill((await the_charge(world))["id"])), 201)
    payment = (await pays(world, 10))["payment_id"]
    await buys_package(world)
    ok(await world.biller.post("/v1/receipts", {"payment_id": payment}), 201)
    wish = {"patient_id": ANA, "visits": [{"kind": "dosing", "count": 6}]}
    ok(await world.biller.post("/v1/estimates", wish), 201)
    every = {"account", "estimate", "charge", "package", "payment", "superbill", "paper"}
    assert every <= set(kinds(await copied(world.biller, ANA)))
    read = await world.biller.get(f"/v1/disclosures/{await discloses(world.biller, ANA)}/record", format="text")
    assert "SUPERBILL" in read.text
    assert "End of the record:" in read.text


async def test_what_was_paid_on_a_record_that_was_merged_goes_out_with_the_one_that_stays(world: World) -> None:
    await has_patient(world)
    paid, stays = await pays(world, 40), new_id()
    await world.hear(registered(stays))
    await world.hear(merged(stays))
    copy = await copied(world.biller, stays)
    assert paid["payment_id"] in {each["id"] for each in copy["documents"] if each["kind"] == "payment"}
    await world.hear(parted(stays))
    assert "payment" not in kinds(await copied(world.biller, stays))
