"""What the services show of the care path, beside what follows from the events alone: a second reading of the same
truth, which shares no code with the first.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import Any, Final

from careflow_clinic.cashier import Cashier
from careflow_clinic.clinic import COORDINATOR, NURSE, Clinic, Patient
from tests.chaos.checks.delivery import Verdict
from tests.chaos.checks.evidence import Evidence
from tests.chaos.world.regulars import Regular
from tests.chaos.world.treated import Treated

CLEARED: Final = {
    "ClearanceGranted": "valid",
    "ClearanceExtended": "valid",
    "ClearanceReinstated": "valid",
    "ClearanceSuspended": "suspended",
    "ClearanceRevoked": "revoked",
    "ClearanceExpired": "expired",
}
"""What a clearance is after each event."""
OWN: Final = {"granted": "valid", "expired": "expired", "revoked": "revoked", "superseded": "revoked"}
"""The same in screening's own words."""


async def judge_care(
    clinic: Clinic, evidence: Evidence, regulars: Sequence[Regular], treated: Sequence[Treated], verdict: Verdict
) -> None:
    """Visits, cases, clearances, sessions, doses and money, each said and shown alike."""
    verdict.doubled += verdict.blame("facts said twice", _said_twice(evidence))
    verdict.blame("visits shown otherwise than said", [each async for each in _visits(clinic, evidence, regulars)])
    verdict.blame(
        "clearances that services see differently", [each async for each in _clearances(clinic, evidence, treated)]
    )
    verdict.blame("doses that do not add up", [each async for each in _doses(clinic, evidence, treated)])
    await _judge_money(clinic, evidence, regulars, verdict)


def _said_twice(evidence: Evidence) -> Iterator[str]:
    """What happens once for each of these ids happens once however often it was delivered."""
    once = {
        "PatientRegistered": ("patient_id",),
        "ScreeningStarted": ("case_id",),
        "ClearanceGranted": ("clearance_id",),
        "ConsultationCompleted": ("appointment_id",),
        "SessionCompleted": ("session_id",),
        "DoseAdministered": ("session_id",),
        "ChargePosted": ("cause", "cause_id", "revision"),
        "PaymentReceived": ("payment_id",),
        "JournalEntryPosted": ("entry_id",),
        "SafetyAlertRaised": ("alert_id",),
    }
    counted: Counter[tuple[str, ...]] = Counter()
    for event in evidence.events:
        if event.name in once:
            counted[event.name, *(str(event.data[field]) for field in once[event.name])] += 1
    yield from (" ".join(fact) for fact, times in counted.items() if times > 1)
    cases = Counter(event.subject for event in evidence.named("ScreeningStarted"))
    yield from (f"a second case of {subject}" for subject, count in cases.items() if count > 1)


async def _visits(clinic: Clinic, evidence: Evidence, regulars: Sequence[Regular]) -> Any:
    """Of each regular's visits: what the last event says, and what booking shows."""
    ours = {each.patient.subject: each.patient for each in regulars}
    told: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for event in evidence.events:
        if event.stream.startswith("careflow.booking") and event.subject in ours and "status" in event.data:
            told[event.subject][str(event.data["appointment_id"])] = str(event.data["status"])
    for subject, patient in ours.items():
        shown = {each["id"]: each["status"] for each in await _appointments(clinic, patient)}
        if shown != told[subject]:
            differing = sorted({*shown.items()} ^ {*told[subject].items()})
            yield f"{subject}: {differing}"


async def _appointments(clinic: Clinic, patient: Patient) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    after: str | None = None
    while True:
        params = {"patient_id": patient.id, "limit": "200", **({"after": after} if after else {})}
        page = (await clinic.http.get(COORDINATOR, "booking", "/v1/appointments", params=params)).body
        found += page["items"]
        after = page.get("next")
        if after is None:
            return found


async def _clearances(clinic: Clinic, evidence: Evidence, treated: Sequence[Treated]) -> Any:
    """Screening's own record, its events, booking's care path, and whether its gates and those at the bedside agree."""
    told: dict[str, str] = {}
    for event in evidence.events:
        if event.name in CLEARED:
            told[str(event.data["clearance_id"])] = CLEARED[event.name]
    for each in treated:
        cleared = each.course.cleared
        own = OWN[(await clinic.clearance(cleared.clearance_id))["state"]]
        path = await clinic.care_path(cleared.patient)
        seen = (path["clearance"] or {}).get("status")
        if not (own == told[cleared.clearance_id] == seen):
            yield f"{cleared.clearance_id}: screening {own}, its events {told[cleared.clearance_id]}, booking {seen}"
        closed = {gate["code"] for kind in path["bookable"] for gate in kind["closed_gates"]}
        if ("record_incomplete" in closed) or (
            (own == "valid") == any(code.startswith("clearance_") for code in closed)
        ):
            yield f"{cleared.clearance_id}: {own}, and closed are {sorted(closed)}"


async def _doses(clinic: Clinic, evidence: Evidence, treated: Sequence[Treated]) -> Any:
    """Every dose that was given is said once, charged once, and missing from its vial."""
    said = Counter(event.subject for event in evidence.named("DoseAdministered"))
    for each in (each for each in treated if not each.given_up):
        if said[each.course.subject] != each.given:
            yield f"{each.course.subject}: {each.given} given, {said[each.course.subject]} said"
        for session in each.completed:
            charged = [e for e in evidence.named("ChargePosted") if e.data["cause_id"] == session.data["session_id"]]
            if len(charged) != 1:
                yield f"session {session.data['session_id']} was charged {len(charged)} times"
        if each.course.vial_id:
            vial = await clinic.http.get(NURSE, "sessions", f"/v1/drug-log/containers/{each.course.vial_id}")
            if float(vial.body["on_hand_mg"]) != each.drug_left_mg():
                yield f"vial {each.course.vial_id} holds {vial.body['on_hand_mg']} mg of {each.drug_left_mg()}"


async def _judge_money(clinic: Clinic, evidence: Evidence, regulars: Sequence[Regular], verdict: Verdict) -> None:
    """The books balance and are those one gets from the events; what was received is what clients were told."""
    cashier = Cashier(clinic.http)
    balance = await cashier.trial_balance()
    verdict.blame("books that do not balance", [] if balance["balances"] else [balance["debit"]["minor"]])
    rebuilt: Counter[tuple[str, str]] = Counter()
    for entry in evidence.named("JournalEntryPosted"):
        for line in entry.data["lines"]:
            rebuilt[line["account"], "debit"] += line["debit_minor"]
            rebuilt[line["account"], "credit"] += line["credit_minor"]
    kept = {
        (each["account"], side): int(each[side]["minor"])
        for each in balance["accounts"]
        for side in ("debit", "credit")
    }
    verdict.blame("accounts that differ from their events", {*(+rebuilt).items()} ^ {*(+Counter(kept)).items()})
    verdict.blame("payments that differ from what was acknowledged", [e async for e in _payments(clinic, regulars)])


async def _payments(clinic: Clinic, regulars: Sequence[Regular]) -> Any:
    cashier = Cashier(clinic.http)
    for each in regulars:
        shown = {
            payment["id"]: payment["amount"]["minor"] - sum(refund["amount"]["minor"] for refund in payment["refunds"])
            for payment in await cashier.payments(each.patient)
        }
        if shown != each.paid:
            yield f"{each.patient.subject}: {sorted({*shown.items()} ^ {*each.paid.items()})}"
