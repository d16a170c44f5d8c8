"""Doses: what was ordered, what was given, and the arithmetic between them.

Invariant: every way of stating a dose (mg, mg/kg x kg, mL x mg/mL) agrees within the policy's tolerance, and no dose
of a session goes above the plan's or the clinic's ceiling. The software enforces ceilings; it never proposes a dose.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal

from careflow_domain.errors import conflict, invalid
from sessions.domain.drug_amounts import FINEST, Pieces
from sessions.domain.ids import ContainerId, DrawId, StaffId
from sessions.domain.infusion import Infusion, Step, Tolerance
from sessions.domain.outside_gate import OutsideGate
from sessions.domain.units import (
    Kilograms,
    Milligrams,
    MilligramsPerKilogram,
    MilligramsPerMillilitre,
    Millilitres,
    agree,
)
from sessions.domain.words import Route


@dataclass(frozen=True, slots=True, kw_only=True)
class Ceiling:
    """The most that may be given in one session, all doses together; None does not limit."""

    per_kg: MilligramsPerKilogram | None = None
    total: Milligrams | None = None

    @property
    def unlimited(self) -> bool:
        return self.per_kg is None and self.total is None

    def limit(self, weight: Kilograms) -> Milligrams | None:
        """The most for this weight; the lower of the two."""
        by_weight = None if self.per_kg is None else self.per_kg.times(weight)
        return min((limit for limit in (by_weight, self.total) if limit is not None), default=None)

    def allows(self, dose: Milligrams, weight: Kilograms) -> bool:
        """Whether this much is no more than the ceiling at this weight."""
        limit = self.limit(weight)
        return limit is None or dose <= limit

    def within(self, other: "Ceiling") -> bool:
        """Whether this ceiling is stated in every unit the other limits, and is nowhere higher."""
        per_kg = other.per_kg is None or (self.per_kg is not None and self.per_kg <= other.per_kg)
        mass = other.total is None or (self.total is not None and self.total <= other.total)
        return per_kg and mass


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedDose:
    """A dose in milligrams, and the other ways it was stated."""

    mass: Milligrams = field(repr=False)
    per_kg: MilligramsPerKilogram | None = field(default=None, repr=False)
    volume: Millilitres | None = field(default=None, repr=False)
    concentration: MilligramsPerMillilitre | None = field(default=None, repr=False)
    pieces: Pieces | None = field(default=None, repr=False)

    def check(self, weight: Kilograms | None, tolerance_percent: Decimal) -> None:
        """Refused: `dose_empty`, `weight_missing`, `volume_incomplete`, `dose_mismatch`."""
        if not self.mass:
            raise invalid("dose_empty", "A dose is more than nothing.")
        if self.per_kg is not None:
            if weight is None:
                raise invalid("weight_missing", "A dose for body weight needs the weight.")
            self._must_agree(self.per_kg.times(weight), tolerance_percent, "per_kg")
        if (self.volume is None) != (self.concentration is None):
            raise invalid("volume_incomplete", "A volume needs its concentration, and the other way round.")
        if self.volume is not None and self.concentration is not None:
            self._must_agree(self.concentration.times(self.volume), tolerance_percent, "volume")
        if self.pieces is not None:
            self._must_agree(self.pieces.mass, tolerance_percent, "pieces")

    def share(self, part: Millilitres, whole: Millilitres) -> "StatedDose":
        """As much of it as is in a part of the whole volume it was made up to, to a ten-thousandth."""
        return StatedDose(
            mass=Milligrams((self.mass.value * part.value / whole.value).quantize(FINEST)),
            volume=None
            if self.volume is None
            else Millilitres((self.volume.value * part.value / whole.value).quantize(FINEST)),
            concentration=self.concentration,
        )

    def _must_agree(self, computed: Milligrams, tolerance_percent: Decimal, way: str) -> None:
        if not agree(self.mass, computed, tolerance_percent):
            raise invalid("dose_mismatch", "The ways this dose is stated do not agree; compute it again.", way=way)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """The prescriber's signed order for one session; `most` is what all doses together may reach."""

    route: Route = field(repr=False)
    dose: StatedDose = field(repr=False)
    most: Milligrams = field(repr=False)
    weight: Kilograms | None = field(repr=False)
    signed_by: StaffId
    signed_at: datetime
    policy_version: str

    def check(self, *, plan: Ceiling, clinic: Ceiling, tolerance_percent: Decimal) -> None:
        """Refused: what `StatedDose.check` refuses, `order_inconsistent`, `weight_missing`, `dose_above_ceiling`."""
        self.dose.check(self.weight, tolerance_percent)
        if self.most < self.dose.mass:
            raise invalid("order_inconsistent", "The most of a session is at least its first dose.")
        for name, ceiling in (("plan", plan), ("clinic", clinic)):
            if ceiling.per_kg is not None and self.weight is None:
                raise invalid("weight_missing", "A ceiling for body weight needs the weight.")
            if not ceiling.allows(self.most, self.weight or Kilograms(Decimal(0))):
                raise invalid("dose_above_ceiling", "The order goes above a ceiling.", ceiling=name)

    def allows(self, dose: Milligrams, *, given: Milligrams) -> bool:
        """Whether this one dose, and all of the session together with what was given, are no more than ordered."""
        return dose <= self.dose.mass and given + dose <= self.most

    def stands_at(self, weight: Kilograms | None, tolerance_percent: Decimal) -> bool:
        """Whether what was ordered for body weight is still that dose at this weight, the last one measured."""
        if self.dose.per_kg is None:
            return True
        return weight is not None and agree(self.dose.mass, self.dose.per_kg.times(weight), tolerance_percent)


@dataclass(frozen=True, slots=True, kw_only=True)
class DoseRecord:
    """A dose as it was written down before it was put right, and who did that, when and why."""

    stated: StatedDose = field(repr=False)
    started_at: datetime
    ended_at: datetime | None
    by: StaffId
    at: datetime
    reason: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dose:
    """One dose as it was given; `ended_at` is None while an infusion runs. `hung` is what an infusion was begun with
    that was stopped before all of it had run in; `ended_by` who ended it, `end_recorded_at` when that was written down,
    where that was afterwards, and `end_recorded_by` by whom; `earlier` is how it was written down before it was put
    right; `outside` marks what was given outside the gate.
    """

    stated: StatedDose = field(repr=False)
    container_id: ContainerId
    draw_id: DrawId
    drug: str | None = field(default=None, repr=False)
    ndc: str | None = field(default=None, repr=False)
    lot: str | None = field(default=None, repr=False)
    serial: str | None = field(default=None, repr=False)
    given_by: StaffId
    started_at: datetime
    ended_at: datetime | None = None
    ended_by: StaffId | None = None
    end_recorded_at: datetime | None = None
    end_recorded_by: StaffId | None = None
    hung: StatedDose | None = field(default=None, repr=False)
    infusion: Infusion | None = field(default=None, repr=False)
    earlier: tuple[DoseRecord, ...] = ()
    outside: OutsideGate | None = None

    @property
    def at_most(self) -> Milligrams:
        """The most it was ever said to have been."""
        return max((self.stated.mass, *(each.stated.mass for each in self.earlier)))

    @property
    def latest_start(self) -> datetime:
        """The latest it was ever said to have begun."""
        return max((self.started_at, *(each.started_at for each in self.earlier)))

    @property
    def latest_end(self) -> datetime | None:
        """The latest it was ever said to have ended; None while it runs."""
        if self.ended_at is None:
            return None
        return max((self.ended_at, *(each.ended_at for each in self.earlier if each.ended_at)))

    @property
    def last_step_at(self) -> datetime:
        """When something was last done to it: it was begun, or its pump was set."""
        return self.infusion.last.at if self.infusion else self.started_at

    def ended(self, infused: Millilitres | None, step: Step, tolerance: Tolerance) -> "Dose":
        """The infusion is over: all of it ran in where `infused` is None. Refused: `volume_missing`,
        `infused_too_much`, and what `Infusion.went_on` refuses.
        """
        over = replace(
            self,
            ended_at=step.at,
            ended_by=step.by,
            end_recorded_at=step.recorded_at,
            end_recorded_by=step.recorded_by,
        )
        whole = self.infusion.made_up_to if self.infusion else self.stated.volume
        if whole is None:
            if infused is not None:
                raise invalid("volume_missing", "Of a dose without a volume nobody can say how much ran in.")
            return over
        ran = whole if infused is None else infused
        if ran > whole:
            raise invalid("infused_too_much", "No more runs in than was made up.")
        last = replace(step, infused=ran)
        run = None if self.infusion is None else self.infusion.went_on(last, tolerance)
        after = replace(over, infusion=run)
        if ran == whole:
            return after
        return replace(after, hung=self.stated, stated=self.stated.share(ran, whole))


@dataclass(frozen=True, slots=True)
class Devices:
    """A drug that comes in devices of one content, given one after the other with a rest between them."""

    content: Milligrams
    rest: timedelta

    def must_make(self, most: Milligrams) -> None:
        """Refused: `order_not_in_devices`."""
        if most.value % self.content.value:
            raise invalid("order_not_in_devices", "What is ordered is a number of whole devices.")

    def must_be_next(self, dose: Dose, before: Sequence[Dose]) -> None:
        """One dose is one device with its serial number. Refused: `device_content`, `serial_missing`, `serial_used`,
        `device_too_soon`.
        """
        if dose.stated.mass != self.content:
            raise invalid("device_content", "One dose is the content of one device.")
        if not (dose.serial or "").strip():
            raise invalid("serial_missing", "A device is given by its serial number.")
        if any(each.serial == dose.serial for each in before):
            raise conflict("serial_used", "This device has been given.")
        if before and dose.started_at - max(each.latest_start for each in before) < self.rest:
            raise conflict("device_too_soon", "Between two devices the patient rests.")
