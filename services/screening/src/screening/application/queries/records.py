"""A patient's record as it is handed out, and the accounting of what was. Read piece by piece, however long it is."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from careflow_domain.errors import not_found
from careflow_service.identity import Actor
from careflow_service.listed import Listed
from screening.application.ports import Ports
from screening.domain.alerts import SafetyAlert
from screening.domain.case import Case
from screening.domain.clearance import Clearance
from screening.domain.consents import DisclosureConsent
from screening.domain.disclosures import Disclosure, RecordPart
from screening.domain.ids import DisclosureId, PatientId
from screening.domain.patients import PatientCopy
from screening.domain.policy import ClinicalPolicy
from screening.domain.substance_use import Partition

T = TypeVar("T")
Document = PatientCopy | Case | Clearance | SafetyAlert | DisclosureConsent


@dataclass(frozen=True, slots=True)
class Record:
    """`documents` are read while they are written; `consent` is what allows it, where that is one."""

    disclosure: Disclosure
    consent: DisclosureConsent | None
    notice: str
    documents: AsyncIterator[Document]


@dataclass(frozen=True, slots=True)
class Records:
    ports: Ports

    async def record(self, disclosure_id: DisclosureId, actor: Actor) -> Record:
        """What a disclosure hands out, to whoever recorded it. Who reads is on record before anything is told. Refused:
        `disclosure_not_found`, and as `Disclosure.must_allow_a_copy` and, where it rests on one, as
        `DisclosureConsent.must_cover_record` now.
        """
        disclosure = await self.ports.disclosures.get(disclosure_id)
        if disclosure.made_by != actor.id:
            raise not_found("disclosure")
        policy = self.ports.policy
        now = self.ports.clock()
        disclosure.must_allow_a_copy(policy.disclosures.copied_within.length, now=now)
        consent = await self.ports.consents.get(disclosure.consent_id) if disclosure.consent_id else None
        if consent is not None:
            consent.must_cover_record(disclosure.recipient, now=now)
        await self.ports.audit.read(
            actor, "read_record", f"disclosures/{disclosure.id}", f"patients/{disclosure.patient_id}"
        )
        partition = partition_of(disclosure.part, policy)
        return Record(disclosure, consent, partition.notice, self._documents(disclosure.patient_id, partition))

    async def disclosures(
        self, patient_id: PatientId, actor: Actor, *, limit: int, after: str | None
    ) -> Listed[Disclosure]:
        """What was handed out of a patient's record, the newest first."""
        found = await self.ports.disclosures.of_patient(patient_id, limit=limit, after=after)
        ids = (f"disclosures/{each.id}" for each in found.items)
        await self.ports.audit.read(actor, "read_disclosures", f"patients/{patient_id}", *ids)
        return found

    async def consents(
        self, patient_id: PatientId, actor: Actor, *, limit: int, after: str | None
    ) -> Listed[DisclosureConsent]:
        """A patient's consents to disclose what is about substance use, the newest first."""
        found = await self.ports.consents.of_patient(patient_id, limit=limit, after=after)
        ids = (f"consents/{each.id}" for each in found.items)
        await self.ports.audit.read(actor, "read_consents", f"patients/{patient_id}", *ids)
        return found

    async def _documents(self, patient_id: PatientId, partition: Partition) -> AsyncIterator[Document]:
        patient = await self.ports.patients.find(patient_id, of=None)
        if patient is not None and partition.part is RecordPart.GENERAL:
            yield patient
        async for case in _each(lambda after: self.ports.cases.one_of(patient_id, after=after)):
            partition = partition.having_seen(case)
            yield partition.case(case)
        async for clearance in _each(lambda after: self.ports.clearances.one_of(patient_id, after=after)):
            if (cleared := partition.clearance(clearance)) is not None:
                yield cleared
        async for alert in _each(lambda after: self.ports.alerts.one_of(patient_id, after=after)):
            if (alarmed := partition.alert(alert)) is not None:
                yield alarmed
        if partition.part is RecordPart.SUBSTANCE_USE:
            async for consent in _each(lambda after: self.ports.consents.of_patient(patient_id, limit=1, after=after)):
                yield consent


def partition_of(part: RecordPart, policy: ClinicalPolicy) -> Partition:
    """What tells this part of a record from the rest."""
    return Partition(part, policy.substance_use, policy.interactions.ingredients_of)


async def _each(read: Callable[[str | None], Awaitable[Listed[T]]]) -> AsyncIterator[T]:
    after: str | None = None
    while True:
        found = await read(after)
        for each in found.items:
            yield each
        if found.next is None:
            return
        after = found.next
