"""What claim sheets say, as their template takes it: the boxes of a CMS-1500 (02/12) by number.

Amounts stand as the form has them, without a sign of currency; codes of diagnoses without their point; the NDC with
its qualifier N4 and the unit before the quantity; taxonomies with ZZ, a supervisor with DQ.
"""

from dataclasses import asdict
from datetime import date
from typing import Any, Final

from billing.domain.accounts import CoverageKind, Relationship, Sex
from billing.domain.claim_sheets import Sheet, sheets_of
from billing.domain.money import Money
from billing.domain.superbill_content import BilledClinician, BilledLine, BilledPatient, Content

_SEX: Final = {Sex.FEMALE: "F", Sex.MALE: "M"}
"""The form has no third box: nothing is ticked then."""


def claim_sheets(content: Content) -> dict[str, Any]:
    sheets = sheets_of(content)
    clinicians = {each.letter: each for each in content.clinicians}
    return {
        "provider": asdict(content.provider),
        "patient": _patient(content.patient),
        "diagnoses": [{"letter": each.letter, "code": each.code.replace(".", "")} for each in content.diagnoses],
        "sheets": [_sheet(each, clinicians) for each in sheets],
        "totals": {"charged": _plain(content.charged), "paid": _plain(content.paid)},
    }


def _patient(patient: BilledPatient) -> dict[str, Any]:
    coverage = patient.coverage
    name = f"{patient.family_name}, {patient.given_name}" if patient.family_name else patient.name
    own = coverage.relationship is Relationship.SELF
    return {
        "name": name,
        "birth_date": f"{patient.birth_date:%m %d %Y}",
        "sex": _SEX.get(patient.sex),
        "address": asdict(patient.address),
        "payer": coverage.payer,
        "member_id": coverage.member_id,
        "group_number": coverage.group_number,
        "is_medicaid": coverage.kind is CoverageKind.MEDICAID,
        "relationship": coverage.relationship.value,
        "is_subscriber": own,
        "subscriber": name if own else coverage.subscriber_name,
    }


def _sheet(sheet: Sheet, clinicians: dict[str, BilledClinician]) -> dict[str, Any]:
    supervised = sheet.supervisor
    return {
        "supervisor": supervised.supervisor_name if supervised else None,
        "supervisor_npi": supervised.supervisor_npi if supervised else None,
        "signed_by": [
            f"{each.name}, {each.credentials}"
            for each in (clinicians[letter] for letter in dict.fromkeys(line.clinician for line in sheet.lines))
        ],
        "lines": [_line(each, clinicians[each.clinician]) for each in sheet.lines],
        "charged": _plain(sheet.charged),
        "paid": _plain(sheet.paid),
        "at_the_practice": sheet.at_the_practice,
    }


def _line(line: BilledLine, clinician: BilledClinician) -> dict[str, Any]:
    drug = f"N4{line.ndc} {line.ndc_unit}{line.ndc_quantity}" if line.ndc else None
    named = f"{line.drug} {line.strength}" if line.drug and line.strength else None
    return {
        "supplement": "  ".join(each for each in (drug, named) if each) or None,
        "date": _short(line.service_date),
        "place_of_service": line.place_of_service,
        "code": line.code,
        "modifiers": " ".join(line.modifiers),
        "pointers": "".join(line.diagnosis_pointers),
        "charged": _plain(line.charged),
        "units": str(line.units),
        "taxonomy": clinician.taxonomy,
        "npi": clinician.npi,
    }


def _short(day: date) -> str:
    return f"{day:%m %d %y}"


def _plain(money: Money) -> str:
    whole, cents = divmod(abs(money.minor), 100)
    sign = "\u2212" if money.minor < 0 else ""
    return f"{sign}{whole}.{cents:02d}"
