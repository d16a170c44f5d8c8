"""The close of one location's drug day: every container counted, what does not add up named, and signed.

Invariants: a day is closed once, only when something was entered on it, and counts as closed when a second person has
confirmed the count with their own login; a discrepancy does not go away by closing: it is a case, judged and reported
on its own clocks (`discrepancy_cases`); a loss is one, witnessed or not.
Source: the tolerance is the clinic's default.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Self

from careflow_domain.aggregate import Aggregate, Fact
from careflow_domain.errors import conflict, forbidden, invalid
from sessions.domain.discrepancy_cases import DiscrepancyKind, Finding
from sessions.domain.drug_items import Item
from sessions.domain.drug_log import Container
from sessions.domain.ids import CaseId, ContainerId, EntryId, LocationId, StaffId
from sessions.domain.units import NOTHING, Milligrams, total


@dataclass(frozen=True, slots=True, kw_only=True)
class Discrepancy:
    """Something that did not add up at the close, by how much; `entry_id` is the line of a loss, `case_id` the case it
    opened or belongs to, `item` what is in the container, by whose unit it is counted.
    """

    container_id: ContainerId
    kind: DiscrepancyKind
    amount: Milligrams
    expected: Milligrams
    counted: Milligrams | None
    entry_id: EntryId | None = None
    case_id: CaseId | None = None
    item: Item | None = None

    def finding(self, by: StaffId, at: datetime) -> Finding:
        """This, as its case keeps it."""
        return Finding(kind=self.kind, amount=self.amount, by=by, at=at, entry_id=self.entry_id)


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
        discrepancies: tuple[Discrepancy, ...],
        *,
        acknowledgement: str | None,
        by: StaffId,
        now: datetime,
    ) -> Self:
        """Refused: `day_does_not_reconcile` (with all that does not add up) unless the signer acknowledges the open
        discrepancies.
        """
        if discrepancies and not (acknowledgement or "").strip():
            raise conflict(
                "day_does_not_reconcile",
                "The day does not add up; settle it, or close it with open discrepancies.",
                discrepancies=[{"container_id": each.container_id, "kind": each.kind.value} for each in discrepancies],
            )
        return cls(
            id=drug_day_id(location_id, day),
            location_id=location_id,
            day=day,
            closed_by=by,
            closed_at=now,
            discrepancies=discrepancies,
            acknowledgement=acknowledgement if discrepancies else None,
            facts=tuple(
                DrugCountMismatched(at=now, location_id=location_id, container_id=each)
                for each in dict.fromkeys(each.container_id for each in discrepancies)
            ),
        )

    @property
    def waits(self) -> bool:
        """Whether somebody still has to confirm the count."""
        return self.confirmed_by is None

    def confirmed(self, by: StaffId, *, undecided: int, now: datetime) -> Self:
        """A second person counted the same: the day is closed, with so many discrepancies nobody has judged yet.
        Refused: `day_confirmed`, `counter_is_same`.
        """
        if self.confirmed_by is not None:
            raise conflict("day_confirmed", "The count of this day has been confirmed.")
        if by == self.closed_by:
            raise forbidden("counter_is_same", "A day is counted by two, each with their own login.")
        after = replace(self.recording(), confirmed_by=by, confirmed_at=now)
        closed = DrugDayClosed(at=now, location_id=self.location_id, day=self.day, open_discrepancies=undecided)
        return after.saying(closed)


def drug_day_id(location_id: LocationId, day: date) -> str:
    """One document per location and day."""
    return f"{location_id}@{day.isoformat()}"


def discrepancies_of(
    containers: Sequence[Container],
    counts: Mapping[ContainerId, Milligrams],
    *,
    tolerance: Milligrams,
    bounds: tuple[datetime, datetime],
) -> tuple[Discrepancy, ...]:
    """What does not add up. `containers` are those in use and those touched on the day, whose first moment and end are
    `bounds`. Refused: `day_without_entries`, `count_unknown_container`.
    """
    if not any(container.touched_between(*bounds) for container in containers):
        raise conflict("day_without_entries", "Nothing was entered on this day; there is nothing to close.")
    if unknown := counts.keys() - {container.id for container in containers}:
        raise invalid(
            "count_unknown_container", "A container was counted that is not here.", containers=sorted(unknown)
        )
    return tuple(
        found for container in containers for found in _compare(container, counts.get(container.id), tolerance, bounds)
    )


def _compare(
    container: Container, counted: Milligrams | None, tolerance: Milligrams, bounds: tuple[datetime, datetime]
) -> Iterator[Discrepancy]:
    """A loss hides no other: what is missing beside it is one of its own."""

    def found(kind: DiscrepancyKind, amount: Milligrams, entry_id: EntryId | None = None) -> Discrepancy:
        return Discrepancy(
            container_id=container.id,
            kind=kind,
            amount=amount,
            expected=expected,
            counted=counted,
            entry_id=entry_id,
            item=container.item,
        )

    expected, tolerance = container.in_container, container.item.within(tolerance)
    least = max(expected.value - container.unseen.value, NOTHING.value)
    losses = container.losses_between(*bounds)
    yield from (found(DiscrepancyKind.LOST, loss.mass, loss.id) for loss in losses)
    waits = container.unsettled_since is not None
    if waits and not losses:
        open_draws = total([container.open_of(draw) for draw in container.unsettled])
        yield found(DiscrepancyKind.UNSETTLED, open_draws + container.unseen)
    if counted is None:
        if expected and not losses and not waits:
            yield found(DiscrepancyKind.NOT_COUNTED, expected)
    elif counted.value < least - tolerance.value:
        yield found(DiscrepancyKind.COUNT, Milligrams(least - counted.value))
    elif counted.value > expected.value + tolerance.value:
        yield found(DiscrepancyKind.SURPLUS, counted - expected)
