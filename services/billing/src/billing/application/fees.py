"""Fees for lost visits: opened at the loss, settled the next business day, dropped when the visit took place; that of
an integration is looked at once more when something becomes known of its dose.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from billing.application.account_of import change_account
from billing.application.bookkeeping import keep_books, open_books
from billing.application.ports import Ports
from billing.domain.accounts import Account
from billing.domain.books import Books
from billing.domain.charges import Charge
from billing.domain.fee_cases import FeeCase, FeeCause, FeeState, WaiverReason, fee_amount, heir_of
from billing.domain.ids import AppointmentId, EntryId, PatientId, PlanId
from billing.domain.lost_doses import without_dose
from billing.domain.rendered import ChargeCause, Rendered
from billing.domain.visits import Visit, VisitKind
from careflow_domain.business_days import business_day_after, opening_of
from careflow_service.work import Transaction, side_by_side

DESCRIPTIONS = {FeeCause.LATE_CANCELLATION: "Late cancellation", FeeCause.NO_SHOW: "Missed visit"}


async def open_fee(
    visit: Visit,
    cause: FeeCause,
    notice_minutes: int,
    *,
    lost_at: datetime,
    tx: Transaction,
    ports: Ports,
    decision: str | None = None,
) -> None:
    """Opens the visit's case when policy puts a price on the loss; what becomes of it is decided when it is to be
    posted. There is none for the visit yet. `decision` names the command that gave it up, with others or alone.
    """
    schedule = ports.schedules.on(ports.day_of(visit.starts_at))
    amount = fee_amount(cause, visit.kind, notice_minutes, ports.policy, schedule)
    if not amount:
        return
    fee = FeeCase(
        id=visit.id,
        patient_id=visit.patient_id,
        cause=cause,
        kind=visit.kind,
        lost_at=lost_at,
        amount=amount,
        appointment_version=visit.appointment_version,
        post_at=_next_posting(lost_at, ports),
        decision=decision,
    )
    await ports.fees.add(fee, tx)


def _next_posting(after: datetime, ports: Ports) -> datetime:
    """When fees are posted on the next business day."""
    post_on = business_day_after(ports.day_of(after), 1, ports.calendar)
    return opening_of(post_on, ports.policy.fees_posted_at.value, ports.zone)


async def settle_fee(appointment_id: str, tx: Transaction, ports: Ports) -> None:
    """Its time has come: charged, or waived as the first one, for want of a signed policy, because the fee of another
    visit given up with it stands for both, or because its dose was not given. Where one of those was heard of, and
    settled, before it and costs less, that one is spared instead.
    """
    fee = await ports.fees.get(AppointmentId(appointment_id))
    if fee.post_at is None or fee.post_at > tx.now:
        return
    account, estimates, (known, alone) = await side_by_side(
        ports.accounts.get(fee.patient_id), ports.estimates.all_of(fee.patient_id), _known_beside(fee, ports)
    )
    if fee.state is not FeeState.PENDING:
        await _weigh(fee, known, tx, ports, without_dose=alone)
        return
    if any(each.is_disputed for each in estimates):
        # Nothing is added to what is owed while the patient has it decided.
        await ports.fees.save(fee.put_off(_next_posting(tx.now, ports)), expecting=fee.version, tx=tx)
        return
    reason = fee.due_for(account, ports.policy, known, without_dose=alone)
    if reason is None:
        await _post(fee, account, known, tx, ports)
        return
    waived = fee.waive(reason, now=tx.now)
    await ports.fees.save(waived, expecting=fee.version, tx=tx)
    await spare_beside(waived, known, tx, ports)
    if reason is WaiverReason.FIRST_TIME_COURTESY:
        for each in fee.lost_with(known):
            if each.waiver is reason:  # settled before this one was heard of: one courtesy is for both
                await ports.fees.save(each.follow(now=tx.now), expecting=each.version, tx=tx)
        await change_account(fee.patient_id, lambda before: before.with_courtesy(fee.id), tx, ports)


async def spare_beside(fee: FeeCase, known: Sequence[FeeCase], tx: Transaction, ports: Ports) -> None:
    """The fee is waived, and with it the one that was charged for a visit lost with it, if it stands for that."""
    charged = _charged_beside(fee, known)
    if charged is not None:
        await take_back(charged, tx, ports)
        await ports.fees.save(charged.follow(now=tx.now), expecting=charged.version, tx=tx)


def _charged_beside(fee: FeeCase, known: Iterable[FeeCase]) -> FeeCase | None:
    """Charged before this one was settled, and covered by it. Of one decision at most one is charged."""
    return next((each for each in fee.lost_with(known) if each.state is FeeState.POSTED and fee.covers(each)), None)


async def visit_took_place(fee: FeeCase | None, tx: Transaction, ports: Ports) -> None:
    """There is no fee for it, or no longer; a courtesy that was spent on it is the first other lost visit's, or there
    for one to come. A visit that was given up with it, and spared for it, is settled by itself.
    """
    if fee is None or fee.state is FeeState.DROPPED:
        return
    known = await ports.fees.all_of(fee.patient_id)
    await _give_up(fee, fee.drop(), known, tx, ports)


@dataclass(frozen=True, slots=True)
class Around:
    """The visits of a plan and its patient's cases, as they were before a dosing visit of it changed."""

    visits: Sequence[Visit] = ()
    cases: Sequence[FeeCase] = ()


async def around_dose(kind: VisitKind, plan_id: PlanId | None, patient_id: PatientId, ports: Ports) -> Around:
    """Asked before anything is written; nothing where the visit is no dose of a plan."""
    if kind is not VisitKind.DOSING or plan_id is None:
        return Around()
    visits, cases = await side_by_side(ports.visits.of_plan(plan_id, of=patient_id), ports.fees.all_of(patient_id))
    return Around(visits, cases)


async def dose_became(visit: Visit, around: Around, tx: Transaction, ports: Ports) -> None:
    """A dosing visit took place or did not, or is at another time: what was settled of an integration by what was known
    of it is looked at once more, each by itself.
    """
    before = around.visits
    after = [*(each for each in before if each.id != visit.id), visit]
    for fee in around.cases:
        settled = fee.is_settled_by_its_dose and fee.post_at is None
        if settled and without_dose(fee, before) is not without_dose(fee, after):
            await ports.fees.save(fee.weigh_again(tx.now), expecting=fee.version, tx=tx)


async def _known_beside(fee: FeeCase, ports: Ports) -> tuple[list[FeeCase], bool]:
    """The patient's cases, and whether this one is an integration's whose dose was not given."""
    known, of_plan = await side_by_side(ports.fees.all_of(fee.patient_id), _visits_around(fee, ports))
    return known, without_dose(fee, of_plan, known)


async def is_without_dose(fee: FeeCase, known: Iterable[FeeCase], ports: Ports) -> bool:
    """Whether it is an integration's whose dose was not given. `known` are the patient's cases."""
    return without_dose(fee, await _visits_around(fee, ports), known)


async def _visits_around(fee: FeeCase, ports: Ports) -> Sequence[Visit]:
    """The visits of the plan an integration belongs to; none of any other visit's."""
    if fee.kind is not VisitKind.INTEGRATION:
        return ()
    visit = await ports.visits.find(fee.id, of=fee.patient_id)
    if visit is None or visit.plan_id is None:
        return ()
    return await ports.visits.of_plan(visit.plan_id, of=fee.patient_id)


async def _weigh(fee: FeeCase, known: Sequence[FeeCase], tx: Transaction, ports: Ports, *, without_dose: bool) -> None:
    """What was settled stands, unless its dose is known otherwise by now."""
    if without_dose is (fee.waiver is WaiverReason.DOSE_NOT_GIVEN) or not fee.is_settled_by_its_dose:
        await ports.fees.save(fee.weighed(), expecting=fee.version, tx=tx)
    elif without_dose:
        await _give_up(fee, fee.spare_without_dose(now=tx.now), known, tx, ports)
    else:
        await ports.fees.save(fee.stand_alone(_next_posting(tx.now, ports)), expecting=fee.version, tx=tx)


async def _give_up(fee: FeeCase, after: FeeCase, known: Sequence[FeeCase], tx: Transaction, ports: Ports) -> None:
    """There was nothing to be charged for; a courtesy that was spent on it, and what was spared for it, go on."""
    if fee.state is FeeState.POSTED:
        await take_back(fee, tx, ports)
    await ports.fees.save(after, expecting=fee.version, tx=tx)
    heir = heir_of(fee, known)
    first = _first_beside(heir, known) if fee.waiver is WaiverReason.FIRST_TIME_COURTESY else None
    if heir is not None and heir is not first:
        alone = heir.stand_alone(_next_posting(tx.now, ports))
        await ports.fees.save(alone, expecting=heir.version, tx=tx)
    if first is None:
        await change_account(fee.patient_id, lambda account: account.without_courtesy(fee.id), tx, ports)
        return
    if first.state is FeeState.POSTED:
        await take_back(first, tx, ports)
    await ports.fees.save(first.inherit_courtesy(now=tx.now), expecting=first.version, tx=tx)
    await change_account(fee.patient_id, lambda account: account.with_courtesy(first.id), tx, ports)


def _first_beside(heir: FeeCase | None, known: Iterable[FeeCase]) -> FeeCase | None:
    """Whose the courtesy is instead: of the visits that are charged, and the one that would be, the first lost."""
    owed = [each for each in known if each.state is FeeState.POSTED or each is heir]
    return min(owed, key=lambda each: each.lost_at, default=None)


async def take_back(fee: FeeCase, tx: Transaction, ports: Ports) -> None:
    """Reverses the charge of a fee that was posted."""
    charge = await _charge_of(fee, ports)
    opened = await open_books(fee.patient_id, ports, about=charge)
    await keep_books(opened, lambda books: books.reverse(charge), tx, ports)


async def _charge_of(fee: FeeCase, ports: Ports) -> Charge:
    return await ports.charges.get(_rendered(fee, ports).charge_id, of=fee.patient_id)


async def _post(fee: FeeCase, account: Account, known: Iterable[FeeCase], tx: Transaction, ports: Ports) -> None:
    """Charges it; a smaller fee of the same decision that was charged before is taken back for it."""
    signed = account.agreed_before(fee.lost_at)
    policy_version = signed.policy_version if signed else ports.policy.version
    first = _rendered(fee, ports)
    before = await ports.charges.find(first.charge_id, of=fee.patient_id)
    charge = Charge.fee(
        replace(first, revision=before.revision + 1) if before else first,
        DESCRIPTIONS[fee.cause],
        fee.amount,
        policy_version,
        EntryId(tx.new_id()),
        now=tx.now,
        before=before,
    )
    spared = _charged_beside(fee, known)
    smaller = await _charge_of(spared, ports) if spared else None
    opened = (await open_books(fee.patient_id, ports, about=smaller)).with_charges([before] if before else [])
    await ports.fees.save(fee.post(policy_version), expecting=fee.version, tx=tx)
    if spared is not None:
        await ports.fees.save(spared.follow(now=tx.now), expecting=spared.version, tx=tx)

    def exchange(books: Books) -> None:
        if smaller is not None:
            books.reverse(smaller)
        books.charge(charge)

    await keep_books(opened, exchange, tx, ports)


def _rendered(fee: FeeCase, ports: Ports) -> Rendered:
    return Rendered(
        patient_id=fee.patient_id,
        cause=ChargeCause(fee.cause.value),
        cause_id=fee.id,
        revision=1,
        service_date=ports.day_of(fee.lost_at),
        started_at=fee.lost_at,
        ended_at=fee.lost_at,
        services=(),
    )
