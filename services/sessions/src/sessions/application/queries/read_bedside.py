"""Reads what the team looks at while it works: who comes today, and one session with everything a dose rests on.

Nothing here decides anything: the gate that is shown is asked again by every command. Who read it is kept.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from careflow_domain.errors import not_found
from careflow_service.identity import Actor
from careflow_service.telling_apart import told_apart
from careflow_service.work import side_by_side
from sessions.application.ask_gate import ask_gate
from sessions.application.medication import Offer, offers, situation
from sessions.application.ports import Ports
from sessions.domain.adverse_events import AdverseEvent
from sessions.domain.clinic_day import clinic_day, day_bounds
from sessions.domain.drug_entries import Draw, Entry
from sessions.domain.drug_log import Container
from sessions.domain.gate import Gate
from sessions.domain.ids import ContainerId, EntryId, LocationId, PackageId, SessionId, StaffId
from sessions.domain.medication import MedicationRecord
from sessions.domain.medicine_giving import Situation
from sessions.domain.patients import PatientDetails
from sessions.domain.policy import RoutePolicy
from sessions.domain.sessions import Session
from sessions.domain.states import SessionState
from sessions.domain.words import VisitKind

MOST_WAITING = 200
"""Sessions with an order that waits: the most urgent stand on the page of the day, all of them in a list of theirs."""
OFF = frozenset({SessionState.CANCELLED})


@dataclass(frozen=True, slots=True, kw_only=True)
class TodayLine:
    """One session. `who` is as little as tells two patients of the list apart; None for somebody booking has not been
    heard of. `mine`: the reader is booked for it, or in it.
    """

    session: Session
    who: str | None = field(repr=False)
    mine: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsigned:
    """An order taken by word in a session that its prescriber has not answered."""

    session_id: SessionId
    prescriber: StaffId
    sign_by: datetime
    late: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ToReview:
    """A session with a dose outside the gate, a medicine outside its order, or therapy that was held otherwise, which
    somebody is to review.
    """

    session_id: SessionId
    review_by: datetime
    late: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Today:
    """The reader's sessions first, then by when they start. `elsewhere` are other locations with sessions on that
    day; `unsigned` the orders of any day that the reader is to sign, and those of everybody that are late,
    `to_review` the sessions of any day with something to be reviewed, the most urgent first. `waiting`:
    some order waits, of whomever; `rems_forms_wait`: some form is to be sent. `locations` are those of the day's
    sessions.
    """

    day: date
    as_of: datetime
    lines: tuple[TodayLine, ...]
    elsewhere: tuple[LocationId, ...]
    unsigned: tuple[Unsigned, ...]
    to_review: tuple[ToReview, ...]
    waiting: bool
    rems_forms_wait: bool
    locations: tuple[LocationId, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of the drug log, of the draw it settles if of one. Where it still waits for its witness, it `waits_until`
    then; `gone` is one that was taken back meanwhile.
    """

    container: Container
    entry: Entry
    waits_until: datetime | None = None
    gone: bool = False

    @property
    def draw(self) -> Draw | None:
        return next((each for each in self.container.draws if each.id == self.entry.draw_id), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bedside:
    """One session as it stands. `gate` is None for what is no dose any more or never was; `containers` are those of the
    session's location, None for a reader who may not see the drug log; `unseen` their lines that a second person may
    still confirm; `offers` the orders by which a medicine may be given now, or why not; `route` is how what was
    ordered is given, `own` the packages that were dispensed for this patient, `dosable` the containers that doses of
    whatever order are given from, `allergies` all that are known.
    """

    session: Session
    details: PatientDetails
    as_of: datetime
    gate: Gate | None
    containers: tuple[Container, ...] | None
    unseen: tuple[Line, ...]
    adverse_events: tuple[AdverseEvent, ...]
    medication: MedicationRecord
    offers: tuple[Offer, ...]
    timezone: str
    route: RoutePolicy | None = None
    own: frozenset[PackageId] = frozenset()
    dosable: frozenset[ContainerId] = frozenset()
    allergies: tuple[str, ...] = field(default=(), repr=False)

    def may_take(self, container: Container) -> bool:
        """Whether something of it may be given to this patient: stock, or their own package; for a dose that is given
        from packages alone, that.
        """
        if container.package_id is not None:
            return container.package_id in self.own
        return not (self.route and self.route.from_package and self.is_ordered(container.item.drug))

    def is_ordered(self, drug: str) -> bool:
        """Whether a container of this drug holds what the dose of this session is given with."""
        return self.route is not None and self.route.gives(drug)


@dataclass(frozen=True, slots=True)
class ReadBedside:
    ports: Ports

    async def today(self, actor: Actor, location_id: LocationId | None = None) -> Today:
        """Today's sessions, at one location or all; one that began yesterday and goes on is of today."""
        now, policy = self.ports.clock(), self.ports.policy
        day = clinic_day(now, policy.timezone)
        start, end = day_bounds(day, policy.timezone)
        longest = timedelta(hours=policy.gate.session_hours.value)
        timed, untimed, waiting, (reviews, medicines, forms) = await side_by_side(
            self.ports.sessions.between(start - longest, end),
            self.ports.sessions.without_time(),
            self.ports.medication.waiting(limit=MOST_WAITING, after=None),
            side_by_side(
                self.ports.sessions.to_review(limit=MOST_WAITING, after=None),
                self.ports.medication.to_review(limit=MOST_WAITING, after=None),
                self.ports.rems_forms.waiting(limit=1, after=None),
            ),
        )
        unsigned = [each for each in unsigned_of(waiting.items, now) if each.late or each.prescriber == actor.id]
        todays = [each for each in timed if _is_of(each, start)]
        of_today = [*todays, *(each for each in untimed if each.state not in OFF)]
        shown = [each for each in of_today if location_id is None or each.location_id == location_id]
        patients = await self.ports.patients.several(sorted({each.patient_id for each in shown}))
        seen_records = (*(each.session_id for each in unsigned), *(each.id for each in medicines.items))
        of_orders = dict.fromkeys(f"medication_records/{each}" for each in seen_records)
        known = dict.fromkeys(f"sessions/{each.id}" for each in (*shown, *reviews.items))
        seen = (*known, *of_orders)
        await self.ports.audit.read(actor, "read_todays_sessions", *seen)
        names = told_apart({each.id: each.details for each in patients})
        lines = [
            TodayLine(session=each, who=names.get(each.patient_id), mine=_concerns(each, StaffId(actor.id)))
            for each in shown
        ]
        elsewhere = sorted({each.location_id for each in of_today if each.location_id} - {location_id})
        return Today(
            day=day,
            as_of=now,
            lines=tuple(sorted(lines, key=lambda each: not each.mine)),
            elsewhere=tuple(elsewhere) if location_id or len(elsewhere) > 1 else (),
            unsigned=tuple(unsigned),
            to_review=_to_review((*reviews.items, *medicines.items), now),
            waiting=bool(waiting.items),
            rems_forms_wait=bool(forms.items),
            locations=tuple(sorted({each.location_id for each in of_today if each.location_id})),
        )

    async def owners(self, session_id: SessionId) -> frozenset[str]:
        """Whose changes change what is seen beside this session. Refused: `session_not_found`."""
        session = await self.ports.sessions.get(session_id)
        return frozenset({session.patient_id, session.location_id or session.patient_id})

    async def beside(self, session_id: SessionId, actor: Actor, *, drug_log: bool) -> Bedside:
        """One session. Refused: `session_not_found`."""
        now, ports = self.ports.clock(), self.ports
        judged, known = await situation(session_id, ports, now)
        session = judged.session
        patient, events, (containers, own), offered = await side_by_side(
            ports.patients.find(session.patient_id, of=session.patient_id),
            ports.adverse_events.of_patient(session.patient_id),
            side_by_side(self._containers(session, drug_log=drug_log), ports.packages.of_patient(session.patient_id)),
            self._offers(judged),
        )
        asked = await ask_gate(session, ports, now)
        medication = (f"medication_records/{session.id}",) if known else ()
        seen = (*medication, *(f"drug_containers/{each.id}" for each in containers or ()))
        await ports.audit.read(actor, "read_bedside", f"sessions/{session.id}", f"patients/{session.patient_id}", *seen)
        return Bedside(
            session=session,
            details=patient.details if patient else PatientDetails(),
            as_of=now,
            gate=asked.gate if session.kind is VisitKind.DOSING else None,
            containers=containers,
            unseen=tuple(self._unseen(containers or (), now)),
            adverse_events=tuple(each for each in events if each.session_id == session.id),
            medication=judged.record,
            allergies=judged.allergies,
            offers=offered,
            timezone=ports.policy.timezone,
            route=ports.policy.routes[session.order.route] if session.order else None,
            own=frozenset(each.id for each in own),
            dosable=frozenset(each.id for each in containers or () if ports.policy.is_dosed(each.item.drug)),
        )

    async def line(self, session_id: SessionId, container_id: ContainerId, entry_id: EntryId, actor: Actor) -> Line:
        """One line of the log at the location of this session. Refused: `session_not_found`, `container_not_found`,
        `entry_not_found`.
        """
        now = self.ports.clock()
        session = await self.ports.sessions.get(session_id)
        container = await self.ports.drug_log.get(container_id)
        if container.location_id != session.location_id:
            raise not_found("container")
        entry = container.entry(entry_id)
        await self.ports.audit.read(
            actor, "read_container", f"sessions/{session.id}", f"drug_containers/{container.id}"
        )
        return self._line(container, entry, now)

    def _unseen(self, containers: Iterable[Container], now: datetime) -> Iterator[Line]:
        """The lines that wait for a witness, the oldest first."""
        window = timedelta(minutes=self.ports.policy.drug_log.witness_minutes.value)
        lines = [self._line(each, entry, now) for each in containers for entry in each.waiting(window, now)]
        yield from sorted(lines, key=lambda line: line.entry.at)

    def _line(self, container: Container, entry: Entry, now: datetime) -> Line:
        window = timedelta(minutes=self.ports.policy.drug_log.witness_minutes.value)
        waits = entry in container.waiting(window, now)
        return Line(
            container=container,
            entry=entry,
            waits_until=entry.at + window if waits else None,
            gone=not entry.counts and container.taken_back(entry),
        )

    async def _offers(self, judged: Situation) -> tuple[Offer, ...]:
        return await offers(judged, self.ports) if judged.session.kind is VisitKind.DOSING else ()

    async def _containers(self, session: Session, *, drug_log: bool) -> tuple[Container, ...] | None:
        if not drug_log or session.kind is not VisitKind.DOSING:
            return None
        return () if session.location_id is None else tuple(await self.ports.drug_log.at(session.location_id))


def _to_review(waiting: Iterable[Session | MedicationRecord], now: datetime) -> tuple[ToReview, ...]:
    """The most urgent first; a session with doses and medicines that wait once, by the earlier."""
    by_session: dict[SessionId, datetime] = {}
    for each in waiting:
        if each.review_by is not None:
            by_session[each.id] = min(each.review_by, by_session.get(each.id, each.review_by))
    ordered = sorted(by_session.items(), key=lambda each: each[1])
    return tuple(ToReview(session_id=session, review_by=by, late=by <= now) for session, by in ordered)


def unsigned_of(records: Iterable[MedicationRecord], now: datetime) -> list[Unsigned]:
    """The most urgent first."""
    found = (
        Unsigned(
            session_id=record.id,
            prescriber=order.prescriber,
            sign_by=order.by_word.sign_by,
            late=order.by_word.sign_by <= now,
        )
        for record in records
        for order in record.waiting
        if order.by_word is not None
    )
    return sorted(found, key=lambda each: each.sign_by)


def _is_of(session: Session, day_starts: datetime) -> bool:
    """Whether it is of the day that starts then, though it may have begun before."""
    if session.state in OFF or session.starts_at is None:
        return False
    return session.starts_at >= day_starts or session.patient_watched


def _concerns(session: Session, staff: StaffId) -> bool:
    return any(each.id == staff for each in session.providers) or any(each.id == staff for each in session.team)
