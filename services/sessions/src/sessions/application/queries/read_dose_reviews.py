"""Reads what was given outside the gate or outside its order, or held otherwise than planned, and waits for a review,
with what a reviewer judges it by. Who read it is kept.
"""

from dataclasses import dataclass, field
from datetime import datetime

from careflow_service.identity import Actor
from careflow_service.telling_apart import told_apart
from careflow_service.work import side_by_side
from sessions.application.ports import Ports
from sessions.domain.administrations import Administration, OutsideOrder
from sessions.domain.doses import Dose
from sessions.domain.held_otherwise import HeldOtherwise
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
class MedicineToReview:
    """As a dose."""

    session_id: SessionId
    who: str | None = field(repr=False)
    given: Administration
    mark: OutsideOrder
    late: bool
    mine: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TherapyToReview:
    """As a dose; `mine`: the reader held it or wrote it down."""

    session_id: SessionId
    who: str | None = field(repr=False)
    mark: HeldOtherwise
    late: bool
    mine: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ToReview:
    """`next` of the doses and the therapy, `next_medicine` of the medicines."""

    as_of: datetime
    doses: tuple[DoseToReview, ...]
    medicines: tuple[MedicineToReview, ...]
    therapy: tuple[TherapyToReview, ...]
    next: str | None
    next_medicine: str | None


@dataclass(frozen=True, slots=True)
class ReadDoseReviews:
    ports: Ports

    async def __call__(self, actor: Actor, *, limit: int, after: str | None, after_medicine: str | None) -> ToReview:
        """The most urgent first, each kind by pages of its own; `limit` counts sessions, of which one may have several
        of either.
        """
        listed, records = await side_by_side(
            self.ports.sessions.to_review(limit=limit, after=after),
            self.ports.medication.to_review(limit=limit, after=after_medicine),
        )
        concerned = {each.patient_id for each in listed.items} | {each.patient_id for each in records.items}
        patients = await self.ports.patients.several(sorted(concerned))
        shown = [f"sessions/{each.id}" for each in listed.items]
        shown += [f"medication_records/{each.id}" for each in records.items]
        await self.ports.audit.read(actor, "read_doses_to_review", *shown)
        now, reader = self.ports.clock(), StaffId(actor.id)
        names = told_apart({each.id: each.details for each in patients})
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
            for dose, mark in session.to_review
        )
        therapy = (
            TherapyToReview(
                session_id=session.id,
                who=names.get(session.patient_id),
                mark=mark,
                late=mark.review_by <= now,
                mine=mark.concerns(reader, given_by=mark.time.provider),
            )
            for session in listed.items
            for mark in session.therapy_to_review
        )
        medicines = (
            MedicineToReview(
                session_id=record.id,
                who=names.get(record.patient_id),
                given=given,
                mark=mark,
                late=mark.review_by <= now,
                mine=mark.concerns(reader, given_by=given.by),
            )
            for record in records.items
            for given, mark in record.to_review
        )
        return ToReview(
            as_of=now,
            doses=tuple(doses),
            medicines=tuple(medicines),
            therapy=tuple(therapy),
            next=listed.next,
            next_medicine=records.next,
        )
