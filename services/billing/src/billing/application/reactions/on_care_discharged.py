"""Sessions says that a patient's care has ended: what they paid for visits that will not be is theirs again."""

from billing.application.account_news import tell_of_news
from billing.application.bookkeeping import keep_books, open_books
from billing.application.ports import Ports
from billing.domain.books import Books
from billing.domain.ids import PatientId
from billing.domain.refunds import RefundReason
from careflow_events.contracts import CareDischarged
from careflow_events.subscription import Received
from careflow_service.work import Transaction, side_by_side


async def on_care_discharged(event: Received[CareDischarged], tx: Transaction, ports: Ports) -> None:
    """A deposit is the patient's when its visit is called off. What is left of a package becomes credit, within the
    time of the policy, and somebody pays it out. Later its visits stay good, and a charge that still waits may have
    its place in one: giving those back is for a person to decide.
    """
    patient_id = PatientId(event.data.patient_id)
    opened, waiting = await side_by_side(open_books(patient_id, ports), ports.charges.waiting_of(patient_id))
    if waiting:
        return
    days, today = ports.policy.package_refund_days.value, ports.day_of(tx.now)
    unwanted = [each for each in opened.packages.values() if each.refundable(days, today)]
    if not unwanted:
        return
    released = [each.give_back(RefundReason.PACKAGE_UNUSED, days, today=today, now=tx.now) for each in unwanted]

    def release(books: Books) -> None:
        for package in released:
            books.release(package)

    await keep_books(opened, release, tx, ports)
    await tell_of_news(patient_id, tx, ports)
