"""Money that a card processor takes, gives back and loses: whatever it tells, in whatever order, it is booked once."""

from itertools import permutations

import pytest

from billing.application.commands.close_payment_link import ClosePaymentLink, ClosePaymentLinkHandler
from billing.application.commands.hear_processor import HearProcessorHandler
from billing.application.commands.make_payment_link import MakePaymentLink, MakePaymentLinkHandler
from billing.application.commands.pay_refund_otherwise import PayRefundOtherwise, PayRefundOtherwiseHandler
from billing.application.commands.receive_payment import ReceivePayment, ReceivePaymentHandler
from billing.deadlines import EFFECTS
from billing.domain.ids import ProcessorId
from billing.domain.ledger import LedgerAccount, TrialBalance
from billing.domain.payment_links import LinkState, PaymentFailed
from billing.domain.payment_methods import PaymentMethod
from billing.domain.payments import Payment, PaymentDisputeClosed, PaymentDisputed, PaymentReceived, RefundIssued
from billing.domain.processing import News, RefundState
from billing.domain.refunds import RefundReason
from careflow_domain.errors import DomainError
from services.billing.tests import heard
from services.billing.tests.builders import ANA, usd
from services.billing.tests.money_invariants import check
from services.billing.tests.paying import PayingClinic


async def owes(clinic: PayingClinic) -> None:
    """Ana had an hour of therapy for 225."""
    await clinic.hear(heard.session_completed(heard.THERAPY_HOUR))


async def catches_up(clinic: PayingClinic) -> None:
    while any([await clinic.performs(each) for each in EFFECTS]):
        pass


async def hears(clinic: PayingClinic, *news: News) -> None:
    for each in news:
        await clinic.asks(HearProcessorHandler, each)
        check(clinic)


async def hears_all(clinic: PayingClinic) -> None:
    await hears(clinic, *clinic.desk.news)
    clinic.desk.news.clear()


async def gets_link(clinic: PayingClinic) -> str:
    made = await clinic.asks(MakePaymentLinkHandler, MakePaymentLink(ANA))
    await catches_up(clinic)
    return str(made.id)


async def pays_online(clinic: PayingClinic) -> ProcessorId:
    """All Ana owes, by a link."""
    link = await clinic.ports.links.get(await gets_link(clinic))  # type: ignore[arg-type]  # an id
    paid = clinic.desk.is_paid(link.id, link.amount)
    assert paid is not None
    await hears_all(clinic)
    return paid


def the_payment(clinic: PayingClinic) -> Payment:
    (payment,) = clinic.all("payments")
    assert isinstance(payment, Payment)
    return payment


def books(clinic: PayingClinic) -> dict[LedgerAccount, int]:
    sums = {each.account: each.balance.minor for each in TrialBalance.of(clinic.entries).accounts}
    return {account: minor for account, minor in sums.items() if minor}


def owed(clinic: PayingClinic) -> int:
    return sum(each.balance.minor for each in clinic.all("charges"))


def said(clinic: PayingClinic, kind: type) -> int:
    return sum(isinstance(each, kind) for each in clinic.said)


async def test_a_link_is_for_what_is_owed_and_paying_it_settles_that(clinic: PayingClinic) -> None:
    await owes(clinic)
    await pays_online(clinic)
    payment = the_payment(clinic)
    assert (payment.method, payment.amount, owed(clinic)) == (PaymentMethod.CARD_ONLINE, usd(225), 0)
    assert books(clinic)[LedgerAccount.PROCESSOR] == 22_500
    (link,) = clinic.all("links")
    assert (link.state, link.payment_id, link.address) == (LinkState.PAID, payment.id, None)


async def test_nobody_is_asked_for_what_is_not_owed_nor_by_two_links(clinic: PayingClinic) -> None:
    with pytest.raises(DomainError, match="nothing_owed"):
        await clinic.asks(MakePaymentLinkHandler, MakePaymentLink(ANA))
    await owes(clinic)
    with pytest.raises(DomainError, match="above_owed"):
        await clinic.asks(MakePaymentLinkHandler, MakePaymentLink(ANA, amount=usd(226)))
    await gets_link(clinic)
    with pytest.raises(DomainError, match="payment_link_open"):
        await clinic.asks(MakePaymentLinkHandler, MakePaymentLink(ANA))


async def test_what_was_paid_meanwhile_makes_the_link_credit(clinic: PayingClinic) -> None:
    await owes(clinic)
    link_id = await gets_link(clinic)
    await clinic.pays(225)
    clinic.desk.is_paid(link_id, usd(225))
    await hears_all(clinic)
    assert (owed(clinic), books(clinic)[LedgerAccount.UNAPPLIED]) == (0, -22_500)


async def test_a_link_that_is_closed_is_paid_by_nobody(clinic: PayingClinic) -> None:
    await owes(clinic)
    link_id = await gets_link(clinic)
    (link,) = clinic.all("links")
    await clinic.asks(ClosePaymentLinkHandler, ClosePaymentLink(link.id, link.version))
    await catches_up(clinic)
    assert clinic.all("links")[0].state is LinkState.OVER
    assert clinic.desk.is_paid(link_id, usd(225)) is None
    await gets_link(clinic)


async def test_a_link_waits_for_a_processor_that_is_away(clinic: PayingClinic) -> None:
    await owes(clinic)
    clinic.desk.away = True
    await clinic.asks(MakePaymentLinkHandler, MakePaymentLink(ANA))
    await catches_up(clinic)
    (link,) = clinic.all("links")
    assert (link.state, link.attempts) == (LinkState.PLANNED, 1)
    clinic.desk.away = False
    clinic.now = link.attempt_at
    await catches_up(clinic)
    assert clinic.all("links")[0].state is LinkState.OPEN


async def test_a_declined_card_is_told_of_once(clinic: PayingClinic) -> None:
    await owes(clinic)
    link_id = await gets_link(clinic)
    clinic.desk.declines(link_id)
    await hears(clinic, *clinic.desk.news, *clinic.desk.news)
    assert said(clinic, PaymentFailed) == 1
    assert clinic.desk.is_paid(link_id, usd(225))


async def test_whatever_is_told_in_any_order_and_twice_is_booked_once() -> None:
    """A payment that is disputed and lost: four things to tell, in every order, each twice."""
    outcomes = set()
    for order in permutations(range(4)):
        clinic = PayingClinic()
        await clinic.begins()
        await owes(clinic)
        link_id = await gets_link(clinic)
        paid = clinic.desk.is_paid(link_id, usd(225))
        assert paid is not None
        dispute = clinic.desk.is_disputed(paid, usd(225))
        clinic.desk.decides(paid, dispute, won=False)
        news = clinic.desk.news
        assert len(news) == 4
        for each in order:
            await hears(clinic, news[each], news[each])
        outcomes.add(tuple(sorted(books(clinic).items())))
        told = (said(clinic, PaymentReceived), said(clinic, PaymentDisputed), said(clinic, PaymentDisputeClosed))
        assert told == (1, 1, 1), order
        assert (owed(clinic), books(clinic)[LedgerAccount.PROCESSOR]) == (22_500, clinic.desk.balance.minor), order
    assert len(outcomes) == 1


async def test_a_dispute_that_is_won_costs_its_fee_and_nothing_is_owed(clinic: PayingClinic) -> None:
    await owes(clinic)
    paid = await pays_online(clinic)
    dispute = clinic.desk.is_disputed(paid, usd(225))
    await hears_all(clinic)
    assert (books(clinic)[LedgerAccount.DISPUTED], owed(clinic)) == (22_500, 0)
    clinic.desk.decides(paid, dispute, won=True)
    await hears_all(clinic)
    assert LedgerAccount.DISPUTED not in books(clinic)
    assert (books(clinic)[LedgerAccount.CARD_COSTS], owed(clinic)) == (1_500, 0)


async def test_nothing_is_given_back_of_what_the_bank_may_take(clinic: PayingClinic) -> None:
    await owes(clinic)
    paid = await pays_online(clinic)
    clinic.desk.is_disputed(paid, usd(225))
    await hears_all(clinic)
    with pytest.raises(DomainError, match="payment_disputed"):
        await clinic.refunds(the_payment(clinic).id, 50, RefundReason.GOODWILL)


async def test_an_inquiry_takes_nothing_and_may_be_answered_by_a_refund(clinic: PayingClinic) -> None:
    await owes(clinic)
    paid = await pays_online(clinic)
    clinic.desk.is_disputed(paid, usd(225), inquiry=True)
    await hears_all(clinic)
    await clinic.refunds(the_payment(clinic).id, 225, RefundReason.GOODWILL)
    await catches_up(clinic)
    assert the_payment(clinic).refunds[0].state is RefundState.DONE


async def test_a_refund_is_owed_until_the_processor_says_it_arrived(clinic: PayingClinic) -> None:
    await owes(clinic)
    await pays_online(clinic)
    clinic.desk.refunds_are = RefundState.PENDING
    await clinic.refunds(the_payment(clinic).id, 50, RefundReason.GOODWILL)
    assert (books(clinic)[LedgerAccount.REFUNDS_PAYABLE], said(clinic, RefundIssued)) == (-5_000, 0)
    await catches_up(clinic)
    (refund,) = the_payment(clinic).refunds
    assert (refund.state, said(clinic, RefundIssued)) == (RefundState.PENDING, 0)
    assert refund.processor_id is not None
    clinic.desk.refund_becomes(str(the_payment(clinic).reference), refund.processor_id, RefundState.DONE)
    await hears(clinic, *reversed(clinic.desk.news), *clinic.desk.news)
    assert LedgerAccount.REFUNDS_PAYABLE not in books(clinic)
    assert (said(clinic, RefundIssued), owed(clinic)) == (1, 0)


async def test_a_refund_is_asked_for_again_under_the_same_id_and_made_once(clinic: PayingClinic) -> None:
    await owes(clinic)
    await pays_online(clinic)
    clinic.desk.away = True
    await clinic.refunds(the_payment(clinic).id, 50, RefundReason.GOODWILL)
    await catches_up(clinic)
    refund = the_payment(clinic).refunds[0]
    assert (refund.state, refund.attempts) == (RefundState.PLANNED, 1)
    clinic.desk.away = False
    assert refund.attempt_at is not None
    clinic.now = refund.attempt_at
    (effect,) = (each for each in EFFECTS if each.name == "give_back_by_card")
    due = await effect.next(clinic.ports)
    assert due is not None
    await effect.perform(due, clinic.ports)  # and the process dies before it is recorded
    await catches_up(clinic)
    assert len(clinic.desk.payments[str(the_payment(clinic).reference)].refunds) == 1
    assert the_payment(clinic).refunds[0].state is RefundState.DONE


async def test_a_refund_that_comes_back_is_paid_by_other_means(clinic: PayingClinic) -> None:
    await owes(clinic)
    paid = await pays_online(clinic)
    await clinic.refunds(the_payment(clinic).id, 50, RefundReason.GOODWILL)
    await catches_up(clinic)
    refund = the_payment(clinic).refunds[0]
    clinic.desk.refund_becomes(paid, str(refund.processor_id), RefundState.FAILED)
    await hears_all(clinic)
    payment = the_payment(clinic)
    assert (payment.refunds[0].state, books(clinic)[LedgerAccount.REFUNDS_PAYABLE]) == (RefundState.FAILED, -5_000)
    await clinic.asks(PayRefundOtherwiseHandler, PayRefundOtherwise(payment.id, refund.id, payment.version))
    check(clinic)
    assert (books(clinic)[LedgerAccount.CASH], LedgerAccount.REFUNDS_PAYABLE in books(clinic)) == (-5_000, False)


async def test_what_was_given_back_at_the_processors_own_desk_is_known_here(clinic: PayingClinic) -> None:
    await owes(clinic)
    paid = await pays_online(clinic)
    clinic.desk.gives_back(paid, usd(25))
    await hears(clinic, *clinic.desk.news, *clinic.desk.news)
    (refund,) = the_payment(clinic).refunds
    assert (refund.amount, refund.reason, owed(clinic)) == (usd(25), RefundReason.GOODWILL, 0)
    assert books(clinic)[LedgerAccount.PROCESSOR] == clinic.desk.balance.minor


async def test_what_was_given_back_and_disputed_as_well_is_the_clinics_cost_and_owed_by_nobody_twice(
    clinic: PayingClinic,
) -> None:
    await owes(clinic)
    paid = await pays_online(clinic)
    await clinic.refunds(the_payment(clinic).id, 225, RefundReason.GOODWILL)
    await catches_up(clinic)
    clinic.desk.decides(paid, clinic.desk.is_disputed(paid, usd(225)), won=False)
    await hears_all(clinic)
    assert (owed(clinic), books(clinic)[LedgerAccount.CARD_COSTS]) == (0, 22_500 + 1_500)


async def test_nobody_here_tells_what_only_the_processor_knows(clinic: PayingClinic) -> None:
    await owes(clinic)
    with pytest.raises(DomainError, match="told_by_processor"):
        await clinic.asks(ReceivePaymentHandler, ReceivePayment(ANA, usd(5), PaymentMethod.CARD_ONLINE, "pi_1"))
    await pays_online(clinic)
    for reason in (RefundReason.ENTERED_IN_ERROR, RefundReason.CHARGEBACK):
        with pytest.raises(DomainError, match="told_by_processor"):
            await clinic.refunds(the_payment(clinic).id, 5, reason)


async def test_news_of_a_payment_that_is_none_of_ours_waits_and_changes_nothing(clinic: PayingClinic) -> None:
    await owes(clinic)
    link_id = await gets_link(clinic)
    paid = clinic.desk.is_paid(link_id, usd(225))
    assert paid is not None
    clinic.desk.is_disputed(paid, usd(225))
    await hears(clinic, *clinic.desk.news[1:])
    assert (clinic.all("payments"), owed(clinic)) == ([], 22_500)
