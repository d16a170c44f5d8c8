"""Books the dosing visits of a plan, each with its integration: one transaction and one result a pair."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from booking.application.commands.book_dosing import BookDosing, BookDosingHandler
from booking.application.front_desk import FrontDesk
from booking.application.ownership import check_own
from booking.application.results import Pair
from booking.application.scheduling import Wish
from booking.domain.ids import PlanId
from booking.domain.intervals import local_instant
from careflow_domain.errors import DomainError, conflict, invalid
from careflow_service.identity import Actor, RequestKey
from careflow_service.work import Committed


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """The first pair, and how the others repeat it at the same time of day; by the plan's cadence if no step is
    named.
    """

    dosing: Wish
    integration: Wish
    pairs: int
    every_days: int | None = None


@dataclass(frozen=True, slots=True)
class BookSeries:
    plan_id: PlanId
    pattern: Pattern


@dataclass(frozen=True, slots=True)
class PairResult:
    """What became of one pair: booked, or refused and why."""

    dosing_at: datetime
    integration_at: datetime
    booked: Committed[Pair] | None = None
    refusal: DomainError | None = None


@dataclass(frozen=True, slots=True)
class BookSeriesHandler:
    """Raises `plan_not_found`, `plan_not_current` and `series_too_long`; what keeps one pair from being booked is its
    result. The same request again books what was refused and repeats the rest.
    """

    desk: FrontDesk

    async def __call__(self, command: BookSeries, actor: Actor, request: RequestKey) -> Sequence[PairResult]:
        path = await self.desk.ports.care_paths.of_plan(command.plan_id)
        check_own(actor, path.id, "plan")
        plan = path.course.plan
        if plan is None or plan.id != command.plan_id:
            raise conflict("plan_not_current", "Another plan of this patient has taken the place of this one.")
        pattern, longest = command.pattern, self.desk.ports.policy.longest_series.value
        if pattern.pairs > longest:
            raise invalid("series_too_long", "Book fewer pairs at once.", most=longest)
        step = pattern.every_days or plan.terms.cadence_days
        results = []
        for number in range(pattern.pairs):
            days = timedelta(days=step * number)
            pair = BookDosing(path.id, self._later(pattern.dosing, days), self._later(pattern.integration, days))
            results.append(await self._result(pair, actor, replace(request, key=f"{request.key}/{number}")))
        return results

    async def _result(self, pair: BookDosing, actor: Actor, request: RequestKey) -> PairResult:
        times = (pair.dosing.starts_at, pair.integration.starts_at)
        try:
            return PairResult(*times, booked=await BookDosingHandler(self.desk)(pair, actor, request))
        except DomainError as refusal:
            return PairResult(*times, refusal=refusal)

    def _later(self, wish: Wish, days: timedelta) -> Wish:
        first = wish.starts_at.astimezone(self.desk.ports.zone)
        return replace(wish, starts_at=local_instant(first.date() + days, first.time(), self.desk.ports.zone))
