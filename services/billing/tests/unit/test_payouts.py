"""What the processor pays out: each part is booked once, the bank's line is its amount, nothing is left in clearing."""

from billing.application.commands.hear_processor import HearProcessorHandler
from billing.deadlines import EFFECTS
from billing.domain.ledger import LedgerAccount
from billing.domain.money import Money
from billing.domain.payment_links import ASKED_AFTER
from billing.domain.payouts import Payout, PayoutState
from billing.domain.processing import PayoutTold, RefundState
from billing.domain.refunds import RefundReason
from services.billing.tests.builders import usd
from services.billing.tests.money_invariants import check
from services.billing.tests.paying import PayingClinic
from services.billing.tests.processor_desk import CARD_FEE
from services.billing.tests.unit.test_lost_webhooks import loses, soon_after
from services.billing.tests.unit.test_processed_money import (
    books,
    catches_up,
    gets_link,
    hears_all,
    owed,
    owes,
    pays_online,
    the_payment,
)

CLEARING, CASH, COSTS = LedgerAccount.PROCESSOR, LedgerAccount.CASH, LedgerAccount.CARD_COSTS


def the_payout(clinic: PayingClinic) -> Payout:
    (payout,) = clinic.all("payouts")
    assert isinstance(payout, Payout)
    return payout


async def is_paid_out(clinic: PayingClinic, *others: Money) -> PayoutTold:
    told = clinic.desk.pays_out(*others)
    await hears_all(clinic)
    await soon_after(clinic)
    return told


async def test_a_payment_leaves_clearing_for_the_bank_less_its_fee(clinic: PayingClinic) -> None:
    await owes(clinic)
    await pays_online(clinic)
    told = await is_paid_out(clinic)
    payout = the_payout(clinic)
    assert (payout.state, payout.amount, payout.fees) == (PayoutState.MATCHED, usd(225) - CARD_FEE, CARD_FEE)
    assert CLEARING not in books(clinic)
    assert (books(clinic)[CASH], books(clinic)[COSTS]) == (told.amount.minor, CARD_FEE.minor)
    entries = [each for each in clinic.entries if each.cause_id == payout.cause_id]
    assert [each.patient_id for each in entries] == [the_payment(clinic).patient_id]


async def test_what_went_back_and_what_a_bank_took_is_in_it_and_no_fee_is_booked_twice(clinic: PayingClinic) -> None:
    await owes(clinic)
    paid = await pays_online(clinic)
    await clinic.refunds(the_payment(clinic).id, 50, RefundReason.GOODWILL)
    await catches_up(clinic)
    clinic.desk.is_disputed(paid, usd(175))
    told = await is_paid_out(clinic)
    assert told.amount == usd(225) - CARD_FEE - usd(50) - usd(175) - usd(15)
    assert told.amount.minor < 0, "the bank is charged"
    assert the_payout(clinic).state is PayoutState.MATCHED
    assert CLEARING not in books(clinic)
    assert (books(clinic)[CASH], books(clinic)[COSTS]) == (told.amount.minor, CARD_FEE.minor + 1_500)
    assert books(clinic)[LedgerAccount.DISPUTED] == 17_500


async def test_what_is_of_no_payment_of_ours_is_told_apart_and_not_booked(clinic: PayingClinic) -> None:
    await owes(clinic)
    await pays_online(clinic)
    clinic.desk.is_paid("0199e0a0-0000-7000-8000-00000000dead", usd(100))
    clinic.desk.news.clear()
    told = await is_paid_out(clinic, -usd(9))
    payout = the_payout(clinic)
    assert (payout.state, payout.others) == (PayoutState.MATCHED, usd(100) - CARD_FEE - usd(9))
    assert payout.booked + payout.others == told.amount
    assert books(clinic)[CASH] == payout.booked.minor


async def test_told_twice_or_late_or_lost_it_is_booked_once(clinic: PayingClinic) -> None:
    await owes(clinic)
    await pays_online(clinic)
    told = clinic.desk.pays_out()
    loses(clinic)
    for _ in range(2):
        await soon_after(clinic)
    booked = clinic.entries
    for _ in range(2):
        await clinic.asks(HearProcessorHandler, told)
        await catches_up(clinic)
    assert (clinic.entries, the_payout(clinic).state) == (booked, PayoutState.MATCHED)


async def test_stopped_between_two_movements_it_goes_on_behind_the_first(clinic: PayingClinic) -> None:
    await owes(clinic)
    paid = await pays_online(clinic)
    clinic.desk.gives_back(paid, usd(25))
    clinic.desk.pays_out()
    await hears_all(clinic)
    clinic.now += 2 * ASKED_AFTER
    (asking,) = (each for each in EFFECTS if each.name == "ask_for_news")
    while await clinic.performs(asking):
        pass
    (effect,) = (each for each in EFFECTS if each.name == "ask_about_payout")
    assert await clinic.performs(effect)
    assert the_payout(clinic).through is not None
    clinic.desk.away = True
    assert await clinic.performs(effect)
    assert the_payout(clinic).state is PayoutState.OPEN
    clinic.desk.away = False
    await soon_after(clinic)
    assert (the_payout(clinic).state, CLEARING in books(clinic)) == (PayoutState.MATCHED, False)


async def test_a_refund_that_came_back_is_paid_out_with_the_next_one(clinic: PayingClinic) -> None:
    await owes(clinic)
    paid = await pays_online(clinic)
    await clinic.refunds(the_payment(clinic).id, 50, RefundReason.GOODWILL)
    await catches_up(clinic)
    await is_paid_out(clinic)
    refund = the_payment(clinic).refunds[0]
    clinic.desk.refund_becomes(paid, str(refund.processor_id), RefundState.FAILED)
    await hears_all(clinic)
    assert books(clinic)[CLEARING] == 5_000, "it is there again"
    check(clinic)


async def test_what_is_in_a_payout_made_by_hand_is_not_told_and_nothing_is_booked(clinic: PayingClinic) -> None:
    await owes(clinic)
    await pays_online(clinic)
    clinic.desk.manual = True
    await is_paid_out(clinic)
    payout = the_payout(clinic)
    assert (payout.state, payout.refused) == (PayoutState.UNMATCHED, "not_automatic")
    assert books(clinic)[CLEARING] == 22_500


async def test_a_payout_that_came_back_says_so(clinic: PayingClinic) -> None:
    await owes(clinic)
    await pays_online(clinic)
    told = await is_paid_out(clinic)
    back = PayoutTold(id=told.id, amount=told.amount, arrives_on=told.arrives_on, failed=True)
    await clinic.asks(HearProcessorHandler, back)
    await clinic.asks(HearProcessorHandler, told)
    assert (the_payout(clinic).state, owed(clinic)) == (PayoutState.FAILED, 0)


async def test_a_payment_whose_webhook_was_lost_is_known_before_its_payout_is_booked(clinic: PayingClinic) -> None:
    await owes(clinic)
    clinic.desk.is_paid(await gets_link(clinic), usd(225))
    loses(clinic)
    clinic.desk.pays_out()
    await hears_all(clinic)
    await catches_up(clinic)
    assert the_payout(clinic).state is PayoutState.OPEN
    await soon_after(clinic)
    assert (the_payout(clinic).state, the_payout(clinic).others) == (PayoutState.MATCHED, usd(0))
    assert CLEARING not in books(clinic)
