"""Fees for lost visits: opened at the loss, settled the next business day, dropped when the visit took place."""

from datetime import datetime

from billing.application.account_of import change_account
from billing.application.bookkeeping import keep_books, open_books
from billing.application.ports import Ports
from billing.domain.accounts import Account
from billing.domain.charges import Charge
from billing.domain.fee_cases import FeeCase, FeeCause, FeeState, WaiverReason, fee_amount
from billing.domain.ids import AppointmentId, EntryId
from billing.domain.rendered import ChargeCause, Rendered
from billing.domain.visits import Visit
from careflow_domain.business_days import business_day_after, opening_of
from careflow_service.work import Transaction, side_by_side

DESCRIPTIONS = {FeeCause.LATE_CANCELLATION: "Late cancellation", FeeCause.NO_SHOW: "Missed visit"}


async def open_fee(
    visit: Visit, cause: FeeCause, notice_minutes: int, *, lost_at: datetime, tx: Transaction, ports: Ports
) -> None:
    """Opens the visit's case when policy puts a price on the loss; what becomes of it is decided when it is to be
    posted. There is none for the visit yet.
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
    )
    await ports.fees.add(fee, tx)


def _next_posting(after: datetime, ports: Ports) -> datetime:
    """When fees are posted on the next business day."""
    post_on = business_day_after(ports.day_of(after), 1, ports.calendar)
    return opening_of(post_on, ports.policy.fees_posted_at.value, ports.zone)


async def settle_fee(appointment_id: str, tx: Transaction, ports: Ports) -> None:
    """Its time has come: charged, or waived as the first one or for want of a signed policy."""
    fee = await ports.fees.get(AppointmentId(appointment_id))
    if fee.state is not FeeState.PENDING or fee.post_at is None or fee.post_at > tx.now:
        return
    account, estimates = await side_by_side(ports.accounts.get(fee.patient_id), ports.estimates.all_of(fee.patient_id))
    if any(each.is_disputed for each in estimates):
        # Nothing is added to what is owed while the patient has it decided.
        await ports.fees.save(fee.put_off(_next_posting(tx.now, ports)), expecting=fee.version, tx=tx)
        return
    reason = fee.due_for(account, ports.policy)
    if reason is not None:
        await ports.fees.save(fee.waive(reason, now=tx.now), expecting=fee.version, tx=tx)
        if reason is WaiverReason.FIRST_TIME_COURTESY:
            await change_account(fee.patient_id, lambda known: known.with_courtesy(fee.id), tx, ports)
        return
    await _post(fee, account, tx, ports)


async def visit_took_place(fee: FeeCase | None, tx: Transaction, ports: Ports) -> None:
    """There is no fee for it, or no longer; a courtesy that was spent on it is the first other lost visit's, or there
    for one to come.
    """
    if fee is None or fee.state is FeeState.DROPPED:
        return
    first = await _first_charged_beside(fee, ports) if fee.waiver is WaiverReason.FIRST_TIME_COURTESY else None
    if fee.state is FeeState.POSTED:
        await take_back(fee, tx, ports)
    await ports.fees.save(fee.drop(), expecting=fee.version, tx=tx)
    if first is None:
        await change_account(fee.patient_id, lambda account: account.without_courtesy(fee.id), tx, ports)
        return
    await take_back(first, tx, ports)
    waived = first.waive(WaiverReason.FIRST_TIME_COURTESY, now=tx.now)
    await ports.fees.save(waived, expecting=first.version, tx=tx)
    await change_account(fee.patient_id, lambda account: account.with_courtesy(first.id), tx, ports)


async def _first_charged_beside(fee: FeeCase, ports: Ports) -> FeeCase | None:
    charged = [each for each in await ports.fees.all_of(fee.patient_id) if each.state is FeeState.POSTED]
    return min(charged, key=lambda each: each.lost_at, default=None)


async def take_back(fee: FeeCase, tx: Transaction, ports: Ports) -> None:
    """Reverses the charge of a fee that was posted."""
    charge = await ports.charges.get(_rendered(fee, ports).charge_id, of=fee.patient_id)
    opened = await open_books(fee.patient_id, ports, about=charge)
    await keep_books(opened, lambda books: books.reverse(charge), tx, ports)


async def _post(fee: FeeCase, account: Account, tx: Transaction, ports: Ports) -> None:
    signed = account.agreed_before(fee.lost_at)
    policy_version = signed.policy_version if signed else ports.policy.version
    charge = Charge.fee(
        _rendered(fee, ports), DESCRIPTIONS[fee.cause], fee.amount, policy_version, EntryId(tx.new_id()), now=tx.now
    )
    await ports.fees.save(fee.post(policy_version), expecting=fee.version, tx=tx)
    await keep_books(await open_books(fee.patient_id, ports), lambda books: books.charge(charge), tx, ports)


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
