"""Reads what a patient is asked to sign and has signed, for themselves and for whoever of the clinic sees to it. Who
read it is kept.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from careflow_service.identity import Actor
from careflow_service.oversight import check_own
from careflow_service.work import side_by_side
from sessions.application.ports import Ports
from sessions.domain.consent_texts import ConsentDocument
from sessions.domain.consents import Consent
from sessions.domain.ids import ConsentId, PatientId
from sessions.domain.papers import Paper, papers, routes_meant, without_text
from sessions.domain.patients import PatientCopy, PatientDetails
from sessions.domain.plans import Plan
from sessions.domain.states import SessionState
from sessions.domain.words import Route


@dataclass(frozen=True, slots=True, kw_only=True)
class PapersSeen:
    """As of `as_of`. `signed` is all the patient ever signed, the newest first; `merged`: the record is not in use.
    `without_text`: by these routes a plan treats the patient, and the clinic has no text of consent to it.
    """

    as_of: datetime
    patient_id: PatientId
    details: PatientDetails = field(repr=False)
    merged: bool
    papers: tuple[Paper, ...] = field(repr=False)
    without_text: tuple[Route, ...] = field(repr=False)
    signed: tuple[Consent, ...] = field(repr=False)

    @property
    def asked(self) -> tuple[Paper, ...]:
        return tuple(each for each in self.papers if each.asked)

    @property
    def lacking(self) -> tuple[Paper, ...]:
        return tuple(each for each in self.papers if each.lacking)

    def named(self, document: str) -> Paper | None:
        return next((each for each in self.papers if each.document.document == document), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedSeen:
    """A consent, and the text it was given to; None where that is kept no more."""

    as_of: datetime
    consent: Consent = field(repr=False)
    document: ConsentDocument | None
    details: PatientDetails = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitWithoutPapers:
    """A patient who comes soon, and what of theirs is not signed."""

    starts_at: datetime
    seen: PapersSeen = field(repr=False)


@dataclass(frozen=True, slots=True)
class ReadingPapers:
    ports: Ports

    async def own(self, actor: Actor) -> PapersSeen:
        """Of the patient who asks."""
        return await self.of_patient(PatientId(actor.patient_id or ""), actor)

    async def of_patient(self, patient_id: PatientId, actor: Actor) -> PapersSeen:
        seen = await self._seen(patient_id)
        await self._kept(actor, seen)
        return seen

    async def _kept(self, actor: Actor, *seen: PapersSeen) -> None:
        """One entry of the audit trail for all that was read at once."""
        touched = (f"consents/{consent.id}" for each in seen for consent in each.signed)
        await self.ports.audit.read(actor, "read_consent", *(f"patients/{each.patient_id}" for each in seen), *touched)

    async def _seen(self, patient_id: PatientId) -> PapersSeen:
        ports = self.ports
        patient, consents, plans = await side_by_side(
            ports.patients.find(patient_id, of=patient_id),
            ports.consents.all_of(patient_id),
            ports.plans.of_patient(patient_id),
        )
        return self._of(patient_id, patient, consents, plans, ports.clock())

    def _of(
        self,
        patient_id: PatientId,
        patient: PatientCopy | None,
        consents: Sequence[Consent],
        plans: Sequence[Plan],
        now: datetime,
    ) -> PapersSeen:
        ports = self.ports
        ending, routes = ports.policy.consent_ending, routes_meant(plans)
        return PapersSeen(
            as_of=now,
            patient_id=patient_id,
            details=patient.details if patient else PatientDetails(),
            merged=patient is not None and patient.merged,
            papers=papers(ports.consent_texts, consents, routes, ending=ending, now=now),
            without_text=without_text(ports.consent_texts, routes),
            signed=tuple(sorted(consents, key=lambda each: (each.signed_at, each.id), reverse=True)),
        )

    async def waiting(self, actor: Actor) -> tuple[VisitWithoutPapers, ...]:
        """Who comes soon, as the policy says, and has not signed all they are asked to, the soonest first."""
        ports, now = self.ports, self.ports.clock()
        until = now + ports.policy.consent_ahead
        sessions, evaluations = await side_by_side(
            ports.sessions.between(now, until), ports.evaluations.between(now, until)
        )
        visits = [(each.starts_at, each.patient_id) for each in sessions if each.state is SessionState.SCHEDULED]
        visits += [(each.starts_at, each.patient_id) for each in evaluations]
        firsts: dict[PatientId, datetime] = {}
        for starts_at, patient_id in sorted((at, of) for at, of in visits if at is not None):
            firsts.setdefault(patient_id, starts_at)
        patients, consents, plans = await side_by_side(
            ports.patients.several(list(firsts)),
            ports.consents.of_several(list(firsts)),
            ports.plans.of_several(list(firsts)),
        )
        known = {each.id: each for each in patients}
        found = [
            self._of(
                patient_id,
                known.get(patient_id),
                [each for each in consents if each.patient_id == patient_id],
                [each for each in plans if each.patient_id == patient_id],
                now,
            )
            for patient_id in firsts
        ]
        await self._kept(actor, *found)
        return tuple(
            VisitWithoutPapers(starts_at=at, seen=seen)
            for at, seen in zip(firsts.values(), found, strict=True)
            if seen.lacking or seen.without_text
        )

    async def signed(self, consent_id: ConsentId, actor: Actor) -> SignedSeen:
        """What was signed, word for word. Refused: `consent_not_found` (also to another patient)."""
        ports = self.ports
        own = PatientId(actor.patient_id) if actor.patient_id else None
        consent = await ports.consents.get(consent_id, of=own)
        check_own(actor, consent.patient_id, "consent")
        patient = await ports.patients.find(consent.patient_id, of=consent.patient_id)
        await ports.audit.read(actor, "read_consent", f"patients/{consent.patient_id}", f"consents/{consent.id}")
        return SignedSeen(
            as_of=ports.clock(),
            consent=consent,
            document=ports.consent_texts.read_as(consent.text),
            details=patient.details if patient else PatientDetails(),
        )
