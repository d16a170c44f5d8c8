"""The close of one location's drug day: every container counted, what does not add up named, and signed.

Invariants: a day is closed once, only when something was entered on it, and counts as closed when a second person has
confirmed the count with their own login; a discrepancy does not go away by closing, it is closed "with open
discrepancy" and settled later by name; a loss is one, witnessed or not.
Sources: 21 CFR 1301.76 (loss: DEA within one business day); tolerance is the clinic's default.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Self

from careflow_domain.aggregate import Aggregate, Fact
from careflow_domain.errors import conflict, forbidden, invalid, not_found
from sessions.domain.drug_log import Container
from sessions.domain.ids import ContainerId, LocationId, StaffId
from sessions.domain.units import Milligrams


class DiscrepancyKind(StrEnum):
    """`count`: another amount is there than the log says. `unsettled`: a draw or a waste was left open. `lost`: the log
    has a loss.
    """

    COUNT = "count"
    LOST = "lost"
    UNSETTLED = "unsettled"
    NOT_COUNTED = "not_counted"


class Settlement(StrEnum):
    EXPLAINED = "explained"
    MINOR = "minor"
    SIGNIFICANT = "significant"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    how: Settlement
    note: str = field(repr=False)
    by: StaffId
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Discrepancy:
    """One container that did not add up at the close."""

    container_id: ContainerId
    kind: DiscrepancyKind
    expected: Milligrams
    counted: Milligrams | None
    settled: Settled | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DrugCountMismatched(Fact):
    """A container did not add up when the day was closed."""

    location_id: LocationId
    container_id: ContainerId


@dataclass(frozen=True, slots=True, kw_only=True)
class DrugDayClosed(Fact):
    location_id: LocationId
    day: date
    open_discrepancies: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DrugDay(Aggregate):
    """`id` is the location and the day, so that a day is closed once; `confirmed_by` is who counted as the second."""

    id: str
    location_id: LocationId
    day: date
    closed_by: StaffId
    closed_at: datetime
    discrepancies: tuple[Discrepancy, ...]
    acknowledgement: str | None = field(repr=False)
    confirmed_by: StaffId | None = None
    confirmed_at: datetime | None = None

    @classmethod
    def closed(
        cls,
        location_id: LocationId,
        day: date,
        containers: Sequence[Container],
        counts: Mapping[ContainerId, Milligrams],
        *,
        tolerance: Milligrams,
        acknowledgement: str | None,
        by: StaffId,
        bounds: tuple[datetime, datetime],
        now: datetime,
    ) -> Self:
        """`containers` are those in use and those touched on the day, whose first moment and end are `bounds`.

        Refused: `day_without_entries`, `count_unknown_container`, `day_does_not_reconcile` (with all that does not add
        up) unless the signer acknowledges the open discrepancies.
        """
        if not any(container.touched_between(*bounds) for container in containers):
            raise conflict("day_without_entries", "Nothing was entered on this day; there is nothing to close.")
        if unknown := counts.keys() - {container.id for container in containers}:
            raise invalid(
                "count_unknown_container", "A container was counted that is not here.", containers=sorted(unknown)
            )
        found = tuple(
            each
            for container in containers
            if (each := _compare(container, counts.get(container.id), tolerance, bounds))
        )
        if found and not (acknowledgement or "").strip():
            raise conflict(
                "day_does_not_reconcile",
                "The day does not add up; settle it, or close it with open discrepancies.",
                discrepancies=[{"container_id": each.container_id, "kind": each.kind.value} for each in found],
            )
        return cls(
            id=drug_day_id(location_id, day),
            location_id=location_id,
            day=day,
            closed_by=by,
            closed_at=now,
            discrepancies=found,
            acknowledgement=acknowledgement if found else None,
            facts=tuple(
                DrugCountMismatched(at=now, location_id=location_id, container_id=each.container_id) for each in found
            ),
        )

    @property
    def waits(self) -> bool:
        """Whether somebody still has to confirm the count, or to settle what did not add up."""
        return self.confirmed_by is None or bool(self.open)

    def confirmed(self, by: StaffId, *, now: datetime) -> Self:
        """A second person counted the same: the day is closed. Refused: `day_confirmed`, `counter_is_same`."""
        if self.confirmed_by is not None:
            raise conflict("day_confirmed", "The count of this day has been confirmed.")
        if by == self.closed_by:
            raise forbidden("counter_is_same", "A day is counted by two, each with their own login.")
        after = replace(self.recording(), confirmed_by=by, confirmed_at=now)
        closed = DrugDayClosed(at=now, location_id=self.location_id, day=self.day, open_discrepancies=len(self.open))
        return after.saying(closed)

    @property
    def open(self) -> tuple[Discrepancy, ...]:
        return tuple(each for each in self.discrepancies if each.settled is None)

    def settled(self, container_id: ContainerId, settled: Settled) -> Self:
        """A discrepancy is explained, or judged minor or significant. Refused: `note_missing`,
        `discrepancy_not_found`.
        """
        if not settled.note.strip():
            raise invalid("note_missing", "Settling a discrepancy says what was found.")
        if not any(each.container_id == container_id for each in self.open):
            raise not_found("discrepancy")
        after = tuple(
            replace(each, settled=settled) if each.container_id == container_id and each.settled is None else each
            for each in self.discrepancies
        )
        return replace(self.recording(), discrepancies=after)


def drug_day_id(location_id: LocationId, day: date) -> str:
    """One document per location and day."""
    return f"{location_id}@{day.isoformat()}"


def _compare(
    container: Container, counted: Milligrams | None, tolerance: Milligrams, bounds: tuple[datetime, datetime]
) -> Discrepancy | None:
    expected = container.in_container
    if container.lost_between(*bounds):
        kind = DiscrepancyKind.LOST
    elif container.unsettled_since is not None:
        kind = DiscrepancyKind.UNSETTLED
    elif counted is None:
        if not expected:
            return None
        kind = DiscrepancyKind.NOT_COUNTED
    elif abs(counted.value - expected.value) > tolerance.value:
        kind = DiscrepancyKind.COUNT
    else:
        return None
    return Discrepancy(container_id=container.id, kind=kind, expected=expected, counted=counted)
