"""Offers freed times to those who wait: one after the other, each as a hold of their own.

Invariant: an offer and the time held for it are made, answered and given back in one transaction.
"""

from dataclasses import dataclass

from booking.application.gated_visits import GatedVisits
from booking.application.ports import Ports
from booking.application.scheduling import NoTime, Scheduling, Wish
from booking.domain.appointments import Appointment
from booking.domain.freed_times import FreedTime, freed_by
from booking.domain.ids import FreedTimeId
from booking.domain.intervals import QUARTER
from booking.domain.message_subjects import Reason
from booking.domain.states import BookedBy
from booking.domain.visits import VisitKind
from booking.domain.waitlist import Offer, WaitlistEntry
from careflow_domain.errors import DomainError
from careflow_service.work import Transaction, side_by_side


async def note_freed(changed: Appointment, tx: Transaction, ports: Ports) -> None:
    """What a change of an appointment gave up is offered. Does nothing for a change that gave up no time, or one that
    is past.
    """
    starts_at = freed_by(changed)
    if starts_at is not None and starts_at > tx.now:
        freed = FreedTime(
            id=FreedTimeId(tx.new_id()),
            given_up=changed.id,
            kind=changed.kind,
            starts_at=starts_at,
            freed_at=tx.now,
            due_at=tx.now,
        )
        await ports.freed_times.add(freed, tx)


@dataclass(frozen=True, slots=True)
class Offering:
    """The waitlist and what is held for it."""

    ports: Ports

    async def offer_next(self, freed: FreedTime, tx: Transaction) -> FreedTime:
        """The freed time after the next in line was asked, or passed over."""
        asking_from = self.ports.policy.asking_from(tx.now, self.ports.zone)
        if freed.starts_at - asking_from < self.ports.policy.self_booking_lead:
            return freed.closed()
        if asking_from > tx.now:
            return freed.put_off(asking_from)
        found = await self.ports.waitlist.next_in_line(freed.kind, freed.asked_until)
        if found is None:
            return freed.closed()
        entry, place = found
        return freed.offered(place) if await self._offered(freed, entry, tx) else freed.passed(place)

    async def accepted(self, hold: Appointment, tx: Transaction) -> None:
        """The held time is booked now. Raises `call_first` and `no_offer`."""
        if hold.waitlist_entry_id is not None:
            entry = await self.ports.waitlist.get(hold.waitlist_entry_id, of=hold.patient_id)
            await self.ports.waitlist.save(entry.accepted(), expecting=entry.version, tx=tx)

    async def lapse(self, hold: Appointment, tx: Transaction) -> Appointment:
        """The held time is given back; one that was offered goes to the next in line."""
        lapsed = hold.lapse()
        await Scheduling(self.ports).release(hold, tx)
        await self.ports.appointments.save(lapsed, expecting=hold.version, tx=tx)
        if hold.waitlist_entry_id is not None:
            entry = await self.ports.waitlist.get(hold.waitlist_entry_id, of=hold.patient_id)
            freed = await self.ports.freed_times.get(entry.open_offer.freed_id)
            await self.ports.waitlist.save(entry.passed_on(), expecting=entry.version, tx=tx)
            await self.ports.freed_times.save(freed.put_off(tx.now), expecting=freed.version, tx=tx)
        return lapsed

    async def _offered(self, freed: FreedTime, listed: WaitlistEntry, tx: Transaction) -> bool:
        """Whether it was: they wait still, would come then, did not give it up themselves, their gates are open, and
        the time is free for them.
        """
        entry, gave_it_up = await side_by_side(
            self.ports.waitlist.get(listed.id, of=listed.patient_id), self.ports.appointments.whose(freed.given_up)
        )
        if not entry.takes(freed.starts_at) or entry.patient_id == gave_it_up:
            return False
        wish = Wish(kind=entry.kind, starts_at=freed.starts_at, modality=entry.modality)
        integration_at = freed.starts_at + QUARTER if entry.kind is VisitKind.DOSING else None
        try:
            patient, path, clinic = await side_by_side(
                self.ports.patients.get(entry.patient_id, of=entry.patient_id),
                self.ports.care_paths.get(entry.patient_id, of=entry.patient_id),
                Scheduling(self.ports).clinic(wish),
            )
            visit = await GatedVisits(self.ports).new(
                wish, patient, path, clinic, tx, by=BookedBy.STAFF, integration_at=integration_at
            )
        except (DomainError, NoTime):
            return False
        until = self.ports.policy.offered_until(freed.starts_at, now=tx.now)
        hold = Appointment.offered(visit, self.ports.policy, to=entry.id, until=until, now=tx.now)
        offer = Offer(
            appointment_id=hold.id,
            freed_id=freed.id,
            made_at=tx.now,
            expires_at=until,
            call_first=self.ports.policy.call_first(entry.kind, freed.starts_at, now=tx.now),
        )
        await self.ports.appointments.add(hold, tx)
        await self.ports.telling.of(Reason.TIME_OFFERED, hold, tx)
        await self.ports.waitlist.save(entry.offered(offer), expecting=entry.version, tx=tx)
        return True
