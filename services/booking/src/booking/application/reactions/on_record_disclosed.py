"""A service has handed out its share of a part of a record that was asked for here."""

from collections.abc import Mapping
from typing import Final, TypeVar

from booking.application.ports import Ports
from booking.domain.erasures import Party
from booking.domain.ids import PatientId, RecordRequestId
from booking.domain.record_parts import Export, RecordPart
from careflow_events.contracts import (
    BillingRecordDisclosed,
    PatientEvent,
    ScreeningRecordDisclosed,
    SessionsRecordDisclosed,
    codes,
)
from careflow_events.subscription import Received
from careflow_service.work import Transaction

Disclosed = TypeVar("Disclosed", ScreeningRecordDisclosed, SessionsRecordDisclosed, BillingRecordDisclosed)

PARTY: Final[Mapping[type[PatientEvent], Party]] = {
    ScreeningRecordDisclosed: Party.SCREENING,
    SessionsRecordDisclosed: Party.SESSIONS,
    BillingRecordDisclosed: Party.BILLING,
}


async def on_record_disclosed(event: Received[Disclosed], tx: Transaction, ports: Ports) -> None:
    """Of a request that this store does not know, or of a part that is newer than this reader, nothing is kept."""
    section = event.data.for_booking.value
    if section is None or section.part is codes.RecordPart.UNKNOWN:
        return
    request_id = RecordRequestId(event.data.record_request_id)
    before = await ports.record_requests.find(request_id, of=PatientId(event.data.patient_id))
    if before is None or before.patient_id != event.data.patient_id:
        return
    export = Export(
        party=PARTY[type(event.data)],
        part=RecordPart(section.part),
        reference=event.data.disclosure_id,
        by=event.data.disclosed_by,
        at=event.time,
    )
    after = before.exported(export)
    if after is not before:
        await ports.record_requests.save(after, expecting=before.version, tx=tx)
