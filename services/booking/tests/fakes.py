"""Booking's application as it is wired, without a store: `bootstrap` with its adapters in memory."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from hashlib import sha256
from typing import Any, Final, cast
from unittest.mock import MagicMock, patch

from pydantic import HttpUrl

from booking import bootstrap
from booking.application.letters import Letter
from booking.domain.appointments import Appointment
from booking.domain.calendar import Calendar, CalendarDay, DayKey, Resource, ResourceKind
from booking.domain.channels import Channel
from booking.domain.erasures import Erasure, erasure_under_way
from booking.domain.messages import Message, Outcome
from booking.domain.patient_details import PatientDetails
from booking.domain.record_requests import RecordRequest
from booking.domain.states import Status
from booking.domain.waitlist import WaitlistStatus
from booking.settings import BookingSettings
from booking.subscriptions import SUBSCRIPTIONS
from careflow_events.closing import Closing
from careflow_events.contracts.model import EventData
from careflow_events.subscription import Received
from careflow_service.identity import Actor, Role
from careflow_service.listed import Listed
from careflow_service.service import Resources
from careflow_service.testing.in_memory import Kept, Units
from careflow_service.work import Committed
from services.booking.tests.builders import LOCATION, NOW, POLICY, ZONE

COORDINATOR: Final = Actor(id="cora", roles=frozenset({Role.COORDINATOR}))
REACTIONS: Final = {each.contract: each.reaction for each in SUBSCRIPTIONS}
OF_THEMSELVES: Final = ("Patients", "CarePaths", "Consents")
"""Found by the patient's own id."""
DESK: Final = {Channel.EMAIL: "desk@example.org", Channel.SMS: "+14155550100"}
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

    async def several(self, appointment_ids: Sequence[str]) -> tuple[Appointment, ...]:
        found = (self.all[each] for each in appointment_ids if each in self.all)
        return tuple(sorted(found, key=lambda each: (each.starts_at, each.id)))

    async def whose(self, appointment_id: str) -> str | None:
        found = self.all.get(appointment_id)
        return None if found is None else found.patient_id

    async def holds_of(self, patient_id: str) -> list[Appointment]:
        return self.listed(lambda each: each.patient_id == patient_id and each.held_until is not None)

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

    async def forget(self, patient_id: str, days: Sequence[date]) -> None:
        for day in days:
            self.all.pop(DayKey(Resource(ResourceKind.PATIENT, patient_id), day), None)


class Alarms(Timed):
    async def next_waiting(self, channel: object) -> Due | None:
        return self.earliest(lambda each: each.waits_since if each.channel is channel else None)


class Erasures(Ordered):
    async def latest_of(self, patient_id: str) -> Erasure | None:
        return max(
            self.listed(lambda each: each.patient_id == patient_id),
            key=lambda each: (each.asked_at, each.id),
            default=None,
        )

    async def next_late(self) -> Due | None:
        return self.earliest(lambda each: each.late_at)


class RecordRequests(Ordered):
    async def open_of(self, patient_id: str) -> list[RecordRequest]:
        return self.listed(lambda each: each.patient_id == patient_id and each.open)

    async def next_told(self) -> Due | None:
        return self.earliest(lambda each: each.tell_at)


class NoDisclosures:
    """Nothing of a record was ever handed out."""

    async def all_of(self, patient_id: str) -> tuple[()]:
        return ()


class Closings:
    """Whose records are closed, and how far: see `careflow_service.erasing.Erasing`."""

    def __init__(self) -> None:
        self.all: dict[str, Closing] = {}
        self.put: dict[str, Closing | None] = {}

    def close(self, patient_id: str, /) -> None:
        self.put[patient_id] = Closing.ASKED

    def open(self, patient_id: str, /) -> None:
        self.put[patient_id] = None

    def erase(self, patient_id: str, /) -> None:
        self.put[patient_id] = Closing.ERASED

    def commit(self) -> None:
        for patient_id, closing in self.put.items():
            if closing is None:
                self.all.pop(patient_id, None)
            else:
                self.all[patient_id] = closing
        self.put.clear()


class Records:
    """Everything that other services said of a patient was taken in."""

    async def complete(self, patient_id: str) -> bool:
        return True


@dataclass(frozen=True, slots=True)
class Carried:
    """A letter that arrived, and where."""

    letter: Letter
    to: str


@dataclass(slots=True)
class Post:
    """Carries letters, or what `outcome` says becomes of them."""

    outcome: Callable[[], Outcome] = lambda: Outcome.SENT
    sent: list[Carried] = field(default_factory=list)

    async def carry(self, letter: Letter, *, to: str) -> Outcome:
        outcome = self.outcome()
        if outcome is Outcome.SENT:
            self.sent.append(Carried(letter, to))
        return outcome


class Hashed:
    """Hashes of everybody's, with no key: here nobody makes a link up."""

    def of(self, purpose: str, normalised: str) -> str:
        return sha256(f"{purpose} {normalised}".encode()).hexdigest()

    def counting(self, purpose: str, normalised: str) -> list[str]:
        return [self.of(purpose, normalised)]

    def holds(self, *_: object) -> None: ...


class Unlimited:
    """Nobody is counted here."""

    async def take(self, *_: object) -> None: ...


def owner(name: str, each: Any) -> str | None:
    """Whose this is, of what is kept under that name; nobody's, what is of no patient."""
    if name in OF_THEMSELVES:
        return str(each.id)
    whose = getattr(each, "patient_id", None)
    return None if whose is None else str(whose)


def _to_come(each: Appointment) -> bool:
    return each.status is Status.BOOKED and not each.unmarked


@dataclass(slots=True)
class InMemory(Units):
    """One clinic's booking."""

    now: datetime = NOW
    post: Post = field(default_factory=Post)
    closings: Closings = field(default_factory=Closings)
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
            "Alarms": Alarms("alarm", lambda each: each.attempt_at),
            "Inquiries": Kept("inquiry"),
            "ColleagueNames": Kept("colleague"),
            "Erasures": Erasures("erasure"),
            "RecordRequests": RecordRequests("record_request"),
        }
        fixed = {f"Mongo{name}": (lambda *_, each=each: each) for name, each in self.kept.items()}
        settings = BookingSettings.model_construct(
            clinic_timezone=ZONE,
            clinic_location_id=LOCATION,
            content_dir=None,
            public_url=HttpUrl("https://clinic.example"),
            desk_email=DESK[Channel.EMAIL],
            desk_phone=DESK[Channel.SMS],
        )
        resources: Any = MagicMock(
            spec=Resources,
            settings=settings,
            work=self,
            clock=lambda: self.now,
            erasing=self.closings,
            limits=Unlimited(),
            blind_index=Hashed(),
        )
        replaced = {
            **fixed,
            "MongoAppointments": telling,
            "MongoRecords": lambda *_: Records(),
            "MongoDisclosures": lambda *_: NoDisclosures(),
            "HashedCalendarDays": MagicMock(),
            "carriers": lambda *_: {Channel.EMAIL: self.post, Channel.SMS: self.post},
        }
        with ExitStack() as stack:
            for name, instead in replaced.items():
                stack.enter_context(patch.object(bootstrap, name, instead))
            self.app = bootstrap.bootstrap(resources)
        self.kept["Appointments"] = appointments[0]
        self.stores = [*self.kept.values(), self.closings]

    def all(self, name: str) -> list[Any]:
        return list(self.kept[name].all.values())

    @property
    def today(self) -> date:
        return self.now.astimezone(ZONE).date()

    async def run(self, fn: Callable[[Any], Awaitable[Any]], **how: object) -> Committed[Any]:
        """A command, which writes nothing about whom it was asked to erase."""

        async def unless_closed(tx: Any) -> Any:
            value = await fn(tx)
            if self._written_about() & (self.closings.all.keys() - self.closings.put.keys()):
                raise erasure_under_way()
            return value

        return await Units.run(self, unless_closed, **how)

    def _written_about(self) -> set[str]:
        return {
            whose for name, store in self.kept.items() for each in store.put.values() if (whose := owner(name, each))
        }

    async def unit(self, fn: Callable[[Any], Awaitable[Any]]) -> Any:
        """Of whoever it erases nothing is left."""
        value = await Units.unit(self, fn)
        for patient_id in [each for each, how in self.closings.all.items() if how is Closing.ERASED]:
            await self._destroy(patient_id)
        return value

    async def _destroy(self, patient_id: str) -> None:
        assert bootstrap.SERVICE.forgets is not None
        await bootstrap.SERVICE.forgets(self.app, patient_id)
        for name, store in self.kept.items():
            if name != "Erasures":
                for each in [each for each, kept in store.all.items() if owner(name, kept) == patient_id]:
                    del store.all[each]
        self.closings.all[patient_id] = Closing.DESTROYED

    async def hear(self, data: EventData) -> None:
        """What is said of whoever was erased has no effect."""
        closing = self.closings.all.get(getattr(data, "patient_id", ""))
        if closing is not None and closing.for_good:
            return
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
