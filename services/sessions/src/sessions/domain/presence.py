"""Who is in a session: each has said so with their own login, in a role their login holds.

Invariants: nobody is put down as present by somebody else; one person is there in one role at a time.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from careflow_domain.errors import conflict
from sessions.domain.ids import StaffId
from sessions.domain.service_lines import TherapyTime
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

    @property
    def there(self) -> bool:
        """Whether they have not left."""
        return self.left_at is None


def joined(team: tuple[Present, ...], staff: StaffId, role: ProviderRole, now: datetime) -> tuple[Present, ...]:
    """The team with this person in this role, and in no other, from now on."""
    if any(each.id == staff and each.role is role and each.there for each in team):
        return team
    return (*left(team, staff, now), Present(id=staff, role=role, joined_at=now))


def left(team: Iterable[Present], staff: StaffId, now: datetime) -> tuple[Present, ...]:
    """The team without this person from now on; who was there before stays known."""
    return tuple(replace(each, left_at=now) if each.id == staff and each.there else each for each in team)


def there_at(team: Iterable[Present], at: datetime) -> Iterator[Present]:
    """Who is on record as in the session at that moment, to the minute: on paper there are no seconds."""
    came = (each for each in team if each.joined_at.replace(second=0, microsecond=0) <= at)
    yield from (each for each in came if each.left_at is None or each.left_at >= at)


def who_was_there(team: Iterable[Present], role: ProviderRole, at: datetime) -> StaffId | None:
    """Somebody who was in the session in this role at that moment."""
    return next((each.id for each in there_at(team, at) if each.role is role), None)


def was_there(team: Iterable[Present], staff: StaffId, at: datetime) -> bool:
    """Whether they are on record as in the session at that moment. Who came while nobody could log in is not, so this
    is for somebody to judge, never a reason to refuse what happened.
    """
    return any(each.id == staff for each in there_at(team, at))


def held_by_somebody_there(team: Iterable[Present], provider: StaffId) -> bool:
    """Whether who held therapy was in the session as a therapist."""
    return any(each.id == provider and each.role is ProviderRole.THERAPIST for each in team)


def must_have_held(team: Iterable[Present], therapy: Iterable[TherapyTime]) -> None:
    """Psychotherapy is held by therapists who were there. Refused: `therapist_not_present`."""
    there = tuple(team)
    if not all(held_by_somebody_there(there, time.provider) for time in therapy):
        raise conflict("therapist_not_present", "Therapy is held by a therapist who has joined the session.")
