"""Reads the clinic's policy and visit templates from the packaged JSON. Invariant: what does not fit the types does
not start.
"""

from importlib import resources

from pydantic import TypeAdapter

from booking.domain.policy import BookingPolicy
from booking.domain.visit_templates import VisitTemplates

_DATA = resources.files("booking") / "data"


def booking_policy() -> BookingPolicy:
    """The policy document this version ships. Raises ValidationError or DomainError `policy_invalid`."""
    return TypeAdapter(BookingPolicy).validate_json((_DATA / "booking_policy.json").read_bytes(), extra="forbid")


def visit_templates() -> VisitTemplates:
    """The visit templates this version ships. Raises ValidationError or DomainError `template_invalid`."""
    return TypeAdapter(VisitTemplates).validate_json((_DATA / "visit_templates.json").read_bytes(), extra="forbid")
