"""Money, through billing's HTTP alone: estimates, payments, superbills, the books.

Owns the vocabulary of the demo and the journeys for everything a biller does. Amounts are in minor units of one
currency. Invariant: a step returns what the service answered; nothing is assumed to have worked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import uuid4

from careflow_clinic.clinic import COORDINATOR, Patient
from careflow_clinic.http import Answer, Caller, Http, accepted

BILLER = Caller("bea-biller", ("biller",))
PAYS_HERSELF: Mapping[str, str] = {"kind": "none"}
INSURANCE: Mapping[str, str] = {"kind": "commercial", "payer": "Example Health Plan", "member_id": "XEH900100200"}
HOME: Mapping[str, str] = {"line": "12 Alder Lane", "city": "Mill Valley", "state": "CA", "postal_code": "94941"}


@dataclass(frozen=True, slots=True)
class Cashier:
    """The front desk's and the biller's part."""

    http: Http

    async def complete_registration(self, patient: Patient) -> None:
        """What a bill needs to know of a patient: sex and address in booking, the insurance in billing."""
        known = await self.http.get(COORDINATOR, "booking", f"/v1/patients/{patient.id}")
        details = {**known.body["details"], "sex": "female", "address": dict(HOME), "evidence": "photo_id"}
        path = f"/v1/patients/{patient.id}"
        changed = await self.http.put(COORDINATOR, "booking", path, details, version=known.version)
        await self.record_coverage(patient, INSURANCE, after=changed.positions)

    async def record_coverage(
        self, patient: Patient, coverage: Mapping[str, str], *, after: Sequence[str] = ()
    ) -> None:
        """The patient is asked who covers them, or says that nobody does; again where other news came in between."""
        path = f"/v1/accounts/{patient.id}/coverage"
        while True:
            account = await self.account(patient, after=after)
            answer = await self.http.ask(BILLER, "PUT", "billing", path, coverage, version=account.version)
            if answer.code != "stale_version":
                accepted("PUT", path, answer)
                return

    async def account(self, patient: Patient, *, after: Sequence[str] = ()) -> Answer:
        """What is owed and what is in credit, once billing has seen `after`."""
        return await self.http.get(BILLER, "billing", f"/v1/accounts/{patient.id}", after=after)

    # -- estimates -----------------------------------------------------------------------------------------------------

    async def estimates(self, patient: Patient, *, after: Sequence[str] = ()) -> list[dict[str, Any]]:
        """The patient's good-faith estimates, the oldest first."""
        params = {"patient_id": patient.id}
        return list((await self.http.get(BILLER, "billing", "/v1/estimates", params=params, after=after)).body["items"])

    async def hand_over_estimate(self, estimate_id: str) -> Answer:
        """The version that is due is issued, and the patient gets it."""
        await self._on_estimate(estimate_id, "issue", {})
        return await self._on_estimate(estimate_id, "deliver", {"way": "electronic"})

    async def _on_estimate(self, estimate_id: str, verb: str, body: Mapping[str, Any]) -> Answer:
        path = f"/v1/estimates/{estimate_id}"
        return await self.http.post_at_newest(BILLER, "billing", path, f"{path}/{verb}", body)

    async def estimate_paper(self, patient: Patient, estimate_id: str) -> bytes:
        """The estimate as the patient gets it."""
        return await self.http.file(patient.caller, "billing", f"/v1/estimates/{estimate_id}/pdf")

    # -- visits given up or missed -------------------------------------------------------------------------------------

    async def usual_price(self, kind: str, day: date) -> int:
        """What a visit of that kind usually costs on that day."""
        on = {"on": day.isoformat()}
        schedule = (await self.http.get(BILLER, "billing", "/v1/fee-schedule", params=on)).body
        return next(int(each["amount"]["minor"]) for each in schedule["visits"] if each["kind"] == kind)

    async def fees(self, patient: Patient, *, after: Sequence[str] = ()) -> list[dict[str, Any]]:
        """What the patient's lost visits cost or would have, once billing has seen `after`."""
        params = {"patient_id": patient.id}
        return list((await self.http.get(BILLER, "billing", "/v1/fees", params=params, after=after)).body["items"])

    # -- charges, payments and superbills ------------------------------------------------------------------------------

    async def charges(self, patient: Patient, *, after: Sequence[str] = ()) -> list[dict[str, Any]]:
        """The patient's charges by the day of their service."""
        return await self._all("/v1/charges", patient, after=after)

    async def charged_codes(self, patient: Patient, cause_id: str, *, after: Sequence[str] = ()) -> list[str]:
        """The codes of what was charged for one session or evaluation; none where nothing was."""
        charges = await self.charges(patient, after=after)
        lines = [line for each in charges if each["cause_id"] == cause_id for line in each["lines"]]
        return [line["service"]["code"] for line in lines]

    async def receive(self, patient: Patient, minor: int, *, method: str = "card_terminal") -> Answer:
        """The patient pays."""
        payment = {
            "patient_id": patient.id,
            "amount": dollars(minor),
            "method": method,
            "reference": f"terminal slip {uuid4()}",
        }
        return await self.http.post(BILLER, "billing", "/v1/payments", payment)

    async def payments(self, patient: Patient) -> list[dict[str, Any]]:
        """Everything the patient has paid, with what went back."""
        return await self._all("/v1/payments", patient)

    async def refund(self, payment_id: str, minor: int, *, reason: str = "overpaid") -> Answer:
        """So much of a payment goes back by the way it came."""
        path = f"/v1/payments/{payment_id}"
        body = {"amount": dollars(minor), "reason": reason}
        return await self.http.post_at_newest(BILLER, "billing", path, f"{path}/refunds", body)

    async def issue_superbill(self, patient: Patient, charge_ids: Sequence[str]) -> str:
        """A superbill for these charges, with the diagnoses, as the patient allowed. Returns its id."""
        bill = {"patient_id": patient.id, "charge_ids": list(charge_ids), "disclose_diagnoses": True}
        return str((await self.http.post(BILLER, "billing", "/v1/superbills", bill)).body["superbill_id"])

    async def superbill(self, patient: Patient, superbill_id: str) -> Answer:
        return await self.http.get(patient.caller, "billing", f"/v1/superbills/{superbill_id}")

    async def superbill_paper(self, patient: Patient, superbill_id: str) -> bytes:
        """The superbill as the patient sends it to an insurer."""
        return await self.http.file(patient.caller, "billing", f"/v1/superbills/{superbill_id}/pdf")

    # -- the books -----------------------------------------------------------------------------------------------------

    async def trial_balance(self) -> dict[str, Any]:
        """Debits and credits of every ledger account, over all patients."""
        return (await self.http.get(BILLER, "billing", "/v1/ledger/trial-balance")).body

    async def entries(self, patient: Patient) -> list[dict[str, Any]]:
        """The patient's journal entries in the order they were posted."""
        return await self._all("/v1/ledger/entries", patient)

    async def _all(self, path: str, patient: Patient, *, after: Sequence[str] = ()) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = []
        cursor: str | None = None
        while True:
            params = {"patient_id": patient.id, "limit": "200", **({"after": cursor} if cursor else {})}
            page = (await self.http.get(BILLER, "billing", path, params=params, after=after)).body
            items += page["items"]
            cursor = page["next"]
            if cursor is None:
                return items


def dollars(minor: int) -> dict[str, Any]:
    """An amount of US dollars in cents, as billing takes it."""
    return {"minor": minor, "currency": "USD"}
