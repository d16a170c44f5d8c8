"""Part of a patient's record is to be handed out: to whom, why and on what basis is on record before any of it is."""

from __future__ import annotations

from dataclasses import dataclass, field

from careflow_domain.disclosures import Basis, Disclosure, RecordPart
from careflow_domain.errors import forbidden, invalid, not_found
from careflow_service.disclosing.records import Consent, ShareOfRecord
from careflow_service.identity import Actor, RequestKey
from careflow_service.work import Committed, Transaction, Work, side_by_side


@dataclass(frozen=True, slots=True)
class Disclosed:
    """It is on record."""

    id: str
    version: int


@dataclass(frozen=True, slots=True)
class DiscloseRecord:
    """`reference` names the consent, the order or the law, where the basis is one; `consent_id` the patient's consent
    to disclose what is about substance use; `record_request_id` the request for the record that this answers.
    """

    patient_id: str
    part: RecordPart
    basis: Basis
    recipient: str = field(repr=False)
    reason: str = field(repr=False)
    reference: str = field(repr=False)
    consent_id: str | None = None
    record_request_id: str | None = None


@dataclass(frozen=True, slots=True)
class DiscloseRecordHandler:
    share: ShareOfRecord
    work: Work

    async def __call__(self, command: DiscloseRecord, actor: Actor, request: RequestKey) -> Committed[Disclosed]:
        """Refused: `part_not_held`, `part_not_yours`, `patient_not_found`, `consent_not_found` and
        `record_request_not_found` (also for another patient's), and as `Disclosure.made`.
        """
        roles = self.share.parts.get(command.part)
        if roles is None:
            raise invalid("part_not_held", "This service holds nothing of this part of a record.")
        if not actor.has(*roles):
            raise forbidden("part_not_yours", "This part of a record is handed out by somebody else.")

        async def disclose(tx: Transaction) -> Disclosed:
            known, consent = await side_by_side(self.share.knows(command.patient_id), self._consent(command))
            if not known:
                raise not_found("patient")
            disclosure = Disclosure.made(
                tx.new_id(),
                command.patient_id,
                command.part,
                command.basis,
                recipient=command.recipient,
                reason=command.reason,
                reference=command.reference,
                consent=consent,
                record_request_id=command.record_request_id,
                by=actor.id,
                now=tx.now,
            )
            await self.share.disclosures.add(disclosure, tx)
            if command.record_request_id is not None:
                await self._not_waited_for(command.record_request_id, disclosure, tx)
                await self.share.answered(disclosure, command.record_request_id, tx)
            return Disclosed(disclosure.id, disclosure.version)

        return await self.work.run(disclose, by=actor, action="disclose_record", returns=Disclosed, request=request)

    async def _not_waited_for(self, record_request_id: str, disclosure: Disclosure, tx: Transaction) -> None:
        """What is waited for there is not any more. A request nobody has told of yet may be answered."""
        if self.share.kept is None:
            return
        wanted = await self.share.kept.find(record_request_id, of=disclosure.patient_id)
        if wanted is None:
            return
        if wanted.patient_id != disclosure.patient_id:
            raise not_found("record_request")
        after = wanted.handed_out(disclosure.part)
        if after is not wanted:
            await self.share.kept.save(after, expecting=wanted.version, tx=tx)

    async def _consent(self, command: DiscloseRecord) -> Consent | None:
        if command.consent_id is None:
            return None
        if self.share.consent is None:
            raise not_found("consent")
        consent = await self.share.consent(command.consent_id)
        if consent.patient_id != command.patient_id:
            raise not_found("consent")
        return consent
