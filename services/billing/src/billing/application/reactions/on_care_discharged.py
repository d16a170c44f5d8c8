"""Sessions says that a patient's care has ended: what they paid for visits that will not be is theirs again."""

from billing.application.bookkeeping import keep_books, open_books
from billing.application.ports import Ports
from billing.domain.books import Books
from billing.domain.ids import PatientId
from careflow_events.contracts import CareDischarged
from careflow_events.subscription import Received
from careflow_service.work import Transaction


async def on_care_discharged(event: Received[CareDischarged], tx: Transaction, ports: Ports) -> None:
    """A deposit is the patient's when its visit is called off. What is left of a package becomes credit, within the
    time of the policy, and somebody pays it out: at once, or when the last charge that waits, and may have its place in
    one, is posted or reversed. Later its visits stay good; until then, and of those, it is a task.
    """
    opened = await open_books(PatientId(event.data.patient_id), ports)
    if any(each.sessions_left for each in opened.packages.values()):
        await keep_books(opened, Books.care_ended, tx, ports)
