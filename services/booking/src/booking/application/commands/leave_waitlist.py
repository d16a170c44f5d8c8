"""Takes a patient off the waitlist."""

from dataclasses import dataclass

from booking.application.ownership import check_own, check_version
from booking.application.ports import Ports
from booking.domain.ids import WaitlistEntryId
from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction, Work


@dataclass(frozen=True, slots=True)
class LeaveWaitlist:
    entry_id: WaitlistEntryId
    expected_version: int


@dataclass(frozen=True, slots=True)
class LeaveWaitlistHandler:
    """Raises `offer_open`, and `wrong_state` for an entry that is over."""

    ports: Ports
    work: Work

    async def __call__(self, command: LeaveWaitlist, actor: Actor, request: RequestKey | None) -> Committed[Changed]:
        async def work(tx: Transaction) -> Changed:
            entry = await self.ports.waitlist.get(command.entry_id)
            check_own(actor, entry.patient_id, "waitlist_entry")
            check_version(entry.version, command.expected_version)
            left = entry.left()
            await self.ports.waitlist.save(left, expecting=entry.version, tx=tx)
            return Changed(left.id, left.version)

        return await self.work.run(work, by=actor, action="leave_waitlist", returns=Changed, request=request)
