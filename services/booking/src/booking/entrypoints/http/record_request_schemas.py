"""Bodies and views of requests for records."""

from datetime import date, datetime
from typing import Annotated, Literal, Self

from pydantic import BaseModel, Field

from booking.application.commands.receive_record_request import ReceiveRecordRequest
from booking.domain.erasures import Party
from booking.domain.ids import PatientId
from booking.domain.record_clocks import Access, AskedBy
from booking.domain.record_parts import (
    AskedPart,
    CopyForm,
    Given,
    IdentityProof,
    RecordPart,
    RefusalGrounds,
    Refused,
    Requester,
)
from booking.domain.record_requests import RecordRequest, RecordRequestStatus
from booking.entrypoints.http.schemas import Text
from careflow_service.http.dependencies import RequestBody
from careflow_service.http.fields import PROSE, Day

Words = Annotated[str, Field(min_length=1, max_length=2000), PROSE]
SeenProof = Literal[IdentityProof.PHOTO_ID, IdentityProof.KNOWN_TO_STAFF, IdentityProof.SIGNATURE_COMPARED]


class RequesterBody(RequestBody):
    """`name` and `authority` of anybody but the patient: who they are, and what was seen that lets them ask."""

    by: AskedBy
    name: Text | None = None
    authority: Text | None = None


class AskedPartBody(RequestBody):
    """`authorisation` names the signed paper by which it may be given, where the part needs one of its own."""

    part: RecordPart
    authorisation: Text | None = None


class RecordRequestBody(RequestBody):
    """`received_on` is the clinic's date on which it came, today where it is missing; `identity` how it was known who
    asks, missing while nobody has made sure. A patient asks under their own login for today, and is known by it.
    """

    requester: RequesterBody
    access: Access
    form: CopyForm
    parts: Annotated[list[AskedPartBody], Field(min_length=1, max_length=len(RecordPart))]
    received_on: Day | None = None
    identity: SeenProof | None = None

    def command(self, patient_id: PatientId) -> ReceiveRecordRequest:
        """Raises as `Requester`."""
        asked = self.requester
        return ReceiveRecordRequest(
            patient_id=patient_id,
            requester=Requester(by=asked.by, name=asked.name, authority=asked.authority),
            access=self.access,
            form=self.form,
            parts={each.part: each.authorisation for each in self.parts},
            received_on=self.received_on,
            proof=self.identity,
        )


class IdentityBody(RequestBody):
    identity: SeenProof


class ExtensionBody(RequestBody):
    """`told_on` is the date on which the patient was told in writing why, and until when."""

    reason: Words
    told_on: Day


class ShareBody(RequestBody):
    """`reference` is the disclosure, or the paper, by which it is found again in that service."""

    service: Party
    reference: Text


class RecordRefusalBody(RequestBody):
    """`reason` as it was written to whoever asked; `review` how they were told to have it reviewed, which a
    mental-health record needs.
    """

    grounds: RefusalGrounds
    reason: Words
    review: Words | None = None


class ExportView(BaseModel):
    """A service's share of the part: who had it in hand, when, and by what it is found again there."""

    service: Party
    reference: str
    by: str
    at: datetime


class AskedPartView(BaseModel):
    """`waits_for` names the services whose share is not there yet. `given` or `refused` once it is settled."""

    part: RecordPart
    authorisation: str | None
    outcome: Literal["given", "refused"] | None
    at: datetime | None
    by: str | None
    grounds: RefusalGrounds | None = None
    reason: str | None = None
    review: str | None = None
    exports: list[ExportView]
    waits_for: list[Party]

    @classmethod
    def of(cls, asked: AskedPart, request: RecordRequest) -> Self:
        outcome = asked.outcome
        refused = outcome if isinstance(outcome, Refused) else None
        return cls(
            part=asked.part,
            authorisation=asked.authorisation,
            outcome="refused" if refused else "given" if isinstance(outcome, Given) else None,
            at=outcome.at if outcome else None,
            by=outcome.by if outcome else None,
            grounds=refused.grounds if refused else None,
            reason=refused.reason if refused else None,
            review=refused.review if refused else None,
            exports=[
                ExportView(service=each.party, reference=each.reference, by=each.by, at=each.at)
                for each in request.exports
                if each.part is asked.part
            ],
            waits_for=[party for part, party in request.waits_for if part is asked.part],
        )


class ExtensionView(BaseModel):
    reason: str
    told_on: date
    by: str
    at: datetime


class IdentityView(BaseModel):
    proof: IdentityProof
    by: str
    at: datetime


class RecordRequestView(BaseModel):
    """`due_on` is the last day in the clinic's zone, by the shortest clock that runs; `late` says that it is over."""

    id: str
    version: int
    patient_id: str
    status: RecordRequestStatus
    asked_by: AskedBy
    name: str | None
    authority: str | None
    access: Access
    form: CopyForm
    received_on: date
    recorded_at: datetime
    recorded_by: str
    due_on: date
    late: bool
    identity: IdentityView | None
    extension: ExtensionView | None
    parts: list[AskedPartView]
    ended_at: datetime | None

    @classmethod
    def of(cls, request: RecordRequest, *, late: bool) -> Self:
        identity, more = request.identity, request.extension
        return cls(
            id=request.id,
            version=request.version,
            patient_id=request.patient_id,
            status=request.status,
            asked_by=request.requester.by,
            name=request.requester.name,
            authority=request.requester.authority,
            access=request.access,
            form=request.form,
            received_on=request.received_on,
            recorded_at=request.recorded_at,
            recorded_by=request.recorded_by,
            due_on=request.due_on,
            late=late,
            identity=IdentityView(proof=identity.proof, by=identity.by, at=identity.at) if identity else None,
            extension=ExtensionView(reason=more.reason, told_on=more.told_on, by=more.by, at=more.at) if more else None,
            parts=[AskedPartView.of(each, request) for each in request.parts],
            ended_at=request.ended_at,
        )
