"""Nothing of another patient is reached by a patient, whatever else they are."""

from billing.entrypoints.http.access import ACCESS
from careflow_service.testing.calling import ISSUER
from careflow_service.testing.doors import wrongly_answered_doors
from careflow_service.testing.owning import Theirs, reached_by_strangers
from services.billing.tests.builders import ANA
from services.billing.tests.clinic import (
    INSURED,
    appeal,
    bill,
    buys_package,
    charges,
    has_patient,
    ok,
    pays,
    the_charge,
)
from services.billing.tests.heard import THERAPY_HOUR, session_completed
from services.billing.tests.reimbursed import CASES, opens
from services.billing.tests.world import World, takes_cards


async def test_no_stranger_reaches_a_patients_money_or_papers(world: World) -> None:
    await has_patient(world)
    await world.hear(session_completed(THERAPY_HOUR))
    charge = (await the_charge(world))["id"]
    superbill = ok(await world.biller.post("/v1/superbills", bill(charge)), 201)["superbill_id"]
    case = f"{CASES}/{(await opens(world, superbill))['id']}"
    payment = (await pays(world, 10))["payment_id"]
    package = (await buys_package(world))["id"]
    wish = {"patient_id": ANA, "visits": [{"kind": "dosing", "count": 6}]}
    estimate = ok(await world.biller.post("/v1/estimates", wish), 201)["id"]
    takes_cards(world)
    link = ok(await world.biller.post("/v1/payment-links", {"patient_id": ANA}), 201)["id"]
    receipt = ok(await world.biller.post("/v1/receipts", {"payment_id": payment}), 201)["paper_id"]
    theirs = {
        "GET /v1/accounts/{patient_id}": Theirs(f"/v1/accounts/{ANA}"),
        "PUT /v1/accounts/{patient_id}/coverage": Theirs(f"/v1/accounts/{ANA}/coverage", INSURED, version=1),
        "POST /v1/estimates": Theirs("/v1/estimates", wish),
        "GET /v1/estimates": Theirs(f"/v1/estimates?patient_id={ANA}"),
        "GET /v1/estimates/{estimate_id}": Theirs(f"/v1/estimates/{estimate}"),
        "GET /v1/estimates/{estimate_id}/pdf": Theirs(f"/v1/estimates/{estimate}/pdf"),
        "GET /v1/patients/{patient_id}/disclosures": Theirs(f"/v1/patients/{ANA}/disclosures"),
        "GET /v1/charges": Theirs(f"/v1/charges?patient_id={ANA}"),
        "GET /v1/charges/{charge_id}": Theirs(f"/v1/charges/{charge}"),
        "GET /v1/fees": Theirs(f"/v1/fees?patient_id={ANA}"),
        "GET /v1/payments": Theirs(f"/v1/payments?patient_id={ANA}"),
        "GET /v1/payments/{payment_id}": Theirs(f"/v1/payments/{payment}"),
        "POST /v1/payment-links": Theirs("/v1/payment-links", {"patient_id": ANA}),
        "GET /v1/payment-links": Theirs(f"/v1/payment-links?patient_id={ANA}"),
        "GET /v1/payment-links/{link_id}": Theirs(f"/v1/payment-links/{link}"),
        "GET /v1/packages": Theirs(f"/v1/packages?patient_id={ANA}"),
        "GET /v1/packages/{package_id}": Theirs(f"/v1/packages/{package}"),
        "POST /v1/receipts": Theirs("/v1/receipts", {"payment_id": payment}),
        "POST /v1/yearly-summaries": Theirs("/v1/yearly-summaries", {"patient_id": ANA, "year": 2026}),
        "POST /v1/appeal-letters": Theirs("/v1/appeal-letters", appeal(superbill)),
        "POST /v1/reimbursements": Theirs(CASES, {"superbill_id": superbill}),
        "GET /v1/accounts/{patient_id}/reimbursements": Theirs(f"/v1/accounts/{ANA}/reimbursements"),
        "GET /v1/reimbursements/{case_id}": Theirs(case),
        "POST /v1/reimbursements/{case_id}/filed": Theirs(f"{case}/filed", {"on": "2026-11-23"}, version=1),
        "POST /v1/reimbursements/{case_id}/more-asked": Theirs(f"{case}/more-asked", {"on": "2026-11-23"}, version=1),
        "POST /v1/reimbursements/{case_id}/answered": Theirs(
            f"{case}/answered", {"on": "2026-11-23", "outcome": "paid", "received_minor": 1}, version=1
        ),
        "POST /v1/reimbursements/{case_id}/appealed": Theirs(f"{case}/appealed", {"on": "2026-11-23"}, version=1),
        "POST /v1/reimbursements/{case_id}/close": Theirs(f"{case}/close", version=1),
        "GET /v1/papers": Theirs(f"/v1/papers?patient_id={ANA}"),
        "GET /v1/papers/{paper_id}": Theirs(f"/v1/papers/{receipt}"),
        "GET /v1/papers/{paper_id}/pdf": Theirs(f"/v1/papers/{receipt}/pdf"),
        "GET /v1/superbills": Theirs(f"/v1/superbills?patient_id={ANA}"),
        "GET /v1/superbills/{superbill_id}": Theirs(f"/v1/superbills/{superbill}"),
        "GET /v1/superbills/{superbill_id}/pdf": Theirs(f"/v1/superbills/{superbill}/pdf"),
        "GET /v1/superbills/{superbill_id}/claim-sheets": Theirs(f"/v1/superbills/{superbill}/claim-sheets"),
    }
    before = await charges(world)
    assert await reached_by_strangers(world, ACCESS, theirs) == []
    assert await charges(world) == before


async def test_doors_answer_over_http_as_their_rows_say(world: World) -> None:
    assert await wrongly_answered_doors(world.app, world.client, ISSUER) == []
