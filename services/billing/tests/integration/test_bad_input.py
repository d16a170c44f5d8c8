"""Whatever is wrong with a request: one clear problem with a stable code, and nothing changed."""

from collections.abc import Callable
from typing import Any

import pytest

from careflow_service.ids import new_id
from services.billing.tests.builders import ANA, local
from services.billing.tests.clinic import INSURED, books, has_patient, ok, pays, refusal, the_charge, usd
from services.billing.tests.heard import THERAPY_HOUR, session_completed
from services.billing.tests.world import World

NOBODY = "0199e0a0-0000-7000-8000-00000000dead"
TEN = usd(10)


def fields(response: Any) -> list[str]:
    return [each["field"] for each in response.json()["errors"]]


@pytest.mark.parametrize(
    ("changes", "refused"),
    [
        ({"amount": {"minor": 0, "currency": "USD"}}, (422, "amount_not_positive")),
        ({"amount": {"minor": -100, "currency": "USD"}}, (422, "amount_not_positive")),
        ({"amount": {"minor": 100, "currency": "EUR"}}, (422, "currency_mismatch")),
        ({"method": "card_terminal"}, (422, "reference_needed")),
        ({"method": "transfer", "reference": None}, (422, "reference_needed")),
        ({"patient_id": NOBODY}, (404, "account_not_found")),
    ],
)
async def test_what_is_no_payment_is_refused(world: World, changes: dict[str, Any], refused: tuple[int, str]) -> None:
    await has_patient(world)
    async with world.nothing_changes():
        body = {"patient_id": ANA, "amount": TEN, "method": "cash", **changes}
        assert refusal(await world.biller.post("/v1/payments", body)) == refused


@pytest.mark.parametrize(
    ("name", "value", "field"),
    [
        ("minor", "1.5", "amount.minor"),
        ("minor", "1000000001", "amount.minor"),
        ("minor", "1e400", "amount.minor"),
        ("minor", "-1e400", "amount.minor"),
        ("minor", "NaN", "amount.minor"),
        ("minor", '"10"', "amount.minor"),
        ("minor", "true", "amount.minor"),
        ("currency", '"usd"', "amount.currency"),
        ("currency", '"US\\n"', "amount.currency"),
        ("method", '"barter"', "method"),
        ("reference", '"check\\u0000 12"', "reference"),
        ("reference", '"check \\u202e21"', "reference"),
        ("reference", '"check\\n12"', "reference"),
        ("reference", '" "', "reference"),
        ("reference", '"' + "9x" * 61 + '"', "reference"),
        ("patient_id", '""', "patient_id"),
        ("patient_id", '"a b"', "patient_id"),
        ("patient_id", '"' + "x" * 65 + '"', "patient_id"),
        ("surprise", "1", "surprise"),
    ],
)
async def test_an_amount_or_text_that_cannot_be_read_is_named_by_its_field(
    world: World, name: str, value: str, field: str
) -> None:
    parts = {"minor": "1000", "currency": '"USD"'} | ({name: value} if name in ("minor", "currency") else {})
    amount = f'{{"minor": {parts["minor"]}, "currency": {parts["currency"]}}}'
    others = {"patient_id": f'"{ANA}"', "method": '"check"', "reference": '"check 12"', "amount": amount}
    members = others | ({} if name in parts else {name: value})
    body = "{" + ", ".join(f'"{member}": {text}' for member, text in members.items()) + "}"
    async with world.nothing_changes():
        refused = await world.biller.send("POST", "/v1/payments", body)
        assert refusal(refused) == (422, "invalid_request")
        assert fields(refused) == [field]


@pytest.mark.parametrize("body", ["", "{", "[" * 100_000, '{"minor": 1' + "0" * 5_000 + "}", "\xff"])
async def test_a_body_that_is_no_json_is_refused(world: World, body: str) -> None:
    async with world.nothing_changes():
        refused = await world.biller.send("POST", "/v1/payments", body.encode("latin-1"))
        assert refusal(refused) in {(400, "malformed_json"), (422, "invalid_request")}


@pytest.mark.parametrize(
    ("amount", "refused"),
    [
        (usd(100.01), (409, "refund_above_received")),
        ({"minor": 100_000_000, "currency": "USD"}, (409, "refund_above_received")),
        ({"minor": 1_000, "currency": "EUR"}, (422, "currency_mismatch")),
        (usd(0), (422, "amount_not_positive")),
        (usd(-10), (422, "amount_not_positive")),
    ],
)
async def test_a_refund_that_cannot_be_is_refused(
    world: World, amount: dict[str, Any], refused: tuple[int, str]
) -> None:
    await has_patient(world)
    paid = await pays(world, 100)
    path, body = f"/v1/payments/{paid['payment_id']}/refunds", {"amount": amount, "reason": "goodwill"}
    async with world.nothing_changes():
        assert refusal(await world.biller.post(path, body, version=paid["version"])) == refused


async def test_the_second_refund_of_a_double_click_finds_the_payment_changed(world: World) -> None:
    await has_patient(world)
    paid = await pays(world, 100)
    path, body = f"/v1/payments/{paid['payment_id']}/refunds", {"amount": usd(40), "reason": "goodwill"}
    first = ok(await world.biller.post(path, body, version=paid["version"], key="click"), 201)
    async with world.nothing_changes():
        assert ok(await world.biller.post(path, body, version=paid["version"], key="click"), 201) == first
        assert refusal(await world.biller.post(path, body, version=paid["version"])) == (412, "stale_version")
        other = {**body, "amount": usd(41)}
        reused = await world.biller.post(path, other, version=paid["version"], key="click")
        assert refusal(reused) == (422, "idempotency_key_reused")


VERSIONED = {
    f"/v1/payments/{NOBODY}/refunds": ({"amount": TEN, "reason": "goodwill"}, "payment_not_found"),
    f"/v1/charges/{NOBODY}/post": (None, "charge_not_found"),
    f"/v1/charges/{NOBODY}/reverse": (None, "charge_not_found"),
    f"/v1/estimates/{NOBODY}/issue": ({}, "estimate_not_found"),
    f"/v1/estimates/{NOBODY}/deliver": ({"way": "paper"}, "estimate_not_found"),
    f"/v1/fees/{NOBODY}/waive": ({"reason": "emergency"}, "fee_not_found"),
    f"/v1/superbills/{NOBODY}/void": ({"reason": "details_wrong"}, "superbill_not_found"),
}


@pytest.mark.parametrize(("path", "body", "code"), [(path, *rest) for path, rest in VERSIONED.items()])
async def test_what_does_not_exist_is_not_found(
    world: World, path: str, body: dict[str, Any] | None, code: str
) -> None:
    async with world.nothing_changes():
        assert refusal(await world.biller.post(path, body)) == (428, "precondition_required")
        assert refusal(await world.biller.post(path, body, version=1)) == (404, code)


async def test_reading_what_does_not_exist(world: World) -> None:
    for path, code in (
        (f"/v1/accounts/{NOBODY}", "account_not_found"),
        (f"/v1/charges/{NOBODY}", "charge_not_found"),
        (f"/v1/payments/{NOBODY}", "payment_not_found"),
        (f"/v1/estimates/{NOBODY}", "estimate_not_found"),
        (f"/v1/estimates/{NOBODY}/pdf", "estimate_not_found"),
        (f"/v1/superbills/{NOBODY}", "superbill_not_found"),
        (f"/v1/superbills/{NOBODY}/pdf", "superbill_not_found"),
        (f"/v1/superbills/{NOBODY}/claim-sheets", "superbill_not_found"),
        ("/v1/charges/%00", "charge_not_found"),
        (f"/v1/charges/{'x' * 5_000}", "charge_not_found"),
    ):
        assert refusal(await world.biller.get(path)) == (404, code), path


Bill = Callable[[str], dict[str, Any]]


@pytest.mark.parametrize(
    ("bill", "refused"),
    [
        (lambda charge: {"charge_ids": []}, (422, "invalid_request")),
        (lambda charge: {"charge_ids": [charge] * 51}, (422, "invalid_request")),
        (lambda charge: {"charge_ids": [charge, charge]}, (422, "charges_invalid")),
        (lambda charge: {"charge_ids": [charge, NOBODY]}, (404, "charge_not_found")),
        (lambda charge: {"charge_ids": [charge], "patient_id": NOBODY}, (404, "account_not_found")),
        (lambda charge: {"charge_ids": [charge], "replaces": NOBODY}, (404, "superbill_not_found")),
        (lambda charge: {"charge_ids": [charge], "disclose_diagnoses": "yes"}, (422, "invalid_request")),
        (lambda charge: {"charge_ids": [charge], "disclose_diagnoses": False}, (409, "superbill_incomplete")),
    ],
)
async def test_a_superbill_that_cannot_be_is_not_issued(world: World, bill: Bill, refused: tuple[int, str]) -> None:
    await has_patient(world)
    await world.hear(session_completed())
    charge = await the_charge(world)
    body = {"patient_id": ANA, "disclose_diagnoses": True, **bill(charge["id"])}
    async with world.nothing_changes():
        assert refusal(await world.biller.post("/v1/superbills", body)) == refused


async def test_nobody_elses_charge_is_on_a_patients_bill(world: World) -> None:
    await has_patient(world)
    ben = "0199e0a0-0000-7000-8000-0000000000b2"
    await world.hear(session_completed().model_copy(update={"patient_id": ben}))
    (of_ben,) = ok(await world.biller.get("/v1/charges", patient_id=ben))["items"]
    body = {"patient_id": ANA, "charge_ids": [of_ben["id"]], "disclose_diagnoses": True}
    async with world.nothing_changes():
        assert refusal(await world.biller.post("/v1/superbills", body)) == (422, "charge_not_billable")


@pytest.mark.parametrize(
    ("body", "late", "refused"),
    [
        ({}, True, (409, "estimate_late")),
        ({"late_reason": " "}, True, (422, "invalid_request")),
        ({"late_reason": "\u0007"}, True, (422, "invalid_request")),
        ({"late_reason": "x" * 1_001}, True, (422, "invalid_request")),
        ({"late_reason": "The office was closed."}, False, (422, "late_reason_not_needed")),
    ],
)
async def test_an_estimate_after_its_time_needs_a_reason_and_in_time_none(
    world: World, body: dict[str, Any], late: bool, refused: tuple[int, str]
) -> None:
    await has_patient(world)
    await books(world, local(14, 9, month=12))
    if late:
        world.clock.now = local(28, 1)
        await world.catch_up()
    (estimate,) = ok(await world.biller.get("/v1/estimates", patient_id=ANA))["items"]
    async with world.nothing_changes():
        path = f"/v1/estimates/{estimate['id']}/issue"
        assert refusal(await world.biller.post(path, body, version=estimate["version"])) == refused
        deliver = await world.biller.post(f"/v1/estimates/{estimate['id']}/deliver", {"way": "paper"}, version=1)
        assert deliver.status_code == 409


@pytest.mark.parametrize(
    ("visits", "refused"),
    [
        ([], (422, "invalid_request")),
        ([{"kind": "dosing", "count": 0}], (422, "invalid_request")),
        ([{"kind": "dosing", "count": 51}], (422, "invalid_request")),
        ([{"kind": "surgery", "count": 1}], (422, "invalid_request")),
        ([{"kind": "unknown", "count": 1}], (422, "nothing_to_estimate")),
        ([{"kind": "info_call", "count": 1}], (422, "nothing_to_estimate")),
        ([{"kind": "dosing", "count": 1}] * 3, (422, "kind_named_twice")),
    ],
)
async def test_a_question_about_costs_that_has_no_answer(
    world: World, visits: list[Any], refused: tuple[int, str]
) -> None:
    await has_patient(world)
    async with world.nothing_changes():
        asked = await world.patient(ANA).post("/v1/estimates", {"patient_id": ANA, "visits": visits})
        assert refusal(asked) == refused
        stranger = world.patient(new_id())
        asked = await stranger.post("/v1/estimates", {"patient_id": ANA, "visits": [{"kind": "dosing", "count": 1}]})
        assert refusal(asked) == (404, "account_not_found")


@pytest.mark.parametrize(
    ("changes", "refused"),
    [
        ({"member_id": None}, (422, "coverage_invalid")),
        ({"kind": "none"}, (422, "coverage_invalid")),
        ({"relationship": "child"}, (422, "coverage_invalid")),
        ({"payer": "Plan\u0000"}, (422, "invalid_request")),
        ({"payer": "x" * 121}, (422, "invalid_request")),
    ],
)
async def test_an_insurance_that_cannot_be_is_refused(
    world: World, changes: dict[str, Any], refused: tuple[int, str]
) -> None:
    await has_patient(world)
    path, account = f"/v1/accounts/{ANA}", ok(await world.biller.get(f"/v1/accounts/{ANA}"))
    async with world.nothing_changes():
        body = {**INSURED, **changes}
        assert refusal(await world.biller.put(f"{path}/coverage", body, version=account["version"])) == refused
        stale = await world.biller.put(f"{path}/coverage", INSURED, version=account["version"] + 1)
        assert refusal(stale) == (412, "stale_version")


@pytest.mark.parametrize(
    ("signed_on", "ends_on", "refused"),
    [
        ("2026-11-24", "2028-01-04", (422, "contract_invalid")),
        ("2026-01-05", "2026-01-05", (422, "contract_invalid")),
        ("2026-02-30", "2028-01-04", (422, "invalid_request")),
        ("0001-01-01", "2028-01-04", (422, "invalid_request")),
        ("1795543200", "2028-01-04", (422, "invalid_request")),
        ("2026-01-05", "9999-12-31", (422, "invalid_request")),
    ],
)
async def test_a_private_contract_that_cannot_be_is_refused(
    world: World, signed_on: str, ends_on: str, refused: tuple[int, str]
) -> None:
    await has_patient(world)
    body = {"practitioner_id": "dr-paula-prescriber", "signed_on": signed_on, "ends_on": ends_on}
    async with world.nothing_changes():
        assert refusal(await world.biller.post(f"/v1/accounts/{ANA}/private-contracts", body)) == refused


async def test_a_charge_is_changed_as_it_was_seen_and_posted_once(world: World) -> None:
    await has_patient(world)
    await world.hear(session_completed(THERAPY_HOUR))
    charge = await the_charge(world)
    async with world.nothing_changes():
        stale = await world.biller.post(f"/v1/charges/{charge['id']}/reverse", version=charge["version"] + 7)
        assert refusal(stale) == (412, "stale_version")
        posted = await world.biller.post(f"/v1/charges/{charge['id']}/post", version=charge["version"])
        assert refusal(posted) == (409, "charge_not_waiting")
