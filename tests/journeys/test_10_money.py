"""Money: an evaluation recorded in screening becomes a charge, a payment and a superbill one can hand to an insurer."""

from typing import TYPE_CHECKING, Any

import httpx
import pytest

from careflow_clinic.bedside import today
from careflow_clinic.cashier import Cashier, dollars
from careflow_clinic.clinic import Patient, Person, position
from careflow_clinic.http import Answer, Caller
from careflow_clinic.walk import Walk

pytestmark = pytest.mark.long

if TYPE_CHECKING:
    from careflow_cli.stack.stack import Stack

BILLER = Caller("bea-biller", ("biller",))


async def test_an_evaluation_is_charged_paid_and_on_a_superbill(walk: Walk, person: Person, stack: "Stack") -> None:
    cleared = await walk.to_clearance(person)
    patient, http, events = cleared.patient, walk.clinic.http, walk.clinic.events
    posted = await events.wait_for("ChargePosted", subject=patient.subject)
    assert (posted.data["cause"], posted.data["cause_id"]) == ("evaluation", cleared.evaluation_id)
    price = dollars(await Cashier(http).usual_price("evaluation", today(walk.clock.now())))
    assert posted.data["amount_minor"] == price["minor"]

    preview = await _preview(walk, patient, posted.data["charge_id"])
    assert {each["code"] for each in preview.body["missing"]} == {"patient_sex", "patient_address", "insurance"}
    await Cashier(http).complete_registration(patient)

    payment = {"patient_id": patient.id, "amount": price, "method": "card_terminal", "reference": "terminal 7731"}
    await http.post(BILLER, "billing", "/v1/payments", payment)
    bill = {"patient_id": patient.id, "charge_ids": [posted.data["charge_id"]], "disclose_diagnoses": True}
    issued = await http.post(BILLER, "billing", "/v1/superbills", bill)
    superbill = await http.get(patient.caller, "billing", f"/v1/superbills/{issued.body['superbill_id']}")
    assert (superbill.body["charged"], superbill.body["paid"]) == (price, price)
    assert await _pdf(stack, patient, issued.body["superbill_id"]) == b"%PDF-"

    await events.wait_for("SuperbillIssued", subject=patient.subject)
    of_billing = [event for event in events.seen if event.stream == f"careflow.billing.v1/{patient.subject}"]
    assert [event.sequence for event in of_billing] == list(range(1, len(of_billing) + 1))
    entries: list[Any] = [event.data for event in of_billing if event.name == "JournalEntryPosted"]
    assert [entry["cause"] for entry in entries] == ["charge", "payment", "allocation"]
    for entry in entries:
        assert sum(line["debit_minor"] for line in entry["lines"]) == sum(
            line["credit_minor"] for line in entry["lines"]
        )
    balance = await http.get(BILLER, "billing", "/v1/ledger/trial-balance")
    assert balance.body["balances"]


async def _preview(walk: Walk, patient: Patient, charge_id: object) -> Answer:
    asked = {"patient_id": patient.id, "charge_id": str(charge_id), "disclose_diagnoses": "true"}
    diagnosed = await walk.clinic.events.wait_for("DiagnosesRecorded", subject=patient.subject)
    return await walk.clinic.http.get(
        BILLER, "billing", "/v1/superbills/preview", params=asked, after=(position(diagnosed),)
    )


async def _pdf(stack: "Stack", patient: Patient, superbill_id: str) -> bytes:
    caller = patient.caller
    token = stack.token(*caller.roles, subject=caller.subject, patient_id=caller.patient_id)
    url = f"{stack.service_url('billing')}/v1/superbills/{superbill_id}/pdf"
    async with httpx.AsyncClient(headers={"Authorization": f"Bearer {token}"}) as client:
        return (await client.get(url)).content[:5]
