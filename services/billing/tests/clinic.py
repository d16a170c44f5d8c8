"""How the tests begin and what they do: a patient with what was heard of her, and how they read answers."""

from datetime import datetime
from typing import Any

import httpx

from careflow_events import contracts
from careflow_events.contracts import codes
from services.billing.tests.builders import ANA
from services.billing.tests.heard import consent, diagnosed, later, registered, visit
from services.billing.tests.world import World

INSURED = {"kind": "commercial", "payer": "Example Health Plan", "member_id": "XEH900100200"}


def ok(response: httpx.Response, status: int = 200) -> Any:
    assert response.status_code == status, response.text
    return response.json()


def refusal(response: httpx.Response) -> tuple[int, str]:
    """Status and code of a problem."""
    assert response.headers["content-type"].startswith("application/problem+json"), response.text
    return response.status_code, response.json()["code"]


def usd(dollars: float) -> dict[str, Any]:
    return {"minor": round(dollars * 100), "currency": "USD"}


async def has_patient(world: World, *, insured: bool = True) -> str:
    """Ana is registered, has a diagnosis and signed the financial policy a week ago."""
    await world.hear(registered())
    await world.hear(diagnosed())
    await world.hear(consent())
    if insured:
        await is_insured(world)
    return ANA


async def is_insured(world: World, coverage: dict[str, Any] | None = None) -> None:
    """Ana says who covers her: a commercial plan, or whoever is named."""
    account = ok(await world.biller.get(f"/v1/accounts/{ANA}"))
    ok(await world.biller.put(f"/v1/accounts/{ANA}/coverage", coverage or INSURED, version=account["version"]))


async def books(world: World, starts_at: datetime, **more: Any) -> dict[str, Any]:
    """A treatment visit is booked; answers its snapshot, for what happens to it next."""
    snapshot = visit(starts_at, **more)
    await world.hear(contracts.TreatmentBooked(**snapshot, booked_by=codes.BookedBy.STAFF))
    return snapshot


async def the_account(world: World) -> Any:
    return ok(await world.biller.get(f"/v1/accounts/{ANA}"))


async def charges(world: World) -> list[Any]:
    return list(ok(await world.biller.get("/v1/charges", patient_id=ANA))["items"])


async def the_charge(world: World) -> Any:
    (charge,) = await charges(world)
    return charge


async def pays(world: World, dollars: float, **more: Any) -> Any:
    body = {"patient_id": ANA, "amount": usd(dollars), "method": "cash", **more}
    return ok(await world.biller.post("/v1/payments", body), 201)


async def buys_package(world: World, **more: Any) -> Any:
    """Ana pays six dosing visits beforehand."""
    body = {"patient_id": ANA, "offer": "dosing-6", "method": "cash", **more}
    return ok(await world.biller.post("/v1/packages", body), 201)


async def unapplied(world: World) -> list[Any]:
    """Money that is for nothing, as a biller has it to see to."""
    return list(ok(await world.biller.get("/v1/tasks", kind="money_unapplied"))["items"])


async def trial_balance(world: World) -> dict[str, int]:
    """Each account's balance in cents; the books balance."""
    balance = ok(await world.biller.get("/v1/ledger/trial-balance"))
    assert balance["balances"]
    assert balance["debit"] == balance["credit"]
    return {each["account"]: each["balance"]["minor"] for each in balance["accounts"] if each["balance"]["minor"]}


async def estimates(world: World) -> list[Any]:
    return list(ok(await world.biller.get("/v1/estimates", patient_id=ANA))["items"])


async def issue(world: World, estimate: dict[str, Any], **body: Any) -> dict[str, Any]:
    """The estimate after it was issued."""
    path = f"/v1/estimates/{estimate['id']}/issue"
    ok(await world.biller.post(path, dict(body), version=estimate["version"]))
    return dict(ok(await world.biller.get(f"/v1/estimates/{estimate['id']}")))


async def missed(world: World, visit: dict[str, Any]) -> dict[str, Any]:
    """The patient does not come; answers the visit's snapshot after it."""
    after = later(visit, status=codes.AppointmentStatus.MISSED)
    await world.hear(contracts.TreatmentMissed(**after))
    return after


async def corrected(world: World, visit: dict[str, Any]) -> None:
    """The patient had come after all."""
    status = codes.AppointmentStatus
    after = later(visit, status=status.ARRIVED)
    await world.hear(contracts.AppointmentCorrected(**after, from_=status.MISSED, to=status.ARRIVED))


async def fees(world: World) -> list[Any]:
    return list(ok(await world.biller.get("/v1/fees", patient_id=ANA))["items"])


def appeal(superbill_id: str, **more: Any) -> dict[str, Any]:
    """What is asked for a letter of appeal, against a notice of the day of service."""
    asked = {"stage": "internal", "reason": "not_necessary", "notice_received_on": "2026-11-23", "language": "en"}
    return {"superbill_id": superbill_id, **asked, **more}


def bill(*charge_ids: str, **more: Any) -> dict[str, Any]:
    """What is asked for: a superbill of these charges that names the diagnoses."""
    return {"patient_id": ANA, "charge_ids": list(charge_ids), "disclose_diagnoses": True, **more}
