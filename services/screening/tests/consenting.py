"""What the tests do with consents to disclose what is about substance use, and what overtakes that."""

from datetime import timedelta
from typing import Any

import httpx

from careflow_events import contracts
from careflow_events.catalogue import read
from careflow_service.testing.overtaking import Overtaking
from careflow_service.testing.world import SEALING
from services.screening.tests.clinic import evaluation, has_case, ok, refusal
from services.screening.tests.overtaken_alerts import raises
from services.screening.tests.world import World

SINGLE = {
    "scope": ["record", "diagnoses"],
    "purpose": "treatment_payment_operations",
    "recipients": ["my treating providers and payers"],
    "valid_until": None,
}


async def form(world: World, **changes: Any) -> dict[str, Any]:
    """The clinic's form, signed now, to a named doctor for a month."""
    now = world.clock()
    whole = {
        "form_version": ok(await world.nurse.get("/v1/consent-form"))["version"],
        "scope": ["record"],
        "purpose": "patient_request",
        "recipients": ["Dr Vu"],
        "signer": "patient",
        "signed_at": now.isoformat(),
        "valid_until": (now + timedelta(days=30)).isoformat(),
        "document": "paper file, 12",
    }
    return {**whole, **changes}


async def consents(world: World, case: Any, **changes: Any) -> str:
    """A nurse puts a signed consent on record; answers its id."""
    path = f"/v1/patients/{case['patient_id']}/consents"
    return str(ok(await world.nurse.post(path, await form(world, **changes)), 201)["consent_id"])


def disclosing(consent_id: str, recipient: str = "Dr Vu") -> dict[str, Any]:
    """The part about substance use, on this consent."""
    return {
        "part": "substance_use",
        "basis": "written_consent",
        "consent_id": consent_id,
        "recipient": recipient,
        "reason": "goes on treating her",
    }


async def billing_reads(world: World, case: Any) -> contracts.DiagnosesForBilling:
    """The newest diagnoses of a patient, as they reach billing."""
    said = [each for each in await world.said(case["patient_id"]) if "DiagnosesRecorded" in each.type]
    diagnosed = read(said[-1], SEALING.ring("billing"))
    assert isinstance(diagnosed, contracts.DiagnosesRecorded)
    return diagnosed.for_billing.opened()


async def revokes(world: World, consent_id: str) -> httpx.Response:
    return await world.nurse.post(f"/v1/consents/{consent_id}/revoke", {"note": "said so by telephone"})


async def a_consent_is_recorded_while_an_alert_is_raised(world: World, overtaking: Overtaking) -> None:
    case = await has_case(world)
    signed = await form(world)
    overtaking.by(lambda: raises(world, case, "low"))
    ok(await world.nurse.post(f"/v1/patients/{case['patient_id']}/consents", signed), 201)
    assert await world.store.database["consents"].count_documents({}) == 1


async def a_consent_is_revoked_while_it_is_revoked(world: World, overtaking: Overtaking) -> None:
    consent_id = await consents(world, await has_case(world))
    overtaking.by(lambda: revokes(world, consent_id))
    assert refusal(await revokes(world, consent_id)) == (409, "consent_ended")


async def a_consent_expires_while_it_is_revoked(world: World, overtaking: Overtaking) -> None:
    """Revoked at the last moment it stays revoked."""
    case = await has_case(world)
    consent_id = await consents(world, case)
    world.clock.advance(timedelta(days=30))

    async def revoked_just_before() -> None:
        world.clock.advance(-timedelta(minutes=1))
        ok(await revokes(world, consent_id))
        world.clock.advance(timedelta(minutes=1))

    overtaking.by(revoked_just_before)
    await world.catch_up()
    (shown,) = ok(await world.nurse.get(f"/v1/patients/{case['patient_id']}/consents"))["items"]
    assert shown["state"] == "revoked"


async def a_disclosure_while_its_consent_is_revoked(world: World, overtaking: Overtaking) -> None:
    case = await has_case(world)
    consent_id = await consents(world, case)
    overtaking.by(lambda: revokes(world, consent_id))
    late = await world.prescriber.post(f"/v1/patients/{case['patient_id']}/disclosures", disclosing(consent_id))
    assert refusal(late) == (409, "consent_ended")


async def diagnoses_while_the_consent_is_revoked(world: World, overtaking: Overtaking) -> None:
    """They stay here."""
    case = await has_case(world)
    visit = ok(await world.prescriber.post(f"/v1/cases/{case['id']}/evaluations", evaluation(world)), 201)
    consent_id = await consents(world, case, **SINGLE)
    overtaking.by(lambda: revokes(world, consent_id))
    found = {"evaluation_id": visit["evaluation_id"], "codes": ["F10.20"]}
    ok(await world.prescriber.post(f"/v1/cases/{case['id']}/diagnoses", found), 201)
    assert (await billing_reads(world, case)).withheld == 1
