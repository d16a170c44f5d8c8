"""The inventory of the controlled drugs of one place: everything that is there, counted exactly, opened or sealed, at
the open or the close of business of one date, and signed by two.

Invariants: nothing that is there is left out, and nothing is counted while some of it is drawn up; what is not what the
log says is a discrepancy like any other; it counts once a second person has signed it, and never changes then; the
next one is asked for before it would be late, and each is said once.
Sources: 21 CFR 1304.11(a) (complete and accurate, open or close of business, each place its own), 1304.11(c) (within
two years of the last), 1304.11(e) (what a line says), 1304.04(a) (kept for two years at least: nothing here is
deleted). That what is opened is counted exactly, and not estimated, is the clinic's policy.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Self
from zoneinfo import ZoneInfo

from careflow_domain.aggregate import Aggregate
from careflow_domain.business_days import end_of
from careflow_domain.errors import conflict, forbidden, invalid
from sessions.domain.drug_amounts import DrugQuantity
from sessions.domain.drug_items import Item
from sessions.domain.drug_log import Container
from sessions.domain.drug_tasks import DrugTask, DrugTaskCompleted, DrugTaskDue, DrugTaskFact, DrugTaskOverdue
from sessions.domain.ids import ContainerId, InventoryId, LocationId, PackageId, StaffId, TaskId
from sessions.domain.policy import DrugLogPolicy


class InventoryMoment(StrEnum):
    """Of which end of the day it tells."""

    OPENING = "opening"
    CLOSE = "close"


@dataclass(frozen=True, slots=True, kw_only=True)
class InventoryLine:
    """One container: what its label says, whether anything was ever taken from it, what the log says and what was
    counted, in its own unit.
    """

    container_id: ContainerId
    item: Item
    package_id: PackageId | None
    opened: bool
    expected: DrugQuantity
    counted: DrugQuantity


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory(Aggregate):
    """`due_by` is when the next one is late, `remind_at` when it is asked for, both None until it is signed by two;
    `followed_by` is the next one, `withdrawn` one that was taken anew before anybody had signed it as the second.
    """

    id: InventoryId
    location_id: LocationId
    day: date
    moment: InventoryMoment
    lines: tuple[InventoryLine, ...]
    taken_by: StaffId
    taken_at: datetime
    confirmed_by: StaffId | None = None
    confirmed_at: datetime | None = None
    withdrawn: bool = False
    remind_at: datetime | None = None
    due_by: datetime | None = None
    reminded: bool = False
    said_overdue: bool = False
    followed_by: InventoryId | None = None

    @property
    def waits(self) -> bool:
        """Whether somebody still has to sign as the second."""
        return self.confirmed_by is None and not self.withdrawn

    @property
    def current(self) -> bool:
        """Whether it is the last one of its place that counts."""
        return self.confirmed_by is not None and self.followed_by is None

    @property
    def next_said_at(self) -> datetime | None:
        """When something is to be said of the next one."""
        if not self.current or self.said_overdue:
            return None
        return self.due_by if self.reminded else self.remind_at

    def taken_anew(self) -> Self:
        """It was never signed by two, and another takes its place."""
        return replace(self.recording(), withdrawn=True)

    def confirmed(self, by: StaffId, policy: DrugLogPolicy, timezone: str, now: datetime) -> Self:
        """A second person has counted the same. Refused: `inventory_confirmed`, `inventory_withdrawn`,
        `counter_is_same`.
        """
        if self.withdrawn:
            raise conflict("inventory_withdrawn", "This inventory was taken anew.")
        if self.confirmed_by is not None:
            raise conflict("inventory_confirmed", "This inventory has been signed by two.")
        if by == self.taken_by:
            raise forbidden("counter_is_same", "An inventory is counted by two, each with their own login.")
        last, zone = months_after(self.day, policy.inventory_months.value), ZoneInfo(timezone)
        return replace(
            self.recording(),
            confirmed_by=by,
            confirmed_at=now,
            due_by=end_of(last, zone),
            remind_at=end_of(last - timedelta(days=policy.inventory_remind_days.value), zone),
        )

    def followed(self, by: InventoryId, now: datetime) -> Self:
        """The next one was taken and signed: nothing is asked for any more."""
        after = replace(self.recording(), followed_by=by)
        return after.saying(self._said(DrugTaskCompleted, now)) if self.reminded else after

    def time_passed(self, now: datetime) -> Self:
        """The next one is asked for, or late; where neither is, nothing changes."""
        if self.next_said_at is None or self.next_said_at > now:
            return self
        said: list[DrugTaskFact] = []
        if not self.reminded:
            said.append(self._said(DrugTaskDue, self.next_said_at))
        late = self.due_by is not None and self.due_by <= now
        if late and self.due_by is not None:
            said.append(self._said(DrugTaskOverdue, self.due_by))
        return replace(self.recording(), reminded=True, said_overdue=late).saying(*said)

    def _said(self, fact: type[DrugTaskFact], at: datetime) -> DrugTaskFact:
        return fact(
            location_id=self.location_id,
            task_id=TaskId(self.id),
            task=DrugTask.BIENNIAL_INVENTORY,
            due_by=self.due_by or at,
            at=at,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishedForm:
    """What a report counts as one: the same drug in the same finished form, strength and commercial container, with how
    many containers of it are sealed and opened, and how much was counted in all of them. What was dispensed for
    patients (`dispensed`) is reported apart.
    """

    drug: str
    form: str
    strength: Decimal
    labelled: DrugQuantity
    dispensed: bool
    sealed: int
    opened: int
    counted: DrugQuantity


def by_finished_form(lines: Sequence[InventoryLine]) -> tuple[FinishedForm, ...]:
    """As 21 CFR 1304.11(e)(1)(iii) asks for it: name, finished form, units in each commercial container, number of
    containers.
    """
    kinds: dict[tuple[bool, str, str, Decimal, Decimal, str], list[InventoryLine]] = {}
    for line in lines:
        item = line.item
        drug, form = item.drug.strip().casefold(), item.form.strip().casefold()
        key = (line.package_id is not None, drug, form, item.strength, item.whole.value, item.unit)
        kinds.setdefault(key, []).append(line)
    return tuple(_one_form(alike) for _, alike in sorted(kinds.items(), key=lambda each: each[0]))


def _one_form(alike: Sequence[InventoryLine]) -> FinishedForm:
    first = alike[0]
    return FinishedForm(
        drug=first.item.drug,
        form=first.item.form,
        strength=first.item.strength,
        labelled=first.item.whole,
        dispensed=first.package_id is not None,
        sealed=sum(not each.opened for each in alike),
        opened=sum(each.opened for each in alike),
        counted=DrugQuantity(value=sum((each.counted.value for each in alike), Decimal(0)), unit=first.item.unit),
    )


def lines_of(containers: Sequence[Container], counted: Mapping[ContainerId, DrugQuantity]) -> tuple[InventoryLine, ...]:
    """Every container in which something is, counted. Refused: `drug_drawn_up`, `inventory_incomplete` (with the
    containers that were not counted), `count_unknown_container`, and what `Item.mass_of` refuses.
    """
    if drawn := [each.id for each in containers if each.unsettled]:
        raise conflict(
            "drug_drawn_up", "What is drawn up is given or wasted before an inventory.", containers=sorted(drawn)
        )
    here = {each.id: each for each in containers}
    if unknown := counted.keys() - here.keys():
        raise invalid(
            "count_unknown_container", "A container was counted that is not here.", containers=sorted(unknown)
        )
    if missing := [each.id for each in containers if each.on_hand and each.id not in counted]:
        raise conflict("inventory_incomplete", "An inventory has everything that is there.", containers=sorted(missing))
    for container_id, quantity in counted.items():
        here[container_id].item.mass_of(quantity)
    return tuple(
        InventoryLine(
            container_id=each.id,
            item=each.item,
            package_id=each.package_id,
            opened=each.opened,
            expected=each.item.quantity_of(each.in_container),
            counted=counted[each.id],
        )
        for each in containers
        if each.id in counted
    )


def must_be_at(
    moment: InventoryMoment, containers: Sequence[Container], bounds: tuple[datetime, datetime], *, closed: bool
) -> None:
    """Nothing of the day is behind an inventory of its opening, and nothing before one of its close. Refused:
    `inventory_after_opening`, `inventory_before_close`.
    """
    touched = any(each.touched_between(*bounds) for each in containers)
    if moment is InventoryMoment.OPENING and (touched or closed):
        raise conflict("inventory_after_opening", "Something was entered today: this is no inventory of its opening.")
    if moment is InventoryMoment.CLOSE and touched and not closed:
        raise conflict("inventory_before_close", "The drug day is counted and closed before an inventory of its close.")


def months_after(day: date, months: int) -> date:
    """The same day so many months later, or the last one of that month."""
    years, month = divmod(day.month - 1 + months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(day.year + years, month + 1, last)
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")
