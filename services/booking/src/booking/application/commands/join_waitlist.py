"""Puts a patient on the waitlist for a kind of visit. What may be booked is asked when something is offered."""

from dataclasses import dataclass
from datetime import datetime

from booking.application.ownership import check_own
from booking.application.ports import Ports
from booking.application.scheduling import Scheduling
from booking.domain.ids import PatientId, WaitlistEntryId
from booking.domain.intervals import Interval
from booking.domain.visits import Modality, VisitKind
from booking.domain.waitlist import WaitlistEntry
from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction, Work, side_by_side


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinWaitlist:
    """From now on and as far as the calendar is open, where nothing else is wished for."""

    patient_id: PatientId
    kind: VisitKind
    modality: Modality
    starts_from: datetime | None = None
    starts_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class JoinWaitlistHandler:
    """Raises `patient_not_found`, `patient_merged`, `end_before_start`, `wish_past`, `slot_too_far`, `waiting_already`
    and `modality_not_allowed`.
    """

    ports: Ports
    work: Work

    async def __call__(self, command: JoinWaitlist, actor: Actor, request: RequestKey | None) -> Committed[Changed]:
        check_own(actor, command.patient_id, "patient")

        async def work(tx: Transaction) -> Changed:
            patient, others = await side_by_side(
                self.ports.patients.get(command.patient_id, of=command.patient_id),
                self.ports.waitlist.waiting_of(command.patient_id),
            )
            patient.check_in_use()
            self.ports.policy.check_wish(command.starts_from, now=tx.now)
            wanted = Interval(
                command.starts_from or tx.now, command.starts_before or tx.now + self.ports.policy.horizon
            )
            entry = WaitlistEntry(
                id=WaitlistEntryId(tx.new_id()),
                patient_id=command.patient_id,
                kind=command.kind,
                modality=command.modality,
                wanted=wanted,
                joined_at=tx.now,
            )
            entry.check_joining(others)
            Scheduling(self.ports).check_modality(command.kind, command.modality, max(wanted.start, tx.now))
            await self.ports.waitlist.add(entry, tx)
            return Changed(entry.id, entry.version)

        return await self.work.run(work, by=actor, action="join_waitlist", returns=Changed, request=request)
