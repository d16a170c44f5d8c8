"""How appointments look over HTTP: what is asked, and what is told."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from booking.application.commands.book_series import BookSeries, PairResult, Pattern
from booking.application.commands.reassign_appointment import ReassignAppointment
from booking.application.commands.reschedule_appointment import RescheduleAppointment
from booking.application.queries.find_unfit_visits import UnfitVisit
from booking.application.results import Scheduled
from booking.application.scheduling import Wish
from booking.domain.calendar import ResourceKind
from booking.domain.cancellations import CancelledBy, CancelReason
from booking.domain.ids import AppointmentId, LocationId, PatientId, PlanId, RoomId
from booking.domain.states import Status
from booking.domain.unfit import Unfitness
from booking.domain.visits import Disposition, HoldReason, Modality, Phase, VisitKind
from booking.entrypoints.http.availability_schemas import ProviderView
from booking.entrypoints.http.schemas import StaffId
from careflow_domain.errors import DomainError
from careflow_service.http.dependencies import RequestBody
from careflow_service.http.fields import Moment


class TimeBody(RequestBody):
    """When and how; `provider_id` if it must be with that person."""

    starts_at: Moment
    modality: Modality
    provider_id: StaffId | None = None

    def wish_for(self, kind: VisitKind) -> Wish:
        return Wish(kind=kind, starts_at=self.starts_at, modality=self.modality, provider=self.provider_id)


class VisitBody(TimeBody):
    """The visit somebody wants; `provider_id` if it must be with that person."""

    patient_id: Annotated[str, Field(max_length=64)]
    kind: VisitKind

    def wish(self) -> Wish:
        return self.wish_for(self.kind)


class BookingBody(VisitBody):
    """With a dosing visit, the integration that belongs to it may be booked at once: both or none."""

    integration: TimeBody | None = None


class ConfirmBody(RequestBody):
    """With a dosing visit, the integration that belongs to it may be booked at once: both or none."""

    integration: TimeBody | None = None


class PatternBody(RequestBody):
    """The first pair and how often it is repeated, at the same time of day; by the plan's cadence if no step is
    named.
    """

    dosing: TimeBody
    integration: TimeBody
    pairs: Annotated[int, Field(ge=1)]
    every_days: Annotated[int, Field(ge=1, le=366)] | None = None


class SeriesBody(RequestBody):
    plan_id: Annotated[str, Field(max_length=64)]
    pattern: PatternBody

    def command(self) -> BookSeries:
        pattern = Pattern(
            dosing=self.pattern.dosing.wish_for(VisitKind.DOSING),
            integration=self.pattern.integration.wish_for(VisitKind.INTEGRATION),
            pairs=self.pattern.pairs,
            every_days=self.pattern.every_days,
        )
        return BookSeries(PlanId(self.plan_id), pattern)


class IntegrationMoveBody(RequestBody):
    """Where to; the modality stays as it is if none is named."""

    starts_at: Moment
    modality: Modality | None = None


class MoveBody(IntegrationMoveBody):
    """Where to; with a dosing visit its integration may be moved at once: both or none."""

    provider_id: StaffId | None = None
    integration: IntegrationMoveBody | None = None

    def command(self, appointment_id: AppointmentId, version: int) -> RescheduleAppointment:
        return RescheduleAppointment(appointment_id, version, self.starts_at, self.modality, self.provider_id)


class ReassignBody(RequestBody):
    """Who is to give it instead; `without` names the people and rooms it cannot be. Another therapist only if the
    patient has agreed.
    """

    provider_id: StaffId | None = None
    without: Annotated[frozenset[Annotated[str, Field(max_length=64)]], Field(max_length=20)] = frozenset()
    patient_agreed: bool = False

    def command(self, appointment_id: AppointmentId, version: int) -> ReassignAppointment:
        return ReassignAppointment(
            appointment_id=appointment_id,
            expected_version=version,
            provider=self.provider_id,
            without=self.without,
            patient_agreed=self.patient_agreed,
        )


class CancelBody(RequestBody):
    """Why. For a patient it is always their own request. `integration` is the visit booked after a dosing visit that is
    called off with it; without it that visit stays booked, and is a task until somebody has decided.
    """

    reason: CancelReason = CancelReason.PATIENT_REQUEST
    integration: AppointmentId | None = None


class CompleteBody(RequestBody):
    disposition: Disposition


class CancellationView(BaseModel):
    by: CancelledBy
    reason: CancelReason
    notice_minutes: int


class HoldView(BaseModel):
    reason: HoldReason
    ref: str
    since: datetime


class AppointmentView(BaseModel):
    """`holds` is what the visit waits for; at `cancels_at` it is called off if it waits still. `unmarked`: its
    day is over, and nobody has said what became of it. Since `dose_gone_since` an integration has no dose to talk
    about, and nobody has said yet whether it stays; since `unfit_since` somebody, or its room, cannot give it.
    """

    id: AppointmentId
    version: int
    patient_id: PatientId
    kind: VisitKind
    status: Status
    starts_at: datetime
    ends_at: datetime
    timezone: str
    modality: Modality
    location_id: LocationId
    room_id: RoomId | None
    providers: list[ProviderView]
    held_until: datetime | None
    disposition: Disposition | None
    cancellation: CancellationView | None
    plan_id: PlanId | None
    phase: Phase | None
    holds: list[HoldView]
    cancels_at: datetime | None
    unmarked: bool
    dose_gone_since: datetime | None = None
    unfit_since: datetime | None = None
    integration: "AppointmentView | None" = None
    """What was booked together with it; only told right then."""

    @classmethod
    def of(cls, scheduled: Scheduled, integration: Scheduled | None = None) -> "AppointmentView":
        gone = scheduled.cancellation
        return cls(
            id=scheduled.appointment_id,
            version=scheduled.version,
            patient_id=scheduled.patient_id,
            kind=scheduled.kind,
            status=scheduled.status,
            starts_at=scheduled.starts_at,
            ends_at=scheduled.ends_at,
            timezone=scheduled.timezone,
            modality=scheduled.modality,
            location_id=scheduled.location_id,
            room_id=scheduled.room_id,
            providers=[ProviderView.of(provider) for provider in scheduled.providers],
            held_until=scheduled.held_until,
            disposition=scheduled.disposition,
            cancellation=CancellationView(by=gone.by, reason=gone.reason, notice_minutes=gone.notice_minutes)
            if gone
            else None,
            plan_id=scheduled.plan_id,
            phase=scheduled.phase,
            holds=[HoldView(reason=each.reason, ref=each.ref, since=each.since) for each in scheduled.holds],
            cancels_at=scheduled.cancels_at,
            unmarked=scheduled.unmarked,
            dose_gone_since=scheduled.dose_gone_since,
            unfit_since=scheduled.unfit_since,
            integration=cls.of(integration) if integration else None,
        )


class UnfitView(BaseModel):
    """Who or which room cannot give the visit any more, and why."""

    kind: ResourceKind
    id: str
    because: Unfitness


class UnfitVisitView(BaseModel):
    appointment: AppointmentView
    unfit: list[UnfitView]

    @classmethod
    def of(cls, found: UnfitVisit) -> "UnfitVisitView":
        return cls(
            appointment=AppointmentView.of(found.visit),
            unfit=[
                UnfitView(kind=each.resource.kind, id=each.resource.id, because=each.because) for each in found.unfit
            ],
        )


class RefusalView(BaseModel):
    """A problem without the parts that only an answer as a whole has."""

    model_config = ConfigDict(extra="allow")

    code: str
    detail: str

    @classmethod
    def of(cls, refusal: DomainError) -> "RefusalView":
        return cls.model_validate({**refusal.extra, "code": refusal.code, "detail": refusal.detail})


class PairView(BaseModel):
    """One pair of a series: booked, with its integration inside, or refused."""

    dosing_at: datetime
    integration_at: datetime
    dosing: AppointmentView | None
    refusal: RefusalView | None

    @classmethod
    def of(cls, result: PairResult) -> "PairView":
        pair = result.booked.value if result.booked else None
        return cls(
            dosing_at=result.dosing_at,
            integration_at=result.integration_at,
            dosing=AppointmentView.of(pair.dosing, pair.integration) if pair else None,
            refusal=RefusalView.of(result.refusal) if result.refusal else None,
        )


class SeriesView(BaseModel):
    items: list[PairView]
