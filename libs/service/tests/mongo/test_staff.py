"""Who works here is called by name wherever somebody reads who did what."""

from datetime import timedelta

import pytest

from careflow_service.clock import wall_clock
from careflow_service.identity import Actor, Role
from careflow_service.mongo.staff import HEARD, OFFERED_FOR, STAFF, Staff
from careflow_service.mongo.store import Store

pytestmark = pytest.mark.store

PAULA = Actor("8b1c", frozenset({Role.PRESCRIBER}))
JOY = Actor("77aa", frozenset({Role.NURSE}))


async def test_whoever_logged_in_is_called_what_the_provider_calls_them(store: Store) -> None:
    here, elsewhere = Staff(store.database, wall_clock), Staff(store.database, wall_clock)
    await here.came_in(PAULA, "Paula Prescriber")
    assert (here.called("8b1c"), elsewhere.called("8b1c")) == ("Paula Prescriber", "8b1c")
    await elsewhere.read()
    assert elsewhere.called("8b1c") == "Paula Prescriber"

    await here.came_in(PAULA, None)
    assert here.called("8b1c") == "Paula Prescriber", "a provider that says no name takes none away"
    await here.came_in(PAULA, "Paula Smith")
    assert here.called("8b1c") == "Paula Smith"
    assert await store.database[STAFF].count_documents({}) == 1


async def test_whoever_never_logged_in_is_called_as_booking_says_until_a_login_says_otherwise(store: Store) -> None:
    staff = Staff(store.database, wall_clock)
    await store.database[HEARD].insert_many([{"_id": "8b1c", "name": "Paula Prescriber"}, {"_id": "x", "name": "Ann"}])
    await staff.read()
    assert (staff.called("8b1c"), staff.meant("paula prescriber")) == ("Paula Prescriber", "8b1c")
    assert staff.holding() == (), "nobody is offered who never came in"

    await staff.came_in(PAULA, "Dr. P. Prescriber")
    await staff.read()
    assert (staff.called("8b1c"), staff.called("x")) == ("Dr. P. Prescriber", "Ann")


async def test_two_of_one_name_are_told_apart(store: Store) -> None:
    staff = Staff(store.database, wall_clock)
    await staff.came_in(PAULA, "Ana Ruiz")
    assert staff.called("8b1c") == "Ana Ruiz"
    await staff.came_in(JOY, "ana  ruiz")
    assert (staff.called("8b1c"), staff.called("77aa")) == ("Ana Ruiz (8b1c)", "ana  ruiz (77aa)")
    assert staff.alike("8b1c", "77aa")
    assert not staff.alike("8b1c", "8b1c"), "that is one login"
    assert not staff.alike("8b1c", "nobody")
    assert staff.meant("Ana Ruiz") == "Ana Ruiz", "nobody knows which of the two"
    assert staff.meant("ana ruiz (8B1C)") == "8b1c"


async def test_a_name_that_only_looks_the_same_is_told_apart_too(store: Store) -> None:
    staff, other = Staff(store.database, wall_clock), "\N{CYRILLIC CAPITAL LETTER A}nn Lee"
    await staff.came_in(PAULA, "Ann Lee")
    await staff.came_in(JOY, other)

    assert (staff.called("8b1c"), staff.called("77aa")) == ("Ann Lee (8b1c)", f"{other} (77aa)")
    assert staff.alike("8b1c", "77aa"), "nobody can tell one person with two logins from two"


async def test_nobody_but_people_who_work_here_has_a_name(store: Store) -> None:
    staff = Staff(store.database, wall_clock)
    await staff.came_in(Actor("p1", frozenset({Role.PATIENT}), patient_id="p1"), "Ana Rivera")
    await staff.came_in(Actor("wall", frozenset({Role.WALL_SCREEN})), "Screen")
    assert await store.database[STAFF].count_documents({}) == 0
    assert [staff.called(each) for each in ("p1", "wall", "client:edi", "system:timers")] == [
        "p1",
        "wall",
        "client:edi",
        "CareFlow",
    ]


async def test_those_who_came_lately_in_a_role_are_offered_by_name(store: Store) -> None:
    now = wall_clock()
    staff = Staff(store.database, lambda: now)
    await staff.came_in(PAULA, "Paula Prescriber")
    await staff.came_in(JOY, "Joy Nurse")
    assert [each.id for each in staff.holding()] == ["77aa", "8b1c"]
    assert [each.label for each in staff.holding(Role.PRESCRIBER, Role.MEDICAL_DIRECTOR)] == ["Paula Prescriber"]
    assert staff.meant(" paula PRESCRIBER ") == "8b1c"
    assert staff.meant("somebody") == "somebody"
    now += OFFERED_FOR + timedelta(seconds=1)
    assert staff.holding() == ()
    assert staff.called("8b1c") == "Paula Prescriber", "what they did stays theirs"
