"""Booking's application as it is wired, without a store: `bootstrap` with its adapters in memory."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Final, cast
from unittest.mock import MagicMock, patch

from booking import bootstrap
from booking.application.letters import Letter
from booking.domain.appointments import Appointment
from booking.domain.calendar import Calendar, CalendarDay, DayKey
from booking.domain.channels import Channel
from booking.domain.intervals import Interval
from booking.domain.messages import Message, Outcome
from booking.domain.patient_details import PatientDetails
from booking.domain.states import Status
from booking.domain.waitlist import WaitlistStatus
from booking.settings import BookingSettings
from booking.subscriptions import SUBSCRIPTIONS
from careflow_events.contracts.model import EventData
from careflow_events.subscription import Received
from careflow_service.identity import Actor, Role
from careflow_service.listed import Listed
from careflow_service.service import Resources
from careflow_service.testing.erasing import Asked
from careflow_service.testing.in_memory import Kept, Units
from services.booking.tests.builders import LOCATION, NOW, POLICY, ZONE

COORDINATOR: Final = Actor(id="cora", roles=frozenset({Role.COORDINATOR}))
REACTIONS: Final = {each.contract: each.reaction for each in SUBSCRIPTIONS}
Due = tuple[datetime, str]


class Ordered(Kept[Any]):
    """Aggregates that are also asked for by time, a page at a time: the place of one is its time and its id."""

    def earliest(self, at: Callable[[Any], datetime | None]) -> Due | None:
        return min(((when, each.id) for each in self.all.values() if (when := at(each)) is not None), default=None)

    def page(self, found: Sequence[Any], at: Callable[[Any], datetime], limit: int, after: str | None) -> Listed[Any]:
        def place(each: Any) -> str:
            return f"{at(each).isoformat()} {each.id}"

        rest = sorted((each for each in found if after is None or place(each) > after), key=place)
        return Listed(tuple(rest[:limit]), place(rest[limit - 1]) if len(rest) > limit else None)


class Appointments(Ordered):
    def __init__(self, tell: Callable[[Appointment, Any], Awaitable[None]]) -> None:
        super().__init__("appointment")
        self.tell = tell

    async def add(self, aggregate: Appointment, /, tx: Any) -> None:
        await super().add(aggregate, tx)
        await self.tell(aggregate, tx)

    async def save(self, aggregate: Appointment, /, *, expecting: int, tx: Any) -> None:
        await super().save(aggregate, expecting=expecting, tx=tx)
        await self.tell(aggregate, tx)

    async def holds_of(self, patient_id: str) -> list[Appointment]:
        return self.listed(lambda each: each.patient_id == patient_id and each.held_until is not None)

    async def booked(self, starts: Interval, limit: int, after: str | None) -> Listed[Appointment]:
        found = self.listed(
            lambda each: _to_come(each) and starts.start <= each.starts_at < starts.end,
        )
        return self.page(found, lambda each: each.starts_at, limit, after)

    async def coming(self, patient_id: str, since: datetime, limit: int) -> list[Appointment]:
        found = self.listed(lambda each: each.patient_id == patient_id and _to_come(each) and each.starts_at > since)
        return sorted(found, key=lambda each: each.starts_at)[:limit]

    async def next_lapse(self) -> Due | None:
        return self.earliest(lambda each: each.held_until)

    async def next_cancellation(self) -> Due | None:
        return self.earliest(lambda each: each.cancels_at if each.status is Status.BOOKED else None)

    async def next_day_end(self) -> Due | None:
        return self.earliest(lambda each: each.day_ends if _to_come(each) else None)

    async def next_reminder(self) -> Due | None:
        return self.earliest(lambda each: each.next_reminder(POLICY))


class Waitlist(Ordered):
    async def waiting_of(self, patient_id: str) -> tuple[Any, ...]:
        return tuple(self.listed(lambda each: each.patient_id == patient_id and each.open))

    async def next_end(self) -> Due | None:
        return self.earliest(lambda each: each.ends_at)

    async def next_in_line(self, kind: object, after: str | None) -> tuple[Any, str] | None:
        waiting = self.listed(lambda each: each.kind is kind and each.status is WaitlistStatus.WAITING)
        found = self.page(waiting, lambda each: each.joined_at, 1, after).items
        return (found[0], f"{found[0].joined_at.isoformat()} {found[0].id}") if found else None


class Timed(Ordered):
    def __init__(self, what: str, at: Callable[[Any], datetime | None]) -> None:
        super().__init__(what)
        self.at = at

    async def next_due(self) -> Due | None:
        return self.earliest(self.at)


class Messages(Timed):
    async def planned_of(self, patient_id: str) -> list[Message]:
        return self.listed(lambda each: each.patient_id == patient_id and each.attempt_at is not None)


class Staff(Kept[Any]):
    """Those who work here, or the rooms there are."""

    async def active(self) -> tuple[Any, ...]:
        return tuple(each for each in self.all.values() if each.active)

    async def next_to_tell(self) -> str | None:
        return None


class Patients(Kept[Any]):
    async def several(self, patient_ids: Sequence[str]) -> tuple[Any, ...]:
        return tuple(self.all[each] for each in patient_ids if each in self.all)

    async def alike(self, details: PatientDetails) -> tuple[str, ...]:
        def same(each: Any) -> bool:
            known = each.details
            reached = {known.email, known.phone} & {details.email, details.phone} - {None}
            return known.birth_date == details.birth_date and bool(reached)

        return tuple(each.id for each in self.listed(same))

    async def next_to_tell(self) -> str | None:
        return None


class CarePaths(Kept[Any]):
    async def of_plan(self, plan_id: str) -> Any:
        return next(each for each in self.all.values() if any(plan.id == plan_id for plan in each.course.plans))


class CalendarDays:
    """A day is written on the version that was loaded, and is on the next one afterwards."""

    def __init__(self) -> None:
        self.all: dict[DayKey, CalendarDay] = {}
        self.put: dict[DayKey, CalendarDay] = {}

    async def look(self, keys: Sequence[DayKey]) -> Calendar:
        return Calendar(ZONE, {key: self.all[key] for key in keys if key in self.all})

    async def load(self, keys: Sequence[DayKey]) -> Calendar:
        known = {**self.all, **self.put}
        return Calendar(ZONE, {key: known[key] for key in keys if key in known})

    async def save(self, changed: Sequence[CalendarDay], tx: object) -> None:
        for day in changed:
            known = self.all.get(day.key)
            assert day.version == (known.version if known else 0), "claimed on a day nobody loaded"
            self.put[day.key] = day

    def commit(self) -> None:
        self.all.update({key: replace(day, version=day.version + 1) for key, day in self.put.items()})
        self.put.clear()


class Nothing(Kept[Any]):
    """Of which nothing is ever due."""

    async def next_due(self) -> None: ...
    async def next_late(self) -> None: ...
    async def next_told(self) -> None: ...
    async def next_waiting(self, channel: object) -> None: ...


class Records:
    """Everything that other services said of a patient was taken in."""

    async def complete(self, patient_id: str) -> bool:
        return True


@dataclass(slots=True)
class Post:
    """Carries letters, or what `outcome` says becomes of them."""

    outcome: Callable[[], Outcome] = lambda: Outcome.SENT
    sent: list[Letter] = field(default_factory=list)

    async def carry(self, letter: Letter, *, to: str) -> Outcome:
        outcome = self.outcome()
        if outcome is Outcome.SENT:
            self.sent.append(letter)
        return outcome


class Unlimited:
    """Nobody is counted here."""

    async def take(self, *_: object) -> None: ...


def _to_come(each: Appointment) -> bool:
    return each.status is Status.BOOKED and not each.unmarked


@dataclass(slots=True)
class InMemory(Units):
    """One clinic's booking."""

    now: datetime = NOW
    post: Post = field(default_factory=Post)
    kept: dict[str, Any] = field(init=False)
    app: Any = field(init=False)

    def __post_init__(self) -> None:
        appointments: list[Appointments] = []

        def telling(*given: Any) -> Appointments:
            appointments.append(Appointments(given[-1]))
            return appointments[-1]

        self.kept = {
            "Patients": Patients("patient"),
            "Practitioners": Staff("practitioner"),
            "Rooms": Staff("room"),
            "Messages": Messages("message", lambda each: each.attempt_at),
            "Consents": Kept("consents"),
            "CarePaths": CarePaths("care_path"),
            "Waitlist": Waitlist("waitlist_entry"),
            "FreedTimes": Timed("freed_time", lambda each: each.due_at),
            "FitnessChecks": Timed("fitness_check", lambda each: each.due_at),
            "CalendarDays": CalendarDays(),
            "Alarms": Nothing("alarm"),
            "Inquiries": Kept("inquiry"),
            "ColleagueNames": Kept("colleague"),
            "Erasures": Nothing("erasure"),
            "RecordRequests": Nothing("record_request"),
        }
        fixed = {f"Mongo{name}": (lambda *_, each=each: each) for name, each in self.kept.items()}
        settings = BookingSettings.model_construct(
            clinic_timezone=ZONE, clinic_location_id=LOCATION, content_dir=None, public_address=None
        )
        resources: Any = MagicMock(
            spec=Resources, settings=settings, work=self, clock=lambda: self.now, erasing=Asked(), limits=Unlimited()
        )
        replaced = {
            **fixed,
            "MongoAppointments": telling,
            "MongoRecords": lambda *_: Records(),
            "HashedCalendarDays": MagicMock(),
            "carriers": lambda *_: {Channel.EMAIL: self.post, Channel.SMS: self.post},
        }
        with ExitStack() as stack:
            for name, instead in replaced.items():
                stack.enter_context(patch.object(bootstrap, name, instead))
            self.app = bootstrap.bootstrap(resources)
        self.kept["Appointments"] = appointments[0]
        self.stores = list(self.kept.values())

    def all(self, name: str) -> list[Any]:
        return list(self.kept[name].all.values())

    @property
    def today(self) -> date:
        return self.now.astimezone(ZONE).date()

    async def hear(self, data: EventData) -> None:
        event = Received(data, "id", "subject", self.now, "stream", 1, None, None)
        await self.unit(lambda tx: REACTIONS[type(data)](event, tx, self.app.ports))

    async def asks(self, command: str, wish: object, *, by: Actor = COORDINATOR, request: Any = None) -> Any:
        """What whoever asks is answered."""
        done = await getattr(self.app, command)(wish, by, request)
        return done.value if hasattr(done, "value") else done

    def keep(self, name: str, *aggregates: Any) -> None:
        """They have always been there."""
        for each in aggregates:
            cast("Any", self.kept[name]).all[each.id] = replace(each, facts=())
