"""The questions before a dosing visit: asked for some days before it, assessed as soon as all are answered.

Invariant: one screen per visit, asked for once per time the visit has; it follows the visit when that moves, and ends
with it. An assessment counts for so many days and no longer.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self

from careflow_domain.aggregate import Aggregate
from careflow_domain.setting import Setting
from screening.domain.facts import PatientFact
from screening.domain.ids import AppointmentId, PatientId, RequestId
from screening.domain.policy_values import Span
from screening.domain.questionnaires import AlertLevel, Score, highest_level


class ScreenResult(StrEnum):
    """What the answers before a dosing visit come to."""

    PASS = "pass"  # noqa: S105 - the contract's word for a screen without findings
    PRESCRIBER_DECIDES = "prescriber_decides"
    STOP = "stop"


@dataclass(frozen=True, slots=True, kw_only=True)
class PreSessionPolicy:
    """What is asked before a dosing visit, how long before it, for how long the answers count, and by how many points
    worse than at the intake a prescriber decides.
    """

    questionnaires: tuple[str, ...]
    opens_before: Span
    counts_for: Span
    worse_by: Setting[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """One answered questionnaire: its score now and at the intake, and how worrying its answers are."""

    score: Score
    baseline: Score | None
    level: AlertLevel | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What all the answers come to. `change` is negative when symptoms got less."""

    result: ScreenResult
    level: AlertLevel | None = field(repr=False)
    score: int = field(repr=False)
    change: int | None = field(repr=False)


def find(answered: Sequence[Answered], policy: PreSessionPolicy) -> Finding:
    """A high level stops the visit; any other level, or a clear worsening, is a prescriber's to decide."""
    level = highest_level(each.level for each in answered if each.level)
    totals = [each for each in answered if each.score.total is not None]
    score = sum(each.score.total or 0 for each in totals)
    changes = [
        each.score.total - each.baseline.total
        for each in totals
        if each.score.total is not None and each.baseline and each.baseline.total is not None
    ]
    change = sum(changes) if changes else None
    if level is AlertLevel.HIGH:
        result = ScreenResult.STOP
    elif level is not None or (change is not None and change >= policy.worse_by.value):
        result = ScreenResult.PRESCRIBER_DECIDES
    else:
        result = ScreenResult.PASS
    return Finding(result=result, level=level, score=score, change=change)


class ScreenState(StrEnum):
    """`planned`: not asked for yet."""

    PLANNED = "planned"
    ASKED = "asked"
    ASSESSED = "assessed"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class PreSessionScreenAssessed(PatientFact):
    """`request_id` is the request that was asked first of those assessed together."""

    request_id: RequestId
    valid_until: datetime
    result: ScreenResult
    level: AlertLevel | None = field(repr=False)
    score: int = field(repr=False)
    change: int | None = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PreSessionScreen(Aggregate):
    """Under the id of its visit; `visit_version` is the newest of booking's snapshots that was heard."""

    id: AppointmentId
    patient_id: PatientId
    visit_version: int
    starts_at: datetime
    opens_at: datetime
    state: ScreenState = ScreenState.PLANNED
    requests: tuple[RequestId, ...] = ()
    valid_until: datetime | None = None

    @classmethod
    def planned(
        cls,
        visit: AppointmentId,
        patient_id: PatientId,
        visit_version: int,
        starts_at: datetime,
        opens_before: timedelta,
    ) -> Self:
        """A dosing visit was booked."""
        return cls(
            id=visit,
            patient_id=patient_id,
            visit_version=visit_version,
            starts_at=starts_at,
            opens_at=starts_at - opens_before,
        )

    @property
    def due_at(self) -> datetime | None:
        """When the patient is to be asked."""
        return self.opens_at if self.state is ScreenState.PLANNED else None

    def moved(self, visit_version: int, starts_at: datetime, opens_before: timedelta) -> Self:
        """The visit takes place at this time. What was assessed still counts if it lasts until then; otherwise the
        patient is asked anew.
        """
        if visit_version <= self.visit_version:
            return self
        after = replace(self.recording(), visit_version=visit_version, starts_at=starts_at)
        if starts_at == self.starts_at and self.state is not ScreenState.WITHDRAWN:
            return after
        if self.valid_until is not None and starts_at <= self.valid_until:
            return replace(after, state=ScreenState.ASSESSED)
        return replace(
            after, state=ScreenState.PLANNED, opens_at=starts_at - opens_before, requests=(), valid_until=None
        )

    def withdrawn(self, visit_version: int) -> Self:
        """The visit will not take place."""
        if visit_version <= self.visit_version or self.state is ScreenState.WITHDRAWN:
            return self
        return replace(self.recording(), visit_version=visit_version, state=ScreenState.WITHDRAWN, requests=())

    def asked(self, requests: tuple[RequestId, ...]) -> Self:
        """The patient was asked for these; none when there is nobody left to ask."""
        state = ScreenState.ASKED if requests else ScreenState.WITHDRAWN
        return replace(self.recording(), state=state, requests=requests)

    def assessed(self, finding: Finding, policy: PreSessionPolicy, *, now: datetime) -> Self:
        """Everything is answered."""
        valid_until = now + policy.counts_for.length
        assessed = PreSessionScreenAssessed(
            patient_id=self.patient_id,
            at=now,
            request_id=self.requests[0],
            valid_until=valid_until,
            result=finding.result,
            level=finding.level,
            score=finding.score,
            change=finding.change,
        )
        return replace(self.recording(assessed), state=ScreenState.ASSESSED, valid_until=valid_until)
