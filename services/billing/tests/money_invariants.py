"""What must always hold of a clinic's money, whatever was done: checked after every step of a random walk."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Final

from billing.domain.balances import Balances
from billing.domain.charges import Charge, ChargeState
from billing.domain.fee_cases import FeeState, WaiverReason
from billing.domain.ledger import EntryCause, LedgerAccount, TrialBalance
from billing.domain.letterhead import PaperKind
from billing.domain.line_shares import line_shares
from billing.domain.money import Money, total
from billing.domain.payment_methods import PaymentMethod
from billing.domain.payments import Payment
from billing.domain.processing import DisputeState
from billing.domain.rendered import FEES, ChargeCause, charge_id_of
from billing.domain.tasks import TaskKind, tasks_of
from billing.domain.visits import VisitKind, VisitState
from services.billing.tests.builders import PRACTICE
from services.billing.tests.fakes import RULES, InMemory

NOTHING: Final = Money(0)


def check(clinic: InMemory) -> None:
    books_balance(clinic)
    nobody_pays_what_is_not_owed(clinic)
    nobody_pays_for_an_integration_without_its_dose(clinic)
    nothing_prepaid_is_lost(clinic)
    money_on_a_record_given_up_is_somebodys_to_give_back(clinic)
    no_minute_is_charged_twice(clinic)
    superbills_say_what_the_books_say(clinic)
    statements_say_what_the_books_say(clinic)
    the_last_statement_asks_for_nothing_it_did_not_know(clinic)
    prices_are_those_of_the_day_of_service(clinic)


def books_balance(clinic: InMemory) -> None:
    """To the cent: every entry, the whole, and each account against what it stands for."""
    entries, charges, payments = clinic.entries, clinic.all("charges"), clinic.all("payments")
    sums = {each.account: each.balance for each in TrialBalance.of(entries).accounts}
    assert TrialBalance.of(entries).balances
    assert len({entry.key for entry in entries}) == len(entries)
    assert sums.get(LedgerAccount.RECEIVABLE, NOTHING) == total(each.balance for each in charges)
    assert -sums.get(LedgerAccount.UNAPPLIED, NOTHING) == total(each.free for each in payments)
    for_visits, for_packages = (
        total(each.held for each in payments if bool(each.package_id) is for_package) for for_package in (False, True)
    )
    assert -sums.get(LedgerAccount.DEPOSITS, NOTHING) == for_visits
    assert -sums.get(LedgerAccount.UNEARNED, NOTHING) == for_packages
    paid_out = [each for entry in entries if entry.cause is EntryCause.PAYOUT for each in entry.lines]
    at_the_bank = total(each.debit - each.credit for each in paid_out if each.account is LedgerAccount.CASH)
    at_the_desk = sums.get(LedgerAccount.CASH, NOTHING) - at_the_bank
    the_processors_money_is_accounted_for(payments, {**sums, LedgerAccount.CASH: at_the_desk})
    assert sums.get(LedgerAccount.GOODWILL, NOTHING) == total(each.conceded for each in charges)
    write_offs = [each for charge in charges for each in charge.write_offs]
    for account, is_discount in ((LedgerAccount.DISCOUNTS, True), (LedgerAccount.BAD_DEBT, False)):
        assert sums.get(account, NOTHING) == total(
            each.amount for each in write_offs if each.is_discount is is_discount
        )
    for charge in charges:
        mine = [each for payment in payments if (each := payment.allocated_to(charge.id))]
        assert charge.paid == total(each.amount for each in mine)
        assert charge.conceded == total(each.conceded for each in mine)
        assert NOTHING <= charge.conceded <= charge.paid <= charge.amount - charge.written_off
    for payment in payments:
        assert NOTHING <= payment.held <= payment.unapplied <= payment.refundable <= payment.amount
        payable = [each for each in charges if each.patient_id == payment.patient_id and payment.may_pay(each)]
        assert not (payment.free and any(each.balance for each in payable)), "money lies there while something is owed"


def the_processors_money_is_accounted_for(payments: list[Payment], sums: Mapping[LedgerAccount, Money]) -> None:
    """What it has, what it took until a bank decides, what it is still to give back."""
    here = total(each.refundable for each in payments if not each.by_processor)
    refunds = [refund for each in payments if each.by_processor for refund in each.refunds]
    paid_otherwise = total(each.amount for each in refunds if not each.is_owed and each.account is LedgerAccount.CASH)
    assert sums.get(LedgerAccount.CASH, NOTHING) == here - paid_otherwise
    assert -sums.get(LedgerAccount.REFUNDS_PAYABLE, NOTHING) == total(each.amount for each in refunds if each.is_owed)
    disputes = [dispute for each in payments for dispute in each.disputes]
    lost = total(each.amount for each in disputes if each.state is DisputeState.LOST)
    assert sums.get(LedgerAccount.DISPUTED, NOTHING) == total(each.withdrawn for each in disputes) - lost
    for payment in payments:
        assert len({each.processor_id for each in payment.refunds if each.processor_id}) == len(
            [each for each in payment.refunds if each.processor_id]
        ), "a refund was counted twice"


def the_processor_says_the_same(clinic: InMemory) -> None:
    """Once it has told everything: what it has of the clinic's money by its own books is what it has by ours."""
    ours = {each.account: each.balance for each in TrialBalance.of(clinic.entries).accounts}
    assert ours.get(LedgerAccount.PROCESSOR, NOTHING) == clinic.desk.balance


def nobody_pays_what_is_not_owed(clinic: InMemory) -> None:
    """No fee that policy frees, no service without coverage known, no health money for a fee, nothing twice."""
    charges: Mapping[str, Charge] = {each.id: each for each in clinic.all("charges")}
    fees, accounts = {fee.id: fee for fee in clinic.all("fees")}, {each.id: each for each in clinic.all("accounts")}
    for charge in charges.values():
        rendered = charge.rendered
        assert charge.id == charge_id_of(rendered.cause, rendered.cause_id)
        if charge.state is not ChargeState.POSTED:
            assert not charge.balance
            continue
        if rendered.cause in FEES:
            fee = fees[rendered.cause_id]
            signed = [each for each in accounts[fee.patient_id].signed if each.signed_at < fee.lost_at]
            assert fee.state is FeeState.POSTED
            assert signed, "a fee without a policy signed before"
            assert accounts[fee.patient_id].courtesy_for not in (None, fee.id), "the first one is free"
            for other in fee.lost_with(fees.values()):
                pending = other.state is FeeState.PENDING
                assert pending or other.waiver is WaiverReason.SAME_DECISION, "one decision cost more than one fee"
                assert pending or fee.leads(other), "the smaller fee was charged"
        for service in rendered.services:
            day = rendered.service_date
            assert not set(RULES.on(day).untrue(service, day, PRACTICE)), "an untrue line was charged"
    for payment in clinic.all("payments"):
        if payment.method is PaymentMethod.HSA_FSA:
            assert not any(charges[each.charge_id].rendered.cause in FEES for each in payment.allocations)
    for fee in fees.values():
        its_charge = charges.get(charge_id_of(ChargeCause(fee.cause.value), fee.id))
        assert fee.state is FeeState.POSTED or its_charge is None or its_charge.state is ChargeState.REVERSED


def nobody_pays_for_an_integration_without_its_dose(clinic: InMemory) -> None:
    """An integration that is charged, or that the courtesy is spent on, follows a dose that was not lost, or both were
    given up by one decision.
    """
    visits, fees = {each.id: each for each in clinic.all("visits")}, {each.id: each for each in clinic.all("fees")}
    for fee in fees.values():
        spent = fee.state is FeeState.POSTED or fee.waiver is WaiverReason.FIRST_TIME_COURTESY
        if fee.kind is not VisitKind.INTEGRATION or not spent or fee.post_at is not None:
            continue
        visit = visits[fee.id]
        doses = [each for each in visits.values() if each.kind is VisitKind.DOSING and each.plan_id == visit.plan_id]
        before = sorted((each for each in doses if each.starts_at < visit.starts_at), key=lambda each: each.starts_at)
        if visit.plan_id is None or not before:
            continue
        dose = before[-1]
        not_given = dose.not_treated or dose.state in (VisitState.MISSED, VisitState.CANCELLED)
        together = dose.id in fees and fee.decision is not None and fees[dose.id].decision == fee.decision
        assert not not_given or together, "a fee for an integration without a dose"
    for account in clinic.all("accounts"):
        assert account.courtesy_for is None or fees[account.courtesy_for].waiver in (
            WaiverReason.FIRST_TIME_COURTESY,
            WaiverReason.SAME_DECISION,
        ), "a courtesy for what was never owed"


def money_on_a_record_given_up_is_somebodys_to_give_back(clinic: InMemory) -> None:
    """All of it that is for nothing that was done, also what waits for visits; on a record in use what is free."""
    given_up = {each.id for each in clinic.all("accounts") if each.merged_into is not None}
    for payment in clinic.all("payments"):
        asked = [each.amount for each in tasks_of(payment) if each.kind is TaskKind.MONEY_UNAPPLIED]
        idle = payment.unapplied if payment.patient_id in given_up else payment.free
        assert asked == ([idle] if idle else [])


def nothing_prepaid_is_lost(clinic: InMemory) -> None:
    """Every place of a package is one charged visit at no more than its share, or its money is there."""
    payments, charges = clinic.all("payments"), {each.id: each for each in clinic.all("charges")}
    packages = {each.id: each for each in clinic.all("packages")}
    for payment in payments:
        assert not payment.held or payment.kept_for or payment.package_id in packages
    for package in packages.values():
        money = next(each for each in payments if each.id == package.payment_id)
        assert money.amount == package.offer.price == total(map(package.offer.share, range(package.offer.sessions)))
        places = [use.place for use in package.uses]
        assert len(set(places)) == len(places) <= package.offer.sessions, "a place was taken twice"
        assert money.held <= package.unused
        if package.given_back_at or not package.sessions_left:
            assert not money.held, "money waits for a visit that cannot come"
        for use in package.uses:
            charge = charges[use.charge_id]
            assert charge.state is ChargeState.POSTED
            assert charge.package_id == package.id
            assert charge.amount <= package.offer.share(use.place), "a visit of a package costs more than its share"
    covered = [each for each in charges.values() if each.package_id and each.state is ChargeState.POSTED]
    assert all(packages[each.package_id].has(each.id) for each in covered)


def no_minute_is_charged_twice(clinic: InMemory) -> None:
    """Each clinician's charged minutes of a day fit into the hours they can have been worked in."""
    spans: dict[tuple[str, date], list[tuple[datetime, datetime, int]]] = {}
    for charge in clinic.all("charges"):
        if charge.state is not ChargeState.POSTED:
            continue
        for service in charge.rendered.services:
            rule = RULES.on(charge.rendered.service_date).rule(service.code)
            if rule and rule.minutes and service.performed_by is None:
                worked = (charge.rendered.started_at, charge.rendered.ended_at, service.minutes or 0)
                spans.setdefault((str(service.provider), charge.rendered.service_date), []).append(worked)
    for worked_on_day in spans.values():
        begins, ends = min(each[0] for each in worked_on_day), max(each[1] for each in worked_on_day)
        assert sum(each[2] for each in worked_on_day) <= (ends - begins).total_seconds() / 60


def superbills_say_what_the_books_say(clinic: InMemory) -> None:
    """Numbers without gaps; the one in force is what was rendered and paid; every later one names the one before."""
    bills, charges = clinic.all("superbills"), {each.id: each for each in clinic.all("charges")}
    assert without_gaps(bill.number for bill in bills)
    by_id = {bill.id: bill for bill in bills}
    billed: set[str] = set()
    for bill in bills:
        if bill.replaces:
            assert by_id[bill.replaces].replaced_by == bill.id
            assert by_id[bill.replaces].edition == bill.edition - 1
        if not bill.in_force:
            continue
        content = bill.content
        assert not billed & set(content.charge_ids), "a service is on two bills"
        billed |= set(content.charge_ids)
        said = [(line.charged, line.paid) for line in content.lines]
        shares = [share for charge_id in content.charge_ids for share in line_shares(charges[charge_id])]
        assert said == [(share.charged, share.paid) for share in shares]
        assert all(charges[each].state is ChargeState.POSTED for each in content.charge_ids)
        assert total(each.amount for each in content.payments) == content.paid
        earlier = [
            each for each in bills if not each.in_force and set(each.content.charge_ids) & set(content.charge_ids)
        ]
        assert bool(bill.replaces) == bool(earlier), "an unlinked first edition"


def statements_say_what_the_books_say(clinic: InMemory) -> None:
    """Each begins where the one before ended, and its balances are the books' of these days, to the cent; every entry
    of those days is on one. Every kind of paper is numbered without gaps.
    """
    papers = clinic.all("papers")
    assert all(without_gaps(each.number for each in papers if each.kind is kind) for kind in PaperKind)
    for run in clinic.all("statement_runs"):
        assert run.failed == (), "a statement could not be issued"
        stated = {each.patient_id for each in papers if each.kind is PaperKind.STATEMENT and each.about == run.id}
        assert run.issued <= len(stated), "a statement was counted and not issued"
        assert not run.finished_at or run.done == len(clinic.all("accounts"))
    for patient in [each.id for each in clinic.all("accounts")]:
        entries = [each for each in clinic.entries if each.patient_id == patient]
        statements = sorted(
            (each.content for each in papers if each.patient_id == patient and each.kind is PaperKind.STATEMENT),
            key=lambda each: each.ends_on,
        )
        ended, closing = None, Balances.nothing("USD")
        for statement in statements:
            assert statement.opening == closing
            assert ended is None or statement.begins_on == ended + timedelta(days=1)
            ended, closing = statement.ends_on, statement.closing
            posted = [each for each in entries if each.posted_on <= ended]
            sums = {each.account: each.balance for each in TrialBalance.of(posted).accounts}
            assert closing.owed == sums.get(LedgerAccount.RECEIVABLE, NOTHING)
            own = (LedgerAccount.UNAPPLIED, LedgerAccount.DEPOSITS, LedgerAccount.UNEARNED)
            assert closing.owed - closing.net == total(-sums.get(each, NOTHING) for each in own)
            assert statement.opening.net + total(each.amount for each in statement.lines) == closing.net
            assert NOTHING <= statement.to_pay <= closing.owed


def the_last_statement_asks_for_nothing_it_did_not_know(clinic: InMemory) -> None:
    """What is overdue by it was in the books at its end, whenever it took place."""
    for patient in [each.id for each in clinic.all("accounts")]:
        mine = (each for each in clinic.all("papers") if each.patient_id == patient)
        statements = [each.content for each in mine if each.kind is PaperKind.STATEMENT]
        if not statements:
            continue
        last = max(statements, key=lambda each: each.ends_on)
        known = {
            each.cause_id
            for each in clinic.entries
            if each.cause is EntryCause.CHARGE and each.posted_on <= last.ends_on
        }
        owed = [each for each in clinic.all("charges") if each.patient_id == patient and each.balance]
        assert last.still_to_pay(owed, disputed=()) <= total(each.balance for each in owed if each.id in known)


def prices_are_those_of_the_day_of_service(clinic: InMemory) -> None:
    """Whatever the prices are by now, and however often it was corrected; within a package no more than its share, at
    the price it was sold at.
    """
    sold = {each.id: each.offer for each in clinic.all("packages")}
    for charge in clinic.all("charges"):
        if charge.state is not ChargeState.POSTED or charge.rendered.cause in FEES:
            continue
        schedule = clinic.ports.schedules.on(charge.rendered.service_date)
        worth = total(schedule.expect_price(each.service.code).amount * each.service.units for each in charge.lines)
        assert charge.policy_version == schedule.version
        if charge.package_id is None:
            assert charge.amount == worth
        else:
            offer = sold[charge.package_id]
            assert charge.amount <= max(offer.share(place) for place in range(offer.sessions))


def without_gaps(numbers: Iterable[str]) -> bool:
    """Whether numbers such as SB-2026-0001 count up from 1 in each year."""
    years: dict[str, list[int]] = {}
    for number in numbers:
        year, _, count = number.rpartition("-")
        years.setdefault(year, []).append(int(count))
    return all(sorted(counts) == list(range(1, len(counts) + 1)) for counts in years.values())
