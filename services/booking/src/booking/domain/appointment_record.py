"""What is known of an appointment, and what every change of it does: the next version, from a state that allows it."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Self
from zoneinfo import ZoneInfo

from booking.domain.cancellations import Cancellation
from booking.domain.ids import AppointmentId, PatientId, PlanId, WaitlistEntryId
from booking.domain.intervals import day_interval
from booking.domain.patient_details import PatientDetails
from booking.domain.seen_to import SeenTo
from booking.domain.slots import Slot
from booking.domain.states import Hold, Status
from booking.domain.visits import Disposition, Phase, VisitKind
from careflow_domain.aggregate import Fact
from careflow_domain.errors import conflict


@dataclass(frozen=True, slots=True, kw_only=True)
class AppointmentFact(Fact):
    """Something that became true of an appointment, which is told as it is afterwards."""

    appointment: "AppointmentRecord"


@dataclass(frozen=True, slots=True, kw_only=True)
class AppointmentRecord(SeenTo):
    """One visit of one patient. `late_moves` are the times at which the patient moved it inside the notice window;
    `first_notice_minutes` is the notice given for the first slot so lost, and is what a later cancellation counts.
    `holds` is what a booked visit waits for, `cancels_at` when it is called off if it waits still; `unmarked` is one
    of an earlier day of which nobody has said what became of it. By `waitlist_entry_id` it was offered. `announced_at`
    is when the patient was told last of the time it has, which it was given at `arranged_at`; since `untold_since`
    somebody has to tell them something that no message could; since `dose_gone_since` an integration has no dose to
    talk about, and nobody has said yet whether it stays; since `unfit_since` somebody, or its room, cannot give it.
    `caller` is who asked for it without a login and is registered once they have confirmed that; it is gone after.
    """

    id: AppointmentId
    patient_id: PatientId
    kind: VisitKind
    slot: Slot
    status: Status
    template_version: str
    policy_version: str
    made_at: datetime
    held_until: datetime | None = None
    disposition: Disposition | None = None
    cancellation: Cancellation | None = None
    late_moves: tuple[datetime, ...] = ()
    first_notice_minutes: int | None = None
    plan_id: PlanId | None = None
    phase: Phase | None = None
    holds: tuple[Hold, ...] = ()
    cancels_at: datetime | None = None
    unmarked: bool = False
    waitlist_entry_id: WaitlistEntryId | None = None
    arranged_at: datetime | None = None
    announced_at: datetime | None = None
    untold_since: datetime | None = None
    dose_gone_since: datetime | None = None
    unfit_since: datetime | None = None
    caller: PatientDetails | None = field(default=None, repr=False)

    @property
    def starts_at(self) -> datetime:
        return self.slot.interval.start

    @property
    def is_to_come(self) -> bool:
        """Booked, and its day is not over."""
        return self.status is Status.BOOKED and not self.unmarked

    @property
    def day_ends(self) -> datetime:
        """The midnight after it, where it takes place: until then it can be arrived at."""
        zone = ZoneInfo(self.slot.timezone)
        return day_interval(self.starts_at.astimezone(zone).date(), zone).end

    def _next(self, status: Status, **changes: object) -> Self:
        booked = status is Status.BOOKED
        asked = {
            "unmarked": self.unmarked and booked,
            "dose_gone_since": self.dose_gone_since if booked else None,
            "unfit_since": self.unfit_since if booked else None,
        }
        changed = {"status": status, **asked, **changes}
        return replace(self.recording(), **changed)  # type: ignore[arg-type]  # fields by name

    def _expect(self, status: Status) -> None:
        if self.status is not status:
            raise conflict("wrong_state", f"The appointment is not {status}.", status=self.status.value)
