"""Offers freed times to those who wait: one after the other, each as a hold of their own.

Invariants: an offer and the time held for it are made, answered and given back in one transaction. What cannot be
given any more as it was offered is given by others at that time; where nobody can, or the patient may not have it any
more, it is withdrawn with what is in its way, and who was told of it is told so.
"""

from dataclasses import dataclass
from datetime import datetime

from booking.application.gated_visits import GatedVisits, by_plan
from booking.application.ports import Ports
from booking.application.scheduling import NoTime, Scheduling, Wish
from booking.domain import gates
from booking.domain.appointments import Appointment
from booking.domain.care_path import CarePath
from booking.domain.freed_times import FreedTime, freed_by
from booking.domain.ids import FreedTimeId, WaitlistEntryId
from booking.domain.intervals import QUARTER
from booking.domain.message_subjects import Reason
from booking.domain.messages import MessageState
from booking.domain.noted_visits import Visit
from booking.domain.patients import Patient
from booking.domain.slots import Slot
from booking.domain.states import BookedBy
from booking.domain.visits import VisitKind
from booking.domain.waitlist import Offer, WaitlistEntry
from careflow_domain.errors import DomainError
from careflow_service.upsert import upsert
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
        lapsed = await self._freed(hold, tx)
        if hold.waitlist_entry_id is not None:
            entry, path = await side_by_side(
                self.ports.waitlist.get(hold.waitlist_entry_id, of=hold.patient_id),
                self.ports.care_paths.get(hold.patient_id, of=hold.patient_id),
            )
            await self._passed_on(entry, tx)
            await upsert(self.ports.care_paths, path, path.answered(hold.id, now=tx.now), tx)
        return lapsed

    async def settled(self, path: CarePath, tx: Transaction) -> CarePath:
        """The path without the offers that it does not let the patient accept any more; they are withdrawn."""
        for offer in path.offers:
            if gates.refusals(path, self._asked(offer)):
                hold = await self.ports.appointments.get(offer.appointment_id, of=path.id)
                path = await self.withdraw(hold, path, tx)
        return path

    async def given_by_others(self, hold: Appointment, patient: Patient, path: CarePath, tx: Transaction) -> bool:
        """Whether others can give what is offered, at that very time: they do, then. A patient who may know of another
        therapist is asked anew, as about a time that was given up just now.
        """
        if not hold.is_held_at(tx.now):
            return False
        scheduling, wish = Scheduling(self.ports), by_plan(_wish_of(hold), path)
        clinic, entry = await side_by_side(
            scheduling.clinic(wish), self.ports.waitlist.get(_entry_of(hold), of=hold.patient_id)
        )
        substitute = await scheduling.substitute(wish, hold, patient.details, clinic)
        if substitute is None:
            return False
        other = substitute.therapists != hold.slot.therapists and await self._know_of(entry.open_offer, hold)
        if other and not self._may_ask(hold.starts_at, tx.now):
            return False
        look = await scheduling.look(wish, patient.id, patient.details, clinic, instead_of=hold)
        try:
            slot = await scheduling.claim(look, patient.id, hold.id, tx, by=BookedBy.STAFF)
        except (DomainError, NoTime):
            return False
        if other:
            await self._ask_anew(hold, slot, entry, tx)
        else:
            await self.ports.appointments.save(hold.given_otherwise(slot), expecting=hold.version, tx=tx)
        return True

    async def _ask_anew(self, hold: Appointment, slot: Slot, entry: WaitlistEntry, tx: Transaction) -> None:
        until = self.ports.policy.offered_until(hold.starts_at, now=tx.now)
        anew = hold.given_otherwise(slot, until=until)
        offer = await self._told(anew, entry.open_offer.freed_id, until, tx)
        await self.ports.appointments.save(anew, expecting=hold.version, tx=tx)
        await self.ports.waitlist.save(entry.offered_anew(offer), expecting=entry.version, tx=tx)

    def _may_ask(self, starts_at: datetime, now: datetime) -> bool:
        """Whether somebody may be asked now about a time that starts then: not at night, nor too shortly before."""
        asking_from = self.ports.policy.asking_from(now, self.ports.zone)
        return asking_from == now and starts_at - now >= self.ports.policy.self_booking_lead

    async def _told(self, hold: Appointment, freed_id: FreedTimeId, until: datetime, tx: Transaction) -> Offer:
        told = await self.ports.telling.of(Reason.TIME_OFFERED, hold, tx)
        return Offer(
            appointment_id=hold.id,
            freed_id=freed_id,
            made_at=tx.now,
            expires_at=until,
            call_first=self.ports.policy.call_first(hold.kind, hold.starts_at, now=tx.now),
            told_by=told.id if told else None,
        )

    async def withdraw(self, hold: Appointment, path: CarePath, tx: Transaction) -> CarePath:
        """The offer is over, and the next in line is asked; who was told that the time is kept for them is told that
        it is no longer.
        """
        entry = await self.ports.waitlist.get(_entry_of(hold), of=hold.patient_id)
        knows = await self._know_of(entry.open_offer, hold)
        lapsed = await self._freed(hold, tx)
        await self._passed_on(entry, tx)
        if knows:
            await self.ports.telling.of(Reason.OFFER_WITHDRAWN, lapsed, tx)
        return path.answered(hold.id, now=tx.now)

    async def _freed(self, hold: Appointment, tx: Transaction) -> Appointment:
        lapsed = hold.lapse()
        await Scheduling(self.ports).release(hold, tx)
        await self.ports.appointments.save(lapsed, expecting=hold.version, tx=tx)
        return lapsed

    async def _passed_on(self, entry: WaitlistEntry, tx: Transaction) -> None:
        freed = await self.ports.freed_times.get(entry.open_offer.freed_id)
        await self.ports.waitlist.save(entry.passed_on(), expecting=entry.version, tx=tx)
        await self.ports.freed_times.save(freed.put_off(tx.now), expecting=freed.version, tx=tx)

    async def _know_of(self, offer: Offer, hold: Appointment) -> bool:
        """Whether the patient may have been told: not while the message waits, and not where none arrived and nobody
        has told them instead.
        """
        if offer.told_by is None:
            return True
        message = await self.ports.messages.get(offer.told_by, of=hold.patient_id)
        return message.state is not MessageState.PLANNED and hold.untold_since is None

    def _asked(self, offer: Visit) -> gates.Asked:
        """As it was asked when it was offered. News that waits to be repaired may be none of it."""
        return gates.Asked(
            kind=offer.kind,
            starts_at=offer.starts_at,
            zone=self.ports.zone,
            modality=offer.modality,
            integration_at=_integration_of(offer.kind, offer.starts_at),
            windows=self.ports.policy.dose_windows,
        )

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
        try:
            patient, path, clinic = await side_by_side(
                self.ports.patients.get(entry.patient_id, of=entry.patient_id),
                self.ports.care_paths.get(entry.patient_id, of=entry.patient_id),
                Scheduling(self.ports).clinic(wish),
            )
            visit = await GatedVisits(self.ports).new(
                wish,
                patient,
                path,
                clinic,
                tx,
                by=BookedBy.STAFF,
                integration_at=_integration_of(entry.kind, freed.starts_at),
            )
        except (DomainError, NoTime):
            return False
        until = self.ports.policy.offered_until(freed.starts_at, now=tx.now)
        hold = Appointment.offered(visit, self.ports.policy, to=entry.id, until=until, now=tx.now)
        await self.ports.appointments.add(hold, tx)
        offer = await self._told(hold, freed.id, until, tx)
        await self.ports.waitlist.save(entry.offered(offer), expecting=entry.version, tx=tx)
        await upsert(self.ports.care_paths, path, path.offered(hold, now=tx.now), tx)
        return True


def _integration_of(kind: VisitKind, starts_at: datetime) -> datetime | None:
    """A dose is offered as if its integration came with it, which is asked for when it is booked."""
    return starts_at + QUARTER if kind is VisitKind.DOSING else None


def _wish_of(hold: Appointment) -> Wish:
    """The same again, by others where it must be."""
    return Wish(kind=hold.kind, starts_at=hold.starts_at, modality=hold.slot.modality, rather=hold.slot.given_by)


def _entry_of(hold: Appointment) -> WaitlistEntryId:
    """By which entry of the waitlist it is offered."""
    assert hold.waitlist_entry_id is not None, "only what is offered to those who wait has an entry"
    return hold.waitlist_entry_id
