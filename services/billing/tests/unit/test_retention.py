"""Nobody is forgotten while money is owed, on its way or still decided about."""

from datetime import timedelta

import pytest

from billing.application.commands.close_payment_link import ClosePaymentLink, ClosePaymentLinkHandler
from billing.application.commands.make_payment_link import MakePaymentLink, MakePaymentLinkHandler
from billing.domain.estimate_disputes import DisputeOutcome
from billing.domain.payment_links import LinkState
from billing.domain.processing import RefundState, Refused
from billing.domain.refunds import RefundReason
from billing.domain.retention import ErasureRefused
from careflow_domain.retention import RetentionReason
from careflow_events import contracts
from services.billing.tests.builders import ANA, usd
from services.billing.tests.paying import PayingClinic
from services.billing.tests.unit.test_estimate_disputes import (
    FAR_OVER,
    begins_dispute,
    closes_dispute,
    estimated_at_225,
)
from services.billing.tests.unit.test_processed_money import (
    catches_up,
    gets_link,
    hears_all,
    owes,
    pays_online,
    the_payment,
)


async def is_owed(clinic: PayingClinic) -> bool:
    """Whether an erasure is refused for that, before anybody looks how old the books are."""
    erasure_id = clinic.new_id()
    await clinic.hear(contracts.PatientErasureRequested(patient_id=ANA, erasure_id=erasure_id, requested_at=clinic.now))
    answer = clinic.said[-1]
    await clinic.hear(contracts.ErasureDeclined(patient_id=ANA, erasure_id=erasure_id, declined_at=clinic.now))
    assert isinstance(answer, ErasureRefused)
    return answer.refusal.reason is RetentionReason.MONEY_OWED


async def test_a_link_may_bring_money_until_the_processor_says_that_it_is_over(clinic: PayingClinic) -> None:
    await owes(clinic)
    link_id = await gets_link(clinic)
    await clinic.pays(225)
    assert await is_owed(clinic)
    clinic.now += timedelta(days=1)
    assert await is_owed(clinic)
    clinic.desk.expires(link_id)
    await hears_all(clinic)
    assert not await is_owed(clinic)


async def test_a_link_that_was_paid_at_the_last_moment_brings_money_whenever_that_is_told(
    clinic: PayingClinic,
) -> None:
    await owes(clinic)
    link_id = await gets_link(clinic)
    await clinic.pays(225)
    clinic.desk.is_paid(link_id, usd(225))
    clinic.now += timedelta(days=3)
    assert await is_owed(clinic)
    await hears_all(clinic)
    assert len(clinic.all("payments")) == 2
    assert await is_owed(clinic)


async def test_a_link_that_could_not_be_closed_before_it_expired_may_have_been_paid(clinic: PayingClinic) -> None:
    await owes(clinic)
    link_id = await gets_link(clinic)
    await clinic.pays(225)
    clinic.desk.is_paid(link_id, usd(225))
    clinic.desk.away = True
    (link,) = clinic.all("links")
    await clinic.asks(ClosePaymentLinkHandler, ClosePaymentLink(link.id, link.version))
    clinic.now = link.expires_at + timedelta(minutes=1)
    await catches_up(clinic)
    assert await is_owed(clinic)
    clinic.desk.away = False
    clinic.now += timedelta(minutes=5)
    await catches_up(clinic)
    assert await is_owed(clinic)
    await hears_all(clinic)
    assert clinic.all("links")[0].state is LinkState.PAID


@pytest.mark.parametrize("closed_before", [False, True])
async def test_a_link_nobody_was_given_is_over_when_it_expires(clinic: PayingClinic, *, closed_before: bool) -> None:
    await owes(clinic)
    clinic.desk.away = True
    await clinic.asks(MakePaymentLinkHandler, MakePaymentLink(ANA))
    await clinic.pays(225)
    (link,) = clinic.all("links")
    if closed_before:
        await clinic.asks(ClosePaymentLinkHandler, ClosePaymentLink(link.id, link.version))
    assert await is_owed(clinic)
    clinic.now = link.expires_at
    await catches_up(clinic)
    assert not await is_owed(clinic)


async def test_a_link_the_processor_refuses_to_open_is_over_also_while_it_is_being_closed(clinic: PayingClinic) -> None:
    await owes(clinic)
    clinic.desk.away = True
    made = await clinic.asks(MakePaymentLinkHandler, MakePaymentLink(ANA))
    (link,) = clinic.all("links")
    await clinic.asks(ClosePaymentLinkHandler, ClosePaymentLink(link.id, link.version))
    (closing,) = clinic.all("links")
    refused = closing.answered(Refused("amount_too_small"), now=clinic.now)
    assert (refused.id, refused.state, refused.refused) == (made.id, LinkState.OVER, "amount_too_small")


async def test_a_payment_is_settled_once_its_bank_has_decided(clinic: PayingClinic) -> None:
    await owes(clinic)
    paid = await pays_online(clinic)
    assert not await is_owed(clinic)
    dispute = clinic.desk.is_disputed(paid, usd(225))
    await hears_all(clinic)
    assert await is_owed(clinic)
    clinic.desk.decides(paid, dispute, won=True)
    await hears_all(clinic)
    assert not await is_owed(clinic)


async def test_a_refund_is_settled_once_it_has_arrived(clinic: PayingClinic) -> None:
    await owes(clinic)
    paid = await pays_online(clinic)
    clinic.desk.refunds_are = RefundState.PENDING
    await clinic.refunds(the_payment(clinic).id, 50, RefundReason.GOODWILL)
    await catches_up(clinic)
    assert await is_owed(clinic)
    (refund,) = the_payment(clinic).refunds
    clinic.desk.refund_becomes(paid, str(refund.processor_id), RefundState.DONE)
    await hears_all(clinic)
    assert not await is_owed(clinic)


async def test_what_was_given_back_beyond_what_was_paid_is_settled_once_it_has_arrived(clinic: PayingClinic) -> None:
    await owes(clinic)
    paid = await pays_online(clinic)
    await clinic.refunds(the_payment(clinic).id, 225, RefundReason.GOODWILL)
    await catches_up(clinic)
    await hears_all(clinic)
    assert not await is_owed(clinic)
    clinic.desk.refunds_are = RefundState.PENDING
    refund = clinic.desk.gives_back(paid, usd(25))
    await hears_all(clinic)
    assert await is_owed(clinic)
    clinic.desk.refund_becomes(paid, refund, RefundState.DONE)
    await hears_all(clinic)
    assert not await is_owed(clinic)


async def test_a_bill_that_is_disputed_is_not_settled_by_paying_it(clinic: PayingClinic) -> None:
    await estimated_at_225(clinic, *FAR_OVER)
    await begins_dispute(clinic)
    await clinic.pays(820)
    assert await is_owed(clinic)
    await closes_dispute(clinic, DisputeOutcome.BILLED)
    assert not await is_owed(clinic)
