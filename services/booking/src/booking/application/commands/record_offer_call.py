"""Somebody of the clinic talked to a patient who was offered a visit at short notice. Who is not ready is passed over,
and goes on waiting.
"""

from dataclasses import dataclass

from booking.application.offering import Offering
from booking.application.ownership import check_version
from booking.application.ports import Ports
from booking.domain.ids import WaitlistEntryId
from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction, Work


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordOfferCall:
    """Whether the patient has fasted as they must have by then, and has somebody to take them home."""

    entry_id: WaitlistEntryId
    expected_version: int
    fasted: bool
    escorted: bool


@dataclass(frozen=True, slots=True)
class RecordOfferCallHandler:
    """Raises `no_offer`."""

    ports: Ports
    work: Work

    async def __call__(self, command: RecordOfferCall, actor: Actor, request: RequestKey | None) -> Committed[Changed]:
        async def work(tx: Transaction) -> Changed:
            entry = await self.ports.waitlist.get(command.entry_id)
            check_version(entry.version, command.expected_version)
            called = entry.called(now=tx.now)
            if command.fasted and command.escorted:
                await self.ports.waitlist.save(called, expecting=entry.version, tx=tx)
            else:
                hold = await self.ports.appointments.get(entry.open_offer.appointment_id, of=entry.patient_id)
                await Offering(self.ports).lapse(hold, tx)
            return Changed(called.id, called.version)

        return await self.work.run(work, by=actor, action="record_offer_call", returns=Changed, request=request)
