"""The lines of the controlled-drug log: what happened to some of the drug, who did it, and who saw it.

Sources: 21 CFR 1304.22(c) and 1317.95(d) (waste and destruction are seen by two), 1304.21(e) (record of destruction).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from sessions.domain.checks import Identifier
from sessions.domain.discrepancy_cases import Judged
from sessions.domain.ids import CaseId, DrawId, EntryId, SessionId, StaffId
from sessions.domain.units import Milligrams, Millilitres


class EntryKind(StrEnum):
    """What happened to some of the drug."""

    RECEIVED = "received"
    OVERFILL = "overfill"
    ADMINISTERED = "administered"
    WASTED = "wasted"
    HUB_LOSS = "hub_loss"
    SPILLED = "spilled"
    RETURNED = "returned"
    DESTROYED = "destroyed"
    LOST = "lost"
    HANDED_OUT = "handed_out"


class Recipient(StrEnum):
    """Who takes a patient's medicine home."""

    PATIENT = "patient"
    REPRESENTATIVE = "representative"


ADDING: Final = frozenset({EntryKind.RECEIVED, EntryKind.OVERFILL})
WITNESSED: Final = frozenset(EntryKind) - {EntryKind.RECEIVED, EntryKind.ADMINISTERED}
"""What a second person must have seen; it counts once they confirmed it, or once somebody has judged the case that it
is in. Every way out but being given is one.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Witness:
    by: StaffId
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """What stands in a line nobody witnessed in time, in place of the witness: how its case was judged."""

    case_id: CaseId
    judged: Judged


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """Stock went to a reverse distributor, who is registered with the DEA under this number."""

    distributor: str = field(repr=False)
    dea_number: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Destroyed:
    """Stock was destroyed by two employees: what DEA Form 41 asks beside the item, the amount, the day and the two."""

    place: str = field(repr=False)
    method: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOut:
    """Some of a patient's package went home: who took it, the patient or somebody for them, known by what."""

    recipient: Recipient
    identified_by: tuple[Identifier, ...]


Disposal = Returned | Destroyed | HandedOut
DISPOSALS: Final[Mapping[EntryKind, type[Disposal]]] = {
    EntryKind.RETURNED: Returned,
    EntryKind.DESTROYED: Destroyed,
    EntryKind.HANDED_OUT: HandedOut,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the log. `reverses` names the entry this one takes back; `draw_id` the draw it settles,
    `serial` the device; `disposal` is where stock went that is kept no longer; `given_at` is when it was given,
    `happened_at` when anything else happened, where that was entered late.
    """

    id: EntryId
    kind: EntryKind
    mass: Milligrams
    by: StaffId
    at: datetime
    draw_id: DrawId | None = None
    note: str = field(default="", repr=False)
    witness: Witness | None = None
    reverses: EntryId | None = None
    serial: str | None = field(default=None, repr=False)
    disposal: Disposal | None = None
    ruling: Ruling | None = None
    given_at: datetime | None = None
    happened_at: datetime | None = None

    @property
    def was_at(self) -> datetime | None:
        """When what it tells happened, where that was entered late."""
        return self.given_at or self.happened_at

    @property
    def counts(self) -> bool:
        """Whether it changes the balance yet."""
        return self.kind not in WITNESSED or self.witness is not None or self.ruling is not None

    def waits(self, window: timedelta, now: datetime) -> bool:
        """Whether it may still be witnessed."""
        return not self.counts and now - self.at <= window


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """Drug drawn up, or taken out, for one session; it is settled by what is given and wasted of it. `volume` is that
    of a solution.
    """

    id: DrawId
    session_id: SessionId
    mass: Milligrams
    volume: Millilitres | None = None
    by: StaffId
    at: datetime
