"""Random days of a clinic's calendar: patients, the front desk, clinicians and the waitlist do what they can do, in any
order; each has a module of `walks`.

After every step everything is checked that must always hold (`visit_invariants`). One seed is one walk, always the
same.
"""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final

from booking.application.commands.book_appointment import BookAppointment
from booking.domain.visits import VisitKind
from careflow_domain.errors import DomainError
from services.booking.tests.builders import ZONE
from services.booking.tests.inquiry_invariants import the_desk_is_told_again
from services.booking.tests.person_invariants import is_seen_to_where_somebody_is_away
from services.booking.tests.record_invariants import the_desk_knows_what_is_past_due
from services.booking.tests.visit_invariants import everything_has_ended, waits_for_what_is_in_the_way
from services.booking.tests.walks.asking import Asking

OFTEN: Final = (
    "prepares",
    "books_a_pair",
    "books_a_pair",
    "books_a_pair",
    "books_a_series",
    "moves_a_pair",
    "moves_a_pair",
)
OFTEN_TOO: Final = (
    "something_is_out_of_the_way",
    "something_is_out_of_the_way",
    "arrives",
    "is_called_about_an_offer",
    "somebody_is_away_who_is_offered",
    "something_comes_in_the_way_of_an_offer",
    "something_comes_in_the_way_of_an_offer",
    "integration_is_overdue",
    "visit_takes_place",
    "visit_takes_place",
    "joins_the_waitlist",
    "joins_the_waitlist",
    "calls_off_a_pair",
    "calls_off_a_pair",
    "visitor_asks",
    "details_change",
    "somebody_is_back",
    "visitor_books_a_call",
    "visitor_books_a_call",
    "visitor_calls_off",
    "visitor_calls_off",
    "records_are_merged",
    "records_are_merged",
    "erasure_is_asked_for",
    "erasure_is_asked_for",
    "asker_is_known",
    "share_is_there",
    "share_is_there",
    "share_is_there",
    "part_is_given",
    "part_is_given",
    "erasure_is_answered",
    "erasure_is_answered",
    "arrives",
    "arrives",
    "visit_takes_place",
    "integration_is_overdue",
    "integration_is_overdue",
)
LONG: Final = timedelta(days=400)


class Walk(Asking):
    """Everybody together, in one clinic from one seed."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self.steps: dict[str, Callable[[], Awaitable[None]]] = {
            name.removeprefix("step_"): getattr(self, name) for name in dir(self) if name.startswith("step_")
        }
        self.done: list[str] = []

    async def go(self, steps: int) -> None:
        """So many steps, after each what must hold; then what does when all is over."""
        for _ in range(2):
            await self.comes_prepared()
        self.holds()
        names = [*sorted(self.steps), *OFTEN, *OFTEN_TOO]
        for _ in range(steps):
            name = self.random.choice(names)
            self.done.append(name)
            try:
                await self.steps[name]()
            except DomainError as refused:
                self.done[-1] += f": {refused.code}"
            self.holds()
            if self.random.random() < 0.5:
                await self.timers_run()
                self.holds()
                the_desk_is_told_again(self.clinic, self.clinic.now)
                is_seen_to_where_somebody_is_away(self.clinic)
                the_desk_knows_what_is_past_due(self.clinic)
        self.clinic.now += LONG
        await self.timers_run()
        everything_has_ended(self.clinic)

    async def comes_prepared(self) -> None:
        """Into treatment, with a preparation tomorrow: without one there is little to be seen."""
        patient, hour = await self.comes_into_treatment(), 9 + 2 * len(self.patients)
        tomorrow = self.clinic.now.astimezone(ZONE).replace(hour=hour) + timedelta(days=1)
        await self.asks("book_appointment", BookAppointment(patient, self.wish(VisitKind.PREPARATION, tomorrow)))

    def holds(self) -> None:
        self.check()
        waits_for_what_is_in_the_way(self.clinic, {each: bool(self.in_the_way[each]) for each in self.patients})
