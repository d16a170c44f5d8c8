"""Who asks for a patient's record: on its legal clock, with the share of each service, given or refused by parts."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from booking.application.commands.extend_record_request import ExtendRecordRequest
from booking.application.commands.give_record_part import GiveRecordPart
from booking.application.commands.identify_requester import IdentifyRequester
from booking.application.commands.receive_record_request import ReceiveRecordRequest
from booking.application.commands.record_share import RecordShare
from booking.application.commands.refuse_record_part import RefuseRecordPart
from booking.application.commands.withdraw_record_request import WithdrawRecordRequest
from booking.domain.erasures import Party
from booking.domain.record_clocks import Access, AskedBy
from booking.domain.record_parts import CopyForm, IdentityProof, RecordPart, RefusalGrounds, Requester
from booking.domain.record_requests import RecordRequest
from careflow_events import contracts
from careflow_events.contracts import codes
from careflow_events.contracts.sealed import Sealed
from services.booking.tests.record_invariants import HOLDS
from services.booking.tests.walks.persons import Persons
from services.booking.tests.walks.walker import nothing_there

SAYS: Final[Mapping[Party, Any]] = {
    Party.SCREENING: contracts.ScreeningRecordDisclosed,
    Party.SESSIONS: contracts.SessionsRecordDisclosed,
    Party.BILLING: contracts.BillingRecordDisclosed,
}


class Asking(Persons):
    """By the commands of the desk, and by what the other services say of their shares."""

    async def step_record_is_asked_for(self) -> None:
        """Today, or some days ago; what needs an authorisation of its own sometimes comes without."""
        by = self.random.choice(tuple(AskedBy))
        named = {"name": "Rosa Rivera", "authority": "the patient's signed direction"}
        asker = Requester(by=by) if by is AskedBy.PATIENT else Requester(by=by, **named)
        parts = self.random.sample(tuple(RecordPart), self.random.randint(1, 3))
        asked = ReceiveRecordRequest(
            patient_id=self.some_patient().id,
            requester=asker,
            access=self.random.choice(tuple(Access)),
            form=CopyForm.PAPER,
            parts={part: self.random.choice((None, "signed, seen")) for part in parts},
            received_on=self.clinic.today - timedelta(days=self.random.choice((0, 0, 3, 14))),
            proof=self.random.choice((None, IdentityProof.PHOTO_ID)),
        )
        await self.asks("receive_record_request", asked)

    def record_request(self) -> RecordRequest:
        found = [each for each in self.clinic.all("RecordRequests") if each.open]
        if not found:
            raise nothing_there()
        chosen: RecordRequest = self.random.choice(found)
        return chosen

    async def step_asker_is_known(self) -> None:
        asked = self.record_request()
        known = IdentifyRequester(asked.id, asked.version, IdentityProof.KNOWN_TO_STAFF)
        await self.asks("identify_requester", known)

    async def step_more_time_is_taken(self) -> None:
        asked = self.record_request()
        told = ExtendRecordRequest(asked.id, asked.version, "The archive is away.", self.clinic.today)
        await self.asks("extend_record_request", told)

    async def step_share_is_there(self) -> None:
        """Said by the service itself, once or twice, or in somebody's hand; now and then of a part it does not hold."""
        asked = self.record_request()
        part = self.random.choice(asked.parts).part
        party = self.random.choice(sorted(HOLDS[part] if self.random.random() < 0.9 else Party))
        if party in SAYS and asked.identity is not None:
            share = SAYS[party](
                patient_id=asked.patient_id,
                record_request_id=asked.id,
                disclosure_id=self.clinic.new_id(),
                disclosed_by="dr-vu",
                for_booking=Sealed.plain(contracts.RecordPartForBooking(part=codes.RecordPart(part.value))),
            )
            for _ in range(self.random.choice((1, 2))):
                await self.clinic.hear(share)
        else:
            await self.asks("record_share", RecordShare(asked.id, asked.version, part, party, "paper 7"))

    async def step_part_is_given(self) -> None:
        asked = self.record_request()
        part = self.random.choice(asked.parts).part
        await self.asks("give_record_part", GiveRecordPart(asked.id, asked.version, part))

    async def step_part_is_refused(self) -> None:
        asked = self.record_request()
        part, why = self.random.choice(asked.parts).part, RefusalGrounds.NOT_HELD
        refusal = RefuseRecordPart(asked.id, asked.version, part, why, "There is none.", None)
        await self.asks("refuse_record_part", refusal)

    async def step_record_is_wanted_no_more(self) -> None:
        asked = self.record_request()
        await self.asks("withdraw_record_request", WithdrawRecordRequest(asked.id, asked.version))
