"""What the clinic does without: no more than is owed, in an account of its own, and never owed again."""

from dataclasses import replace
from itertools import count

import pytest

from billing.domain.books import Books
from billing.domain.charges import Charge, ChargeState
from billing.domain.ids import EntryId
from billing.domain.ledger import AccountSettled, LedgerAccount, TrialBalance
from billing.domain.line_shares import line_shares
from billing.domain.money import Money
from billing.domain.rendered import ChargeCause
from billing.domain.write_offs import WriteOff, WriteOffReason
from careflow_domain.errors import DomainError
from services.billing.tests.builders import (
    ANA,
    NOW,
    TODAY,
    a_charge,
    a_payment,
    a_rendered,
    the_terms,
    therapy_hour,
    usd,
)

LESS = WriteOffReason.HARDSHIP


def off(amount: Money, reason: WriteOffReason = LESS, name: str = "w1") -> WriteOff:
    return WriteOff.of(name, amount, reason, now=NOW)


def the_books(*charges: Charge) -> Books:
    numbers = map(str, count())
    return Books(ANA, charges, (), posted_on=TODAY, policy_version="1", now=NOW, new_id=lambda: next(numbers))


@pytest.mark.parametrize(
    ("reason", "account"),
    [
        (WriteOffReason.BAD_DEBT, LedgerAccount.BAD_DEBT),
        (WriteOffReason.SMALL_BALANCE, LedgerAccount.BAD_DEBT),
        (WriteOffReason.HARDSHIP, LedgerAccount.DISCOUNTS),
        (WriteOffReason.COURTESY, LedgerAccount.DISCOUNTS),
    ],
)
def test_what_is_written_off_has_an_account_of_its_own(reason: WriteOffReason, account: LedgerAccount) -> None:
    charge = a_charge()
    books = the_books(charge)
    books.write_off(charge.id, off(usd(25), reason))
    balances = {each.account: each.balance for each in TrialBalance.of(books.entries).accounts}
    assert balances == {account: usd(25), LedgerAccount.RECEIVABLE: -usd(25)}
    assert books.charge_as_is(charge.id).balance == usd(200)


@pytest.mark.parametrize("amount", [usd(225.01), usd(0), -usd(1)])
def test_no_more_is_written_off_than_is_owed(amount: Money) -> None:
    charge = a_charge()
    with pytest.raises(DomainError, match=r"write_off_above_owed|amount_not_positive"):
        the_books(charge).write_off(charge.id, off(amount))


def test_a_discount_lowers_the_price_and_a_bad_debt_does_not() -> None:
    charge = a_charge()
    (discounted,) = line_shares(charge.writing_off(off(usd(25)), now=NOW))
    (unpaid,) = line_shares(charge.writing_off(off(usd(25), WriteOffReason.BAD_DEBT), now=NOW))
    assert (discounted.charged, unpaid.charged) == (usd(200), usd(225))


def test_the_price_of_a_fee_is_waived_not_discounted() -> None:
    rendered = replace(a_rendered(), cause=ChargeCause.NO_SHOW, services=())
    fee = Charge.fee(rendered, "Missed visit", usd(100), "fin-1", EntryId("fee"), now=NOW)
    with pytest.raises(DomainError, match="waive_the_fee"):
        fee.writing_off(off(usd(100)), now=NOW)
    assert fee.writing_off(off(usd(100), WriteOffReason.BAD_DEBT), now=NOW).balance == usd(0)


@pytest.mark.parametrize(("minutes", "code", "owed"), [(55, "90837", 125), (45, "90834", 75), (30, "90832", 30)])
def test_a_correction_never_asks_again_for_what_was_written_off(minutes: int, code: str, owed: float) -> None:
    charge = a_charge()
    books = the_books(charge)
    books.write_off(charge.id, off(usd(100)))
    rendered = replace(a_rendered(therapy_hour(code=code, minutes=minutes)), revision=2)
    before = books.charge_as_is(charge.id)
    books.correct(before, lambda each: each.corrected(rendered, the_terms(), EntryId("second"), now=NOW))
    assert books.charge_as_is(charge.id).balance == usd(owed)
    assert TrialBalance.of(books.entries).balances
    assert len({entry.key for entry in books.entries}) == len(books.entries)


def corrected(books: Books, charge: Charge, revision: int, code: str = "90837") -> Charge:
    rendered = replace(a_rendered(therapy_hour(code=code)), revision=revision)
    before, name = books.charge_as_is(charge.id), EntryId(f"entry-{revision}")
    books.correct(before, lambda each: each.corrected(rendered, the_terms(), name, now=NOW))
    return books.charge_as_is(charge.id)


@pytest.mark.parametrize("meanwhile", ["90832", "99999"])
def test_what_was_written_off_is_not_owed_again_when_a_correction_is_itself_corrected(meanwhile: str) -> None:
    charge = a_charge()
    books = the_books(charge)
    books.write_off(charge.id, off(usd(100)))
    corrected(books, charge, 2, meanwhile)
    assert corrected(books, charge, 3).balance == usd(125)
    assert TrialBalance.of(books.entries).balances
    assert len({entry.key for entry in books.entries}) == len(books.entries)


def test_what_was_written_off_is_not_owed_again_when_the_charge_has_waited() -> None:
    charge = a_charge()
    books = the_books(charge)
    books.write_off(charge.id, off(usd(100)))
    waiting = corrected(books, charge, 2, "99999")
    assert (waiting.state, waiting.written_off) == (ChargeState.WAITING, usd(0))
    rendered = replace(a_rendered(), revision=2)
    books.charge(replace(waiting, rendered=rendered).again(the_terms(), EntryId("second"), now=NOW))
    assert books.charge_as_is(charge.id).balance == usd(125)


def test_what_was_written_off_of_a_reversed_charge_is_nobodys_loss() -> None:
    charge = a_charge()
    books = the_books(charge)
    books.write_off(charge.id, off(usd(100)))
    books.reverse(books.charge_as_is(charge.id))
    balances = {each.account: each.balance for each in TrialBalance.of(books.entries).accounts}
    assert balances[LedgerAccount.DISCOUNTS] == usd(0)
    assert books.charge_as_is(charge.id).written_off == usd(0)


def settled(books: Books) -> bool:
    books.close()
    return any(isinstance(fact, AccountSettled) for entry in books.entries for fact in entry.facts)


def test_the_account_is_settled_once_nothing_is_owed_any_more() -> None:
    first, second = a_charge(), a_charge(a_rendered(cause_id="s2"))
    books = the_books(first, second)
    books.receive(a_payment(usd(225)))
    assert not settled(books)
    books.write_off(second.id, off(usd(225)))
    assert settled(books)


def test_an_account_that_owed_nothing_is_not_settled_again() -> None:
    books = the_books()
    books.receive(a_payment(usd(225)))
    assert not settled(books)
