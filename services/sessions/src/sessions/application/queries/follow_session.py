"""What is new in a session since a reader last looked: for a view that is kept up while somebody looks at it.

Invariant: what was observed and given is told once each, in order, whenever a reader comes back and however often; what
is shown is audited as any other read.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

from careflow_service.identity import Actor
from sessions.application.ports import Ports
from sessions.domain.doses import Dose
from sessions.domain.ids import SessionId
from sessions.domain.sessions import Session
from sessions.domain.vitals import VitalSigns

_PLACE: Final = re.compile(r"([0-9]{1,9})\.([0-9]{1,9})\.([0-9]{1,9})")


@dataclass(frozen=True, slots=True)
class Place:
    """How much a reader has seen: the session as of a version, so many observations and doses."""

    version: int = 0
    observations: int = 0
    doses: int = 0

    def __str__(self) -> str:
        return f"{self.version}.{self.observations}.{self.doses}"

    @classmethod
    def read(cls, text: str) -> Self | None:
        """What was written by `str`; None for anything else."""
        found = _PLACE.fullmatch(text)
        return cls(*map(int, found.groups())) if found else None


@dataclass(frozen=True, slots=True)
class Step:
    """Something a reader has not seen, and their place once they have."""

    told: VitalSigns | Dose | Session
    place: Place


@dataclass(frozen=True, slots=True)
class FollowSession:
    ports: Ports

    async def session(self, session_id: SessionId, actor: Actor) -> Session:
        """The session that somebody begins to follow. Refused: `session_not_found`."""
        session = await self.ports.sessions.get(session_id)
        await self.ports.audit.read(actor, "follow_session", f"sessions/{session.id}")
        return session

    async def since(self, session_id: SessionId, place: Place, actor: Actor) -> tuple[Step, ...]:
        """What is new since then, the session as it stands last. Refused: `session_not_found`."""
        session = await self.ports.sessions.get(session_id)
        found = steps(session, place)
        if found:
            await self.ports.audit.read(actor, "follow_session", f"sessions/{session.id}")
        return found


def steps(session: Session, place: Place) -> tuple[Step, ...]:
    """What a reader at this place has not seen. One who has seen more than there is (after a restore) starts anew."""
    observed = session.monitoring.observations if session.monitoring else ()
    if place.version > session.version or place.observations > len(observed) or place.doses > len(session.doses):
        place = Place()
    if place.version == session.version:
        return ()
    told: list[Step] = []
    for each in _merged(observed[place.observations :], session.doses[place.doses :]):
        seen, given = (
            (place.observations, place.doses + 1) if isinstance(each, Dose) else (place.observations + 1, place.doses)
        )
        place = Place(place.version, seen, given)
        told.append(Step(each, place))
    return (*told, Step(session, Place(session.version, place.observations, place.doses)))


def _merged(observed: Sequence[VitalSigns], doses: Sequence[Dose]) -> list[VitalSigns | Dose]:
    """By when each was written down."""
    return sorted((*observed, *doses), key=lambda each: each.started_at if isinstance(each, Dose) else each.recorded_at)
