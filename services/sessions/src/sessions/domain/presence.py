"""Who is in a session: each has said so with their own login, in a role their login holds.

Invariants: nobody is put down as present by somebody else; one person is there in one role at a time.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from sessions.domain.ids import StaffId
from sessions.domain.words import ProviderRole

AT_THE_BEDSIDE = frozenset({ProviderRole.THERAPIST, ProviderRole.NURSE, ProviderRole.PRESCRIBER})
"""The roles a session asks for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Present:
    """Somebody, from `joined_at` until they left."""

    id: StaffId
    role: ProviderRole
    joined_at: datetime
    left_at: datetime | None = None


def left(team: Iterable[Present], staff: StaffId, now: datetime) -> tuple[Present, ...]:
    """The team without this person from now on; who was there before stays known."""
    return tuple(replace(each, left_at=now) if each.id == staff and each.left_at is None else each for each in team)
