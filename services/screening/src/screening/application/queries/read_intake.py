"""What a patient is asked beside the questionnaires, as they themselves may read it: what they told of their history,
and what they take.

Invariant: of what somebody of the clinic recorded of a history a patient reads here that it was asked, never what was
found.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from careflow_service.identity import Actor
from screening.application.ports import Ports
from screening.domain.case import Case
from screening.domain.case_record import CaseState
from screening.domain.conditions import ConditionCode
from screening.domain.drug_names import DrugNames
from screening.domain.history import ConditionStatus, InformationSource
from screening.domain.ids import CaseId, PatientId
from screening.domain.medications import Medication
from screening.domain.patients import PatientDetails


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeSeen:
    """As of `as_of`. `asked` are the conditions that concern this patient, `dated` those of which it matters how long
    ago they were. `told` is what the patient said last of each, a yes before any no; `asked_by_staff` is what only
    somebody of the clinic has recorded. `questionnaires` waits for so many.
    """

    as_of: datetime
    case_id: CaseId
    submitted_at: datetime | None
    questionnaires: int
    asked: frozenset[ConditionCode]
    dated: frozenset[ConditionCode]
    told: Mapping[ConditionCode, ConditionStatus] = field(repr=False)
    asked_by_staff: frozenset[ConditionCode] = field(repr=False)
    medications: tuple[Medication, ...] = field(repr=False)
    names: DrugNames = field(repr=False)

    @property
    def answered(self) -> frozenset[ConditionCode]:
        """What needs no answer any more."""
        return self.asked_by_staff.union(self.told)


@dataclass(frozen=True, slots=True)
class ReadIntake:
    ports: Ports

    async def __call__(self, actor: Actor) -> IntakeSeen | None:
        """Of the newest case of who reads; None where they have none that takes anything."""
        patient_id = PatientId(actor.patient_id or "")
        case = await self.ports.cases.latest_of(patient_id)
        if case is None or case.state is CaseState.CLOSED:
            await self.ports.audit.read(actor, "read_case", f"patients/{patient_id}")
            return None
        patient = await self.ports.patients.find(patient_id, of=None)
        await self.ports.audit.read(actor, "read_case", f"cases/{case.id}")
        policy = self.ports.policy
        told = _told(case)
        return IntakeSeen(
            as_of=self.ports.clock(),
            case_id=case.id,
            submitted_at=case.submitted_at,
            questionnaires=len(case.waiting),
            asked=policy.asked.of_patient(patient.details if patient else PatientDetails()),
            dated=policy.by_age,
            told=told,
            asked_by_staff=frozenset(fact.condition for fact in case.history if fact.condition not in told),
            medications=tuple(each for each in case.medications if each.voided is None),
            names=policy.interactions.names,
        )


def _told(case: Case) -> dict[ConditionCode, ConditionStatus]:
    """What the patient said: a no after a yes takes nothing back."""
    told: dict[ConditionCode, ConditionStatus] = {}
    for fact in case.history:
        if fact.source is InformationSource.PATIENT and (fact.present or fact.condition not in told):
            told[fact.condition] = fact.status
    return told
