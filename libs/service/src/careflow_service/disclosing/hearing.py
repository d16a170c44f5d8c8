"""Booking says what is asked of a patient's record: each service keeps what is waited for of its own share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final, Protocol

from careflow_domain.disclosures import RecordPart
from careflow_domain.wanted_shares import WantedShare
from careflow_events.contracts import codes
from careflow_service.disclosing.records import Disclosures, KeptShares
from careflow_service.work import Transaction

PARTS: Final[Mapping[codes.RecordPart, RecordPart]] = {
    codes.RecordPart.ORDINARY: RecordPart.GENERAL,
    codes.RecordPart.BILLING: RecordPart.GENERAL,
    codes.RecordPart.PSYCHOTHERAPY_NOTES: RecordPart.PSYCHOTHERAPY_NOTES,
    codes.RecordPart.SUBSTANCE_USE: RecordPart.SUBSTANCE_USE,
}
"""What each part that may be asked for is to the service that holds it."""


class Hears(Protocol):
    """What a service keeps of it."""

    @property
    def disclosures(self) -> Disclosures: ...

    @property
    def wanted_shares(self) -> KeptShares: ...


async def hear_of_request(
    request_id: str, patient_id: str, due_on: date, asked: Iterable[codes.RecordPart], tx: Transaction, ports: Hears
) -> None:
    """The request as it stands now. A part that is newer than this reader is none it could hand out."""
    parts = [PARTS[each] for each in asked if each in PARTS]
    before = await ports.wanted_shares.find(request_id, of=patient_id)
    if before is None:
        if not parts:
            return
        made = await ports.disclosures.all_of(patient_id)
        given = [each.part for each in made if each.record_request_id == request_id]
        await ports.wanted_shares.add(WantedShare.of(request_id, patient_id, due_on, parts, given), tx)
        return
    after = before.heard(due_on, parts)
    if after is not before:
        await ports.wanted_shares.save(after, expecting=before.version, tx=tx)
