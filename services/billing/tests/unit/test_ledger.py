"""The books: every entry balances, and so do they whatever happens."""

from collections.abc import Callable
from dataclasses import replace
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billing.domain.books import Books
from billing.domain.charges import Charge, ChargeState
from billing.domain.ids import EntryId, PaymentId
from billing.domain.ledger import EntryCause, EntryLine, JournalEntry, LedgerAccount, TrialBalance, credit, debit
from billing.domain.money import Money, total
from billing.domain.payments import Payment
from billing.domain.refunds import Refund, RefundReason
from careflow_domain.errors import DomainError
from services.billing.tests.builders import (
    ANA,
    NOW,
    TODAY,
    a_charge,
    a_payment,
    a_rendered,
    a_service,
    infusion,
    the_terms,
    therapy_hour,
    usd,
)


def an_entry(*lines: EntryLine) -> JournalEntry:
    return JournalEntry(
        id=EntryId("e1"),
        key="k1",
        patient_id=ANA,
        posted_on=TODAY,
        cause=EntryCause.CHARGE,
        cause_id="c1",
        policy_version="1",
        lines=lines,
    )


def test_an_entry_whose_sides_differ_is_refused() -> None:
    with pytest.raises(DomainError, match="entry_unbalanced"):
        an_entry(debit(LedgerAccount.CASH, usd(10)), credit(LedgerAccount.RECEIVABLE, usd(9.99)))


def test_an_entry_needs_two_sides() -> None:
    with pytest.raises(DomainError, match="entry_unbalanced"):
        an_entry()


def test_an_entry_is_in_one_currency() -> None:
    with pytest.raises(DomainError, match="currency_mismatch"):
        an_entry(debit(LedgerAccount.CASH, usd(10)), credit(LedgerAccount.RECEIVABLE, Money(1000, "EUR")))


@pytest.mark.parametrize(("debited", "credited"), [(0, 0), (5, 5), (-5, 0), (0, -5)])
def test_a_line_is_one_side_above_zero(debited: int, credited: int) -> None:
    with pytest.raises(DomainError, match="entry_line_invalid"):
        EntryLine(LedgerAccount.CASH, Money(debited), Money(credited))


class Clinic:
    """One patient's charges and payments over time, as the repositories would keep them."""

    def __init__(self) -> None:
        self.charges: dict[str, Charge] = {}
        self.payments: dict[str, Payment] = {}
        self.entries: list[JournalEntry] = []
        self._numbers = count(1)

    def name(self) -> str:
        return f"n{next(self._numbers)}"

    def decide(self, decision: Callable[[Books], None]) -> None:
        books = Books(
            ANA,
            self.charges.values(),
            self.payments.values(),
            posted_on=TODAY,
            now=NOW,
            policy_version="1",
            new_id=self.name,
        )
        try:
            decision(books)
        except DomainError:
            return
        self.charges.update({each.id: each for each in books.charges})
        self.payments.update({each.id: each for each in books.payments})
        self.entries.extend(books.entries)

    def check(self) -> None:
        balance = TrialBalance.of(self.entries)
        sums = {each.account: each.balance for each in balance.accounts}
        nothing = Money(0)
        assert balance.balances
        assert len({entry.key for entry in self.entries}) == len(self.entries)
        assert sums.get(LedgerAccount.RECEIVABLE, nothing) == total(each.balance for each in self.charges.values())
        assert -sums.get(LedgerAccount.UNAPPLIED, nothing) == total(each.free for each in self.payments.values())
        assert sums.get(LedgerAccount.GOODWILL, nothing) == total(each.conceded for each in self.charges.values())
        assert sums.get(LedgerAccount.CASH, nothing) == total(each.refundable for each in self.payments.values())
        for charge in self.charges.values():
            allocated = [a.amount for p in self.payments.values() for a in p.allocations if a.charge_id == charge.id]
            assert charge.paid == total(allocated)
            assert nothing <= charge.paid <= charge.amount
        for payment in self.payments.values():
            assert nothing <= payment.unapplied <= payment.amount


SERVICES = st.lists(
    st.sampled_from([therapy_hour(), infusion(), a_service("J3490"), a_service("99214")]), max_size=3
).map(tuple)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("render"), SERVICES),
        st.tuples(st.just("correct"), SERVICES),
        st.tuples(st.just("reverse"), st.integers(0, 5)),
        st.tuples(st.just("pay"), st.integers(1, 100_000)),
        st.tuples(st.just("refund"), st.tuples(st.integers(1, 100_000), st.sampled_from(RefundReason))),
    ),
    max_size=25,
)


@given(STEPS)
@settings(max_examples=150)
def test_whatever_is_charged_paid_corrected_and_refunded_the_books_balance(steps: list[tuple[str, object]]) -> None:
    clinic = Clinic()
    for what, with_what in steps:
        _step(clinic, what, with_what)
        clinic.check()


def _step(clinic: Clinic, what: str, with_what: object) -> None:
    charges = [each for each in clinic.charges.values() if each.state is not ChargeState.REVERSED]
    name = clinic.name()
    if what == "render" and isinstance(with_what, tuple):
        charge = a_charge(a_rendered(*with_what, cause_id=name))
        clinic.decide(lambda books: books.charge(charge))
    elif what == "pay" and isinstance(with_what, int):
        payment = a_payment(Money(with_what), name)
        clinic.decide(lambda books: books.receive(payment))
    elif what == "correct" and charges and isinstance(with_what, tuple):
        last, services = charges[-1], with_what

        def correction(charge: Charge) -> Charge:
            rendered = replace(charge.rendered, services=services, revision=charge.revision + 1)
            return charge.corrected(rendered, the_terms(), EntryId(name), now=NOW)

        clinic.decide(lambda books: books.correct(last, correction))
    elif what == "reverse" and charges and isinstance(with_what, int):
        which = charges[with_what % len(charges)]
        clinic.decide(lambda books: books.reverse(which))
    elif what == "refund" and clinic.payments and isinstance(with_what, tuple):
        minor, reason = with_what
        refund = Refund(name, Money(minor), reason, NOW)
        clinic.decide(lambda books: books.refund(PaymentId(max(clinic.payments)), refund))


def test_a_correction_reverses_the_entry_it_corrects() -> None:
    clinic = Clinic()
    charge = a_charge()
    clinic.decide(lambda books: books.charge(charge))
    clinic.decide(lambda books: books.receive(a_payment(usd(100))))

    def shorter(before: Charge) -> Charge:
        rendered = replace(before.rendered, services=(therapy_hour(code="90834", minutes=45),), revision=2)
        return before.corrected(rendered, the_terms(), EntryId("second"), now=NOW)

    clinic.decide(lambda books: books.correct(clinic.charges[charge.id], shorter))

    reversal = next(entry for entry in clinic.entries if entry.cause is EntryCause.CHARGE_REVERSAL)
    assert reversal.reverses == charge.entry_id
    corrected = clinic.charges[charge.id]
    assert (corrected.amount, corrected.paid, corrected.revision) == (usd(175), usd(100), 2)
    clinic.check()
