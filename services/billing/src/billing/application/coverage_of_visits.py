"""Whether the patient may be charged for visits to come, judged before they take place: when they are booked or moved,
and when it becomes known who covers the patient.
"""

from collections.abc import Sequence

from billing.application.bookkeeping import OpenBooks, keep_books
from billing.application.clinician_minutes import minutes_of
from billing.application.ports import Ports
from billing.domain.accounts import Account
from billing.domain.books import Books
from billing.domain.charges import Charge
from billing.domain.ids import EntryId
from billing.domain.obstacles import Obstacle
from billing.domain.visits import Visit
from careflow_service.upsert import upsert
from careflow_service.work import Transaction


def judged(visit: Visit, account: Account, tx: Transaction, ports: Ports) -> Visit:
    """The visit with what speaks against charging it."""
    return visit.judge(account, ports.practice, ports.day_of(visit.starts_at), now=tx.now)


async def judge_coverage(visits: Sequence[Visit], account: Account, tx: Transaction, ports: Ports) -> None:
    """Judges each anew; one that is blocked now is said."""
    for visit in visits:
        await upsert(ports.visits, visit, judged(visit, account, tx, ports), tx)


async def post_what_waited_for_coverage(
    waiting: Sequence[Charge], account: Account, opened: OpenBooks, tx: Transaction, ports: Ports
) -> None:
    """It is known who covers the patient: charges that waited for that and nothing else are owed, or blocked."""
    unknown = [each for each in waiting if Obstacle.COVERAGE_UNKNOWN in each.obstacles]
    if not unknown:
        return
    minutes = await minutes_of(ports, *(charge.rendered for charge in unknown))
    decided, packages = [], dict(opened.packages)
    for waiting_charge in unknown:
        rendered = waiting_charge.rendered
        terms = ports.terms(rendered, account, packages.values(), minutes.against(rendered))
        charge = waiting_charge.again(terms, EntryId(tx.new_id()), now=tx.now)
        minutes.keep(charge)
        if charge.package_id is not None:
            packages[charge.package_id] = packages[charge.package_id].use(charge, now=tx.now)
        decided.append(charge)

    def decision(books: Books) -> None:
        for charge in decided:
            books.charge(charge)

    await keep_books(opened.with_charges(unknown), decision, tx, ports)
    await minutes.save(tx)
