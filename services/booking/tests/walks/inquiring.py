"""Who asks the clinic something without a login, and what the desk does about it."""

from collections.abc import Callable
from typing import Final

from booking.application.commands.answer_inquiry import AnswerInquiry
from booking.application.commands.book_for_inquiry import BookForInquiry
from booking.application.commands.close_inquiry import CloseInquiry
from booking.application.commands.erase_inquiry import EraseInquiry
from booking.application.commands.receive_inquiry import ReceiveInquiry
from booking.application.commands.reopen_inquiry import ReopenInquiry
from booking.application.commands.take_inquiry import TakeInquiry
from booking.domain.inquiries import Asked, Inquiry, InquiryOutcome
from booking.domain.visits import Modality
from careflow_service.identity import Actor, Role
from services.booking.tests.builders import patient_details
from services.booking.tests.walks.waiting import Waiting
from services.booking.tests.walks.walker import nothing_there

WORDS: Final = ("How long does a visit take?", "I want to die", "Do you take insurance?")
ENDS: Final = (InquiryOutcome.ANSWERED, InquiryOutcome.NOT_REACHED, InquiryOutcome.NO_INQUIRY)


class Inquiring(Waiting):
    """What sounds like a crisis is told to the desk until somebody sees to it."""

    async def step_visitor_asks(self) -> None:
        number = self.random.randint(0, 9)
        asked = Asked(
            name=f"Eve {number}", email=f"ana{number}@example.org", phone=None, words=self.random.choice(WORDS)
        )
        anybody = Actor(id="public", roles=frozenset({Role.PUBLIC}))
        await self.asks("receive_inquiry", ReceiveInquiry(asked, client="198.51.100.7"), by=anybody)

    def inquiry(self, wanted: Callable[[Inquiry], bool] = lambda each: each.is_open) -> Inquiry:
        found = [each for each in self.clinic.all("Inquiries") if wanted(each)]
        if not found:
            raise nothing_there()
        chosen: Inquiry = self.random.choice(found)
        return chosen

    async def step_inquiry_is_taken(self) -> None:
        inquiry = self.inquiry()
        await self.asks("take_inquiry", TakeInquiry(inquiry.id, inquiry.version))

    async def step_inquiry_is_answered(self) -> None:
        inquiry = self.inquiry()
        await self.asks("answer_inquiry", AnswerInquiry(inquiry.id, inquiry.version, "We called them."))

    async def step_inquiry_is_closed(self) -> None:
        inquiry = self.inquiry()
        await self.asks("close_inquiry", CloseInquiry(inquiry.id, inquiry.version, self.random.choice(ENDS)))

    async def step_inquiry_is_opened_again(self) -> None:
        inquiry = self.inquiry(lambda _: True)
        await self.asks("reopen_inquiry", ReopenInquiry(inquiry.id, inquiry.version))

    async def step_inquiry_is_erased(self) -> None:
        inquiry = self.inquiry(lambda each: not each.is_open)
        await self.asks("erase_inquiry", EraseInquiry(inquiry.id, inquiry.version))
        erased = self.clinic.kept["Inquiries"].all[inquiry.id]
        assert (erased.asked, erased.answer) == (None, None)

    async def step_inquiry_becomes_a_call(self) -> None:
        inquiry = self.inquiry()
        number = self.random.randint(0, 9)
        details = patient_details(email=f"ana{number}@example.org", phone=f"+1415555{number:04}")
        call = BookForInquiry(inquiry.id, inquiry.version, details, self.some_time(), Modality.PHONE)
        await self.asks("book_for_inquiry", call)
