"""Reads policy, prices, code names and the practice from JSON. Invariant: what does not fit the types, or whose check
digits are wrong, does not start.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from importlib import resources

from pydantic import TypeAdapter
from stdnum import luhn
from stdnum.us import ein

from billing.domain.errors import invalid
from billing.domain.fee_schedule import FeeSchedules
from billing.domain.policy import BillingPolicy
from billing.domain.practice import Practice

_DATA = resources.files("billing") / "data"
_NPI_PREFIX = "80840"
"""Stands for "health care, United States" before an NPI when its check digit is computed (45 CFR 162.406)."""


@dataclass(frozen=True, slots=True)
class DiagnosisNames:
    """What the codes of an edition of ICD-10-CM are called; the edition changes every first of October."""

    edition: str
    effective_from: date
    effective_until: date
    names: Mapping[str, str]


def billing_policy() -> BillingPolicy:
    """The policy document this version ships. Raises ValidationError or DomainError `policy_invalid`."""
    return TypeAdapter(BillingPolicy).validate_json((_DATA / "billing_policy.json").read_bytes(), extra="forbid")


def fee_schedules() -> FeeSchedules:
    """The prices this version ships. Raises ValidationError or DomainError `fee_schedule_invalid`."""
    return TypeAdapter(FeeSchedules).validate_json((_DATA / "fee_schedules.json").read_bytes(), extra="forbid")


def diagnosis_names() -> DiagnosisNames:
    """Names of the diagnoses the clinic treats."""
    return TypeAdapter(DiagnosisNames).validate_json((_DATA / "diagnosis_names.json").read_bytes(), extra="forbid")


def development_practice() -> Practice:
    """A practice with invented, well-formed numbers."""
    return practice_from((_DATA / "development_practice.json").read_bytes())


def practice_from(document: bytes) -> Practice:
    """The practice a document describes. Raises ValidationError or DomainError `practice_invalid`."""
    practice = TypeAdapter(Practice).validate_json(document, extra="forbid")
    npis = [practice.npi, *(clinician.npi for clinician in practice.clinicians)]
    if not all(is_npi(npi) for npi in npis) or not ein.is_valid(practice.ein):
        raise invalid("practice_invalid", "An NPI or the EIN of the practice is not a valid number.")
    return practice


def is_npi(number: str) -> bool:
    """Ten digits that begin with 1 or 2 and end in the check digit."""
    return len(number) == 10 and number[0] in "12" and number.isascii() and luhn.is_valid(_NPI_PREFIX + number)
