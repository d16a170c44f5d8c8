"""How the waitlist looks over HTTP."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field

from booking.application.commands.join_waitlist import JoinWaitlist
from booking.application.commands.record_offer_call import RecordOfferCall
from booking.domain.ids import AppointmentId, PatientId, WaitlistEntryId
from booking.domain.visits import Modality, VisitKind
from booking.domain.waitlist import Offer, WaitlistEntry, WaitlistStatus
from careflow_service.http.dependencies import RequestBody
from careflow_service.http.fields import Moment


class WaitlistBody(RequestBody):
    """Whom and what for; `starts_from` and `starts_before` if not any time will do."""

    patient_id: Annotated[str, Field(max_length=64)]
    kind: VisitKind
    modality: Modality
    starts_from: Moment | None = None
    starts_before: Moment | None = None

    def command(self) -> JoinWaitlist:
        return JoinWaitlist(
            patient_id=PatientId(self.patient_id),
            kind=self.kind,
            modality=self.modality,
            starts_from=self.starts_from,
            starts_before=self.starts_before,
        )


class OfferCallBody(RequestBody):
    """What the patient said: whether they will have fasted by then, and have somebody to take them home."""

    fasted: bool
    escorted: bool

    def command(self, entry_id: WaitlistEntryId, version: int) -> RecordOfferCall:
        return RecordOfferCall(entry_id=entry_id, expected_version=version, fasted=self.fasted, escorted=self.escorted)


class OfferView(BaseModel):
    """Held as `appointment_id`; with `call_first` it is booked only after a call."""

    appointment_id: AppointmentId
    expires_at: datetime
    call_first: bool
    called_at: datetime | None

    @classmethod
    def of(cls, offer: Offer) -> "OfferView":
        return cls(
            appointment_id=offer.appointment_id,
            expires_at=offer.expires_at,
            call_first=offer.call_first,
            called_at=offer.called_at,
        )


class WaitlistEntryView(BaseModel):
    id: WaitlistEntryId
    version: int
    patient_id: PatientId
    kind: VisitKind
    modality: Modality
    starts_from: datetime
    starts_before: datetime
    joined_at: datetime
    status: WaitlistStatus
    offer: OfferView | None

    @classmethod
    def of(cls, entry: WaitlistEntry) -> "WaitlistEntryView":
        return cls(
            id=entry.id,
            version=entry.version,
            patient_id=entry.patient_id,
            kind=entry.kind,
            modality=entry.modality,
            starts_from=entry.wanted.start,
            starts_before=entry.wanted.end,
            joined_at=entry.joined_at,
            status=entry.status,
            offer=OfferView.of(entry.offer) if entry.offer else None,
        )
