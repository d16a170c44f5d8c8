"""What names a person, a service or a payment is readable nowhere but in encrypted bodies and on the papers."""

from datetime import date

from billing.domain.ids import ProcessorId
from billing.domain.money import Money
from billing.domain.processing import DisputeState, DisputeTold
from careflow_events import contracts
from careflow_events.contracts import Sealed, codes
from careflow_service.identity import Actor
from careflow_service.ids import new_id
from careflow_service.testing.disclosing import asked_of_all, discloses
from careflow_service.testing.naming import named
from careflow_service.testing.reading import stands_in
from careflow_service.testing.stored import wrongly_stored
from careflow_service.testing.world import FORGED
from services.billing.tests.builders import ANA, local
from services.billing.tests.clinic import (
    INSURED,
    appeal,
    books,
    buys_package,
    has_patient,
    ok,
    pays,
    refusal,
    the_charge,
    usd,
)
from services.billing.tests.heard import session_completed
from services.billing.tests.world import World, takes_cards

CANARY = "zzcanaryzz"
CLINICAL = ("90837", "96365", "J3490", "F33.2")
"""The services and the diagnosis of the tests' patient."""


def registered_with_canaries(patient_id: str) -> contracts.PatientRegistered:
    """Text in every part of the section for billing."""
    name = contracts.PersonName(given=CANARY, family=CANARY)
    address = contracts.Address(line=CANARY, city=CANARY, state="CA", postal_code="94941")
    born = date(1988, 4, 2)
    return contracts.PatientRegistered(
        patient_id=patient_id,
        for_screening=Sealed.plain(contracts.PatientForScreening(birth_date=born, state="CA")),
        for_sessions=Sealed.plain(contracts.PatientForSessions(name=name, birth_date=born)),
        for_billing=Sealed.plain(
            contracts.PatientForBilling(legal_name=name, birth_date=born, sex=codes.Sex.FEMALE, address=address)
        ),
    )


async def test_nothing_of_a_patient_is_readable_in_the_store_in_events_in_metrics_or_in_logs(world: World) -> None:
    await everything_with_canaries(world)
    await world.hear(named("Jordan Lee"))
    await world.catch_up()
    assert await wrongly_stored(world, "billing", untried=frozenset({"courses", "fee_cases"})) == []

    assert "POST /v1/superbills" in world.logs.getvalue()
    assert await world.readable(CANARY) == set()
    for code in CLINICAL:
        assert await world.readable(code, word=True) == set(), code
    said = [str((event.data, event.subject, event.stream)).encode() for event in await world.said()]
    assert said
    assert not any(stands_in(CANARY, event) for event in said)
    assert not any(stands_in(code, event, word=True) for event in said for code in CLINICAL)


async def everything_with_canaries(world: World) -> None:
    """Text in every field that takes text, through every kind of command, and in what is heard."""
    await has_patient(world, insured=False)
    await world.hear(registered_with_canaries(ANA))
    await world.deliver(world.next_event(registered_with_canaries(new_id()), keys=FORGED))
    account = ok(await world.biller.get(f"/v1/accounts/{ANA}"))
    childs = dict.fromkeys(("payer", "member_id", "group_number", "subscriber_name"), CANARY)
    coverage = {**INSURED, **childs, "relationship": "child"}
    ok(await world.biller.put(f"/v1/accounts/{ANA}/coverage", coverage, version=account["version"]))
    contract = {"practitioner_id": "dr-paula-prescriber", "signed_on": "2026-01-05", "ends_on": "2028-01-04"}
    ok(await world.biller.post(f"/v1/accounts/{ANA}/private-contracts", contract), 201)

    handed_out = {"recipient": CANARY, "reason": CANARY, "reference": CANARY, "record_request_id": new_id()}
    await discloses(world.biller, ANA, **handed_out)
    await world.hear(asked_of_all(contracts.RecordRequested, ANA, new_id(), codes.RecordPart.BILLING))
    visit = await books(world, local(14, 9, month=12))
    world.clock.now = local(28, 1)
    await world.catch_up()
    (estimate,) = ok(await world.biller.get("/v1/estimates", patient_id=ANA))["items"]
    issue = f"/v1/estimates/{estimate['id']}/issue"
    ok(await world.biller.post(issue, {"late_reason": CANARY}, version=estimate["version"]))

    await world.hear(session_completed())
    charge = await the_charge(world)
    paid = await pays(world, 700, method="check", reference=CANARY)
    bill = {"patient_id": ANA, "charge_ids": [charge["id"]], "disclose_diagnoses": True}
    made = ok(await world.biller.post("/v1/superbills", bill), 201)
    for path in ("", "/pdf", "/claim-sheets"):
        assert (await world.patient(ANA).get(f"/v1/superbills/{made['superbill_id']}{path}")).status_code == 200
    await buys_package(world, method="check", reference=CANARY)
    refund = {"amount": usd(50), "reason": "goodwill"}
    ok(await world.biller.post(f"/v1/payments/{paid['payment_id']}/refunds", refund, version=paid["version"]), 201)
    world.clock.now = local(1, 9, month=12)
    for path, asked in (
        ("/v1/receipts", {"payment_id": paid["payment_id"]}),
        ("/v1/statements", {"patient_id": ANA, "month": "2026-11"}),
        ("/v1/yearly-summaries", {"patient_id": ANA, "year": 2026}),
        ("/v1/appeal-letters", appeal(made["superbill_id"], words=CANARY, notice_says=CANARY, enclosed=[CANARY])),
        ("/v1/reimbursements", {"superbill_id": made["superbill_id"]}),
        ("/v1/statement-runs", {"month": "2026-11"}),
    ):
        ok(await world.biller.post(path, asked), 201)
    await is_denied(world)
    ok(await world.biller.post(f"/v1/accounts/{ANA}/links"), 201)
    desk = takes_cards(world)
    deposit = {"patient_id": ANA, "appointment_id": visit["appointment_id"], "amount": usd(10)}
    ok(await world.biller.post("/v1/payment-links", deposit), 201)
    inquiry = DisputeTold(
        of_payment=ProcessorId("pi_1"), id=ProcessorId("dp_1"), amount=Money(1_000), state=DisputeState.INQUIRY
    )
    await world.application.hear_processor(inquiry, Actor.public())
    await world.application.hear_processor(desk.pays_out(), Actor.public())


async def test_a_refusal_repeats_nothing_of_what_was_sent(world: World) -> None:
    wrong = {"patient_id": f"{CANARY} Rivera", "amount": CANARY, "method": CANARY, "reference": f"{CANARY}\u0000"}
    refused = await world.biller.post("/v1/payments", wrong)
    assert refusal(refused) == (422, "invalid_request")
    assert CANARY not in refused.text
    for path in (f"/v1/charges/{CANARY}", f"/v1/accounts/{CANARY}"):
        assert CANARY not in (await world.biller.get(path)).text
    assert await world.readable(CANARY) <= {"_audit"}


async def test_reading_what_names_a_person_or_a_service_leaves_an_audit_entry(world: World) -> None:
    await has_patient(world)
    await world.hear(session_completed())
    charge = await the_charge(world)
    reads = world.store.database["_audit"]
    for path in (
        f"/v1/accounts/{ANA}",
        f"/v1/charges/{charge['id']}",
        f"/v1/charges?patient_id={ANA}",
        f"/v1/payments?patient_id={ANA}",
        f"/v1/estimates?patient_id={ANA}",
        f"/v1/superbills?patient_id={ANA}",
        f"/v1/fees?patient_id={ANA}",
        f"/v1/packages?patient_id={ANA}",
        f"/v1/papers?patient_id={ANA}",
        f"/v1/superbills/preview?patient_id={ANA}&charge_id={charge['id']}",
    ):
        before = await reads.count_documents({"outcome": "read"})
        assert (await world.biller.client.get(path, headers=world.biller.headers)).status_code == 200
        assert await reads.count_documents({"outcome": "read"}) == before + 1, path


async def is_denied(world: World) -> None:
    """The insurer pays nothing for what was filed."""
    (case,) = ok(await world.biller.get("/v1/reimbursements"))["items"]
    path = f"/v1/reimbursements/{case['id']}"
    ok(await world.biller.post(f"{path}/filed", {"on": "2026-12-01"}, version=1))
    denied = {"on": "2026-12-01", "outcome": "denied", "reason": "experimental", "claim_number": CANARY}
    ok(await world.biller.post(f"{path}/answered", denied, version=2))
