"""A clinic of each service with something on every page, and the names of what stands in the pages' addresses.

Everybody's name and text is as long as people's names and texts get.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from billing.domain.money import Money
from billing.domain.processing import RefundState
from careflow_events import contracts
from careflow_events.contracts import codes
from careflow_service.identity import Role
from careflow_service.ids import new_id
from careflow_service.testing.calling import Caller
from careflow_service.testing.disclosing import asked_of_all
from services.billing.tests import clinic as paying
from services.billing.tests import heard
from services.billing.tests.builders import ANA, local
from services.billing.tests.integration.test_tasks import tells_all
from services.billing.tests.world import World as Billing
from services.billing.tests.world import takes_cards
from services.booking.tests import clinic as desk
from services.booking.tests import mailbox, news
from services.booking.tests.overtaken_inquiries import asks as inquires
from services.booking.tests.overtaken_inquiries import the_inquiry
from services.booking.tests.world import World as Booking
from services.screening.tests import clinic as screened
from services.screening.tests.consenting import consents
from services.screening.tests.treatment import dosed
from services.screening.tests.world import World as Screening
from services.sessions.tests import clinic as treated
from services.sessions.tests import dispensed, distance, medicated, outside, planned, sprays, written
from services.sessions.tests.builders import MILL_VALLEY
from services.sessions.tests.news import renamed
from services.sessions.tests.world import World as Sessions

GIVEN: Final = "María Guadalupe de los Ángeles"
FAMILY: Final = "Wolfeschlegelsteinhausenbergerdorff-Featherstonehaugh"
ADDRESS: Final = "maria@example.org"
PROSE: Final = ("She says that it went well, and asks whether the next visit may be in the morning. " * 46)[:3_900]
NEVER_BROKEN: Final = "https://pharmacy.example/" + "prescription" * 14
EMERGENCY: Final = {"kind": "medical", "reason": PROSE[:400], "recipient": "Ambulance 12"}


@dataclass(frozen=True, slots=True)
class Seeded:
    """`ids` are what addresses name; `came_in` is where a patient comes in and the day they were born on."""

    ids: Mapping[str, str]
    came_in: tuple[str, str] | None = None


async def booking(world: Booking) -> Seeded:
    known, dose = await news.booked(world)
    ana = known["patient_id"]
    await desk.has_practitioner(world, FAMILY, "nurse")
    someone = await desk.has_patient(world, given_name=GIVEN, family_name=FAMILY, email=ADDRESS, phone="415 555 0177")
    call = await desk.books(world.coordinator, someone, starts_at=desk.TOMORROW_AT_TEN + timedelta(days=3))
    await world.catch_up()
    ok = desk.ok
    waiting = {"patient_id": someone, "kind": "info_call", "modality": "phone"}
    ok(await world.patient(someone).post("/v1/waitlist", waiting), 201)
    await inquires(world, name=f"{GIVEN} {FAMILY}", words=PROSE[:900])
    inquiry = await the_inquiry(world)
    wish = {
        "requester": {"by": "patient"},
        "access": "copy",
        "form": "electronic",
        "parts": [{"part": "ordinary"}, {"part": "billing"}],
        "identity": "photo_id",
    }
    request = ok(await world.coordinator.post(f"/v1/patients/{someone}/record-requests", wish), 201)["id"]
    given = await world.coordinator.post(
        f"/v1/patients/{someone}/disclosures",
        {"part": "general", "basis": "patient_access", "recipient": f"{GIVEN} {FAMILY}", "reason": PROSE[:400]},
    )
    access = ok(await world.calling(Role.BILLER).post(f"/v1/patients/{ana}/emergency-accesses", EMERGENCY), 201)["id"]
    await world.hear(news.alert(known))
    visits = _link(world, "visits")
    calling = desk.details(email="kim@example.org", starts_at=(desk.TOMORROW_AT_TEN + timedelta(days=6)).isoformat())
    asked = ok(await world.public.post("/v1/public/info-calls", calling), 201)
    assert world.ports.call_links is not None
    return Seeded(
        {
            "patient_id": ana,
            "appointment_id": dose["id"],
            "own_visit": call["id"],
            "kind": "practitioner",
            "resource_id": FAMILY,
            "request_id": request,
            "share_id": request,
            "disclosure_id": ok(given, 201)["disclosure_id"],
            "inquiry_id": str(inquiry.id),
            "asked_call": world.ports.call_links.sign(asked["appointment_id"]),
            "secret": _link(world, "messages").rpartition("/")[2],
            "token": visits.rpartition("/")[2],
            "access_id": access,
            "dose_at": dose["starts_at"].replace("+", "%2B"),
        },
        came_in=(visits, "1988-04-02"),
    )


async def _asked_for(world: Screening | Sessions | Billing, by: Caller, patient_id: str) -> dict[str, str]:
    """A record that is waited for, and one of which the share was handed out, by whoever opens the pages of it."""
    waited, given = new_id(), new_id()
    for request_id in (waited, given):
        ordinary = (codes.RecordPart.ORDINARY, codes.RecordPart.BILLING)
        await world.hear(asked_of_all(contracts.RecordRequested, patient_id, request_id, *ordinary))
    answer = {"recipient": f"{GIVEN} {FAMILY}", "reason": PROSE[:400], "record_request_id": given}
    made = await by.post(
        f"/v1/patients/{patient_id}/disclosures", {"part": "general", "basis": "patient_access", **answer}
    )
    return {"share_id": waited, "disclosure_id": made.json()["disclosure_id"]}


def _link(world: Booking, page: str) -> str:
    """The one in what the clinic wrote to whom it wrote last."""
    for mail in mailbox.mails(world):
        found = re.search(rf"{mailbox.PUBLIC_URL}(/pages/{page}/\S+)", mailbox.said(mail))
        if found and mail["To"] == ADDRESS:
            return found[1]
    raise AssertionError(f"nobody was sent a link to {page}")


async def screening(world: Screening) -> Seeded:
    ok = screened.ok
    case, clearance = await screened.cleared(world)
    await world.hear(dosed(case["patient_id"], world.clock()))
    consent = await consents(world, case, recipients=[FAMILY, NEVER_BROKEN[:120]])
    for fact in (
        {"condition": "alcohol_use_disorder", "status": "active"},
        {"condition": "drug_allergy", "status": "active", "detail": f"ketamine - {PROSE[:150]}"},
    ):
        ok(await world.nurse.post(f"/v1/cases/{case['id']}/facts", fact), 201)
    path = f"/v1/cases/{case['id']}"
    unknown = {"name": f"sertralin {FAMILY}", "detail": PROSE[:190]}
    unknown_id = ok(await world.nurse.post(f"{path}/medications", unknown), 201)["id"]
    tried = screened.trial("sertraline", stopped_because=PROSE[:190])
    trial = ok(await world.prescriber.post(f"{path}/trials", tried), 201)["id"]
    named = {"evaluation_id": (await screened.reads(world, case))["clinical"]["evaluations"][0]["id"]}
    ok(await world.prescriber.post(f"{path}/diagnoses", {**named, "codes": ["F33.2", "F10.20"]}), 201)
    said = {"patient_id": case["patient_id"], "level": "high", "note": PROSE}
    ok(await world.nurse.post("/v1/alerts", said), 201)
    alert = await screened.open_alert(world)
    ok(await world.nurse.post(f"/v1/alerts/{alert['id']}/acknowledge"))
    seen = await screened.reads(world, case)
    suspension = (await screened.reads_clearance(world, clearance))["suspensions"][0]
    other = await screened.has_case(world)
    link = ok(await world.calling(Role.COORDINATOR).post(f"/v1/cases/{other['id']}/links"), 201)["path"]
    untouched = screened.request_of(await screened.reads(world, other), "gad-7")["request_id"]
    await screened.answers(world, other, "gad-7", screened.SENSIBLE_ANSWERS["gad-7"])
    takes = {"name": f"{FAMILY} {NEVER_BROKEN[:120]}", "detail": PROSE[:190], "started_on": "2026-02-03"}
    own = ok(await world.patient(other["patient_id"]).post(f"/v1/cases/{other['id']}/medications", takes), 201)["id"]
    await consents(world, other, recipients=[FAMILY, NEVER_BROKEN[:120]], purpose="described", purpose_in_words=PROSE)
    access = ok(
        await world.calling(Role.COORDINATOR).post(f"/v1/patients/{case['patient_id']}/emergency-accesses", EMERGENCY),
        201,
    )
    return Seeded(
        {
            "patient_id": case["patient_id"],
            "case_id": case["id"],
            "consent_id": consent,
            "evidence_id": seen["clinical"]["evidence"][0]["id"],
            "medication_id": seen["clinical"]["medications"][0]["id"],
            "suspension": f"{suspension['reason']}/{suspension['ref']}",
            "request_id": screened.request_of(await screened.reads(world, other), "phq-9")["request_id"],
            "answered_id": untouched,
            "area": "brain",
            "fact_id": next(each["id"] for each in seen["clinical"]["facts"] if each["condition"] == "drug_allergy"),
            "open_case": other["id"],
            "trial_id": trial,
            "unknown_medication": unknown_id,
            "own_medication": own,
            **await _asked_for(world, world.prescriber, case["patient_id"]),
            "token": link.rpartition("/")[2],
            "access_id": access["id"],
        },
        came_in=(link, "1988-04-02"),
    )


async def sessions(world: Sessions) -> Seeded:
    ok = treated.ok
    empty = {"moment": "opening", "counted": {}}
    inventory = ok(await world.nurse.post(f"/v1/drug-log/locations/{MILL_VALLEY}/inventories", empty), 201)["id"]
    rems_session, device = await sprays.begun(world)
    ok(await sprays.gives(world, rems_session, device), 201)
    course = await treated.has_course(world, goals=[PROSE[:190], NEVER_BROKEN[:150]])
    session_id = await treated.ready_for_dose(world, course)
    standing = await medicated.signs_standing_order(world, medicine=f"Ondansetron {FAMILY}")
    vial, draw = await treated.receives_dose(world, session_id)
    waste = await treated.wastes(world, vial, draw, "5")
    for minutes, changes in ((10, {}), (6, {"systolic": 165}), (34, {"systolic": 184, "oxygen_saturation": 92})):
        await world.travel(timedelta(minutes=minutes))
        ok(await treated.observes(world, session_id, **changes), 201)
    ordered = await medicated.orders(world, session_id)
    await medicated.gave(world, session_id, ordered)
    await medicated.takes_order(world, session_id, medicated.medicine(medicine="Clonidine", indication="pressure"))
    lorazepam = await medicated.has_lorazepam(world)
    calming = await medicated.orders(world, session_id, **medicated.lorazepam())
    ok(await medicated.draws_for(world, lorazepam, session_id, calming), 201)
    harm = {
        "patient_id": course.patient_id,
        "session_id": session_id,
        "description": PROSE,
        "grade": 2,
        "serious": False,
        "expected": True,
        "related": True,
        "started_at": world.clock().isoformat(),
    }
    ok(await world.nurse.post("/v1/adverse-events", harm), 201)
    package = await dispensed.receives_package(world, course.patient_id, lot=FAMILY)
    task = await planned.asks(world, course, text=PROSE[:500])
    labs = await planned.asks(world, course, by=world.prescriber, kind="labs", text="Thyroid")
    ok(await planned.results(world, labs, abnormal=True), 201)
    await planned.asks(world, course, kind="taper", text="Half a tablet")
    way_in = await planned.link_of(world, course.patient_id)
    afar = await treated.has_course(world)
    await distance.agrees_to_telehealth(world, afar.patient_id)
    call = await distance.hour_at_a_distance(world, afar)
    ok(await distance.verifies(world, call))
    refused = await treated.dosing_visit(world, await treated.has_course(world))
    ok(await treated.does(world, refused, "refuse"))
    before = await treated.dosing_visit(world, await treated.has_course(world))
    outside_gate = await treated.dosing_visit(world, await treated.has_course(world))
    await treated.loses(world, vial, "5")
    case = ok(await world.nurse.get(f"/v1/drug-log/locations/{MILL_VALLEY}/cases"))["items"][0]["id"]
    late = outside.late(world, vial, None, minutes=1, before_start=PROSE, mg_per_kg="")
    ok(await treated.does(world, outside_gate, "doses/outside-gate", late), 201)
    await medicated.gave_outside(world, outside_gate, medicated.outside(world, reason=PROSE))
    await world.hear(renamed(course.patient_id, datetime(1988, 4, 2), FAMILY))  # noqa: DTZ001 - a birth date
    access = ok(
        await world.calling(Role.COORDINATOR).post(f"/v1/patients/{course.patient_id}/emergency-accesses", EMERGENCY),
        201,
    )
    (signed,) = ok(await world.nurse.get(f"/v1/patients/{course.patient_id}/consents"))["items"]
    draft = await written.drafts_note(world, session_id, PROSE, by=world.prescriber, kind="medical")
    note = await written.drafts_note(world, session_id, NEVER_BROKEN)
    ok(await written.signs_note(world, note))
    own_note = await written.keeps_note(world, session_id, PROSE, by=world.prescriber)
    return Seeded(
        {
            "patient_id": course.patient_id,
            "plan_id": course.plan_id,
            "consent_id": signed["id"],
            "document": "financial-policy",
            "session_id": session_id,
            "before": before,
            "outside_gate": outside_gate,
            "case_id": case,
            "refused": refused,
            "call": call,
            "draft_id": draft,
            "note_id": note,
            "own_note_id": own_note,
            "rems_session": rems_session,
            "location": str(MILL_VALLEY),
            "order_id": standing,
            "container_id": vial,
            "entry_id": waste,
            "inventory_id": inventory,
            **await _asked_for(world, world.prescriber, course.patient_id),
            "package_container": package,
            "task_id": task,
            "labs_id": labs,
            "access_id": access["id"],
            "token": way_in.rpartition("/")[2],
        },
        came_in=(way_in, "1988-04-02"),
    )


async def billing(world: Billing) -> Seeded:
    ok = paying.ok
    await paying.has_patient(world)
    await world.hear(heard.session_completed(heard.THERAPY_HOUR))
    charge = (await paying.the_charge(world))["id"]
    superbill = ok(await world.biller.post("/v1/superbills", paying.bill(charge)), 201)["superbill_id"]
    case = ok(await world.biller.post("/v1/reimbursements", {"superbill_id": superbill}), 201)["id"]
    payment = (await paying.pays(world, 25))["payment_id"]
    receipt = ok(await world.biller.post("/v1/receipts", {"payment_id": payment}), 201)
    await paying.buys_package(world)
    await world.hear(heard.session_completed(heard.THERAPY_HOUR, at=local(20, 8)))
    await paying.books(world, local(14, 9, month=12))
    estimate = await paying.issue(world, (await paying.estimates(world))[0])
    await paying.missed(world, await paying.books(world, local(1, 9, month=12)))
    card = takes_cards(world)
    link = ok(await world.biller.post("/v1/payment-links", {"patient_id": ANA}), 201)
    await world.catch_up()
    paid = card.is_paid(link["id"], Money(5_000))
    assert paid is not None
    card.refund_becomes(paid, card.gives_back(paid, Money(2_500)), RefundState.FAILED)
    await tells_all(world, card.news)
    contract = {"practitioner_id": "dr-paula-prescriber", "signed_on": "2026-01-05", "ends_on": "2026-12-31"}
    ok(await world.biller.post(f"/v1/accounts/{ANA}/private-contracts", contract), 201)
    way_in = ok(await world.biller.post(f"/v1/accounts/{ANA}/links"), 201)["path"]
    await world.hear(heard.details_changed(family=FAMILY))
    packages = ok(await world.biller.get("/v1/packages", patient_id=ANA))["items"]
    fees = await paying.fees(world)
    return Seeded(
        {
            "patient_id": ANA,
            "charge_id": charge,
            **await _asked_for(world, world.biller, ANA),
            "superbill_id": superbill,
            "case_id": case,
            "payment_id": payment,
            "paper_id": receipt["paper_id"],
            "estimate_id": estimate["id"],
            "package_id": packages[0]["id"],
            "fee_id": fees[0]["id"] if fees else "",
            "link_id": link["id"],
            "token": way_in.rpartition("/")[2],
        },
        came_in=(way_in, "1988-11-23"),
    )
