"""Reads the doses outside the gate that wait for a review, with what a reviewer judges them by. Who read it is kept."""

from dataclasses import dataclass, field
from datetime import datetime

from careflow_service.identity import Actor
from sessions.application.ports import Ports
from sessions.application.queries.read_bedside import told_apart
from sessions.domain.doses import Dose
from sessions.domain.ids import SessionId, StaffId
from sessions.domain.outside_gate import OutsideGate


@dataclass(frozen=True, slots=True, kw_only=True)
class DoseToReview:
    """`who` as it stands on the page of the day, None for somebody booking has not been heard of; `mine`: the reader
    gave it or wrote it down, so that somebody else reviews it.
    """

    session_id: SessionId
    who: str | None = field(repr=False)
    dose: Dose
    mark: OutsideGate
    late: bool
    mine: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DosesToReview:
    as_of: datetime
    doses: tuple[DoseToReview, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class ReadDoseReviews:
    ports: Ports

    async def __call__(self, actor: Actor, *, limit: int, after: str | None) -> DosesToReview:
        """The most urgent first; `limit` counts sessions, of which one may have several."""
        listed = await self.ports.sessions.to_review(limit=limit, after=after)
        patients = await self.ports.patients.several(sorted({each.patient_id for each in listed.items}))
        shown = (f"sessions/{each.id}" for each in listed.items)
        await self.ports.audit.read(actor, "read_doses_to_review", *shown)
        now, names, reader = self.ports.clock(), told_apart(patients), StaffId(actor.id)
        doses = (
            DoseToReview(
                session_id=session.id,
                who=names.get(session.patient_id),
                dose=dose,
                mark=mark,
                late=mark.review_by <= now,
                mine=mark.concerns(reader, given_by=dose.given_by),
            )
            for session in listed.items
            for dose in session.doses
            if (mark := dose.outside) is not None and mark.awaits_review
        )
        return DosesToReview(as_of=now, doses=tuple(doses), next=listed.next)
