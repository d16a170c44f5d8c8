"""One case as a clinician looks at it: what the decision rests on, in two parts that are never mixed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from careflow_domain.disclosures import RecordPart
from careflow_domain.errors import not_found
from careflow_service.identity import Actor
from careflow_service.work import side_by_side
from screening.application.grounds_now import grounds_now
from screening.application.outcomes import scales_of
from screening.application.ports import Ports
from screening.domain.alerts import SafetyAlert
from screening.domain.case import Case
from screening.domain.clearance import Clearance
from screening.domain.conditions import ConditionCode
from screening.domain.consents import ConsentForm, DisclosureConsent
from screening.domain.decisions import Grounds
from screening.domain.ids import CaseId, MedicationId, PatientId
from screening.domain.outcomes import Scale, ScaleOutcome
from screening.domain.patients import PatientDetails
from screening.domain.rules import Finding
from screening.domain.substance_use import Partition
from screening.domain.suspensions import Suspensions, with_suspension

CONSENTS_SHOWN: Final = 20
"""So many consents are on the page; all of them are in `Reading.consents`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartSeen:
    """What one part of the record says: of the case, of its newest clearance, of the patient's newest alert, and what
    the rules find now.
    """

    part: RecordPart
    notice: str
    case: Case = field(repr=False)
    clearance: Clearance | None = field(repr=False)
    alert: SafetyAlert | None = field(repr=False)
    findings: tuple[Finding, ...] = field(repr=False)
    missing: tuple[str, ...]

    @property
    def suspensions(self) -> Suspensions:
        """Everything dosing waits for: on the clearance, and held for the next one."""
        suspensions = self.clearance.suspensions if self.clearance else ()
        for held in self.case.held:
            suspensions = with_suspension(suspensions, held)
        return suspensions


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseSeen:
    """As of `as_of`. `general` is without what is about substance use, `apart` is nothing else; `valid` is
    whether the clearance as a whole allows treatment, `valid_until` how long a grant would last now.
    `consents` are the patient's newest to disclose what is apart, `consent_form` what they sign for another.
    `unasked` is what nobody has asked of the history yet; `drug_names` are those that are known, `unknown` the
    medications that are not, each with the known names it comes near to.
    """

    as_of: datetime
    patient: PatientDetails = field(repr=False)
    general: PartSeen
    apart: PartSeen
    valid: bool
    valid_until: datetime
    scales: tuple[tuple[Scale, ScaleOutcome], ...] = field(repr=False)
    consents: tuple[DisclosureConsent, ...] = field(repr=False)
    consent_form: ConsentForm
    unasked: tuple[ConditionCode, ...]
    drug_names: tuple[str, ...]
    unknown: Mapping[MedicationId, tuple[str, ...]] = field(repr=False)

    @property
    def parts(self) -> tuple[PartSeen, PartSeen]:
        return self.general, self.apart

    @property
    def alert(self) -> SafetyAlert | None:
        """The patient's newest alert, in whichever part it is."""
        return self.general.alert or self.apart.alert


@dataclass(frozen=True, slots=True)
class ReadCasePage:
    ports: Ports

    async def newest_of(self, patient_id: PatientId, actor: Actor) -> CaseId:
        """Where a patient is looked at. Refused: `case_not_found`."""
        case = await self.ports.cases.latest_of(patient_id)
        if case is None:
            raise not_found("case")
        await self.ports.audit.read(actor, "read_case", f"patients/{patient_id}", f"cases/{case.id}")
        return case.id

    async def __call__(self, case_id: CaseId, actor: Actor) -> CaseSeen:
        """Refused: `case_not_found`."""
        return await self._seen(await self.ports.cases.get(case_id), actor)

    async def of_patient(self, patient_id: PatientId, actor: Actor) -> CaseSeen | None:
        """A patient's newest case; None where no screening has begun."""
        case = await self.ports.cases.latest_of(patient_id)
        if case is not None:
            return await self._seen(case, actor)
        await self.ports.audit.read(actor, "read_case", f"patients/{patient_id}")
        return None

    async def _seen(self, case: Case, actor: Actor) -> CaseSeen:
        now = self.ports.clock()
        patient, alert, earlier, found = await side_by_side(
            self.ports.patients.find(case.patient_id, of=None),
            self.ports.alerts.newest_of(case.patient_id),
            self.ports.cases.all_of(case.patient_id),
            grounds_now(case, now, self.ports),
        )
        clearance, consents = await side_by_side(
            self._clearance(case),
            self.ports.consents.of_patient(case.patient_id, limit=CONSENTS_SHOWN, after=None),
        )
        named = (f"clearances/{clearance.id}" if clearance else None, f"alerts/{alert.id}" if alert else None)
        signed = (f"consents/{each.id}" for each in consents.items)
        await self.ports.audit.read(actor, "read_case", f"cases/{case.id}", *(each for each in named if each), *signed)
        general, apart = (
            self._part(part, case, earlier, clearance, alert, found)
            for part in (RecordPart.GENERAL, RecordPart.SUBSTANCE_USE)
        )
        policy, details = self.ports.policy, patient.details if patient else PatientDetails()
        labelled = policy.substance_use.questionnaires
        return CaseSeen(
            as_of=now,
            patient=details,
            general=general,
            apart=apart,
            valid=clearance is not None and clearance.valid_at(now),
            valid_until=found.valid_until,
            scales=tuple(
                (each, each.outcome(now))
                for each in scales_of(case, self.ports)
                if each.of.questionnaire not in labelled
            ),
            consents=tuple(consents.items),
            consent_form=policy.substance_use.consent_form,
            unasked=policy.asked.unasked(frozenset(ConditionCode), case.history, details),
            drug_names=tuple(sorted(policy.interactions.names.names)),
            unknown={
                each.id: policy.interactions.offered(each)
                for each in case.medications
                if policy.interactions.unknown(each)
            },
        )

    async def _clearance(self, case: Case) -> Clearance | None:
        return await self.ports.clearances.get(case.clearance_id) if case.clearance_id else None

    def _part(
        self,
        part: RecordPart,
        case: Case,
        cases: list[Case],
        clearance: Clearance | None,
        alert: SafetyAlert | None,
        found: Grounds,
    ) -> PartSeen:
        policy = self.ports.policy
        partition = Partition(part, policy.substance_use, policy.interactions.ingredients_of)
        for each in (*cases, case):
            partition = partition.having_seen(each)
        return PartSeen(
            part=part,
            notice=partition.notice,
            case=partition.case(case),
            clearance=partition.clearance(clearance) if clearance else None,
            alert=partition.alert(alert) if alert else None,
            findings=partition.findings(found.findings),
            missing=partition.missing(found.missing),
        )
