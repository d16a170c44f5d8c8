"""The free call is booked for somebody who inquired: they are registered under the id they inquired by, and the inquiry
is closed with it.
"""

from dataclasses import dataclass
from datetime import datetime

from booking.application.callers import registered
from booking.application.commands.book_info_call import first_call
from booking.application.front_desk import FrontDesk
from booking.application.ownership import check_version
from booking.application.results import Scheduled
from booking.application.scheduling import Wish
from booking.domain.ids import InquiryId
from booking.domain.patient_details import PatientDetails
from booking.domain.states import BookedBy
from booking.domain.visits import Modality, VisitKind
from careflow_service.identity import Actor, RequestKey
from careflow_service.work import Committed, Transaction, side_by_side


@dataclass(frozen=True, slots=True)
class BookForInquiry:
    inquiry_id: InquiryId
    expected_version: int
    details: PatientDetails
    starts_at: datetime
    modality: Modality


@dataclass(frozen=True, slots=True)
class BookForInquiryHandler:
    """Raises `inquiry_not_found`, `stale_version`, `inquiry_closed`, `urgent_unanswered`, and what
    `BookInfoCallHandler` raises but for `rate_limited`.
    """

    desk: FrontDesk

    async def __call__(self, command: BookForInquiry, actor: Actor, request: RequestKey | None) -> Committed[Scheduled]:
        wish = Wish(kind=VisitKind.INFO_CALL, starts_at=command.starts_at, modality=command.modality)

        async def work(tx: Transaction) -> Scheduled:
            before, alike, clinic = await side_by_side(
                self.desk.ports.inquiries.get(command.inquiry_id),
                self.desk.ports.patients.alike(command.details),
                self.desk.scheduling.clinic(wish),
            )
            check_version(before.version, command.expected_version)
            before.check_endable()
            newcomer = registered(before.patient_id, command.details, alike, tx, self.desk.ports)
            call = await first_call(self.desk, newcomer, wish, clinic, tx, by=BookedBy.STAFF)
            await self.desk.ports.inquiries.save(
                before.became_call(call.id, by=actor.id, now=tx.now), expecting=before.version, tx=tx
            )
            return Scheduled.of(call)

        return await self.desk.run(
            work, wishes=(wish,), by=actor, action="book_for_inquiry", returns=Scheduled, request=request
        )
