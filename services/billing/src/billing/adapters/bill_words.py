"""What superbills and estimates say, as their templates take it."""

from dataclasses import asdict
from datetime import date
from typing import Any, Final

from billing.adapters.printed import METHODS, amount, parts, us
from billing.domain.estimate_issues import Issue
from billing.domain.estimates import Estimate
from billing.domain.superbill_content import BilledLine, Content

_UNDETERMINED: Final = "not yet determined"


def superbill_content(content: Content) -> dict[str, Any]:
    patient, coverage = content.patient, content.patient.coverage
    return {
        "provider": asdict(content.provider),
        "patient": {
            "name": patient.name,
            "birth_date": us(patient.birth_date),
            "sex": patient.sex.value.capitalize(),
            "address": asdict(patient.address),
            "coverage": {
                "payer": coverage.payer,
                "member_id": coverage.member_id,
                "group_number": coverage.group_number,
                "relationship": coverage.relationship.value.capitalize(),
                "subscriber_name": coverage.subscriber_name,
            },
        },
        "clinicians": [asdict(clinician) for clinician in content.clinicians],
        "diagnoses": [asdict(diagnosis) for diagnosis in content.diagnoses],
        "lines": [_line(line) for line in content.lines],
        "payments": [
            {"date": us(each.received_on), "method": METHODS[each.method], "amount": amount(each.amount)}
            for each in content.payments
        ],
        "totals": {
            "charged": amount(content.charged),
            "paid": amount(content.paid),
            "balance": amount(content.balance),
        },
    }


def _line(line: BilledLine) -> dict[str, Any]:
    return {
        "service_date": us(line.service_date),
        "place_of_service": line.place_of_service,
        "code": line.code,
        "modifiers": " ".join(line.modifiers),
        "description": line.description,
        "units": line.units,
        "minutes": line.minutes,
        "drug": f"{line.drug} {line.strength}" if line.drug and line.strength else None,
        "ndc": f"NDC N4{line.ndc} {line.ndc_unit}{line.ndc_quantity}" if line.ndc else None,
        "diagnosis_pointers": "".join(line.diagnosis_pointers),
        "clinician": line.clinician,
        "charged": amount(line.charged),
        "paid": amount(line.paid),
    }


def estimate_issue(estimate: Estimate, issue: Issue, issued_on: date) -> dict[str, Any]:
    parties = issue.parties
    return {
        "version": issue.number,
        "issued": parts(issued_on),
        "patient_name": parties.patient_name,
        "birth_date": us(parties.birth_date),
        "provider": asdict(parties.provider),
        "clinicians": [asdict(clinician) for clinician in parties.clinicians],
        "primary_service": issue.lines[0].description if issue.lines else "",
        "service_date": us(issue.service_date) if issue.service_date else "not yet scheduled",
        "covers_until": us(estimate.covers_until),
        "diagnoses": ", ".join(issue.diagnoses) or _UNDETERMINED,
        "lines": [
            {
                "visit": line.kind.value.replace("_", " ").capitalize(),
                "code": line.code,
                "description": line.description,
                "units": line.units,
                "unit_price": amount(line.unit_price),
                "amount": amount(line.amount),
            }
            for line in issue.lines
        ],
        "total": amount(issue.total),
        "dispute_line": amount(issue.dispute_line),
    }
