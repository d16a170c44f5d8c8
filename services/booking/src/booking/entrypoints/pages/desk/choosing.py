"""A time is chosen at the desk: among the free ones, or as somebody wishes it by the clinic's clock; after a dosing
visit one for its integration.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Final

from fastapi import Query

from booking.application.queries.find_openings import FindOpenings
from booking.application.use_cases import Booking
from booking.domain.availability import Opening
from booking.domain.ids import PatientId, PractitionerId
from booking.domain.intervals import local_instant
from booking.domain.visits import Modality, VisitKind
from booking.entrypoints.pages.free_times import free_times
from careflow_service.identity import Actor
from careflow_service.pages.refusing import Refused, refusal_of
from careflow_service.pages.site import Site

WITHOUT_PLAN: Final = timedelta(days=7)
"""How far behind a dose an integration is looked for where no plan says how soon it must be."""

Typed = Annotated[str | None, Query(max_length=32)]
"""A time as somebody typed it, by the clinic's clock."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Searched:
    """Whose visit of which kind, how, and with whom if it must be somebody."""

    patient_id: PatientId
    kind: VisitKind
    modality: Modality
    provider: PractitionerId | None = None

    def between(self, starts_from: datetime, starts_before: datetime) -> FindOpenings:
        return FindOpenings(
            kind=self.kind,
            modality=self.modality,
            patient_id=self.patient_id,
            provider=self.provider,
            starts_from=starts_from,
            starts_before=starts_before,
        )


@dataclass(frozen=True, slots=True)
class Found:
    """What a page of free times shows; none where such a visit is `refused` altogether."""

    free: dict[str, Any]
    refused: Refused | None = None


async def times_for(
    searched: Searched, app: Booking, actor: Actor, pages: Site, *, first: date | None, day: date | None
) -> Found:
    """The days with free times, and those of one of them."""
    refused: list[Refused] = []

    async def search(since: datetime, before: datetime) -> Sequence[Opening]:
        openings: list[Opening] = []

        async def found() -> None:
            openings.extend(await app.find_openings(searched.between(since, before), actor))

        refused.extend(filter(None, [await refusal_of(found())]))
        return openings

    free = await free_times(
        search,
        first=first,
        day=day,
        now=pages.clock(),
        clock=pages.zone,
        horizon=app.ports.policy.horizon,
    )
    return Found(free, refused[0] if refused else None)


async def integration_times(
    dosing: Searched, dosing_at: datetime, modality: Modality, app: Booking, actor: Actor, pages: Site, day: date | None
) -> dict[str, Any]:
    """The same for the integration after a dose at that time, as soon as the plan wants it, and not while the dose is
    given: that it is to be, the calendar does not know yet.
    """
    plan = (await app.read_care_path(dosing.patient_id, actor)).path.course.plan
    # By the clock on the wall: where clocks are set in between, the last hours are the gate's to judge.
    latest = dosing_at + (plan.terms.integration_within if plan else WITHOUT_PLAN) + timedelta(hours=1)
    integration = replace(dosing, kind=VisitKind.INTEGRATION, modality=modality, provider=None)

    async def search(since: datetime, before: datetime) -> Sequence[Opening]:
        last = min(before, latest)
        return await app.find_openings(integration.between(since, last), actor) if since < last else ()

    first = max(pages.clock(), app.find_openings.over_at(dosing.kind, dosing.modality, dosing_at))
    return await free_times(
        search, first=None, day=day, now=first, clock=pages.zone, horizon=max(latest - first, timedelta())
    )


def typed_moment(at: str | None, pages: Site) -> datetime | None:
    """What was typed, as an instant; None for what is no date with a time."""
    try:
        typed = datetime.fromisoformat(at or "")
    except ValueError:
        return None
    if not date(2000, 1, 1) <= typed.date() <= date(2199, 12, 31) or typed.tzinfo is not None:
        return None
    return local_instant(typed.date(), typed.time(), pages.zone)
