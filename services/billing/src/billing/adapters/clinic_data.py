"""Reads policy, prices and the practice from JSON. Invariant: what does not fit the types, or whose numbers cannot be,
does not start.
"""

import re
from collections.abc import Iterator
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final

from stdnum import luhn
from stdnum.us import ein

from billing.domain.fee_schedule import FeeSchedules
from billing.domain.policy import BillingPolicy
from billing.domain.practice import Practice
from billing.domain.service_rules import ServiceRuleEditions
from careflow_domain.errors import invalid
from careflow_service.content import Documents
from careflow_service.typed import read

SHIPPED: Final = resources.files("billing") / "data"
POLICY: Final = "billing_policy.json"
FEE_SCHEDULES: Final = "fee_schedules.json"
SERVICE_RULES: Final = "service_rules.json"
DIAGNOSIS_CODES: Final = "diagnosis_codes"
"""Editions of ICD-10-CM."""
FONTS: Final = "fonts"
"""Fonts for scripts that the shipped ones do not have; nothing of the kind is shipped here."""
ENTRIES: Final = (POLICY, FEE_SCHEDULES, SERVICE_RULES, DIAGNOSIS_CODES, FONTS)
"""What a clinic may bring of its own."""
_NPI_PREFIX: Final = "80840"
"""Stands for "health care, United States" before an NPI when its check digit is computed (45 CFR 162.406)."""
_ZIP: Final = re.compile(r"[0-9]{5}(-?[0-9]{4})?")
"""A ZIP code, or ZIP+4 as envelopes and claims write it (USPS Publication 28, 2.3)."""


def billing_policy(content: Documents = SHIPPED) -> BillingPolicy:
    """The policy document. Raises OSError, ValidationError or DomainError `policy_invalid`."""
    return read(content / POLICY, BillingPolicy)


def fee_schedules(content: Documents = SHIPPED) -> FeeSchedules:
    """The prices, by date. Raises OSError, ValidationError or DomainError `fee_schedule_invalid`."""
    return read(content / FEE_SCHEDULES, FeeSchedules)


def service_rules(content: Documents = SHIPPED) -> ServiceRuleEditions:
    """What makes lines true, by date. Raises OSError, ValidationError or DomainError `service_rules_invalid`."""
    return read(content / SERVICE_RULES, ServiceRuleEditions)


def development_practice() -> Practice:
    """A practice with invented, well-formed numbers."""
    return practice(SHIPPED / "development_practice.json")


def practice(source: Traversable | Path) -> Practice:
    """The practice a document describes. Raises OSError, ValidationError or DomainError `practice_invalid`."""
    described = read(source, Practice)
    if wrong := [place for place, right in _numbers(described) if not right]:
        raise invalid("practice_invalid", f"These are not numbers that exist: {', '.join(wrong)}.")
    return described


def _numbers(described: Practice) -> Iterator[tuple[str, bool]]:
    """Where each number stands in the document, as it is written there, and whether it can be one."""
    yield "npi", is_npi(described.npi)
    yield "ein", ein.is_valid(described.ein)
    yield "address.postal_code", _ZIP.fullmatch(described.address.postal_code) is not None
    for place, clinician in enumerate(described.clinicians):
        yield f"clinicians.{place}.npi", is_npi(clinician.npi)


def is_npi(number: str) -> bool:
    """Ten digits that begin with 1 or 2 and end in the check digit."""
    return len(number) == 10 and number[0] in "12" and number.isascii() and luhn.is_valid(_NPI_PREFIX + number)
