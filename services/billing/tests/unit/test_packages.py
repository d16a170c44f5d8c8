"""Packages: each visit costs its share, nothing that was paid beforehand is lost, and what is unused goes back."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import count

import pytest

from billing.domain.books import Books
from billing.domain.charges import Charge, ChargeState
from billing.domain.fee_schedule import PackageOffer
from billing.domain.ids import EntryId, PackageId
from billing.domain.ledger import LedgerAccount, TrialBalance
from billing.domain.line_shares import line_shares
from billing.domain.money import Money
from billing.domain.packages import Package, RevenueRecognized, cover_of
from billing.domain.payments import Payment
from billing.domain.refunds import Refund, RefundReason
from billing.domain.rendered import Rendered
from billing.domain.services import Service
from billing.domain.visits import VisitKind
from careflow_domain.errors import DomainError
from services.billing.tests.builders import (
    ANA,
    NOW,
    THREE_DOSES,
    TODAY,
    a_payment,
    a_rendered,
    infusion,
    the_terms,
    therapy_hour,
    usd,
)

DAYS = 30


def a_dose(*services: Service, cause_id: str = "s1", kind: VisitKind = VisitKind.DOSING) -> Rendered:
    return replace(a_rendered(*(services or (infusion(), therapy_hour())), cause_id=cause_id), kind=kind)


class Clinic:
    """Ana has bought three doses for 1,000.01; what becomes of that money."""

    def __init__(self) -> None:
        payment = a_payment(THREE_DOSES.price)
        self.package = Package.bought(payment, THREE_DOSES, now=NOW)
        self.money: Payment = payment.for_package(self.package.id)
        self.charges: dict[str, Charge] = {}
        self.books = self.open()
        self.books.sell(self.package, self.money)

    def open(self) -> Books:
        numbers = map(str, count())
        return Books(ANA, (), (), posted_on=TODAY, policy_version="1", now=NOW, new_id=lambda: next(numbers))

    def renders(self, rendered: Rendered) -> Charge:
        package = self.books.packages[-1]
        terms = the_terms(cover=cover_of(rendered, (package,)))
        charge = Charge.of(rendered, terms, EntryId(rendered.cause_id), now=NOW)
        self.books.charge(charge)
        return self.books.charge_as_is(charge.id)

    @property
    def sums(self) -> dict[LedgerAccount, Money]:
        balance = TrialBalance.of(self.books.entries)
        assert balance.balances
        return {each.account: each.balance for each in balance.accounts if each.balance}

    @property
    def left(self) -> tuple[int, Money]:
        """Visits, and the money that is held for them."""
        return self.books.packages[-1].sessions_left, self.books.payment_as_is(self.money.id).held


def test_what_is_paid_beforehand_is_a_liability() -> None:
    assert Clinic().sums == {LedgerAccount.CASH: usd(1000.01), LedgerAccount.UNEARNED: -usd(1000.01)}


def test_each_visit_is_paid_by_its_share_and_the_odd_cents_are_the_last_ones() -> None:
    clinic = Clinic()
    charges = [clinic.renders(a_dose(cause_id=name)) for name in ("s1", "s2", "s3")]
    assert [charge.amount for charge in charges] == [usd(333.33), usd(333.33), usd(333.35)]
    assert not any(charge.balance for charge in charges)
    assert clinic.left == (0, usd(0))
    assert LedgerAccount.UNEARNED not in clinic.sums


def test_the_lines_are_charged_net_the_odd_cents_on_the_last_one() -> None:
    charge = Clinic().renders(a_dose())
    listed = [usd(350), usd(225)]
    shares = line_shares(charge)
    assert [share.charged for share in shares] == [share.paid for share in shares] == [usd(202.89), usd(130.44)]
    assert all(share.charged < price for share, price in zip(shares, listed, strict=True))


def test_a_visit_that_costs_less_than_its_share_leaves_the_rest_to_the_patient() -> None:
    clinic = Clinic()
    charge = clinic.renders(a_dose(therapy_hour()))
    assert (charge.amount, charge.balance) == (usd(225), usd(0))
    assert clinic.books.payment_as_is(clinic.money.id).free == usd(333.33) - usd(225)


def test_a_visit_of_another_kind_or_before_the_purchase_is_none_of_the_package() -> None:
    package = Clinic().package
    assert cover_of(a_dose(kind=VisitKind.INTEGRATION), [package]) is None
    assert cover_of(replace(a_dose(), service_date=TODAY - timedelta(days=1)), [package]) is None


def test_a_fourth_dose_is_charged_like_any_other() -> None:
    clinic = Clinic()
    for name in ("s1", "s2", "s3"):
        clinic.renders(a_dose(cause_id=name))
    fourth = clinic.renders(a_dose(cause_id="s4"))
    assert (fourth.package_id, fourth.balance) == (None, fourth.amount)


def test_the_older_of_two_packages_is_used_first() -> None:
    newer = replace(Clinic().package, id=PackageId("a-newer-one"))
    older = replace(newer, id=PackageId("the-older-one"), bought_on=TODAY - timedelta(days=9))
    cover = cover_of(a_dose(), [newer, older])
    assert cover is not None
    assert cover.package_id == older.id


def test_a_reversed_visit_gives_its_place_and_its_money_back_to_the_package() -> None:
    clinic = Clinic()
    clinic.books.reverse(clinic.renders(a_dose()))
    assert clinic.left == (3, usd(1000.01))
    assert clinic.sums == {LedgerAccount.CASH: usd(1000.01), LedgerAccount.UNEARNED: -usd(1000.01)}


def test_a_corrected_visit_keeps_its_place() -> None:
    clinic = Clinic()
    before = clinic.renders(a_dose())
    rendered = replace(a_dose(therapy_hour()), revision=2)
    terms = the_terms(cover=cover_of(rendered, clinic.books.packages))
    clinic.books.correct(before, lambda charge: charge.corrected(rendered, terms, EntryId("second"), now=NOW))
    after = clinic.books.charge_as_is(before.id)
    assert (after.amount, after.paid, clinic.left) == (usd(225), usd(225), (2, usd(666.68)))


def test_a_visit_corrected_to_nothing_gives_its_place_back() -> None:
    clinic = Clinic()
    before = clinic.renders(a_dose())
    rendered = replace(a_dose(), services=(), revision=2)
    terms = the_terms(cover=cover_of(rendered, clinic.books.packages))
    clinic.books.correct(before, lambda charge: charge.corrected(rendered, terms, EntryId("second"), now=NOW))
    assert clinic.books.charge_as_is(before.id).state is ChargeState.EMPTY
    assert clinic.left == (3, usd(1000.01))


def test_every_visit_says_what_is_earned_and_how_many_are_left() -> None:
    clinic = Clinic()
    clinic.renders(a_dose())
    said = [fact for fact in clinic.books.packages[-1].facts if isinstance(fact, RevenueRecognized)]
    assert [(fact.charge.amount, fact.package.sessions_left) for fact in said] == [(usd(333.33), 2)]


def gives_back(clinic: Clinic, today: date, reason: RefundReason = RefundReason.PACKAGE_UNUSED) -> None:
    package = clinic.books.packages[-1].give_back(reason, DAYS, today=today, now=NOW)
    held = clinic.books.payment_as_is(clinic.money.id).held
    clinic.books.give_back(package, Refund("r1", held, reason, NOW))


def test_what_is_unused_goes_back_at_the_price_of_the_package() -> None:
    clinic = Clinic()
    charge = clinic.renders(a_dose())
    gives_back(clinic, TODAY + timedelta(days=DAYS))
    assert clinic.books.payment_as_is(clinic.money.id).refunded == usd(666.68)
    assert clinic.books.charge_as_is(charge.id).balance == usd(0)
    assert clinic.left == (0, usd(0))
    assert clinic.sums[LedgerAccount.CASH] == usd(333.33)


def test_a_visit_of_before_it_was_given_back_costs_its_share_however_late_it_is_told() -> None:
    clinic = Clinic()
    gives_back(clinic, TODAY)
    before = clinic.renders(replace(a_dose(cause_id="s1"), ended_at=NOW))
    after = clinic.renders(replace(a_dose(cause_id="s2"), ended_at=NOW + timedelta(minutes=1)))
    assert (before.amount, before.package_id) == (THREE_DOSES.share(0), clinic.package.id)
    assert (before.balance, after.package_id) == (before.amount, None)
    assert not clinic.books.payment_as_is(clinic.money.id).held


def test_after_the_time_for_it_only_the_clinics_will_gives_it_back() -> None:
    clinic, late = Clinic(), TODAY + timedelta(days=DAYS + 1)
    with pytest.raises(DomainError, match="package_refund_over"):
        gives_back(clinic, late)
    assert clinic.left == (3, usd(1000.01)), "what was paid never runs out"
    gives_back(clinic, late, RefundReason.GOODWILL)
    assert clinic.sums == {}


def test_what_is_held_for_a_package_goes_back_with_the_package_only() -> None:
    clinic = Clinic()
    for reason in RefundReason:
        with pytest.raises(DomainError, match="held_for_package"):
            clinic.books.refund(clinic.money.id, Refund("r1", usd(1), reason, NOW))


def test_what_is_held_for_a_package_pays_nothing_else() -> None:
    clinic = Clinic()
    other = clinic.renders(a_dose(kind=VisitKind.INTEGRATION))
    assert other.balance == other.amount


def test_a_used_up_package_has_nothing_to_give_back() -> None:
    clinic = Clinic()
    for name in ("s1", "s2", "s3"):
        clinic.renders(a_dose(cause_id=name))
    with pytest.raises(DomainError, match="package_used_up"):
        gives_back(clinic, TODAY)


@pytest.mark.parametrize(
    ("sessions", "minor", "kind"),
    [(1, 100, VisitKind.DOSING), (3, 2, VisitKind.DOSING), (3, 300, VisitKind.INFO_CALL), (101, 300, VisitKind.DOSING)],
)
def test_what_is_no_package_is_not_offered(sessions: int, minor: int, kind: VisitKind) -> None:
    with pytest.raises(DomainError, match="fee_schedule_invalid"):
        PackageOffer(code="x", description="x", kind=kind, sessions=sessions, price=Money(minor))
