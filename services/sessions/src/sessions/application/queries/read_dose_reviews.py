"""Reads what was given outside the gate or outside its order, or held otherwise than planned, and waits for a review,
with what a reviewer judges it by. Who read it is kept.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, TypeVar

from careflow_service.identity import Actor
from careflow_service.telling_apart import told_apart
from careflow_service.work import side_by_side
from sessions.application.ports import Ports
from sessions.domain.administrations import Administration, OutsideOrder
from sessions.domain.doses import Dose
from sessions.domain.held_otherwise import HeldOtherwise
from sessions.domain.ids import PatientId, SessionId, StaffId
from sessions.domain.marks import Mark
from sessions.domain.outside_gate import OutsideGate
from sessions.domain.service_lines import TherapyTime

T = TypeVar("T")
M = TypeVar("M", bound=Mark)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting(Generic[T, M]):
    """What was given or held, and its mark. `who` as it stands on the page of the day, None for somebody booking has
    not been heard of; `mine`: the reader gave or held it, or wrote it down, so that somebody else reviews it.
    """

    session_id: SessionId
    who: str | None = field(repr=False)
    given: T
    mark: M
    late: bool
    mine: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ToReview:
    """`next` of the doses and the therapy, `next_medicine` of the medicines."""

    as_of: datetime
    doses: tuple[Waiting[Dose, OutsideGate], ...]
    medicines: tuple[Waiting[Administration, OutsideOrder], ...]
    therapy: tuple[Waiting[TherapyTime, HeldOtherwise], ...]
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

        def waiting(of: SessionId, whose: PatientId, given: T, mark: M, by: StaffId) -> Waiting[T, M]:
            return Waiting(
                session_id=of,
                who=names.get(whose),
                given=given,
                mark=mark,
                late=mark.review_by <= now,
                mine=mark.concerns(reader, given_by=by),
            )

        sessions, medication = listed.items, records.items
        return ToReview(
            as_of=now,
            doses=tuple(
                waiting(each.id, each.patient_id, dose, mark, dose.given_by)
                for each in sessions
                for dose, mark in each.to_review
            ),
            medicines=tuple(
                waiting(each.id, each.patient_id, given, mark, given.by)
                for each in medication
                for given, mark in each.to_review
            ),
            therapy=tuple(
                waiting(each.id, each.patient_id, mark.time, mark, mark.time.provider)
                for each in sessions
                for mark in each.therapy_to_review
            ),
            next=listed.next,
            next_medicine=records.next,
        )
