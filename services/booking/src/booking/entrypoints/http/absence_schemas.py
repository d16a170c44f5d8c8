"""How absences look over HTTP, and what can become of the visits they affect."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from booking.application.queries.find_alternatives import Alternatives
from booking.domain.absences import check_absence
from booking.domain.cancellations import CancelReason
from booking.domain.ids import AppointmentId, RoomId
from booking.domain.intervals import Interval, day_interval, days_interval
from booking.entrypoints.http.appointment_schemas import AppointmentView
from booking.entrypoints.http.availability_schemas import ProviderView
from booking.entrypoints.http.schemas import SavedView
from careflow_domain.errors import invalid
from careflow_service.http.dependencies import Page, RequestBody
from careflow_service.http.fields import Day, Moment


class AbsenceBody(RequestBody):
    """A whole `day` of the clinic, or from `starts_at` until `ends_at`."""

    day: Day | None = None
    starts_at: Moment | None = None
    ends_at: Moment | None = None

    def interval(self, zone: ZoneInfo) -> Interval:
        """Raises `day_or_interval` and `end_before_start`."""
        if self.day is not None and self.starts_at is None and self.ends_at is None:
            return day_interval(self.day, zone)
        if self.day is None and self.starts_at is not None and self.ends_at is not None:
            return Interval(self.starts_at, self.ends_at)
        raise invalid("day_or_interval", "Name a whole day, or when the absence begins and ends.")


class ReturnBody(RequestBody):
    """From `first_day` until `last_day` of the clinic, 31 days at most."""

    first_day: Day
    last_day: Day

    def days(self, zone: ZoneInfo) -> tuple[date, ...]:
        """Raises `end_before_start` and `absence_too_long`."""
        span = days_interval(self.first_day, self.last_day, zone)
        check_absence(span)
        return span.days(zone)


class SubstituteView(BaseModel):
    """Who and which room could give the visit at the same time (`reassign`); the patient is asked first where that
    would be another therapist.
    """

    providers: list[ProviderView]
    room_id: RoomId | None
    ask_patient_first: bool


class AlternativesView(BaseModel):
    """What can become of a visit: a substitute, a move (of a dosing visit together with `integration_id`), or a
    cancellation by the clinic for `cancel_reason`. None of them has a fee.
    """

    appointment: AppointmentView
    substitute: SubstituteView | None
    move_to: list[datetime]
    integration_id: AppointmentId | None
    cancel_reason: CancelReason

    @classmethod
    def of(cls, found: Alternatives) -> "AlternativesView":
        slot = found.substitute
        return cls(
            appointment=AppointmentView.of(found.visit),
            substitute=SubstituteView(
                providers=[ProviderView.of(each) for each in slot.providers],
                room_id=slot.room_id,
                ask_patient_first=found.ask_patient_first,
            )
            if slot
            else None,
            move_to=list(found.move_to),
            integration_id=found.integration,
            cancel_reason=found.cancel_reason,
        )


class AbsenceView(SavedView):
    """The practitioner or room as saved, and the first of the visits that are affected; the next ones by `GET` from
    `next` on.
    """

    affected: Page[AlternativesView]
