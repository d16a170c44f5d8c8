"""Clearances: a prescriber's decision that treatment is safe, and until when.

Invariants: valid means granted, not suspended, not revoked, superseded nor past `valid_until`; each warning and the
expiry happen exactly once per validity; a suspension is a pair of reason and reference and ends by that pair.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self

from careflow_domain.aggregate import Aggregate
from careflow_domain.errors import conflict, invalid, not_found
from screening.domain.clearance_terms import ClearanceTerms, Decision
from screening.domain.facts import PatientFact
from screening.domain.ids import CaseId, ClearanceId, EvidenceId, PatientId, StaffId
from screening.domain.rules import Finding, FindingClass
from screening.domain.suspensions import Suspension, SuspensionReason, with_suspension, without_suspension


class ClearanceState(StrEnum):
    GRANTED = "granted"
    EXPIRED = "expired"
    REVOKED = "revoked"
    SUPERSEDED = "superseded"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearanceFact(PatientFact):
    """Something that became true of a clearance; `valid_until` is how long it lasts from then on."""

    clearance_id: ClearanceId
    valid_until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearanceGranted(ClearanceFact):
    conditional: bool
    supersedes: ClearanceId | None
    terms: ClearanceTerms


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearanceExtended(ClearanceFact):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearanceSuspended(ClearanceFact):
    reason: SuspensionReason
    fine_reason: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearanceReinstated(ClearanceFact):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearanceRevoked(ClearanceFact):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearanceExpiring(ClearanceFact):
    days_left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearanceExpired(ClearanceFact):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Clearance(Aggregate):
    """`due_at` is the next warning or the expiry; `warned` the thresholds (days) already said for this validity."""

    id: ClearanceId
    case_id: CaseId
    patient_id: PatientId
    state: ClearanceState = ClearanceState.GRANTED
    conditional: bool
    decision: Decision = field(repr=False)
    valid_until: datetime
    warn_days_before: tuple[int, ...]
    warned: tuple[int, ...] = ()
    due_at: datetime | None
    suspensions: tuple[Suspension, ...] = field(default=(), repr=False)
    ended_by: StaffId | None = None
    end_reason: str | None = field(default=None, repr=False)

    @classmethod
    def granted(
        cls,
        clearance_id: ClearanceId,
        case_id: CaseId,
        patient_id: PatientId,
        decision: Decision,
        *,
        valid_until: datetime,
        warn_days_before: tuple[int, ...],
        supersedes: ClearanceId | None,
        suspensions: tuple[Suspension, ...] = (),
    ) -> Self:
        """A new clearance. With conditions it is conditional, but as valid as any other. What suspended dosing before
        and the decision does not settle suspends it from the start.
        """
        granted = ClearanceGranted(
            patient_id=patient_id,
            at=decision.decided_at,
            clearance_id=clearance_id,
            valid_until=valid_until,
            conditional=bool(decision.terms.conditions),
            supersedes=supersedes,
            terms=decision.terms,
        )
        warned = _passed(warn_days_before, valid_until, decision.decided_at)
        cleared = cls(
            id=clearance_id,
            case_id=case_id,
            patient_id=patient_id,
            conditional=bool(decision.terms.conditions),
            decision=decision,
            valid_until=valid_until,
            warn_days_before=warn_days_before,
            warned=warned,
            due_at=_next_due(warn_days_before, warned, valid_until),
            suspensions=suspensions,
            facts=(granted,),
        )
        return cleared.saying(*(replace(cleared._suspended(each), at=granted.at) for each in suspensions))

    def valid_at(self, now: datetime) -> bool:
        """Whether it allows treatment at that moment."""
        return self.state is ClearanceState.GRANTED and not self.suspensions and now < self.valid_until

    def uncovered(self, findings: Iterable[Finding]) -> tuple[Finding, ...]:
        """The findings this clearance does not rest on: new, worse than when they were signed, or of class A."""
        return tuple(
            finding
            for finding in findings
            if finding.finding_class is not FindingClass.INFO and not self.decision.covers(finding)
        )

    def accepting(self, finding: Finding, why: str) -> Self:
        """A prescriber's signed pathway or plan for one more finding, which the clearance then rests on too."""
        return replace(self.recording(), decision=self.decision.accepting(finding, why))

    def passed_deadline(self, *, now: datetime) -> Self:
        """Say the warning that is due, or expire. Late by several thresholds, only the nearest one is still true."""
        if self.state is not ClearanceState.GRANTED or self.due_at is None or now < self.due_at:
            return self
        if now >= self.valid_until:
            expired = ClearanceExpired(
                patient_id=self.patient_id, at=self.valid_until, clearance_id=self.id, valid_until=self.valid_until
            )
            return replace(self.recording(expired), state=ClearanceState.EXPIRED, due_at=None)
        warned = _passed(self.warn_days_before, self.valid_until, now)
        warning = ClearanceExpiring(
            patient_id=self.patient_id,
            at=now,
            clearance_id=self.id,
            valid_until=self.valid_until,
            days_left=min(warned),
        )
        return replace(
            self.recording(warning),
            warned=warned,
            due_at=_next_due(self.warn_days_before, warned, self.valid_until),
        )

    def suspended(self, suspension: Suspension) -> Self:
        """Dosing waits for this pair too. The same pair again changes nothing, unless it rests on something more: then
        whoever ends it must have seen that. Refused: `clearance_ended`.
        """
        self._must_not_have_ended()
        suspensions = with_suspension(self.suspensions, suspension)
        if suspensions == self.suspensions:
            return self
        if len(suspensions) == len(self.suspensions):
            return replace(self.recording(), suspensions=suspensions)
        return replace(self.recording(self._suspended(suspension)), suspensions=suspensions)

    def _suspended(self, suspension: Suspension) -> ClearanceSuspended:
        return ClearanceSuspended(
            patient_id=self.patient_id,
            at=suspension.since,
            clearance_id=self.id,
            valid_until=self.valid_until,
            reason=suspension.reason,
            fine_reason=suspension.fine_reason,
        )

    def resting_on(self, evidence_ids: tuple[EvidenceId, ...], valid_until: datetime, *, now: datetime) -> Self:
        """The same decision, resting on this evidence instead, and no longer than it carries it."""
        warned = _passed(self.warn_days_before, valid_until, now)
        return replace(
            self.recording(),
            valid_until=valid_until,
            decision=replace(self.decision, evidence_ids=evidence_ids),
            warned=warned,
            due_at=_next_due(self.warn_days_before, warned, valid_until),
        )

    def reinstated(self, reason: SuspensionReason, ref: str, why: str, *, now: datetime) -> Self:
        """End one suspension; the last one reinstates.

        Refused: `clearance_ended`, `suspension_not_found`, `reason_missing`.
        """
        self._must_not_have_ended()
        if not why.strip():
            raise invalid("reason_missing", "Reinstating a clearance needs a reason.")
        remaining = without_suspension(self.suspensions, (reason, ref))
        if len(remaining) == len(self.suspensions):
            raise not_found("suspension")
        reinstated = ClearanceReinstated(
            patient_id=self.patient_id, at=now, clearance_id=self.id, valid_until=self.valid_until
        )
        return replace(self.recording() if remaining else self.recording(reinstated), suspensions=remaining)

    def extended(self, valid_until: datetime, evidence_ids: tuple[EvidenceId, ...], *, now: datetime) -> Self:
        """A prescriber acknowledged newer evidence; also brings an expired clearance back.

        Refused: `clearance_ended`, `nothing_to_extend`.
        """
        if self.state is not ClearanceState.EXPIRED:
            self._must_not_have_ended()
        if valid_until <= max(self.valid_until, now):
            raise conflict("nothing_to_extend", "No newer evidence makes this clearance last longer.")
        extended = ClearanceExtended(patient_id=self.patient_id, at=now, clearance_id=self.id, valid_until=valid_until)
        rested = self.resting_on(evidence_ids, valid_until, now=now)
        return replace(rested.saying(extended), state=ClearanceState.GRANTED)

    def revoked(self, by: StaffId, why: str, *, now: datetime) -> Self:
        """A prescriber takes it back for good. Refused: `clearance_ended`, `reason_missing`."""
        if not why.strip():
            raise invalid("reason_missing", "Revoking a clearance needs a reason.")
        self._must_not_have_ended()
        revoked = ClearanceRevoked(
            patient_id=self.patient_id, at=now, clearance_id=self.id, valid_until=self.valid_until
        )
        return replace(self.recording(revoked), state=ClearanceState.REVOKED, due_at=None, ended_by=by, end_reason=why)

    def superseded(self, by: StaffId) -> Self:
        """A newer clearance of the same case takes its place; the grant says so, no fact of its own."""
        return replace(self.recording(), state=ClearanceState.SUPERSEDED, due_at=None, ended_by=by)

    def _must_not_have_ended(self) -> None:
        if self.state is not ClearanceState.GRANTED:
            raise conflict("clearance_ended", "The clearance has ended.", state=self.state.value)


def _passed(warn_days_before: tuple[int, ...], valid_until: datetime, now: datetime) -> tuple[int, ...]:
    return tuple(days for days in warn_days_before if valid_until - timedelta(days=days) <= now)


def _next_due(warn_days_before: tuple[int, ...], warned: tuple[int, ...], valid_until: datetime) -> datetime:
    upcoming = [days for days in warn_days_before if days not in warned]
    return valid_until - timedelta(days=max(upcoming, default=0))
