"""Who is on call: the chain a safety alert moves along.

Invariant: everybody on the rota can be reached over at least two of the channels this clinic has, so never by e-mail
alone; shifts do not overlap. A moment no shift covers is still answered: by the medical director.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Self

from careflow_domain.aggregate import Aggregate
from careflow_domain.errors import invalid, not_found
from screening.domain.ids import StaffId

ROTA_ID = "on-call"
"""A clinic has one rota."""
LEAST_CHANNELS = 2
"""One may fail."""


class ChannelKind(StrEnum):
    SMS = "sms"
    VOICE = "voice"
    PUSH = "push"
    WEBHOOK = "webhook"
    EMAIL = "email"


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """One way to reach a person."""

    kind: ChannelKind
    address: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Responder:
    """A clinician who answers pages."""

    id: StaffId
    channels: tuple[Channel, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """Who is on call from `starts_at` until `ends_at`, and who stands behind them."""

    starts_at: datetime
    ends_at: datetime
    on_call: StaffId
    backup: StaffId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A time nobody has a shift: the medical director alone is asked. The last gap has no end."""

    starts_at: datetime
    ends_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """The staff were told of the gap that starts then, so long before it."""

    gap_starts_at: datetime
    before: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Rota(Aggregate):
    """The clinic's on-call rota; `prescribers` are all asked when a chain is exhausted. `told` are the gaps that the
    staff know of.
    """

    id: str = ROTA_ID
    responders: tuple[Responder, ...]
    shifts: tuple[Shift, ...]
    medical_director: StaffId
    prescribers: tuple[StaffId, ...]
    drawn_at: datetime
    told: tuple[Telling, ...] = ()

    @classmethod
    def drawn_up(
        cls,
        *,
        responders: tuple[Responder, ...],
        shifts: tuple[Shift, ...],
        medical_director: StaffId,
        prescribers: tuple[StaffId, ...],
        reachable_by: Collection[ChannelKind],
        now: datetime,
    ) -> Self:
        """A first rota; `reachable_by` are the channels this clinic has.

        Refused: `shift_times_invalid`, `shifts_overlap`, `unknown_responder`, `prescribers_missing`,
        `too_few_channels`, which also names the channels there are.
        """
        rota = cls(
            responders=responders,
            shifts=tuple(sorted(shifts, key=lambda shift: shift.starts_at)),
            medical_director=medical_director,
            prescribers=prescribers,
            drawn_at=now,
        )
        rota._check(reachable_by)
        return rota

    def redrawn(self, other: Self) -> Self:
        """The next version of this rota, with everything as in `other`."""
        return replace(
            self.recording(),
            responders=other.responders,
            shifts=other.shifts,
            medical_director=other.medical_director,
            prescribers=other.prescribers,
            drawn_at=other.drawn_at,
            told=(),
        )

    def chain_at(self, now: datetime) -> tuple[StaffId, ...]:
        """Whom to ask, in order: on call, backup, the medical director last; nobody twice."""
        shift = next((each for each in self.shifts if each.starts_at <= now < each.ends_at), None)
        people = (shift.on_call, shift.backup, self.medical_director) if shift else (self.medical_director,)
        return tuple(dict.fromkeys(person for person in people if person is not None))

    def channels_of(self, person: StaffId) -> tuple[Channel, ...]:
        """How to reach somebody on the rota. Refused: `responder_not_found`."""
        for responder in self.responders:
            if responder.id == person:
                return responder.channels
        raise not_found("responder")

    def gaps(self, now: datetime) -> tuple[Gap, ...]:
        """Every time from now on that nobody has a shift; the last begins when the last shift ends."""
        found: list[Gap] = []
        covered_until = now
        for shift in self.shifts:
            if shift.starts_at > covered_until:
                found.append(Gap(starts_at=covered_until, ends_at=shift.starts_at))
            covered_until = max(covered_until, shift.ends_at)
        return (*found, Gap(starts_at=covered_until, ends_at=None))

    def gap_due_at(self, tell_before: Sequence[timedelta]) -> datetime | None:
        """When the staff must hear of a gap next: of each one, so long before it. None once they know of all."""
        return min((each.gap_starts_at - each.before for each in self._to_tell(tell_before)), default=None)

    def telling_of_gaps(self, tell_before: Sequence[timedelta], *, now: datetime) -> tuple[Self, Gap | None]:
        """The staff hear of what is due; with it comes the first gap of it that is not over."""
        due = tuple(each for each in self._to_tell(tell_before) if each.gap_starts_at - each.before <= now)
        if not due:
            return self, None
        begin = {each.gap_starts_at for each in due}
        gaps = (each for each in self.gaps(self.drawn_at) if each.starts_at in begin)
        ahead = next((each for each in gaps if each.ends_at is None or each.ends_at > now), None)
        return replace(self.recording(), told=(*self.told, *due)), ahead

    def _to_tell(self, tell_before: Sequence[timedelta]) -> tuple[Telling, ...]:
        wanted = (
            Telling(gap_starts_at=gap.starts_at, before=before)
            for gap in self.gaps(self.drawn_at)
            for before in tell_before
        )
        told = set(self.told)
        return tuple(each for each in wanted if each not in told)

    def unreachable(self, channels: Collection[ChannelKind]) -> tuple[StaffId, ...]:
        """Who cannot be reached over two of these channels."""
        return tuple(
            responder.id
            for responder in self.responders
            if len({channel.kind for channel in responder.channels if channel.kind in channels}) < LEAST_CHANNELS
        )

    def _check(self, reachable_by: Collection[ChannelKind]) -> None:
        if any(shift.ends_at <= shift.starts_at for shift in self.shifts):
            raise invalid("shift_times_invalid", "A shift ends after it starts.")
        if any(later.starts_at < earlier.ends_at for earlier, later in pairwise(self.shifts)):
            raise invalid("shifts_overlap", "Two shifts overlap.")
        known = {responder.id for responder in self.responders}
        named = {shift.on_call for shift in self.shifts} | {shift.backup for shift in self.shifts if shift.backup}
        if not named | {self.medical_director, *self.prescribers} <= known:
            raise invalid("unknown_responder", "Everybody on the rota is listed among the responders.")
        if not self.prescribers:
            raise invalid("prescribers_missing", "At least one prescriber is asked when nobody else answers.")
        if self.unreachable(reachable_by):
            raise invalid(
                "too_few_channels",
                "Everybody on the rota needs at least two different channels of those this clinic has.",
                channels=sorted(reachable_by),
            )
