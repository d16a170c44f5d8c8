"""Every page of every service, from the services' own access tables: who may open it, and at which address.

A page is on the tour by its row in the table. What its address asks for beyond its template stands here; a page whose
address nobody can make up from that is named by the tests, and so is a row here without a page.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final

from careflow_service.http.access import CATALOGUE, LOGIN, OPERATIONS, START, Rule, emergency_pages_of
from careflow_service.identity import Role
from careflow_service.pages import PREFIX
from careflow_service.service import Service

SERVICES: Final = ("booking", "screening", "sessions", "billing")

_CATALOGUE: Final = tuple(f"{service} {row}" for service in SERVICES for row in CATALOGUE)
_SHARE = "GET /pages/record-shares/handed-out/{disclosure_id}/copy"
NOT_PAGES: Final[Mapping[str, str]] = {
    **{f"{service} {_SHARE}": "text/plain" for service in SERVICES},
    **dict.fromkeys(_CATALOGUE, "text/html"),  # for programmers, in their words: see test_catalogue.py
    "screening GET /pages/cases/live": "text/event-stream",
    "screening GET /pages/cases/now": "text/html",  # a part of a page, put in place there
    "sessions GET /pages/bedside/live": "text/event-stream",
    "sessions GET /pages/to-do/signed/{consent_id}/copy": "text/html",  # a file to keep
    "sessions GET /pages/bedside/now": "text/html",  # a part of a page, put in place there
    "billing GET /pages/papers/issued/{paper_id}": "application/pdf",
    "billing GET /pages/papers/superbills/{superbill_id}": "application/pdf",
    "billing GET /pages/papers/superbills/{superbill_id}/claim-sheets": "application/pdf",
    "billing GET /pages/papers/estimates/{estimate_id}": "application/pdf",
    "billing GET /pages/money/{patient_id}/papers/{paper_id}": "application/pdf",
    "billing GET /pages/money/{patient_id}/superbills/{superbill_id}": "application/pdf",
    "billing GET /pages/money/{patient_id}/superbills/{superbill_id}/claim-sheets": "application/pdf",
    "billing GET /pages/money/{patient_id}/estimates/{estimate_id}": "application/pdf",
}
"""What lies beside the pages and is none, by what it is instead."""

_TIMES = "kind=dosing&modality=in_person"
_OF_SESSION = "GET /pages/bedside/{session_id}/"
_OF_CONTAINER = "GET /pages/drug-log/containers/{container_id}/"
_OF_CASE = "GET /pages/cases/{case_id}/"
_MINE = "GET /pages/questions/mine/"
_OF_MONEY = "GET /pages/money/{patient_id}/"
_WANTED = "GET /pages/record-shares/wanted/{share_id}/{part}"
ASKS: Final[Mapping[str, str]] = {
    **{f"{service} {_WANTED}": "record-shares/wanted/{share_id}/general" for service in SERVICES},
    **dict.fromkeys(_CATALOGUE, "catalogue/index.html"),
    "booking GET /pages/desk/patients/{patient_id}/times": f"?{_TIMES}",
    "booking GET /pages/desk/patients/{patient_id}/integration": f"?{_TIMES}&starts_at={{dose_at}}",
    "booking GET /pages/desk/patients/{patient_id}/book": f"?{_TIMES}&starts_at={{dose_at}}",
    "booking GET /pages/desk/visits/{appointment_id}/integration": "?starts_at={dose_at}",
    "booking GET /pages/desk/visits/{appointment_id}/move": "?at=2026-11-28T10:00",
    "booking GET /pages/desk/absences/concerned": "?who=practitioner:joy&day=2026-11-25",
    "booking GET /pages/free-call/times": "?modality=phone&state=CA",
    "booking GET /pages/free-call/details": "?modality=phone&state=CA&starts_at={dose_at}",
    "booking GET /pages/free-call/confirm/{secret}": "free-call/confirm/{asked_call}",
    "booking GET /pages/visits/{appointment_id}/cancel": "visits/{own_visit}/cancel",
    "booking GET /pages/visits/{appointment_id}/times": "visits/{own_visit}/times",
    "booking GET /pages/visits/{appointment_id}/move": "visits/{own_visit}/move?starts_at=2026-11-27T19:15:00Z",
    f"screening {_OF_CASE}reinstate": "?of={suspension}",
    f"screening {_OF_CASE}void-evidence": "?of={evidence_id}",
    f"screening {_OF_CASE}void-medication": "?of={medication_id}",
    f"screening {_OF_CASE}stop-medication": "?of={medication_id}",
    f"screening {_OF_CASE}identify": "?of={unknown_medication}",
    f"screening {_OF_CASE}reclassify": "?of={fact_id}",
    f"screening {_OF_CASE}void-trial": "?of={trial_id}",
    **{f"screening {_OF_CASE}{form}": f"cases/{{open_case}}/{form}" for form in ("identity", "history", "hand-in")},
    f"screening {_OF_CASE}revoke-consent": "?of={consent_id}",
    f"screening {_MINE}medicines/{{medication_id}}/stop": "questions/mine/medicines/{own_medication}/stop",
    "screening GET /pages/questions/asked/{request_id}/check": "questions/asked/{answered_id}/check",
    "sessions GET /pages/plans/{patient_id}/ask": "?of={plan_id}",
    "sessions GET /pages/plans/{patient_id}/result": "?of={labs_id}",
    "sessions GET /pages/plans/{patient_id}/review": "?of={labs_id}",
    "sessions GET /pages/plans/{patient_id}/end": "?of={task_id}",
    "sessions GET /pages/bedside/now": "?session={session_id}",
    "sessions GET /pages/bedside/live": "?session={session_id}",
    f"sessions {_OF_SESSION}sign": "bedside/{before}/sign",
    f"sessions {_OF_SESSION}verify": "bedside/{call}/verify",
    f"sessions {_OF_SESSION}how-held": "bedside/{call}/how-held",
    f"sessions {_OF_SESSION}coordination": "bedside/{call}/coordination",
    f"sessions {_OF_SESSION}review-dose": "bedside/{outside_gate}/review-dose",
    f"sessions {_OF_SESSION}review-medicine": "bedside/{outside_gate}/review-medicine",
    f"sessions {_OF_SESSION}notes/rewrite": "?of={draft_id}",
    f"sessions {_OF_SESSION}notes/add": "?of={note_id}",
    f"sessions {_OF_SESSION}psychotherapy-notes/add": "?of={own_note_id}",
    f"sessions {_OF_SESSION}convert": "bedside/{refused}/convert",
    "sessions GET /pages/rems-forms/{session_id}": "rems-forms/{rems_session}",
    "sessions GET /pages/standing-orders": "?location={location}",
    "sessions GET /pages/drug-log": "?location={location}",
    "sessions GET /pages/drug-log/receive": "?location={location}",
    "sessions GET /pages/drug-log/packages/{patient_id}/receive": "?location={location}",
    f"sessions {_OF_CONTAINER}hand-out": "drug-log/containers/{package_container}/hand-out",
    f"sessions {_OF_CONTAINER}reverse": "?of={entry_id}",
    "sessions GET /pages/drug-log/days": "?location={location}",
    "sessions GET /pages/drug-log/day": "?location={location}",
    "sessions GET /pages/drug-log/day/close": "?location={location}&day=2026-11-23",
    "sessions GET /pages/drug-log/cases": "?location={location}",
    "sessions GET /pages/drug-log/inventories": "?location={location}",
    "sessions GET /pages/drug-log/inventories/take": "?location={location}",
    "sessions GET /pages/standing-orders/sign": "?location={location}&like={order_id}",
    "sessions GET /pages/colleague": "?to=bedside/{session_id}/witness/{container_id}/{entry_id}",
    "sessions GET /pages/colleague-gone": "?to=bedside",
    **{f"billing {_OF_MONEY}{form}": "?about={charge_id}" for form in ("post", "write-off", "reverse")},
    **{f"billing {_OF_MONEY}{form}": "?about={payment_id}" for form in ("refund", "refund-paid", "receipt")},
    **{f"billing {_OF_MONEY}{form}": "?about={superbill_id}" for form in ("void", "appeal-letter", "reimbursement")},
    **{
        f"billing {_OF_MONEY}reimbursement-{form}": "?about={case_id}"
        for form in ("filed", "more-asked", "answered", "appealed", "close")
    },
    **{
        f"billing {_OF_MONEY}{form}": "?about={estimate_id}"
        for form in ("issue-estimate", "deliver-estimate", "dispute", "close-dispute")
    },
    f"billing {_OF_MONEY}give-back-package": "?about={package_id}",
    f"billing {_OF_MONEY}close-link": "?about={link_id}",
    f"billing {_OF_MONEY}waive": "?about={fee_id}",
}
"""What follows an address, or all of it beneath the pages where another of its kind is meant."""

ANSWERS: Final[Mapping[str, int]] = {"GET /pages/logged-in": 400}
"""Pages that are there to say that something did not work."""

SPANISH: Final = frozenset({"free-call", "inquiry", "visits", "questions", "papers", "messages", "tasks", "to-do"})
"""What patients and visitors read."""

NAMES: Final[Mapping[str, frozenset[str]]] = {
    "booking": frozenset(
        {
            "access_id",
            "appointment_id",
            "disclosure_id",
            "dose_at",
            "inquiry_id",
            "kind",
            "own_visit",
            "asked_call",
            "patient_id",
            "request_id",
            "resource_id",
            "secret",
            "share_id",
            "token",
        }
    ),
    "screening": frozenset(
        {
            "access_id",
            "answered_id",
            "area",
            "case_id",
            "consent_id",
            "disclosure_id",
            "evidence_id",
            "fact_id",
            "medication_id",
            "open_case",
            "own_medication",
            "patient_id",
            "request_id",
            "share_id",
            "suspension",
            "token",
            "trial_id",
            "unknown_medication",
        }
    ),
    "sessions": frozenset(
        {
            "access_id",
            "before",
            "call",
            "case_id",
            "consent_id",
            "container_id",
            "disclosure_id",
            "document",
            "draft_id",
            "entry_id",
            "inventory_id",
            "labs_id",
            "location",
            "note_id",
            "order_id",
            "outside_gate",
            "own_note_id",
            "package_container",
            "patient_id",
            "plan_id",
            "refused",
            "rems_session",
            "session_id",
            "share_id",
            "task_id",
            "token",
        }
    ),
    "billing": frozenset(
        {
            "charge_id",
            "disclosure_id",
            "estimate_id",
            "fee_id",
            "link_id",
            "package_id",
            "paper_id",
            "patient_id",
            "payment_id",
            "share_id",
            "superbill_id",
            "case_id",
            "token",
        }
    ),
}
"""What there is one of in each service of the clinic that is toured, see `seeds.py`."""


@dataclass(frozen=True, slots=True)
class Stop:
    """One page: its row, where it is, and who opens it; nobody, `patient`, or a role."""

    row: str
    asks: str
    who: Role | None

    @property
    def is_page(self) -> bool:
        return self.row not in NOT_PAGES

    @property
    def status(self) -> int:
        return ANSWERS.get(self.row.partition(" ")[2], 200)

    @property
    def wants(self) -> set[str]:
        """The names in its address."""
        return set(re.findall(r"\{(\w+)\}", self.asks))

    @property
    def for_patients(self) -> bool:
        return self.asks.removeprefix(PREFIX).partition("/")[0].partition("?")[0] in SPANISH

    def at(self, ids: Mapping[str, str]) -> str:
        """Its address, where there is this."""
        return self.asks.format(**ids)


def stops(service: str) -> Iterator[Stop]:
    """In the order of the access table, those all services have at the end."""
    for row, rule in pages_of(service).items():
        method, _, template = row.partition(" ")
        if method == "GET":
            named = f"{service} {row}"
            asked = ASKS.get(named, "")
            address = template + asked if asked.startswith("?") or not asked else PREFIX + asked
            yield Stop(named, address, _who(rule))


def rows_without_a_page() -> set[str]:
    """What is said here of no page that there is."""
    known = {stop.row for service in SERVICES for stop in stops(service)}
    return (ASKS.keys() | NOT_PAGES.keys()) - known


def pages_of(service: str) -> dict[str, Rule]:
    described: Service[Any, Any, Any] = import_module(f"{service}.bootstrap").SERVICE
    access = described.http().access
    whole = {**access, **START, **LOGIN, **CATALOGUE, **emergency_pages_of(access), **OPERATIONS}
    return {row: rule for row, rule in whole.items() if row.partition(" ")[2].startswith(PREFIX)}


def _who(rule: Rule) -> Role | None:
    if rule.public:
        return None
    if not rule.roles:
        return Role.PATIENT
    return next(role for role in Role if role in rule.roles and role is not Role.PATIENT)
