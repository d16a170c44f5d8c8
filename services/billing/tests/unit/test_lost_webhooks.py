"""What the card processor told and nobody heard: it is asked what became of a link, and decided by its answer alike."""

from datetime import timedelta

import pytest

from billing.application.commands.close_payment_link import ClosePaymentLink, ClosePaymentLinkHandler
from billing.domain.payment_links import ASKED_AFTER, LONGEST_WAIT, UNKNOWN_ASKED_AFTER, LinkState, PaymentLink
from billing.domain.processing import News
from services.billing.tests.builders import usd
from services.billing.tests.paying import PayingClinic
from services.billing.tests.unit.test_processed_money import (
    catches_up,
    gets_link,
    hears,
    owed,
    owes,
    the_payment,
)
from services.billing.tests.unit.test_retention import is_owed


def the_link(clinic: PayingClinic) -> PaymentLink:
    (link,) = clinic.all("links")
    assert isinstance(link, PaymentLink)
    return link


async def long_after(clinic: PayingClinic) -> None:
    """So long after the link's end that what was told should have come."""
    clinic.now = the_link(clinic).expires_at + ASKED_AFTER
    await catches_up(clinic)


async def paid_and_lost(clinic: PayingClinic) -> list[News]:
    """Ana has paid by her link, and nobody was told; what should have been told."""
    await owes(clinic)
    clinic.desk.is_paid(await gets_link(clinic), usd(225))
    lost = [*clinic.desk.news]
    clinic.desk.news.clear()
    return lost


async def test_a_payment_nobody_was_told_of_is_booked(clinic: PayingClinic) -> None:
    await paid_and_lost(clinic)
    assert await is_owed(clinic)
    clinic.now = the_link(clinic).expires_at + ASKED_AFTER - timedelta(seconds=1)
    await catches_up(clinic)
    assert clinic.desk.asked == 0, "what it tells by itself may still come"
    await long_after(clinic)
    assert (the_link(clinic).state, owed(clinic), the_payment(clinic).amount) == (LinkState.PAID, 0, usd(225))
    assert not await is_owed(clinic)


async def test_what_is_told_late_or_twice_after_it_was_asked_changes_nothing(clinic: PayingClinic) -> None:
    lost = await paid_and_lost(clinic)
    await long_after(clinic)
    booked = clinic.entries
    await hears(clinic, *lost, *lost)
    assert (clinic.entries, the_payment(clinic).amount) == (booked, usd(225))


async def test_who_was_told_in_time_is_not_asked(clinic: PayingClinic) -> None:
    await hears(clinic, *await paid_and_lost(clinic))
    await long_after(clinic)
    assert clinic.desk.asked == 0


async def test_an_end_nobody_was_told_of_is_heard_and_makes_room(clinic: PayingClinic) -> None:
    await owes(clinic)
    clinic.desk.expires(await gets_link(clinic))
    assert await is_owed(clinic)
    await long_after(clinic)
    assert the_link(clinic).state is LinkState.OVER


@pytest.mark.parametrize("away", [True, False])
async def test_a_processor_that_is_away_or_undecided_is_asked_until_it_answers(
    clinic: PayingClinic, away: bool
) -> None:
    await owes(clinic)
    link_id = await gets_link(clinic)
    clinic.desk.away = away
    await long_after(clinic)
    for asked in range(2, 15):
        link = the_link(clinic)
        assert link.state is LinkState.OPEN
        assert link.attempt_at is not None
        assert timedelta(0) < link.attempt_at - clinic.now <= LONGEST_WAIT
        clinic.now = link.attempt_at
        await catches_up(clinic)
        assert clinic.desk.asked == asked
    clinic.desk.away = False
    clinic.desk.expires(link_id)
    clinic.now += LONGEST_WAIT
    await catches_up(clinic)
    assert the_link(clinic).state is LinkState.OVER


async def test_a_link_the_processor_does_not_know_stays_undecided_until_it_does(clinic: PayingClinic) -> None:
    await paid_and_lost(clinic)
    clinic.desk.forgetful = True
    await long_after(clinic)
    link = the_link(clinic)
    assert (link.state, link.refused, link.attempt_at) == (
        LinkState.OPEN,
        "resource_missing",
        clinic.now + UNKNOWN_ASKED_AFTER,
    )
    assert await is_owed(clinic)
    clinic.desk.forgetful = False
    clinic.now += UNKNOWN_ASKED_AFTER
    await catches_up(clinic)
    assert (the_link(clinic).state, the_link(clinic).refused, owed(clinic)) == (LinkState.PAID, None, 0)


async def test_a_link_that_cannot_be_closed_is_asked_about_at_once(clinic: PayingClinic) -> None:
    await paid_and_lost(clinic)
    link = the_link(clinic)
    await clinic.asks(ClosePaymentLinkHandler, ClosePaymentLink(link.id, link.version))
    await catches_up(clinic)
    assert (the_link(clinic).state, owed(clinic)) == (LinkState.PAID, 0)
