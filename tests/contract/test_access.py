"""What nobody in a role may ever do, whatever the services' tables say: the clinic's own rules, written a second time.

Each service's `access.py` says who is let in. A row that is changed there by mistake agrees with itself, and with every
test that is made from it; it does not agree with this. A role is tried alone: roles add up and nothing more.
"""

import importlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from careflow_cli.stack.tokens import ROLES
from careflow_service.http.access import AccessTable, emergencies_of, emergency_pages_of, machines_of
from careflow_service.identity import NEVER_GRANTED, Role
from careflow_service.service import Service

ROOT = Path(__file__).parents[2]
SERVICES = sorted(path.parent.name for path in ROOT.glob("services/*/pyproject.toml"))

DECIDING = r"screening \w+ .*/(decisions|clearances|evaluations|diagnoses|reclassify|findings|evidence|consents)\b.*"
CLEARING = (
    r"screening POST (?!.*/consents/)"
    r".*/(decisions/.*|grant|defer|deny|diagnoses|reclassify|extend|suspend|reinstate|revoke)"
)
EVALUATING = r"screening POST .*/evaluations"
PRESCRIBING = r"sessions POST .*/(order|attest|overrides|resolve|dose-reviews|plans/.*/sign|adjust|\{change\})"
ORDERING = r"sessions POST .*/(order|attest|overrides|resolve|dose-reviews|sign|adjust|\{change\}|reviews)"
GIVING = r"sessions POST .*/(doses|doses/end|clear|discharge|vitals|draws|settle)"
NOTES = r"sessions \w+ .*notes.*"
THERAPY_NOTES = r"sessions \w+ .*psychotherapy-notes.*"
DRUG_LOG = r"sessions \w+ .*drug-log.*"
CLINICAL_READING = r"(screening|sessions) GET (?!.*(questionnaires|rota|drug-log|/services|/open-emergency)).*"
CHANGING = r"\w+ (POST|PUT|DELETE) .*"
MONEY = r"billing (POST|PUT) .*"
EMERGENCIES = (
    r"/(v1/(patients/\{patient_id\}/)?emergency-accesses|pages/emergencies"
    r"|pages/patients/\{patient_id\}/(open|close)-emergency)\b"
)

NEVER: Mapping[Role, tuple[str, ...]] = {
    Role.PATIENT: (DECIDING, ORDERING, GIVING, NOTES, DRUG_LOG, MONEY),
    Role.COORDINATOR: (DECIDING, ORDERING, GIVING, NOTES, DRUG_LOG),
    Role.THERAPIST: (CLEARING, PRESCRIBING, GIVING, MONEY),
    Role.NURSE: (CLEARING, EVALUATING, PRESCRIBING, THERAPY_NOTES, MONEY),
    Role.WELLNESS: (DECIDING, ORDERING, GIVING, NOTES, DRUG_LOG, CLINICAL_READING, MONEY),
    Role.BILLER: (CLINICAL_READING, rf"(screening|sessions|booking) (POST|PUT|DELETE) (?!{EMERGENCIES}).*", DRUG_LOG),
    Role.OPERATOR: (r"\w+ \w+ /v1/.*",),
    Role.AUDITOR: (CHANGING, CLINICAL_READING, NOTES, r"booking .*"),
    Role.MEDICAL_DIRECTOR: (THERAPY_NOTES,),
    Role.PRIVACY_OFFICER: (rf"(?!\w+ \w+ {EMERGENCIES}).*", r".* /v1/patients/.*"),
    Role.WALL_SCREEN: (r"(?!booking GET /pages/wall$).*",),
    Role.EVENTS_OPERATIONAL: (r"(?!(booking|screening|sessions) (GET /v1/events$|\w+ /v1/webhooks\b)).*",),
    Role.EVENTS_SAFETY: (r"(?!(screening|sessions) (GET /v1/events$|\w+ /v1/webhooks\b)).*",),
    Role.EVENTS_FINANCIAL: (r"(?!billing (GET /v1/events$|\w+ /v1/webhooks\b)).*",),
}
OWN_WAYS = re.compile(
    r"screening (GET /v1/(cases/\{case_id\}|outcomes/.*|patients/\{patient_id\}/consents)"
    r"|POST /v1/consents/\{consent_id\}/revoke"
    r"|GET /pages/questions/mine/consents|POST /pages/questions/mine/consents/\{consent_id\}/revoke)"
    r"|billing (POST /v1/(estimates|payment-links|receipts|yearly-summaries|appeal-letters)|PUT .*/coverage)"
    r"|billing POST (/v1|/pages/papers)/reimbursements(/\{case_id\}/(filed|more-asked|answered|appealed|close))?"
    r"|billing POST /pages/papers/superbills/\{superbill_id\}/reimbursement"
    r"|billing POST /pages/papers/(owed/pay|superbills/\{superbill_id\}/appeal|payments/\{payment_id\}/receipt)"
    r"|sessions POST /pages/to-do/texts/\{document\}/sign"
)
"""What a patient reaches of these for themselves."""


def doors() -> dict[str, frozenset[Role]]:
    """Every route of the clinic, with the roles it opens to."""
    return {
        f"{service} {route}": rule.open_to
        for service in SERVICES
        for route, rule in table_of(service).items()
        if not rule.public
    }


def table_of(service: str) -> AccessTable:
    described: Service[Any, Any, Any] = importlib.import_module(f"{service}.bootstrap").SERVICE
    access = described.http().access
    of_emergencies = {**emergencies_of(access), **emergency_pages_of(access)}
    return {**access, **of_emergencies, **machines_of(described.topics)}


def opened_in_emergencies() -> dict[str, frozenset[Role]]:
    """Every route that an emergency access opens, with the roles it opens it to."""
    return {
        f"{service} {route}": rule.emergency
        for service in SERVICES
        for route, rule in table_of(service).items()
        if rule.emergency
    }


@pytest.mark.parametrize("role", NEVER)
def test_no_table_opens_what_a_role_must_never_reach(role: Role) -> None:
    never = [re.compile(pattern) for pattern in NEVER[role]]
    reached = [door for door, roles in doors().items() if role in roles and any(each.fullmatch(door) for each in never)]
    wrong = [door for door in reached if role is not Role.PATIENT or not OWN_WAYS.fullmatch(door)]
    assert not wrong, "access.py opens it and NEVER forbids it; what is a patient's own way stands in OWN_WAYS"


def test_no_emergency_opens_psychotherapy_notes_records_or_more_than_one_patients_data() -> None:
    never = re.compile(rf"{NOTES}|{DRUG_LOG}|billing .*|.*/(record|disclosures|findings|tasks|alerts)\b.*|{CHANGING}")
    assert {door for door in opened_in_emergencies() if never.fullmatch(door)} == set()
    assert all("{" in door for door in opened_in_emergencies()), "a list of several patients names none in its path"


def test_an_emergency_shows_nothing_clinical_to_a_biller() -> None:
    opened = {door for door, roles in opened_in_emergencies().items() if Role.BILLER in roles}
    assert opened == {"booking GET /v1/patients/{patient_id}", "booking GET /pages/patients/{patient_id}"}


@pytest.mark.parametrize("role", NEVER)
def test_every_rule_is_about_routes_there_are(role: Role) -> None:
    assert [pattern for pattern in NEVER[role] if not any(re.fullmatch(pattern, door) for door in doors())] == []


def test_every_role_somebody_may_have_is_told_what_it_never_reaches_but_the_prescriber() -> None:
    granted = set(Role) - NEVER_GRANTED
    assert granted - NEVER.keys() == {Role.PRESCRIBER}


def test_a_development_token_can_be_asked_for_every_role() -> None:
    assert {*ROLES} == {str(role) for role in set(Role) - NEVER_GRANTED}
