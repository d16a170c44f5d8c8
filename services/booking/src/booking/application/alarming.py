"""One attempt to tell the clinic's own staff that an urgent inquiry waits: whether it waits still, and what became of
it. Quiet hours do not count for it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from booking.application.letters import Carriers, Letter
from booking.application.ports import Alarms, Inquiries
from booking.domain.alarms import ALARM_SUBJECT, ALARM_TEXT, Alarm, AlarmAttempt, waits_for_somebody
from booking.domain.channels import WRITTEN, Channel
from booking.domain.ids import AlarmId
from booking.domain.inquiries import Inquiry
from booking.domain.messages import Outcome
from careflow_service.work import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskAlarm:
    """`desk` is where the clinic's staff are reached, `page` where they see what waits."""

    alarms: Alarms
    inquiries: Inquiries
    carriers: Carriers
    desk: Mapping[Channel, str] = field(repr=False)
    page: str | None

    @property
    def channels(self) -> tuple[Channel, ...]:
        """Over which the desk can be reached; with none nobody is told."""
        return tuple(channel for channel in self.desk if channel in self.carriers)

    async def plan(self, inquiry: Inquiry, tx: Transaction) -> None:
        """One alarm for each channel there is, of an inquiry that has just come in and waits for somebody."""
        if not waits_for_somebody(inquiry):
            return
        for channel in WRITTEN:
            reached = channel in self.channels
            await self.alarms.add(Alarm.of(inquiry, AlarmId(tx.new_id()), channel, reached=reached, now=tx.now), tx)

    async def next_to_wake(self) -> tuple[datetime, str] | None:
        """The one that waits longest for an address that there is now."""
        waiting = [await self.alarms.next_waiting(channel) for channel in self.channels]
        return min(filter(None, waiting), default=None)

    async def ring(self, alarm: Alarm) -> AlarmAttempt:
        """Hands it on, or says why not."""
        return AlarmAttempt(version=alarm.version, outcome=await self._outcome(alarm))

    async def _outcome(self, alarm: Alarm) -> Outcome:
        if not waits_for_somebody(await self.inquiries.get(alarm.inquiry_id, of=alarm.patient_id)):
            return Outcome.UNTRUE
        if alarm.channel not in self.channels:
            return Outcome.NO_CHANNEL
        said = " ".join(filter(None, (ALARM_TEXT, self.page)))
        letter = Letter(id=alarm.sent_as, subject=ALARM_SUBJECT, text=f"{said}\n", short=said, invitation=None)
        return await self.carriers[alarm.channel].carry(letter, to=self.desk[alarm.channel])
