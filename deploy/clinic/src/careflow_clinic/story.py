"""What the demo tells: one patient from the free call through treatment to a superbill, until a clearance runs out.

Invariant: every claim is read back from the services or from the topics after it should be true; a claim that does not
hold makes the demo fail.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from careflow_clinic import chapters
from careflow_clinic.claims import Claims
from careflow_clinic.clinic import Person
from careflow_clinic.course import Course
from careflow_clinic.walk import Walk


@dataclass(frozen=True, slots=True)
class Told:
    """What came of it: the patient's course, the papers by file name, the patient's journal entries and the books'
    trial balance.
    """

    course: Course
    papers: dict[str, bytes]
    entries: list[dict[str, Any]] = field(repr=False)
    trial_balance: dict[str, Any] = field(repr=False)


async def tell(walk: Walk, claims: Claims, person: Person) -> Told:
    """The whole story. Raises when a step is refused; claims that do not hold are collected."""
    walk.chapter("The clinic opens")
    await walk.open_the_clinic()
    cleared = await chapters.screening(walk, claims, person)
    course = Course(walk, cleared)
    preparation, pairs = await chapters.planning(course, claims)
    estimate = await chapters.estimate(course, claims)
    sessions = await chapters.treatment(course, claims, preparation, pairs[:-1])
    superbill = await chapters.money(course, claims, sessions)
    await chapters.expiry(course, claims, pairs[-1])
    events = walk.clinic.events
    claims.that("no gap and no repeat in any stream", holds=not events.gaps and not events.repeats)
    return Told(
        course=course,
        papers={**estimate, **superbill},
        entries=await course.cashier.entries(cleared.patient),
        trial_balance=await course.cashier.trial_balance(),
    )
