"""How the dose gate decides: every item of the table is looked at, every failed one listed, some may be overridden.

Invariants: an override is a prescriber's, names one item and a reason, and counts for one session and for what had been
recorded when it was signed, not for what is found later; what must never be overridden is a property of the item, not
of who asks.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from careflow_domain.errors import conflict, forbidden, invalid
from sessions.domain.ids import StaffId


class RefusalReason(StrEnum):
    """What kind of thing is not in order, as coarse as is safe to say openly; the gravest first."""

    CLINICAL = "clinical"
    CONSENT = "consent"
    PLAN = "plan"
    LOGISTICS = "logistics"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One item of the gate as it stands: `recorded_by` and `recorded_at` where it rests on something recorded."""

    item: str
    passed: bool
    reason: RefusalReason
    overridable: bool
    patient_controllable: bool = False
    recorded_by: StaffId | None = None
    recorded_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """A prescriber signed that this session may go on in spite of this item."""

    item: str
    reason: str = field(repr=False)
    by: StaffId
    at: datetime

    def covers(self, finding: Finding) -> bool:
        """Whether it was signed for this item, knowing what the item rests on now."""
        known = finding.recorded_at is None or finding.recorded_at <= self.at
        return finding.overridable and finding.item == self.item and known


@dataclass(frozen=True, slots=True, kw_only=True)
class Attestation:
    """A prescriber confirmed the clearance from the case itself, because the view of screening is too old."""

    by: StaffId
    at: datetime
    reason: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """The gate at one moment under one version of the policy, the findings in the table's order."""

    at: datetime
    policy_version: str
    findings: tuple[Finding, ...]

    @property
    def failed(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if not finding.passed)

    def standing_in_the_way(self, overrides: Iterable[Override]) -> tuple[Finding, ...]:
        """Every failed item that no override covers. An override of what must never be overridden covers nothing."""
        signed = tuple(overrides)
        return tuple(each for each in self.failed if not any(override.covers(each) for override in signed))

    def must_be_open(self, overrides: Iterable[Override]) -> None:
        """Refused: `dose_gate_closed` with every failed item at once."""
        if closed := self.standing_in_the_way(overrides):
            raise conflict(
                "dose_gate_closed",
                "Not everything that is asked before a dose is in order.",
                failed=[{"item": each.item, "overridable": each.overridable} for each in closed],
            )

    def override(self, wanted: Sequence[tuple[str, str]], by: StaffId) -> tuple[Override, ...]:
        """Signed overrides of failed items. Refused: `override_reason_missing`, `override_unknown`,
        `override_forbidden`; an item that is in order needs none and is left out.
        """
        known = {finding.item: finding for finding in self.findings}
        if any(not reason.strip() for _, reason in wanted):
            raise invalid("override_reason_missing", "An override needs a reason.")
        if any(item not in known for item, _ in wanted):
            raise invalid("override_unknown", "The gate has no such item.")
        if barred := [item for item, _ in wanted if not known[item].overridable]:
            raise forbidden("override_forbidden", "This is never overridden.", items=barred)
        return tuple(
            Override(item=item, reason=reason, by=by, at=self.at) for item, reason in wanted if not known[item].passed
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """No dose today: every item that was not in order, and whether the patient could have arranged all of it."""

    items: tuple[str, ...]
    reason: RefusalReason
    patient_controllable: bool
    by: StaffId
    at: datetime

    @classmethod
    def of(cls, gate: Gate, by: StaffId, *, overrides: Iterable[Override]) -> "Refusal":
        """Refused: `nothing_failed`. What is about safety or honesty is never the patient's to answer for."""
        failed = gate.standing_in_the_way(overrides)
        if not failed:
            raise conflict("nothing_failed", "Everything is in order; there is nothing to refuse.")
        return cls(
            items=tuple(each.item for each in failed),
            reason=min((each.reason for each in failed), key=list(RefusalReason).index),
            patient_controllable=all(each.patient_controllable for each in failed),
            by=by,
            at=gate.at,
        )
