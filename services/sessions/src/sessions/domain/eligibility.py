"""Sessions' own copy of what screening says of a patient: the clearance, open safety alerts, the screen before a visit,
outcomes that wait for a prescriber.

Invariants: a fact is never refused, and a repeated one changes nothing; whether the clearance counts is decided by its
`valid_until` and the clock, never by not having heard that it expired; one decided before care last ended never counts.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Self

from careflow_domain.aggregate import Aggregate
from sessions.domain.ids import AlertId, ClearanceId, PatientId, RequestId
from sessions.domain.words import Route


class ClearanceStatus(StrEnum):
    VALID = "valid"
    SUSPENDED = "suspended"
    EXPIRED = "expired"
    REVOKED = "revoked"


class ScreenResult(StrEnum):
    PASS = "pass"  # noqa: S105 - the contract's word for a screen without findings
    PRESCRIBER_DECIDES = "prescriber_decides"
    STOP = "stop"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearanceTerms:
    """What the treating team must heed."""

    indications: tuple[str, ...] = field(default=(), repr=False)
    conditions: tuple[str, ...] = field(default=(), repr=False)
    excluded_routes: tuple[Route, ...] = field(default=(), repr=False)
    allergies: tuple[str, ...] = field(default=(), repr=False)
    interaction_flags: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearanceCopy:
    """The newest clearance as screening last said it to be."""

    id: ClearanceId
    status: ClearanceStatus
    valid_until: datetime
    terms: ClearanceTerms = field(default=ClearanceTerms(), repr=False)
    suspended_because: str | None = field(default=None, repr=False)

    def valid_at(self, now: datetime) -> bool:
        return self.status is ClearanceStatus.VALID and now < self.valid_until


@dataclass(frozen=True, slots=True, kw_only=True)
class PreSessionScreen:
    """The newest assessment of the questions before a dosing visit; `heard_at` is kept since 2026-11-29."""

    request_id: RequestId
    completed_at: datetime
    valid_until: datetime
    result: ScreenResult = field(repr=False)
    heard_at: datetime | None = None

    @property
    def known_since(self) -> datetime:
        """From when on somebody may have decided on it."""
        return self.heard_at or self.completed_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Eligibility(Aggregate):
    """One per patient; `alerts` are the open safety alerts of every level, all of which hold dosing, and when each was
    heard of last. `no_response_heard_at`: several doses did not help, and no prescriber has looked at it yet.
    `care_ended_at`: when the patient was last discharged from care. `allergies` are kept since 2026-11-30.
    """

    id: PatientId
    clearance: ClearanceCopy | None = None
    ended: frozenset[ClearanceId] = frozenset()
    alerts: Mapping[AlertId, datetime] = field(default_factory=dict)
    closed_alerts: frozenset[AlertId] = frozenset()
    screen: PreSessionScreen | None = None
    no_response_heard_at: datetime | None = None
    care_ended_at: datetime | None = None
    allergies: tuple[str, ...] | None = field(default=None, repr=False)

    @property
    def known_allergies(self) -> tuple[str, ...]:
        """What the patient is allergic to, in words; as the clearance says where nothing was heard since."""
        if self.allergies is not None:
            return self.allergies
        return self.clearance.terms.allergies if self.clearance else ()

    def allergic_to(self, allergies: tuple[str, ...]) -> Self:
        """All that screening knows of now."""
        return self._noted(allergies=allergies)

    def cleared(self, clearance: ClearanceCopy, *, decided_at: datetime) -> Self:
        """A clearance was granted; it takes the place of the one before. One that has ended, or was decided before care
        ended, does not come back, and of one that is known already only the terms are taken: it may have been suspended
        since.
        """
        if clearance.id in self.ended:
            return self
        if self.care_ended_at is not None and decided_at < self.care_ended_at:
            return self.ended_as(ClearanceStatus.REVOKED, clearance.id, clearance.valid_until)
        known = self._known(clearance.id)
        return self._noted(clearance=clearance if known is None else replace(known, terms=clearance.terms))

    def suspended(self, clearance_id: ClearanceId, valid_until: datetime, because: str) -> Self:
        """Dosing must wait. Heard before the clearance itself, it is noted all the same."""
        known = self._known(clearance_id)
        if known is None and self.clearance is not None:
            return self
        copy = known or ClearanceCopy(id=clearance_id, status=ClearanceStatus.SUSPENDED, valid_until=valid_until)
        if copy.status in _ENDED:
            return self
        return self._noted(
            clearance=replace(
                copy, status=ClearanceStatus.SUSPENDED, valid_until=valid_until, suspended_because=because
            )
        )

    def reinstated(self, clearance_id: ClearanceId, valid_until: datetime) -> Self:
        """Nothing suspends it any more."""
        known = self._known(clearance_id)
        if known is None or known.status is not ClearanceStatus.SUSPENDED:
            return self
        return self._noted(
            clearance=replace(known, status=ClearanceStatus.VALID, valid_until=valid_until, suspended_because=None)
        )

    def extended(self, clearance_id: ClearanceId, valid_until: datetime) -> Self:
        """It lasts longer; one that had expired counts again, one that is suspended stays so."""
        known = self._known(clearance_id)
        if known is None or known.status is ClearanceStatus.REVOKED:
            return self
        status = ClearanceStatus.VALID if known.status is ClearanceStatus.EXPIRED else known.status
        return self._noted(clearance=replace(known, status=status, valid_until=valid_until))

    def ended_as(self, status: ClearanceStatus, clearance_id: ClearanceId, valid_until: datetime) -> Self:
        """It expired or was revoked. Said of one that was replaced meanwhile, it changes nothing."""
        ended = self.ended | {clearance_id} if status is ClearanceStatus.REVOKED else self.ended
        known = self._known(clearance_id)
        if known is None:
            return self._noted(ended=ended)
        return self._noted(ended=ended, clearance=replace(known, status=status, valid_until=valid_until))

    def care_ended(self, at: datetime) -> Self:
        """The patient was discharged from care: what was decided before does not count for what comes after."""
        known = self.clearance
        if known is None:
            return self._noted(care_ended_at=at)
        return self._noted(
            care_ended_at=at,
            clearance=replace(known, status=ClearanceStatus.REVOKED),
            ended=self.ended | {known.id},
        )

    def alert_raised(self, alert_id: AlertId, heard_at: datetime) -> Self:
        """Dosing waits until this alert is closed; heard again after that, it is history."""
        if alert_id in self.closed_alerts:
            return self
        return self._noted(alerts={**self.alerts, alert_id: heard_at})

    def alert_closed(self, alert_id: AlertId) -> Self:
        """A human has closed it; the others still hold."""
        others = {each: at for each, at in self.alerts.items() if each != alert_id}
        return self._noted(alerts=others, closed_alerts=self.closed_alerts | {alert_id})

    def without_response(self, heard_at: datetime) -> Self:
        """Dosing waits until a prescriber has decided whether to stop or to change."""
        return self._noted(no_response_heard_at=heard_at)

    def outcome_reviewed(self) -> Self:
        """A prescriber has looked at all that was due for review."""
        return self._noted(no_response_heard_at=None)

    def screened(self, screen: PreSessionScreen) -> Self:
        """The questions before a visit were assessed; an older assessment changes nothing."""
        if self.screen is not None and self.screen.completed_at > screen.completed_at:
            return self
        return self._noted(screen=screen)

    def _known(self, clearance_id: ClearanceId) -> ClearanceCopy | None:
        return self.clearance if self.clearance is not None and self.clearance.id == clearance_id else None

    def _noted(self, **changes: object) -> Self:
        after = replace(self, **changes)  # type: ignore[arg-type]  # fields by name
        return self if after == self else replace(after, version=self.version + 1)


_ENDED = frozenset({ClearanceStatus.EXPIRED, ClearanceStatus.REVOKED})
