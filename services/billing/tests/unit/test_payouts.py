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


async def test_a_payout_that_came_back_is_at_the_processor_again_until_a_later_one_takes_it(
    clinic: PayingClinic,
) -> None:
    await owes(clinic)
    paid = await pays_online(clinic)
    await clinic.refunds(the_payment(clinic).id, 50, RefundReason.GOODWILL)
    await catches_up(clinic)
    told = await is_paid_out(clinic)
    clinic.desk.fails(told)
    await hears_all(clinic)
    await soon_after(clinic)
    assert (the_payout(clinic).state, owed(clinic)) == (PayoutState.FAILED, 0)
    assert CASH not in books(clinic)
    assert books(clinic)[CLEARING] == told.amount.minor
    assert books(clinic)[COSTS] == CARD_FEE.minor, "what was kept stays kept"
    check(clinic)

    clinic.desk.gives_back(paid, usd(25))
    again = await is_paid_out(clinic)
    assert again.amount == told.amount - usd(25)
    assert CLEARING not in books(clinic)
    assert (books(clinic)[CASH], books(clinic)[COSTS]) == (again.amount.minor, CARD_FEE.minor)
    assert [each.state for each in clinic.all("payouts")] == [PayoutState.FAILED, PayoutState.MATCHED]
    check(clinic)


async def test_failed_twice_in_a_row_and_told_twice_it_arrives_once(clinic: PayingClinic) -> None:
    await owes(clinic)
    await pays_online(clinic)
    told = await is_paid_out(clinic)
    for _ in range(2):
        back = clinic.desk.fails(told)
        await hears_all(clinic)
        await soon_after(clinic)
        await clinic.asks(HearProcessorHandler, back)
        await clinic.asks(HearProcessorHandler, told)
        await soon_after(clinic)
        assert CASH not in books(clinic)
        assert books(clinic)[CLEARING] == told.amount.minor
        told = await is_paid_out(clinic)
        assert (CLEARING in books(clinic), books(clinic)[CASH]) == (False, told.amount.minor)
    check(clinic)


async def test_that_it_failed_told_before_it_was_complete_books_nothing_until_it_arrives(clinic: PayingClinic) -> None:
    await owes(clinic)
    await pays_online(clinic)
    told = clinic.desk.pays_out()
    loses(clinic)
    back = clinic.desk.fails(told)
    await clinic.asks(HearProcessorHandler, back)
    await clinic.asks(HearProcessorHandler, told)
    await catches_up(clinic)
    await soon_after(clinic)
    assert (the_payout(clinic).state, CASH in books(clinic)) == (PayoutState.FAILED, False)
    assert books(clinic)[CLEARING] == 22_500
    again = await is_paid_out(clinic)
    assert CLEARING not in books(clinic)
    assert (books(clinic)[CASH], books(clinic)[COSTS]) == (again.amount.minor, CARD_FEE.minor)


async def test_that_it_failed_told_between_two_movements_waits_for_the_last_one(clinic: PayingClinic) -> None:
    await owes(clinic)
    paid = await pays_online(clinic)
    clinic.desk.gives_back(paid, usd(25))
    told = clinic.desk.pays_out()
    await hears_all(clinic)
    clinic.now += 2 * ASKED_AFTER
    (asking,) = (each for each in EFFECTS if each.name == "ask_for_news")
    while await clinic.performs(asking):
        pass
    (effect,) = (each for each in EFFECTS if each.name == "ask_about_payout")
    assert await clinic.performs(effect)
    clinic.desk.fails(told)
    await hears_all(clinic)
    await soon_after(clinic)
    assert (the_payout(clinic).state, CASH in books(clinic)) == (PayoutState.FAILED, False)
    assert books(clinic)[CLEARING] == told.amount.minor
    check(clinic)


async def test_what_is_in_a_payout_that_nobody_told_of_is_asked_for_when_it_arrives_with_another(
    clinic: PayingClinic,
) -> None:
    await owes(clinic)
    await pays_online(clinic)
    clinic.desk.fails(clinic.desk.pays_out())
    clinic.desk.news.clear()
    clinic.desk.kept = [each for each in clinic.desk.kept if not isinstance(each.news, PayoutTold)]
    again = await is_paid_out(clinic)
    await soon_after(clinic)
    assert CLEARING not in books(clinic)
    assert (books(clinic)[CASH], books(clinic)[COSTS]) == (again.amount.minor, CARD_FEE.minor)
    assert sorted(each.state for each in clinic.all("payouts")) == [PayoutState.FAILED, PayoutState.MATCHED]


async def test_what_is_in_a_payout_made_by_hand_that_came_back_stays_unbooked_and_is_said(clinic: PayingClinic) -> None:
    await owes(clinic)
    await pays_online(clinic)
    clinic.desk.manual = True
    told = await is_paid_out(clinic)
    clinic.desk.fails(told)
    await hears_all(clinic)
    await soon_after(clinic)
    assert (the_payout(clinic).state, the_payout(clinic).refused) == (PayoutState.FAILED, "not_automatic")
    clinic.desk.manual = False
    await is_paid_out(clinic)
    (later,) = (each for each in clinic.all("payouts") if not each.failed)
    assert (later.booked, later.others) == (usd(0), told.amount)
    assert books(clinic)[CLEARING] == 22_500


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
