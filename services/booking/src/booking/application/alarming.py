"""One attempt to tell the clinic's own staff that something waits at the desk: whether it waits still, and what became
of it. Quiet hours do not count for an urgent inquiry.
"""

from dataclasses import dataclass
from datetime import datetime

from booking.application.letters import Letter
from booking.application.ports import Ports
from booking.domain.alarms import ALARM_SUBJECT, ALARM_TEXT, RECORD_TEXT, Alarm, AlarmAttempt, waits_for_somebody
from booking.domain.channels import WRITTEN
from booking.domain.ids import AlarmId
from booking.domain.inquiries import Inquiry
from booking.domain.messages import Outcome
from booking.domain.record_requests import RecordRequest
from careflow_service.work import Transaction


@dataclass(frozen=True, slots=True)
class DeskAlarm:
    """What the desk is told, and when."""

    ports: Ports

    async def plan(self, inquiry: Inquiry, tx: Transaction) -> None:
        """One alarm for each channel there is, of an inquiry that has just come in and waits for somebody."""
        if not waits_for_somebody(inquiry):
            return
        for channel in WRITTEN:
            reached = channel in self.ports.desk.channels
            await self.ports.alarms.add(
                Alarm.of(inquiry, AlarmId(tx.new_id()), channel, reached=reached, now=tx.now), tx
            )

    async def plan_record(self, request: RecordRequest, at: datetime, tx: Transaction) -> None:
        """One alarm for each channel there is, of a request for a record that is due soon, or late."""
        for channel in WRITTEN:
            alarm = Alarm.of_record(
                request.id,
                request.patient_id,
                AlarmId(tx.new_id()),
                channel,
                reached=channel in self.ports.desk.channels,
                at=at,
                now=tx.now,
            )
            await self.ports.alarms.add(alarm, tx)

    async def waits(self, alarm: Alarm) -> bool:
        """Whether what it is of still waits for somebody."""
        if alarm.record_request_id is not None:
            request = await self.ports.record_requests.find(alarm.record_request_id, of=alarm.patient_id)
            return request is not None and request.open
        assert alarm.inquiry_id is not None
        return waits_for_somebody(await self.ports.inquiries.get(alarm.inquiry_id, of=alarm.patient_id))

    async def next_to_wake(self) -> tuple[datetime, str] | None:
        """The one that waits longest for an address that there is now."""
        waiting = [await self.ports.alarms.next_waiting(channel) for channel in self.ports.desk.channels]
        return min(filter(None, waiting), default=None)

    async def ring(self, alarm: Alarm) -> AlarmAttempt:
        """Hands it on, or says why not."""
        return AlarmAttempt(version=alarm.version, outcome=await self._outcome(alarm))

    async def _outcome(self, alarm: Alarm) -> Outcome:
        if not await self.waits(alarm):
            return Outcome.UNTRUE
        if alarm.channel not in self.ports.desk.channels:
            return Outcome.NO_CHANNEL
        of_record = alarm.record_request_id is not None
        told = (
            (RECORD_TEXT, self.ports.desk.records_page) if of_record else (ALARM_TEXT, self.ports.desk.inquiries_page)
        )
        said = " ".join(filter(None, told))
        letter = Letter(id=alarm.sent_as, subject=ALARM_SUBJECT, text=f"{said}\n", short=said, invitation=None)
        return await self.ports.desk.carriers[alarm.channel].carry(letter, to=self.ports.desk.addresses[alarm.channel])
