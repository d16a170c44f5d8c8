"""A month's end: every account with something to be told gets its statement, one after the other.

Invariant: how far the run has come is kept in the commit that issues a statement; wherever it is interrupted, it goes
on behind the last account that is done, and no statement is issued twice or left out.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from billing.domain.ids import PatientId
from billing.domain.months import Month
from careflow_domain.aggregate import Aggregate


@dataclass(frozen=True, slots=True)
class Unstated:
    """An account whose statement could not be issued, and the code of why."""

    patient_id: PatientId
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementRun(Aggregate):
    """One for each month, under its name. `accounts` is how many there were when it began; it is behind the account
    `after`. `issued` counts those whose statement is there, `skipped` those with nothing to be told that a later one
    has not told.
    """

    id: str
    started_at: datetime
    accounts: int
    after: PatientId | None = None
    issued: int = 0
    skipped: int = 0
    failed: tuple[Unstated, ...] = ()
    finished_at: datetime | None = None

    @classmethod
    def started(cls, month: Month, accounts: int, *, now: datetime) -> "StatementRun":
        return cls(id=str(month), started_at=now, accounts=accounts)

    @property
    def next_at(self) -> datetime | None:
        """Since when the next account may be done; None once it is finished."""
        return self.started_at if self.finished_at is None else None

    @property
    def done(self) -> int:
        return self.issued + self.skipped + len(self.failed)

    @property
    def may_begin_again(self) -> bool:
        """Whether somebody has no statement who should: what was in the way may have gone."""
        return self.finished_at is not None and bool(self.failed)

    def begun_again(self, accounts: int, *, now: datetime) -> "StatementRun":
        """All accounts once more; who has their statement keeps it."""
        again = StatementRun.started(Month.written(self.id), accounts, now=now)
        return replace(again, version=self.recording().version)

    def stated(self, patient_id: PatientId) -> "StatementRun":
        return replace(self.recording(), after=patient_id, issued=self.issued + 1)

    def skipping(self, patient_id: PatientId) -> "StatementRun":
        return replace(self.recording(), after=patient_id, skipped=self.skipped + 1)

    def failing(self, patient_id: PatientId, code: str) -> "StatementRun":
        return replace(self.recording(), after=patient_id, failed=(*self.failed, Unstated(patient_id, code)))

    def finished(self, *, now: datetime) -> "StatementRun":
        return replace(self.recording(), finished_at=now)
