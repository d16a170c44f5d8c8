"""What a case knows of a patient: history, medications, antidepressant trials, evidence.

Invariant: nothing is taken away; a correction stands beside what it corrects, with who made it and why.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self

from careflow_domain.aggregate import Aggregate
from careflow_domain.errors import conflict, not_found
from screening.domain.course import Course
from screening.domain.endings import CareEnd
from screening.domain.evidence import Evidence, EvidenceExpiring, EvidenceRecorded, awaiting_warning
from screening.domain.history import AllergiesChanged, ClinicalFact, allergies
from screening.domain.ids import CaseId, ClinicalFactId, EvidenceId, MedicationId, PatientId, TrialId
from screening.domain.known import Known
from screening.domain.medications import Medication
from screening.domain.patients import PatientDetails
from screening.domain.trials import AntidepressantTrial
from screening.domain.validity import Stage
from screening.domain.voiding import Voiding


class CaseState(StrEnum):
    """`open`: the patient is still answering; `submitted`: the clinic has what it asked for."""

    OPEN = "open"
    SUBMITTED = "submitted"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRecord(Aggregate):
    """A closed case takes nothing more. `care_end` once the patient was discharged: from then on the case is kept for
    following them up.
    """

    id: CaseId
    patient_id: PatientId
    state: CaseState = CaseState.OPEN
    care_end: CareEnd | None = None
    history: tuple[ClinicalFact, ...] = field(default=(), repr=False)
    medications: tuple[Medication, ...] = field(default=(), repr=False)
    trials: tuple[AntidepressantTrial, ...] = field(default=(), repr=False)
    evidence: tuple[Evidence, ...] = field(default=(), repr=False)
    course: Course = field(default_factory=Course)

    @property
    def stage(self) -> Stage:
        """Whether a dose was given in this course."""
        return Stage.IN_COURSE if self.course.doses else Stage.TO_FIRST_DOSE

    @property
    def in_care(self) -> bool:
        """Whether the patient is, or may yet be, treated in it."""
        return self.state is not CaseState.CLOSED and self.care_end is None

    def known(self, patient: PatientDetails) -> Known:
        """What the rules look at."""
        return Known(
            facts=self.history,
            medications=self.medications,
            evidence=self.evidence,
            stage=self.stage,
            patient=patient,
        )

    def with_facts(self, *facts: ClinicalFact) -> Self:
        """More of the history."""
        self._must_be_open()
        after = replace(self.recording(), history=(*self.history, *facts))
        return after._telling_allergies(before=self, at=max((each.recorded_at for each in facts), default=None))

    def correcting(self, fact_id: ClinicalFactId, correct: Callable[[ClinicalFact], ClinicalFact]) -> Self:
        """Re-classify one fact. Refused: `fact_not_found`."""
        self._must_be_open()
        if all(fact.id != fact_id for fact in self.history):
            raise not_found("fact")
        history = tuple(correct(fact) if fact.id == fact_id else fact for fact in self.history)
        after = replace(self.recording(), history=history)
        at = max(step.at for each in history if each.id == fact_id for step in each.reclassifications)
        return after._telling_allergies(before=self, at=at)

    def _telling_allergies(self, *, before: Self, at: datetime | None) -> Self:
        """Whoever gives the patient something hears of it as soon as it is known, cleared or not."""
        known = allergies(self.history)
        if at is None or known == allergies(before.history):
            return self
        return self.saying(AllergiesChanged(patient_id=self.patient_id, at=at, allergies=known))

    def with_medication(self, medication: Medication) -> Self:
        """Something the patient takes."""
        self._must_be_open()
        return replace(self.recording(), medications=(*self.medications, medication))

    def medication(self, medication_id: MedicationId) -> Medication:
        """One of the medications. Refused: `medication_not_found`."""
        for medication in self.medications:
            if medication.id == medication_id:
                return medication
        raise not_found("medication")

    def with_changed(self, medication: Medication) -> Self:
        """One of the medications as it is known now."""
        self._must_be_open()
        medications = tuple(medication if each.id == medication.id else each for each in self.medications)
        return replace(self.recording(), medications=medications)

    def with_trial(self, trial: AntidepressantTrial) -> Self:
        """An antidepressant the patient was treated with before. Refused as `AntidepressantTrial.check`."""
        self._must_be_open()
        trial.check()
        return replace(self.recording(), trials=(*self.trials, trial))

    def voiding_trial(self, trial_id: TrialId, voided: Voiding) -> Self:
        """A trial was recorded wrongly. Refused: `trial_not_found`, and as `Voiding.check`."""
        self._must_be_open()
        if all(each.id != trial_id for each in self.trials):
            raise not_found("trial")
        trials = tuple(each.voiding(voided) if each.id == trial_id else each for each in self.trials)
        return replace(self.recording(), trials=trials)

    def with_evidence(self, evidence: Evidence) -> Self:
        """A test, reading or report."""
        self._must_be_open()
        recorded = EvidenceRecorded(
            patient_id=self.patient_id,
            at=evidence.recorded_at,
            evidence_id=evidence.id,
            category=evidence.category,
            valid_until=evidence.ends.at(self.stage),
        )
        return replace(self.recording(recorded), evidence=(*self.evidence, evidence))

    def voiding(self, evidence_id: EvidenceId, voided: Voiding) -> Self:
        """A piece of evidence was recorded wrongly. Refused: `evidence_not_found`, and as `Voiding.check`."""
        self._must_be_open()
        if all(each.id != evidence_id for each in self.evidence):
            raise not_found("evidence")
        evidence = tuple(each.voiding(voided) if each.id == evidence_id else each for each in self.evidence)
        return replace(self.recording(), evidence=evidence)

    def evidence_due_at(self, warns_before: timedelta) -> datetime | None:
        """When the next piece of evidence must be warned about."""
        ends = (each.ends.at(self.stage) for each in awaiting_warning(self.evidence, self.stage))
        return min((end - warns_before for end in ends), default=None)

    def evidence_expiring(self, warns_before: timedelta, *, now: datetime) -> Self:
        """Warn of the evidence that will soon stop counting, of each end once."""
        stage = self.stage
        due = {each.id for each in awaiting_warning(self.evidence, stage) if each.ends.at(stage) - warns_before <= now}
        if not due or not self.in_care:
            return self
        warnings = [
            EvidenceExpiring(
                patient_id=self.patient_id,
                at=now,
                evidence_id=each.id,
                category=each.category,
                valid_until=each.ends.at(stage),
            )
            for each in self.evidence
            if each.id in due
        ]
        warned = tuple(
            replace(each, warned_of=each.ends.at(stage)) if each.id in due else each for each in self.evidence
        )
        return replace(self.recording(*warnings), evidence=warned)

    def _must_be_open(self) -> None:
        if self.state is CaseState.CLOSED:
            raise conflict("case_closed", "The case has been closed.")
