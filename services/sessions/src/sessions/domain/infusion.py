"""How the pump of one infusion was run: at what rate, when it was paused and went on, how much had run in by then.

Invariants: what has run in never falls, and is never more than what was made up; between two steps as much ran in as
the rate makes of the time, within the policy's tolerance, or it is written down why not; nothing runs in while it is
paused; the last step is the end of the dose, and the drug that was given is the share that ran in.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Self

from careflow_domain.errors import conflict, invalid
from sessions.domain.ids import StaffId
from sessions.domain.units import Millilitres, MillilitresPerHour


class StepKind(StrEnum):
    """What was done to the pump."""

    STARTED = "started"
    RATE_CHANGED = "rate_changed"
    PAUSED = "paused"
    RESUMED = "resumed"
    ENDED = "ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """`infused` is all that had run in by then, `rate` at which it ran from then on, None where nothing did; `note` why
    as much as that had run in, where the rate makes another amount of the time; `recorded_at` when it was written down,
    where that was afterwards, and `recorded_by` by whom.
    """

    kind: StepKind
    infused: Millilitres = field(repr=False)
    rate: MillilitresPerHour | None = field(default=None, repr=False)
    note: str = field(default="", repr=False)
    by: StaffId
    at: datetime
    recorded_at: datetime | None = None
    recorded_by: StaffId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tolerance:
    """How far what ran in may be from what the rate makes of the time: this share of it, or what runs in within
    `moment`, whichever is more.
    """

    share_percent: Decimal
    moment: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Infusion:
    """`made_up_to` is the whole volume that the dose was made up to; `steps` in order."""

    made_up_to: Millilitres = field(repr=False)
    steps: tuple[Step, ...]

    @classmethod
    def begun(cls, made_up_to: Millilitres, drug: Millilitres, step: Step) -> Self:
        """The pump was set for the first time. Refused: `made_up_to_less`, `rate_missing`, `infused_too_much`."""
        if made_up_to < drug:
            raise invalid("made_up_to_less", "What the dose was made up to is no less than the drug in it.")
        if not step.rate:
            raise invalid("rate_missing", "A pump that runs has a rate.")
        infusion = cls(made_up_to=made_up_to, steps=())
        return infusion._with(step)

    @property
    def last(self) -> Step:
        return self.steps[-1]

    @property
    def runs(self) -> bool:
        """Whether anything runs in now."""
        return self.last.rate is not None

    def went_on(self, step: Step, tolerance: Tolerance) -> Self:
        """What was done to the pump next. Refused: `infusion_paused`, `infusion_not_paused`, `rate_missing`,
        `infused_too_much`, `infused_less`, `infused_while_paused`, `infused_mismatch`.
        """
        if self.runs and step.kind is StepKind.RESUMED:
            raise conflict("infusion_not_paused", "The infusion runs.")
        if not self.runs and step.kind in (StepKind.RATE_CHANGED, StepKind.PAUSED):
            raise conflict("infusion_paused", "The infusion is paused.")
        if step.kind in (StepKind.RATE_CHANGED, StepKind.RESUMED) and not step.rate:
            raise invalid("rate_missing", "A pump that runs has a rate.")
        if step.infused < self.last.infused:
            raise invalid("infused_less", "What has run in does not become less.")
        after = self._with(step)
        ran = step.infused - self.last.infused
        if not self.runs and ran:
            raise invalid("infused_while_paused", "While the infusion is paused nothing runs in.")
        if self.runs and not step.note.strip() and not self._adds_up(ran, step.at, tolerance):
            raise invalid(
                "infused_mismatch", "That is not what the rate makes of the time: read the pump again, or say why."
            )
        return after

    def _with(self, step: Step) -> Self:
        if step.infused > self.made_up_to:
            raise invalid("infused_too_much", "No more runs in than was made up.")
        return replace(self, steps=(*self.steps, step))

    def _adds_up(self, ran: Millilitres, at: datetime, tolerance: Tolerance) -> bool:
        """What is left ends an infusion early: never more than that is expected."""
        assert self.last.rate is not None
        left = self.made_up_to - self.last.infused
        expected = min(self.last.rate.over(at - self.last.at), left)
        allowed = max(expected.value * tolerance.share_percent / 100, self.last.rate.over(tolerance.moment).value)
        return abs(ran.value - expected.value) <= allowed
