"""What overtakes the decisions about inquiries, and what comes of it then."""

from typing import Any

import pytest

from booking.application.commands.book_for_inquiry import BookForInquiry
from booking.application.commands.change_inquiry import ChangeInquiry
from booking.domain.inquiries import Inquiry, InquiryOutcome
from booking.domain.visits import Modality
from careflow_domain.errors import DomainError
from careflow_service.identity import Actor, Role
from careflow_service.testing.overtaking import Overtaking
from services.booking.tests.builders import patient_details
from services.booking.tests.clinic import TOMORROW_AT_TEN, has_practitioner, ok
from services.booking.tests.world import World

QUESTION = {"name": "Ana Rivera", "phone": "415 555 0123", "words": "How long is it?"}
KIM = Actor("kim", frozenset({Role.COORDINATOR}))


async def asks(world: World, **more: str) -> Any:
    return ok(await world.public.post("/v1/public/inquiries", {**QUESTION, **more}), 201)


async def the_inquiry(world: World, *, urgent: bool = False) -> Inquiry:
    """The only one that is not closed."""
    (only,) = (await world.application.read_inquiries.listed(KIM, 10, None, urgent=urgent)).items
    return only


async def changes(world: World, inquiry: Inquiry, change: Any) -> Any:
    return await world.application.change_inquiry(ChangeInquiry(inquiry.id, inquiry.version, change), KIM, None)


async def somebody_asks_while_they_ask(world: World, overtaking: Overtaking) -> None:
    overtaking.by(lambda: asks(world))
    await asks(world)
    assert await world.store.database["inquiries"].count_documents({}) == 2


async def an_inquiry_is_taken_while_it_is_taken(world: World, overtaking: Overtaking) -> None:
    await asks(world)
    inquiry = await the_inquiry(world)
    overtaking.by(lambda: changes(world, inquiry, lambda each, _: each.taken(by="lou")))
    with pytest.raises(DomainError, match="stale_version"):
        await changes(world, inquiry, lambda each, _: each.taken(by="kim"))
    assert (await the_inquiry(world)).taken_by == "lou"


async def a_call_is_booked_for_somebody_while_the_inquiry_is_closed(world: World, overtaking: Overtaking) -> None:
    await has_practitioner(world)
    await asks(world)
    inquiry = await the_inquiry(world)
    overtaking.by(lambda: changes(world, inquiry, lambda each, now: each.closed(InquiryOutcome.NOT_REACHED, now=now)))
    booking = BookForInquiry(inquiry.id, inquiry.version, patient_details(), TOMORROW_AT_TEN, Modality.PHONE)
    with pytest.raises(DomainError, match="stale_version"):
        await world.application.book_for_inquiry(booking, KIM, None)
    assert await world.store.database["patients"].count_documents({}) == 0
