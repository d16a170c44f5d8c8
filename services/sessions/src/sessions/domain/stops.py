"""Alarming findings: what was found once before a dose stands against every dose until it is resolved.

Invariants: recording the check again erases nothing, in this session or another; a prescriber resolves it, with a
reason, once somebody else than who found it has found otherwise; what was found, what was found again and who decided
stay readable.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from careflow_domain.errors import conflict, invalid
from sessions.domain.checks import (
    BladderQuestion,
    Checks,
    DrugScreen,
    PregnancyTest,
    Reconciliation,
    Recorded,
    RiskLevel,
    SubstanceUse,
)
from sessions.domain.ids import SessionId, StaffId


class StopKind(StrEnum):
    """What was found."""

    HIGH_SUICIDE_RISK = "high_suicide_risk"
    MODERATE_SUICIDE_RISK = "moderate_suicide_risk"
    PREGNANCY = "pregnancy"
    DRUG_ALLERGY = "drug_allergy"
    INTOXICATION = "intoxication"
    RECENT_SUBSTANCES = "recent_substances"
    DRUG_SCREEN = "drug_screen"
    BLADDER_SYMPTOMS = "bladder_symptoms"


@dataclass(frozen=True, slots=True)
class Alarm:
    """Which check says it, and when."""

    check: str
    rings: Callable[[Any], bool]

    def of(self, checks: Checks) -> Recorded[Any] | None:
        """The check, where it was recorded."""
        recorded: Recorded[Any] | None = getattr(checks, self.check)
        return recorded

    def heard_in(self, checks: Checks) -> bool:
        recorded = self.of(checks)
        return recorded is not None and self.rings(recorded.value)


def _is(value: object) -> Callable[[Any], bool]:
    return lambda recorded: recorded is value


def _substances(question: Callable[[SubstanceUse], bool]) -> Alarm:
    return Alarm("substances", question)


def _allergic(value: Reconciliation) -> bool:
    return value.allergic


def _symptoms(value: BladderQuestion) -> bool:
    return value.symptoms


ALARMS: Final[Mapping[StopKind, Alarm]] = {
    StopKind.HIGH_SUICIDE_RISK: Alarm("suicide_risk", _is(RiskLevel.HIGH)),
    StopKind.MODERATE_SUICIDE_RISK: Alarm("suicide_risk", _is(RiskLevel.MODERATE)),
    StopKind.PREGNANCY: Alarm("pregnancy", _is(PregnancyTest.POSITIVE)),
    StopKind.DRUG_ALLERGY: Alarm("reconciliation", _allergic),
    StopKind.INTOXICATION: _substances(lambda use: use.intoxicated),
    StopKind.RECENT_SUBSTANCES: _substances(lambda use: use.recent),
    StopKind.DRUG_SCREEN: Alarm("drug_screen", _is(DrugScreen.UNEXPECTED)),
    StopKind.BLADDER_SYMPTOMS: Alarm("bladder", _symptoms),
}
"""Every finding that stands until it is resolved."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """A prescriber's signed decision, and whose later finding it rests on."""

    by: StaffId
    at: datetime
    reason: str = field(repr=False)
    found_otherwise_by: StaffId
    found_otherwise_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """One alarming finding."""

    kind: StopKind = field(repr=False)
    session_id: SessionId
    by: StaffId
    at: datetime
    resolution: Resolution | None = None


def stops_in(newer: Checks, session_id: SessionId) -> tuple[Stop, ...]:
    """What of these newly recorded checks is alarming."""
    return tuple(
        Stop(kind=kind, session_id=session_id, by=recorded.by, at=recorded.at)
        for kind, alarm in ALARMS.items()
        if alarm.heard_in(newer) and (recorded := alarm.of(newer)) is not None
    )


def resolution(
    kind: StopKind, standing: Sequence[Stop], checks: Checks, reason: str, *, by: StaffId, now: datetime
) -> Resolution:
    """What resolves these findings. Refused: `reason_missing`, `nothing_to_resolve`, `finding_not_repeated` while
    nobody else has recorded the check again and found otherwise.
    """
    if not reason.strip():
        raise invalid("reason_missing", "A finding is resolved with a reason.")
    if not standing:
        raise conflict("nothing_to_resolve", "No such finding stands.")
    alarm = ALARMS[kind]
    again = alarm.of(checks)
    found_by, last = {stop.by for stop in standing}, max(stop.at for stop in standing)
    if again is None or alarm.rings(again.value) or again.by in found_by or again.at < last:
        raise conflict(
            "finding_not_repeated", "Somebody else than who found it records the check again before it is resolved."
        )
    return Resolution(by=by, at=now, reason=reason, found_otherwise_by=again.by, found_otherwise_at=again.at)
