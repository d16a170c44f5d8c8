"""Reads the clinic's policy and visit templates: its own files, or those that are shipped.

Invariant: what does not fit the types keeps the service from starting.
"""

from importlib import resources
from typing import Final

from booking.domain.policy import BookingPolicy
from booking.domain.visit_templates import VisitTemplates
from careflow_service.content import Documents
from careflow_service.typed import read

SHIPPED: Final = resources.files("booking") / "data"
POLICY: Final = "booking_policy.json"
VISIT_TEMPLATES: Final = "visit_templates.json"
ENTRIES: Final = (POLICY, VISIT_TEMPLATES)
"""What a clinic may bring of its own."""


def booking_policy(content: Documents = SHIPPED) -> BookingPolicy:
    """The policy document. Raises OSError, ValidationError or DomainError `policy_invalid`."""
    return read(content / POLICY, BookingPolicy)


def visit_templates(content: Documents = SHIPPED) -> VisitTemplates:
    """The visit templates. Raises OSError, ValidationError or DomainError `template_invalid`."""
    return read(content / VISIT_TEMPLATES, VisitTemplates)
