"""What the card processor told and nobody heard: it is asked for what it told and what became of a link, and its answer
is heard alike.
"""

from datetime import timedelta

import pytest

from billing.application.commands.close_payment_link import ClosePaymentLink, ClosePaymentLinkHandler
from billing.application.commands.pay_refund_otherwise import PayRefundOtherwise, PayRefundOtherwiseHandler
from billing.domain.ledger import LedgerAccount
from billing.domain.payment_links import ASKED_AFTER, LONGEST_WAIT, UNKNOWN_ASKED_AFTER, LinkState, PaymentLink
from billing.domain.payments import PaymentDisputeClosed, PaymentDisputed
from billing.domain.processing import News, RefundState
from billing.domain.processor_feed import ASKED_EVERY
from billing.domain.refunds import RefundReason
from billing.domain.tasks import TaskKind, tasks_of
from careflow_domain.errors import DomainError
from services.billing.tests.builders import usd
from services.billing.tests.money_invariants import check
from services.billing.tests.paying import PayingClinic
from services.billing.tests.unit.test_processed_money import (
    books,
    catches_up,
    gets_link,
    hears,
    owed,
    owes,
    pays_online,
    said,
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
    """Ana has paid by her link, nobody was told, and it can be asked for the link alone; what should have been told."""
    await owes(clinic)
    clinic.desk.is_paid(await gets_link(clinic), usd(225))
    clinic.desk.kept.clear()
    return loses(clinic)


def loses(clinic: PayingClinic) -> list[News]:
    """Nothing of what was told arrives."""
    lost = [*clinic.desk.news]
    clinic.desk.news.clear()
    return lost


async def soon_after(clinic: PayingClinic) -> None:
    """So long after it was told that it should have come."""
    clinic.now += ASKED_AFTER + ASKED_EVERY
    await catches_up(clinic)
    check(clinic)


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


async def test_a_payment_is_heard_long_before_its_link_ends(clinic: PayingClinic) -> None:
    await owes(clinic)
    clinic.desk.is_paid(await gets_link(clinic), usd(225))
    loses(clinic)
    clinic.now += ASKED_AFTER - timedelta(seconds=1)
    await catches_up(clinic)
    assert owed(clinic) == 22_500, "what it tells by itself may still come"
    await soon_after(clinic)
    assert (owed(clinic), the_link(clinic).state, clinic.desk.asked) == (0, LinkState.PAID, 0)


@pytest.mark.parametrize("state", [RefundState.DONE, RefundState.FAILED])
async def test_how_a_refund_went_is_heard_though_it_was_lost(clinic: PayingClinic, state: RefundState) -> None:
    await owes(clinic)
    paid = await pays_online(clinic)
    clinic.desk.refunds_are = RefundState.PENDING
    await clinic.refunds(the_payment(clinic).id, 50, RefundReason.GOODWILL)
    await catches_up(clinic)
    clinic.desk.refund_becomes(paid, str(the_payment(clinic).refunds[0].processor_id), state)
    lost = loses(clinic)
    await soon_after(clinic)
    (refund,) = the_payment(clinic).refunds
    assert (refund.state, is_task(clinic)) == (state, state is RefundState.FAILED)
    booked = clinic.entries
    await hears(clinic, *lost, *reversed(lost))
    assert (clinic.entries, the_payment(clinic).refunds) == (booked, (refund,))


def is_task(clinic: PayingClinic) -> bool:
    return TaskKind.REFUND_FAILED in {each.kind for each in tasks_of(the_payment(clinic))}


async def test_a_refund_made_at_the_processors_own_desk_is_known_though_that_was_lost(clinic: PayingClinic) -> None:
    await owes(clinic)
    clinic.desk.gives_back(await pays_online(clinic), usd(25))
    loses(clinic)
    await soon_after(clinic)
    assert [each.amount for each in the_payment(clinic).refunds] == [usd(25)]


async def test_a_refund_whose_answer_is_lost_is_known_before_it_would_be_given_up(clinic: PayingClinic) -> None:
    await owes(clinic)
    paid = await pays_online(clinic)
    clinic.desk.loses_answers = True
    await clinic.refunds(the_payment(clinic).id, 50, RefundReason.GOODWILL)
    await catches_up(clinic)
    loses(clinic)
    assert the_payment(clinic).refunds[0].state is RefundState.PLANNED
    await soon_after(clinic)
    assert (the_payment(clinic).refunds[0].state, len(clinic.desk.payments[paid].refunds)) == (RefundState.DONE, 1)


@pytest.mark.parametrize("otherwise", [False, True])
async def test_a_refund_that_was_given_up_is_heard_when_it_answers_again(clinic: PayingClinic, otherwise: bool) -> None:
    """A day without an answer: somebody may have paid it meanwhile, and then it is the clinic's cost."""
    await owes(clinic)
    await pays_online(clinic)
    clinic.desk.loses_answers = True
    await clinic.refunds(the_payment(clinic).id, 50, RefundReason.GOODWILL)
    await catches_up(clinic)
    lost = loses(clinic)
    clinic.desk.away = True
    for _ in range(26):
        clinic.now += timedelta(hours=1)
        await catches_up(clinic)
    payment = the_payment(clinic)
    assert (payment.refunds[0].state, is_task(clinic)) == (RefundState.FAILED, True)
    if otherwise:
        await clinic.asks(
            PayRefundOtherwiseHandler, PayRefundOtherwise(payment.id, payment.refunds[0].id, payment.version)
        )
    clinic.desk.away = clinic.desk.loses_answers = False
    await soon_after(clinic)
    assert (the_payment(clinic).refunds[0].state, is_task(clinic)) == (RefundState.DONE, False)
    assert books(clinic).get(LedgerAccount.CARD_COSTS, 0) == (5_000 if otherwise else 0)
    assert books(clinic)[LedgerAccount.PROCESSOR] == clinic.desk.balance.minor
    booked = clinic.entries
    await hears(clinic, *lost, *lost)
    assert clinic.entries == booked


async def test_a_dispute_nobody_was_told_of_is_heard_from_its_beginning_to_its_end(clinic: PayingClinic) -> None:
    await owes(clinic)
    paid = await pays_online(clinic)
    dispute = clinic.desk.is_disputed(paid, usd(225))
    loses(clinic)
    await soon_after(clinic)
    assert (books(clinic)[LedgerAccount.DISPUTED], said(clinic, PaymentDisputed)) == (22_500, 1)
    with pytest.raises(DomainError, match="payment_disputed"):
        await clinic.refunds(the_payment(clinic).id, 50, RefundReason.GOODWILL)
    clinic.desk.decides(paid, dispute, won=False)
    loses(clinic)
    await soon_after(clinic)
    assert (owed(clinic), said(clinic, PaymentDisputeClosed)) == (22_500, 1)
    assert books(clinic)[LedgerAccount.PROCESSOR] == clinic.desk.balance.minor


async def test_what_arrived_is_fetched_once_more_and_changes_nothing(clinic: PayingClinic) -> None:
    await owes(clinic)
    paid = await pays_online(clinic)
    clinic.desk.decides(paid, clinic.desk.is_disputed(paid, usd(225)), won=True)
    await hears(clinic, *loses(clinic))
    before = (clinic.entries, clinic.all("payments"), clinic.all("links"), len(clinic.said))
    await soon_after(clinic)
    assert (clinic.entries, clinic.all("payments"), clinic.all("links"), len(clinic.said)) == before
    (feed,) = clinic.all("processor_feed")
    assert feed.through == clinic.desk.kept[-1].id


async def test_a_processor_that_is_away_is_asked_again_and_nothing_is_passed_over(clinic: PayingClinic) -> None:
    await owes(clinic)
    clinic.desk.is_paid(await gets_link(clinic), usd(225))
    loses(clinic)
    clinic.desk.away = True
    await soon_after(clinic)
    for _ in range(15):
        (feed,) = clinic.all("processor_feed")
        assert timedelta(0) < feed.ask_at - clinic.now <= ASKED_EVERY
        clinic.now = feed.ask_at
        await catches_up(clinic)
    clinic.desk.away = False
    clinic.now += ASKED_EVERY
    await catches_up(clinic)
    assert owed(clinic) == 0


async def test_what_it_tells_of_others_links_is_passed_over(clinic: PayingClinic) -> None:
    await owes(clinic)
    link_id = await gets_link(clinic)
    clinic.desk.is_paid("0199e0a0-0000-7000-8000-00000000dead", usd(10))
    clinic.desk.is_paid(link_id, usd(225))
    loses(clinic)
    await soon_after(clinic)
    assert owed(clinic) == 0
