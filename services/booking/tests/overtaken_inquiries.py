"""What overtakes the decisions about inquiries, and what comes of it then."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from booking.application.commands.answer_inquiry import AnswerInquiry
from booking.application.commands.book_for_inquiry import BookForInquiry
from booking.application.commands.close_inquiry import CloseInquiry
from booking.application.commands.erase_inquiry import EraseInquiry
from booking.application.commands.reopen_inquiry import ReopenInquiry
from booking.application.commands.take_inquiry import TakeInquiry
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
LOU = Actor("lou", frozenset({Role.COORDINATOR}))


async def asks(world: World, **more: str) -> Any:
    return ok(await world.public.post("/v1/public/inquiries", {**QUESTION, **more}), 201)


async def the_inquiry(world: World, *, urgent: bool = False) -> Inquiry:
    """The only one that is not closed."""
    (only,) = (await world.application.read_inquiries.listed(KIM, 10, None, urgent=urgent)).items
    return only


async def is_taken(world: World, inquiry: Inquiry, by: Actor = KIM) -> Any:
    return await world.application.take_inquiry(TakeInquiry(inquiry.id, inquiry.version), by, None)


async def is_answered(world: World, inquiry: Inquiry, words: str = "About three hours.") -> Any:
    return await world.application.answer_inquiry(AnswerInquiry(inquiry.id, inquiry.version, words), KIM, None)


async def is_closed(world: World, inquiry: Inquiry, outcome: InquiryOutcome = InquiryOutcome.NOT_REACHED) -> Any:
    return await world.application.close_inquiry(CloseInquiry(inquiry.id, inquiry.version, outcome), KIM, None)


async def is_reopened(world: World, inquiry: Inquiry) -> Any:
    return await world.application.reopen_inquiry(ReopenInquiry(inquiry.id, inquiry.version), KIM, None)


async def is_erased(world: World, inquiry: Inquiry) -> Any:
    return await world.application.erase_inquiry(EraseInquiry(inquiry.id, inquiry.version), KIM, None)


async def somebody_asks_while_they_ask(world: World, overtaking: Overtaking) -> None:
    overtaking.by(lambda: asks(world))
    await asks(world)
    assert await world.store.database["inquiries"].count_documents({}) == 2


async def an_inquiry_is_taken_while_it_is_taken(world: World, overtaking: Overtaking) -> None:
    await asks(world)
    inquiry = await the_inquiry(world)
    overtaking.by(lambda: is_taken(world, inquiry, LOU))
    with pytest.raises(DomainError, match="stale_version"):
        await is_taken(world, inquiry)
    assert (await the_inquiry(world)).taken_by == "lou"


async def an_inquiry_is_answered_while_it_is_closed(world: World, overtaking: Overtaking) -> None:
    await asks(world)
    inquiry = await the_inquiry(world)
    overtaking.by(lambda: is_closed(world, inquiry))
    with pytest.raises(DomainError, match="stale_version"):
        await is_answered(world, inquiry)
    assert (await world.application.read_inquiries.one(inquiry.id, KIM)).answer is None


async def an_inquiry_is_closed_while_it_is_answered(world: World, overtaking: Overtaking) -> None:
    await asks(world)
    inquiry = await the_inquiry(world)
    overtaking.by(lambda: is_answered(world, inquiry))
    with pytest.raises(DomainError, match="stale_version"):
        await is_closed(world, inquiry)
    assert (await the_inquiry(world)).is_open


async def an_inquiry_is_erased_while_it_is_erased(world: World, overtaking: Overtaking) -> None:
    await asks(world)
    inquiry = await the_inquiry(world)
    await is_closed(world, inquiry)
    closed = await world.application.read_inquiries.one(inquiry.id, KIM)
    overtaking.by(lambda: is_erased(world, closed))
    with pytest.raises(DomainError, match="stale_version"):
        await is_erased(world, closed)
    assert (await world.application.read_inquiries.one(inquiry.id, KIM)).asked is None


async def an_inquiry_is_reopened_while_it_is_erased(world: World, overtaking: Overtaking) -> None:
    await asks(world)
    inquiry = await the_inquiry(world)
    await is_closed(world, inquiry)
    closed = await world.application.read_inquiries.one(inquiry.id, KIM)
    overtaking.by(lambda: is_erased(world, closed))
    with pytest.raises(DomainError, match="stale_version"):
        await is_reopened(world, closed)
    assert not (await world.application.read_inquiries.one(inquiry.id, KIM)).is_open


async def the_desk_is_told_while_somebody_takes_the_inquiry(world: World, overtaking: Overtaking) -> None:
    await asks(world, words="I do not want to live")
    inquiry = await the_inquiry(world, urgent=True)
    overtaking.by(lambda: is_taken(world, inquiry))
    await world.catch_up()
    await world.travel(timedelta(hours=1))
    told = await world.application.read_inquiries.told(inquiry)
    assert [(each.times, each.attempt_at) for each in told[inquiry.id]] == [(1, None)]


async def an_address_is_named_while_somebody_takes_the_inquiry(world: World, overtaking: Overtaking) -> None:
    await asks(world, words="I do not want to live")
    inquiry = await the_inquiry(world, urgent=True)
    waiting = [each for each in await world.ports.alarms.of_inquiries([inquiry.id]) if each.waits_since]
    desk = {each.channel: "desk@example.org" for each in waiting}
    object.__setattr__(world.ports, "desk", replace(world.ports.desk, addresses=desk))
    overtaking.by(lambda: is_taken(world, inquiry))
    await world.catch_up()
    woken = await world.ports.alarms.of_inquiries([inquiry.id])
    assert [each.attempt_at for each in woken if each.id in {one.id for one in waiting}] == [None] * len(waiting)
    assert waiting


async def a_call_is_booked_for_somebody_while_the_inquiry_is_closed(world: World, overtaking: Overtaking) -> None:
    await has_practitioner(world)
    await asks(world)
    inquiry = await the_inquiry(world)
    overtaking.by(lambda: is_closed(world, inquiry))
    booking = BookForInquiry(inquiry.id, inquiry.version, patient_details(), TOMORROW_AT_TEN, Modality.PHONE)
    with pytest.raises(DomainError, match="stale_version"):
        await world.application.book_for_inquiry(booking, KIM, None)
    assert await world.store.database["patients"].count_documents({}) == 0
