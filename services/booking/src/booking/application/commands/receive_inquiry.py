"""Somebody asks the clinic something, without a login. What sounds like a crisis is kept as urgent, and the desk is
told of it at once.

Invariant: whether it sounds so follows from the words alone, so that whoever asks is told where there is help also
where nothing can be kept.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from booking.application.alarming import DeskAlarm
from booking.application.ports import Ports
from booking.domain.crisis import sounds_like_crisis
from booking.domain.ids import InquiryId, PatientId
from booking.domain.inquiries import Asked, Inquiry
from careflow_service.identity import Actor, RequestKey
from careflow_service.limits import Limit
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction, Work

A_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class ReceiveInquiry:
    asked: Asked
    client: str
    """The network address it was sent from."""


@dataclass(frozen=True, slots=True)
class ReceiveInquiryHandler:
    """Raises `rate_limited` where this was done too often for the contact or from the address."""

    ports: Ports
    work: Work

    def sounds_urgent(self, words: str) -> bool:
        """Whether whoever wrote this is told at once where there is help."""
        return sounds_like_crisis(words, self.ports.policy.crisis_words.value)

    async def __call__(self, command: ReceiveInquiry, actor: Actor, request: RequestKey | None) -> Committed[Changed]:
        urgent = self.sounds_urgent(command.asked.words)
        per_person = Limit("inquiry.person", self.ports.policy.inquiries_per_person_a_day.value, A_DAY)
        per_address = Limit("inquiry.address", self.ports.policy.inquiries_per_address_a_day.value, A_DAY)

        async def work(tx: Transaction) -> Changed:
            contacts = [(per_person, contact) for contact in command.asked.contacts]
            await self.ports.limits.take(*contacts, (per_address, command.client))
            inquiry = Inquiry.received(
                InquiryId(tx.new_id()), PatientId(tx.new_id()), command.asked, urgent=urgent, now=tx.now
            )
            await self.ports.inquiries.add(inquiry, tx)
            await DeskAlarm(self.ports).plan(inquiry, tx)
            return Changed(inquiry.id, inquiry.version)

        return await self.work.run(work, by=actor, action="receive_inquiry", returns=Changed, request=request)
