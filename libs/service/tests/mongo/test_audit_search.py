"""Who saw this patient, and what else the audit trail is asked."""

from datetime import datetime, timedelta
from types import NoneType

import pytest

from careflow_events.contracts.codes import CareStage
from careflow_service.clock import wall_clock
from careflow_service.identity import Actor, Role
from careflow_service.ids import new_id
from careflow_service.mongo.audit import AUDIT, AuditTrail, Outcome
from careflow_service.mongo.audit_review import AuditReview
from careflow_service.mongo.store import Store
from careflow_service.oversight import Oversight, overseen
from careflow_service.testing.store import SetClock
from careflow_service.work import Transaction
from libs.service.tests.clinic import a_care_path, care_paths

pytestmark = pytest.mark.store

NURSE = Actor("nurse-7", frozenset({Role.NURSE}))
BILLER = Actor("biller-1", frozenset({Role.BILLER}))


@pytest.fixture
def trail(store: Store, clock: SetClock) -> AuditTrail:
    return AuditTrail(store.database, store.keys.lines.audit, wall_clock=clock, new_id=new_id)


@pytest.fixture
def review(store: Store, trail: AuditTrail, clock: SetClock) -> AuditReview:
    return AuditReview(store.database, trail, store.audit_seals, store.keys.proofs, wall_clock=clock)


async def test_what_was_done_and_what_was_read_is_found_by_whose_it_was(store: Store) -> None:
    path, other = a_care_path(), a_care_path()
    paths = care_paths(store)

    async def open_both(tx: Transaction) -> None:
        await paths.add(path.reach(CareStage.SCREENING), tx)

    await store.work.run(open_both, by=NURSE, action="open_care_path", returns=NoneType)
    with overseen(Oversight(asks_whose=False, is_audited=True)):
        await paths.looked.find(path.id)
        await store.audit.read(BILLER, "read_care_path", f"care_paths/{path.id}")

    found = await store.audit_review.search(whose=path.patient_id, limit=10)
    assert [(each.actor, each.outcome) for each in found.items] == [
        ("biller-1", Outcome.READ),
        ("nurse-7", Outcome.DONE),
    ]
    assert (await store.audit_review.search(whose=other.patient_id, limit=10)).items == ()


async def test_what_is_named_by_its_patient_is_found_without_having_been_loaded(store: Store) -> None:
    patient = new_id()
    await store.audit.denied(NURSE, "call", "GET /v1/accounts/{patient_id}", f"accounts/{patient}")

    (entry,) = (await store.audit_review.search(whose=patient, limit=10)).items

    assert (entry.outcome, entry.touched) == (Outcome.DENIED, ["GET /v1/accounts/{patient_id}", f"accounts/{patient}"])


async def test_an_entry_does_not_tell_whom_it_is_about(store: Store) -> None:
    path, paths = a_care_path(), care_paths(store)
    with overseen(Oversight(asks_whose=False, is_audited=True)):
        await store.work.run(lambda tx: paths.add(path, tx), by=NURSE, action="open", returns=NoneType)
        await paths.looked.find(path.id)
        await store.audit.read(NURSE, "read_care_path", f"care_paths/{path.id}")

    entries = await store.database[AUDIT].find().to_list()
    assert len(entries) == 2
    assert all(entry["whose"] and path.patient_id not in str(entry) for entry in entries)


async def test_it_is_narrowed_by_somebody_an_outcome_and_a_time(
    trail: AuditTrail, review: AuditReview, clock: SetClock
) -> None:
    start = clock()
    for hour, (actor, denied) in enumerate([(NURSE, False), (BILLER, True), (NURSE, True)]):
        clock.now = start + timedelta(hours=hour)
        await (trail.denied if denied else trail.read)(actor, "read_case", "cases/c1")

    def after(number: int) -> datetime:
        return start + timedelta(hours=number)

    async def hours(**how: object) -> list[int]:
        found = await review.search(limit=10, **how)  # type: ignore[arg-type]
        return [round((each.at - start) / timedelta(hours=1)) for each in found.items]

    assert await hours() == [2, 1, 0]
    assert await hours(actor="nurse-7") == [2, 0]
    assert await hours(outcome=Outcome.DENIED) == [2, 1]
    assert await hours(since=after(1), until=after(2)) == [1]
    assert await hours(actor="nurse-7", outcome=Outcome.DENIED, whose="c1") == [2]


async def test_pages_follow_each_other_without_a_gap_also_within_one_instant(
    trail: AuditTrail, review: AuditReview
) -> None:
    for _ in range(5):
        await trail.read(NURSE, "read_case", "cases/c1")

    found: list[str] = []
    after = None
    while found == [] or after is not None:
        page = await review.search(whose="c1", limit=2, after=after)
        found += [each.id for each in page.items]
        after = page.next

    assert (len(found), sorted(set(found), reverse=True)) == (5, found)


async def test_an_entry_shows_the_number_of_its_seal(store: Store) -> None:
    await store.audit.read(NURSE, "read_case", "cases/c1")
    assert abs(wall_clock() - (await store.audit_review.search(limit=1)).items[0].at) < timedelta(minutes=1)
    await store.audit_seals.seal()
    await store.audit.read(NURSE, "read_case", "cases/c1")

    assert [each.seal for each in (await store.audit_review.search(limit=2)).items] == [None, 1]
