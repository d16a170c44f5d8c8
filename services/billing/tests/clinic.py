"""What the tests let billing hear to begin with: a patient, visits, what was rendered; and how they read answers."""

from datetime import datetime, timedelta
from typing import Any

import httpx

from careflow_events import contracts
from careflow_events.contracts import Sealed, codes, session_codes
from careflow_events.contracts.model import EventData
from careflow_service.ids import new_id
from services.billing.tests.builders import ANA, NOW, local
from services.billing.tests.world import World

PLAN = "0199e0a0-0000-7000-8000-0000000000f1"
LOCATION = "0199e0a0-0000-7000-8000-00000000000c"
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


def registered(*, complete: bool = True) -> contracts.PatientRegistered:
    address = contracts.Address(line="12 Alder Lane", city="Mill Valley", state="CA", postal_code="94941")
    name = contracts.PersonName(given="Ana", family="Rivera")
    born = NOW.date().replace(year=1988)
    return contracts.PatientRegistered(
        patient_id=ANA,
        for_screening=Sealed.plain(contracts.PatientForScreening(birth_date=born, state="CA")),
        for_sessions=Sealed.plain(contracts.PatientForSessions(name=name, birth_date=born)),
        for_billing=Sealed.plain(
            contracts.PatientForBilling(
                legal_name=name,
                birth_date=born,
                sex=codes.Sex.FEMALE if complete else None,
                address=address if complete else None,
            )
        ),
    )


async def has_patient(world: World, *, insured: bool = True) -> str:
    """Ana is registered, has a diagnosis and signed the financial policy a week ago."""
    await world.hear(registered())
    diagnoses = contracts.DiagnosesForBilling(codes=("F33.2",))
    await world.hear(
        contracts.DiagnosesRecorded(
            patient_id=ANA, evaluation_id=new_id(), recorded_at=NOW, for_billing=Sealed.plain(diagnoses)
        )
    )
    await world.hear(consent())
    if insured:
        account = ok(await world.biller.get(f"/v1/accounts/{ANA}"))
        ok(await world.biller.put(f"/v1/accounts/{ANA}/coverage", INSURED, version=account["version"]))
    return ANA


def consent(category: session_codes.ConsentCategory = session_codes.ConsentCategory.FINANCIAL) -> EventData:
    signed_at = NOW - timedelta(days=7)
    document = contracts.ConsentDocument(document="financial-policy", document_version="2026-1")
    return contracts.ConsentSigned(
        patient_id=ANA,
        consent_id=new_id(),
        category=category,
        policy_version="fin-2026-1",
        signed_at=signed_at,
        valid_until=signed_at + timedelta(days=365),
        for_screening=Sealed.plain(document),
    )


def visit(
    starts_at: datetime,
    *,
    kind: codes.AppointmentKind = codes.AppointmentKind.DOSING,
    appointment_id: str | None = None,
    version: int = 1,
    plan_id: str | None = None,
    status: codes.AppointmentStatus = codes.AppointmentStatus.BOOKED,
) -> dict[str, Any]:
    """The public snapshot of an appointment."""
    return {
        "patient_id": ANA,
        "appointment_id": appointment_id or new_id(),
        "version": version,
        "kind": kind,
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(hours=1),
        "timezone": "America/Los_Angeles",
        "modality": codes.Modality.IN_PERSON,
        "providers": (contracts.Provider(id="dr-paula-prescriber", role=codes.ProviderRole.PRESCRIBER),),
        "location_id": LOCATION,
        "status": status,
        "plan_id": plan_id,
    }


async def books(world: World, starts_at: datetime, **more: Any) -> dict[str, Any]:
    """A treatment visit is booked; answers its snapshot, for what happens to it next."""
    snapshot = visit(starts_at, **more)
    await world.hear(contracts.TreatmentBooked(**snapshot, booked_by=codes.BookedBy.STAFF))
    return snapshot


def later(snapshot: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The next version of an appointment."""
    return {**snapshot, "version": snapshot["version"] + 1, **changes}


def line(code: str, provider: str = "dr-paula-prescriber", **more: Any) -> contracts.SessionServiceLine:
    return contracts.SessionServiceLine(code=code, units=1, rendering_provider=provider, **more)


THERAPY_HOUR = line("90837", "theo-therapist", minutes=55)
INFUSION = line("96365", minutes=45)
DRUG = line("J3490", ndc="00409205310")


def session_completed(
    *lines: contracts.SessionServiceLine, session_id: str | None = None, at: datetime | None = None
) -> contracts.SessionCompleted:
    """A dosing session of this morning."""
    started = at or local(23, 8)
    return contracts.SessionCompleted(
        patient_id=ANA,
        session_id=session_id or new_id(),
        appointment_id=new_id(),
        plan_id=PLAN,
        kind=codes.AppointmentKind.DOSING,
        phase=codes.Phase.INDUCTION,
        number=1,
        of=6,
        at=started,
        started_at=started,
        ended_at=started + timedelta(hours=2),
        providers=(contracts.Provider(id="dr-paula-prescriber", role=codes.ProviderRole.PRESCRIBER),),
        modality=codes.Modality.IN_PERSON,
        outcome=session_codes.SessionOutcome.COMPLETED,
        for_billing=Sealed.plain(contracts.SessionForBilling(service_lines=lines or (INFUSION, DRUG, THERAPY_HOUR))),
    )


def services_corrected(
    session_id: str, revision: int, *lines: contracts.SessionServiceLine
) -> contracts.SessionServicesCorrected:
    return contracts.SessionServicesCorrected(
        patient_id=ANA,
        session_id=session_id,
        revision=revision,
        for_billing=Sealed.plain(contracts.SessionForBilling(service_lines=lines)),
    )


def plan_signed(*, version: int = 1, doses: int = 6) -> contracts.PlanActivated | contracts.PlanAdjusted:
    """One preparation, and so many doses with integration."""
    kind = codes.AppointmentKind
    services = tuple(
        contracts.PlannedServices(kind=each, count=times, service_lines=lines)
        for each, times, lines in (
            (kind.PREPARATION, 1, (contracts.ServiceLine(code="90837", units=1),)),
            (kind.DOSING, doses, tuple(contracts.ServiceLine(code=code, units=1) for code in ("96365", "J3490"))),
            (kind.INTEGRATION, doses, (contracts.ServiceLine(code="90837", units=1),)),
        )
    )
    planned = contracts.PlannedVisits(
        kind=kind.DOSING, count=doses, duration_minutes=180, modality=codes.Modality.IN_PERSON, roles=()
    )
    event = contracts.PlanActivated if version == 1 else contracts.PlanAdjusted
    return event(
        patient_id=ANA,
        plan_id=PLAN,
        version=version,
        phase=codes.Phase.INDUCTION,
        clearance_id=new_id(),
        consent_id=new_id(),
        activated_at=NOW,
        visits=(planned,),
        for_booking=Sealed.plain(
            contracts.PlanForBooking(dosing_interval_hours=48, cadence_days=4, integration_within_hours=72)
        ),
        for_billing=Sealed.plain(contracts.PlanForBilling(services=services)),
    )


async def charges(world: World) -> list[Any]:
    return list(ok(await world.biller.get("/v1/charges", patient_id=ANA))["items"])


async def the_charge(world: World) -> Any:
    (charge,) = await charges(world)
    return charge


async def pays(world: World, dollars: float, **more: Any) -> Any:
    body = {"patient_id": ANA, "amount": usd(dollars), "method": "cash", **more}
    return ok(await world.biller.post("/v1/payments", body), 201)


async def trial_balance(world: World) -> dict[str, int]:
    """Each account's balance in cents; the books balance."""
    balance = ok(await world.biller.get("/v1/ledger/trial-balance"))
    assert balance["balances"]
    assert balance["debit"] == balance["credit"]
    return {each["account"]: each["balance"]["minor"] for each in balance["accounts"] if each["balance"]["minor"]}
