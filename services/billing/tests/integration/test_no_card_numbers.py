"""What looks like a card number is refused everywhere and kept nowhere."""

from typing import Any

import pytest

from careflow_service.testing.calling import Caller
from services.billing.tests.builders import ANA
from services.billing.tests.clinic import INSURED, refusal, usd
from services.billing.tests.world import World

NOBODY = "0199e0a0-0000-7000-8000-00000000dead"
TEN = usd(10)
CARD = "4242 4242 4242 4242"
CLEARLY = {"patient_id": ANA, "amount": TEN, "method": "check"}
TEXTS: list[tuple[str, str, dict[str, Any]]] = [
    ("PUT", f"/v1/accounts/{ANA}/coverage", {**INSURED, "payer": CARD}),
    ("PUT", f"/v1/accounts/{ANA}/coverage", {**INSURED, "member_id": CARD}),
    ("PUT", f"/v1/accounts/{ANA}/coverage", {**INSURED, "group_number": CARD}),
    ("PUT", f"/v1/accounts/{ANA}/coverage", {**INSURED, "relationship": "child", "subscriber_name": CARD}),
    (
        "POST",
        f"/v1/accounts/{ANA}/private-contracts",
        {"practitioner_id": CARD, "signed_on": "2026-01-05", "ends_on": "2028-01-04"},
    ),
    ("POST", "/v1/estimates", {"patient_id": CARD, "visits": [{"kind": "dosing", "count": 1}]}),
    ("POST", f"/v1/estimates/{NOBODY}/issue", {"late_reason": f"paid with {CARD}"}),
    ("POST", "/v1/payments", {**CLEARLY, "reference": CARD}),
    ("POST", "/v1/payments", {**CLEARLY, "patient_id": CARD}),
    ("POST", "/v1/payments", {**CLEARLY, "reference": "check 12", CARD: "a field of that name"}),
    ("POST", f"/v1/payments/{NOBODY}/refunds", {"amount": TEN, "reason": CARD}),
    ("POST", "/v1/superbills", {"patient_id": ANA, "charge_ids": [CARD], "disclose_diagnoses": True}),
    ("POST", "/v1/superbills", {"patient_id": ANA, "charge_ids": ["c"], "disclose_diagnoses": True, "replaces": CARD}),
    ("POST", f"/v1/superbills/{NOBODY}/void", {"reason": CARD}),
    ("POST", f"/v1/fees/{NOBODY}/waive", {"reason": CARD}),
    ("POST", "/v1/appeal-letters", {"superbill_id": NOBODY, "claim_number": CARD}),
]


@pytest.mark.parametrize("written", [CARD, "4242424242424242", "5555-5555-5555-4444", "4242 4242 4242 4242 12/29 737"])
async def test_what_looks_like_a_card_number_is_refused_in_every_field_and_repeated_nowhere(
    world: World, written: str
) -> None:
    async with world.nothing_changes():
        for method, path, body in TEXTS:
            text = str(body).replace("True", "true").replace("'", '"').replace(CARD, written)
            refused = await world.biller.send(method, path, text, version=1)
            assert refusal(refused) == (422, "card_number_refused"), (path, body)
            assert written not in refused.text
    assert written not in world.logs.getvalue()


async def test_a_card_number_is_refused_however_it_is_hidden(world: World) -> None:
    def in_reference(text: str) -> str:
        return f'{{"patient_id": "{ANA}", "method": "check", "reference": {text}, "amount": {{"minor": 1}}}}'

    biller: Caller = world.biller
    hidden = [
        await biller.send("POST", "/v1/payments", in_reference('"\\u0034242\\u00a04242\\n4242\\t4242"')),
        await biller.send("POST", "/v1/payments", in_reference("4242424242424242")),
        await biller.send("POST", "/v1/payments", in_reference('["ok", {"deep": "4242-4242-4242-4242"}]')),
        await biller.send("POST", "/v1/payments", in_reference('"４２４２４２４２４２４２４２４２"')),
        await biller.post("/v1/payments", {**CLEARLY, "reference": "check 12"}, key="4242-4242-4242-4242"),
        await biller.get("/v1/charges", patient_id=CARD),
        await biller.get("/v1/charges/4242-4242-4242-4242"),
        await biller.get(f"/v1/charges/{CARD}"),
    ]
    unread = await biller.get("/v1/charges", patient_id=ANA, note="4242 4242 4242 4242")
    assert {refusal(each) for each in hidden} == {(422, "card_number_refused")}
    assert refusal(unread) == (422, "invalid_request")
    assert await world.store.database["_idempotency"].count_documents({}) == 0
