"""What commands answer, where it is more than `careflow_service.results`. Invariant: nothing clinical and nothing
personal, because results are kept for repeated requests.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Received:
    """A payment was recorded; `unapplied_minor` of it is for no charge yet."""

    payment_id: str
    version: int
    unapplied_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class Heard:
    """Something was told, and heard now or before."""

    changed: bool


@dataclass(frozen=True, slots=True)
class Refunded:
    """Money went back."""

    payment_id: str
    version: int
    refund_id: str


@dataclass(frozen=True, slots=True)
class Numbered:
    """A superbill was issued under this number."""

    superbill_id: str
    version: int
    number: str


@dataclass(frozen=True, slots=True)
class Issued:
    """A paper was issued under this number, or was already as it would be now."""

    paper_id: str
    version: int
    number: str
