"""Clinicians: what they rendered, what they correct, and what is heard of only when its month is over."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from careflow_events import contracts
from careflow_events.contracts import codes
from services.billing.tests import heard
from services.billing.tests.builders import ZONE
from services.billing.tests.walks.at_visits import AtVisits
from services.billing.tests.walks.walker import nothing_there

LINES: Final = (
    heard.THERAPY_HOUR,
    heard.INFUSION,
    heard.DRUG,
    heard.line("99214"),
    heard.line("96366"),
    heard.line("90834", "theo-therapist", minutes=45),
    heard.line("96365", "nora-nurse", minutes=45),
    heard.line("90837", "nora-nurse", minutes=60),
    heard.line("90837", "theo-therapist", minutes=30),
    heard.line("97802"),
    heard.line("90837", "nobody-at-all", minutes=55),
)
TRUE: Final = 7
"""So many of the lines, the first ones, are true."""


class Clinicians(AtVisits):
    """As sessions tells of them."""

    async def step_is_treated(self) -> None:
        visit = self.visit(codes.AppointmentStatus.ARRIVED)
        lines = self.random.sample(LINES if self.random.random() < 0.2 else LINES[:TRUE], self.random.randint(0, 3))
        await self.is_treated(visit, *lines)

    async def is_treated(
        self, visit: dict[str, Any], *lines: contracts.SessionServiceLine, at: datetime | None = None
    ) -> None:
        session_id, patient = self.clinic.new_id(), visit["patient_id"]
        started = at or self.clinic.now - timedelta(hours=self.random.choice((0, 1, 3)))
        self.sessions[session_id] = (patient, 1)
        self.visits[visit["appointment_id"]] = {**visit, "status": codes.AppointmentStatus.FULFILLED}
        session = heard.session_completed(
            *lines, session_id=session_id, appointment_id=visit["appointment_id"], at=started
        )
        event = session.model_copy(update={"patient_id": patient, "plan_id": None})
        await self.hear(event)
        if self.random.random() < 0.3:
            await self.hear(event)

    async def step_walks_in(self) -> None:
        await self.step_books()
        visit = [each for each in self.visits.values() if each["status"] is codes.AppointmentStatus.BOOKED][-1]
        await self.hear(contracts.TreatmentArrived(**await self.becomes(visit, codes.AppointmentStatus.ARRIVED)))
        await self.step_is_treated()

    async def step_is_corrected(self) -> None:
        if not self.sessions:
            raise nothing_there()
        session_id = self.random.choice(sorted(self.sessions))
        patient, revision = self.sessions[session_id]
        self.sessions[session_id] = (patient, revision + 1)
        lines = self.random.sample(LINES[:TRUE], self.random.randint(0, 3))
        corrected = heard.services_corrected(session_id, revision + 1, *lines)
        await self.hear(corrected.model_copy(update={"patient_id": patient}))

    async def step_is_heard_late(self) -> None:
        """A session of last month is written down when its month was closed and told of."""
        visit = await self.booked(codes.AppointmentKind.DOSING, 2, self.patient())
        visit = await self.becomes(visit, codes.AppointmentStatus.ARRIVED)
        await self.hear(contracts.TreatmentArrived(**visit))
        first = self.clinic.now.astimezone(ZONE).replace(day=1, hour=9, minute=0)
        before = (first - timedelta(days=self.random.choice((1, 3)))).astimezone(UTC)
        await self.is_treated(visit, *self.random.sample(LINES[:TRUE], 2), at=before)
