"""Who waits: times that are held for a while, and the waitlist, who joins it, is offered a time, and answers or not."""

from booking.application.commands.confirm_dosing import ConfirmDosing
from booking.application.commands.confirm_hold import ConfirmHold
from booking.application.commands.hold_appointment import HoldAppointment
from booking.application.commands.join_waitlist import JoinWaitlist
from booking.application.commands.leave_waitlist import LeaveWaitlist
from booking.application.commands.record_offer_call import RecordOfferCall
from booking.application.commands.release_hold import ReleaseHold
from booking.domain.calendar import ResourceKind
from booking.domain.states import Status
from booking.domain.visits import Modality, VisitKind
from booking.domain.waitlist import WaitlistStatus
from services.booking.tests.builders import ZONE
from services.booking.tests.walks.at_the_desk import AtTheDesk
from services.booking.tests.walks.walker import nothing_there

WAITED_FOR = (VisitKind.DOSING, VisitKind.INTEGRATION, VisitKind.PREPARATION)


class Waiting(AtTheDesk):
    """Nobody is offered what another is offered, and nothing stays held."""

    async def step_holds(self) -> None:
        wish = self.wish(self.random.choice((VisitKind.PREPARATION, VisitKind.INTEGRATION, VisitKind.REVIEW)))
        await self.asks("hold_appointment", HoldAppointment(self.patient(), wish))

    async def step_takes_what_is_held(self) -> None:
        hold = self.visit(Status.HELD)
        confirm = ConfirmHold(hold.id, hold.version)
        if hold.kind is VisitKind.DOSING and self.random.random() < 0.7:
            _, integration = self.pair_at()
            wish = self.wish(VisitKind.INTEGRATION, integration)
            await self.asks("confirm_dosing", ConfirmDosing(confirm, wish))
        else:
            await self.asks("confirm_hold", confirm)

    async def step_gives_back_what_is_held(self) -> None:
        hold = self.visit(Status.HELD)
        await self.asks("release_hold", ReleaseHold(hold.id, hold.version))

    async def step_joins_the_waitlist(self) -> None:
        kind = self.random.choice(WAITED_FOR)
        how = (
            Modality.IN_PERSON if kind is VisitKind.DOSING else self.random.choice((Modality.VIDEO, Modality.IN_PERSON))
        )
        await self.asks("join_waitlist", JoinWaitlist(patient_id=self.patient(), kind=kind, modality=how))

    async def step_leaves_the_waitlist(self) -> None:
        found = [each for each in self.clinic.all("Waitlist") if each.open]
        if not found:
            raise nothing_there()
        entry = self.random.choice(found)
        await self.asks("leave_waitlist", LeaveWaitlist(entry.id, entry.version))

    async def step_somebody_is_away_who_is_offered(self) -> None:
        """Of what is held for who waits, somebody who would give it, or its room."""
        hold = self.visit(Status.HELD, wanted=lambda each: each.waitlist_entry_id is not None)
        claimed = {claim.resource for claim in hold.slot.claims if claim.resource.kind is not ResourceKind.PATIENT}
        whom = self.random.choice(sorted(claimed, key=lambda each: each.id))
        await self.is_away(whom, hold.starts_at.astimezone(ZONE).date())

    async def step_something_comes_in_the_way_of_an_offer(self) -> None:
        """Of a dose that is held for who waits."""
        hold = self.visit(
            Status.HELD, wanted=lambda each: each.waitlist_entry_id is not None and each.kind is VisitKind.DOSING
        )
        await self.comes_in_the_way(hold.patient_id)

    async def step_is_called_about_an_offer(self) -> None:
        found = [each for each in self.clinic.all("Waitlist") if each.status is WaitlistStatus.OFFERED]
        if not found:
            raise nothing_there()
        entry, ready = self.random.choice(found), self.random.random() < 0.6
        call = RecordOfferCall(entry_id=entry.id, expected_version=entry.version, fasted=ready, escorted=True)
        await self.asks("record_offer_call", call)
