"""Reads the clinic's policy and visit templates: its own files, or those that are shipped.

Invariant: what does not fit the types keeps the service from starting.
"""

from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final

from booking.domain.policy import BookingPolicy
from booking.domain.visit_templates import VisitTemplates
from careflow_service.typed import read

SHIPPED: Final = resources.files("booking") / "data"


def booking_policy(source: Traversable | Path | None = None) -> BookingPolicy:
    """The policy document. Raises OSError, ValidationError or DomainError `policy_invalid`."""
    document = source or SHIPPED / "booking_policy.json"
    return read(document, BookingPolicy)


def visit_templates(source: Traversable | Path | None = None) -> VisitTemplates:
    """The visit templates. Raises OSError, ValidationError or DomainError `template_invalid`."""
    document = source or SHIPPED / "visit_templates.json"
    return read(document, VisitTemplates)
