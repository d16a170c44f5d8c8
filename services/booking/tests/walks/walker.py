"""What all who walk have in common: a clinic, a seed, its patients, what there is to choose from, what passes by."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from random import Random
from typing import Any, Final

from booking.application.commands.register_patient import RegisterPatient
from booking.application.scheduling import Wish
from booking.deadlines import DEADLINES, EFFECTS
from booking.domain.appointments import Appointment
from booking.domain.ids import PatientId, PractitionerId
from booking.domain.messages import Outcome
from booking.domain.states import Status
from booking.domain.visits import Modality, PractitionerRole, RoomPurpose, VisitKind
from careflow_domain.errors import DomainError, conflict
from services.booking.tests.builders import ZONE, a_practitioner, a_room, patient_details
from services.booking.tests.fakes import InMemory
from services.booking.tests.visit_invariants import Seen, check

PATIENTS: Final = 3
TALK: Final = "0199e0a0-0000-7000-8000-0000000000d1"
DOSE: Final = "0199e0a0-0000-7000-8000-0000000000d2"
HOURS: Final = range(9, 17)
DAYS: Final = 9
"""Visits are wished for within so many working days, so that they meet."""
SATURDAY: Final = 5
HOW: Final = {VisitKind.INFO_CALL: (Modality.PHONE, Modality.VIDEO)}
IN_PERSON: Final = (VisitKind.DOSING, VisitKind.EVALUATION)


class Walker:
    """One clinic from one seed; a step is what somebody does, and is refused where there is nothing to do it with."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.clinic = InMemory()
        self.clinic.post.outcome = lambda: self.random.choice((Outcome.SENT, Outcome.SENT, Outcome.REFUSED))
        self.seen = Seen()
        self.patients: list[PatientId] = []
        team = (
            a_practitioner("dr-lee"),
            a_practitioner("kim", PractitionerRole.THERAPIST),
            a_practitioner("lou", PractitionerRole.THERAPIST),
            a_practitioner("joy", PractitionerRole.NURSE),
        )
        self.clinic.keep("Practitioners", *team)
        self.clinic.keep("Rooms", a_room(TALK), a_room(DOSE, RoomPurpose.DOSING))

    def check(self) -> None:
        check(self.clinic, self.seen)

    async def asks(self, command: str, wish: object, **how: Any) -> Any:
        return await self.clinic.asks(command, wish, **how)

    async def registers(self) -> PatientId:
        number = len(self.patients)
        reached = {"email": f"ana{number}@example.org", "phone": f"+1415555{number:04}"}
        saved = await self.asks("register_patient", RegisterPatient(patient_details(**reached)))
        self.patients.append(saved.id)
        return PatientId(saved.id)

    def patient(self) -> PatientId:
        if not self.patients:
            raise nothing_there()
        return self.random.choice(self.patients)

    def some_time(self, hours: range = HOURS) -> datetime:
        day = self.working_day(self.random.randint(0, DAYS))
        return datetime(day.year, day.month, day.day, self.random.choice(hours), tzinfo=ZONE)

    def working_day(self, ahead: int) -> date:
        """The one so many working days ahead; mostly, for sometimes somebody wishes for a Sunday."""
        days = (self.clinic.today + timedelta(days=each) for each in range(1, 3 * DAYS))
        working = [day for day in days if day.weekday() < SATURDAY or self.random.random() < 0.02]
        return working[ahead]

    def wish(self, kind: VisitKind, at: datetime | None = None) -> Wish:
        how = (Modality.IN_PERSON,) if kind in IN_PERSON else HOW.get(kind, (Modality.VIDEO, Modality.IN_PERSON))
        provider = PractitionerId("lou") if kind is VisitKind.INTEGRATION and self.random.random() < 0.2 else None
        return Wish(kind=kind, starts_at=at or self.some_time(), modality=self.random.choice(how), provider=provider)

    def visit(self, *states: Status, wanted: Callable[[Appointment], bool] = lambda _: True) -> Appointment:
        found = [each for each in self.clinic.all("Appointments") if each.status in states and wanted(each)]
        if not found:
            raise nothing_there()
        chosen: Appointment = self.random.choice(found)
        return chosen

    async def timers_run(self) -> None:
        """All that is due, in any order, and whether or not a letter arrives."""
        ports = self.clinic.app.ports
        for deadline in self.random.sample(DEADLINES, len(DEADLINES)):
            while (due := await deadline.next(ports)) is not None and due[0] <= self.clinic.now:
                await self.clinic.unit(lambda tx, each=deadline, ref=due[1]: each.fire(ref, tx, ports))  # type: ignore[misc]  # bound per turn
                self.check()
        for effect in EFFECTS:
            while await self.clinic.does(effect, ports):
                self.check()

    async def step_time_passes(self) -> None:
        self.clinic.now += timedelta(hours=self.random.choice((1, 3, 9, 24)))


def nothing_there() -> DomainError:
    return conflict("nothing_there", "There is nothing this could be done with yet.")
