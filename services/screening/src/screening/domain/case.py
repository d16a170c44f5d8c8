"""The screening case: everything known to decide whether treatment is safe for one patient and course.

Invariants: one open case per patient; a closed case takes nothing more; scores, findings and readiness are derived from
what the case holds, never stored beside it.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Self

from careflow_domain.errors import conflict, not_found
from screening.domain.case_record import CaseRecord, CaseState
from screening.domain.clearance_terms import Indication
from screening.domain.course import AskingPolicy, Course, OutcomeReviewDue
from screening.domain.endings import (
    CareEnd,
    ClearanceDeferred,
    ClearanceDenied,
    CloseReason,
    Deferral,
    Ending,
    ScreeningClosed,
)
from screening.domain.evaluation import (
    Diagnoses,
    DiagnosesRecorded,
    Evaluation,
    EvaluationRecorded,
    EvaluationVisit,
)
from screening.domain.facts import PatientFact
from screening.domain.ids import (
    AlertId,
    CaseId,
    ClearanceId,
    PatientId,
    RequestId,
)
from screening.domain.intake import (
    Alarms,
    Purpose,
    QuestionnaireCompleted,
    QuestionnaireRequested,
    QuestionnaireWithdrawn,
    RequestedQuestionnaire,
)
from screening.domain.outcomes import ReviewReason
from screening.domain.questionnaires import Answers, QuestionnaireDefinition
from screening.domain.suspensions import Suspensions


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreeningStarted(PatientFact):
    case_id: CaseId


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreeningSubmitted(PatientFact):
    case_id: CaseId


@dataclass(frozen=True, slots=True, kw_only=True)
class Case(CaseRecord):
    """`asked_back_at` is when an information call ended with the wish to begin, while the patient was in care as far as
    was known here.
    """

    opened_at: datetime
    submitted_at: datetime | None = None
    indications: tuple[Indication, ...] = field(default=(), repr=False)
    questionnaires: tuple[RequestedQuestionnaire, ...] = field(default=(), repr=False)
    evaluations: tuple[Evaluation, ...] = field(default=(), repr=False)
    evaluation_visits: tuple[EvaluationVisit, ...] = ()
    diagnoses: tuple[Diagnoses, ...] = field(default=(), repr=False)
    deferrals: tuple[Deferral, ...] = field(default=(), repr=False)
    clearance_id: ClearanceId | None = None
    ending: Ending | None = None
    asked_back_at: datetime | None = None
    pressure_refusals: tuple[datetime, ...] = field(default=(), repr=False)
    held: Suspensions = field(default=(), repr=False)

    @classmethod
    def opened(cls, case_id: CaseId, patient_id: PatientId, *, now: datetime) -> Self:
        """A new case, nothing asked yet."""
        started = ScreeningStarted(patient_id=patient_id, at=now, case_id=case_id)
        return cls(id=case_id, patient_id=patient_id, opened_at=now, facts=(started,))

    def following(self, earlier: Self, suspensions: Suspensions) -> Self:
        """What the patient had or took in an earlier course is still known, and what suspended dosing then still holds.
        What has ended may not be washed out yet. What they had not is asked anew. The course is not taken over: this
        one is measured by its own answers, and the doses of the one before stay with the case they were given in.
        """
        return replace(
            self,
            history=tuple(fact for fact in earlier.history if fact.present),
            medications=tuple(each for each in earlier.medications if each.voided is None),
            trials=tuple(each for each in earlier.trials if each.voided is None),
            held=suspensions,
        )

    def treating(self, indications: tuple[Indication, ...]) -> Self:
        """What the patient is to be treated for; it picks the instruments."""
        self._must_be_open()
        return replace(self.recording(), indications=indications)

    def requesting(
        self,
        request_id: RequestId,
        definition: QuestionnaireDefinition,
        purpose: Purpose,
        *,
        due_within: timedelta,
        now: datetime,
    ) -> Self:
        """Ask the patient for a questionnaire in its newest version."""
        self._must_be_open()
        request = RequestedQuestionnaire(
            id=request_id,
            questionnaire=definition.code,
            definition_version=definition.version,
            purpose=purpose,
            requested_at=now,
            due_at=now + due_within,
        )
        requested = QuestionnaireRequested(
            patient_id=self.patient_id, at=now, request_id=request_id, purpose=purpose, due_at=request.due_at
        )
        return replace(self.recording(requested), questionnaires=(*self.questionnaires, request))

    def request(self, request_id: RequestId) -> RequestedQuestionnaire:
        """One of the questionnaires asked for. Refused: `questionnaire_request_not_found`."""
        for request in self.questionnaires:
            if request.id == request_id:
                return request
        raise not_found("questionnaire_request")

    @property
    def begun(self) -> bool:
        """Whether anybody has said or recorded anything clinical in it."""
        answered = any(each.answers for each in self.questionnaires)
        recorded = self.history or self.medications or self.trials or self.evidence or self.evaluations
        decided = self.clearance_id or self.diagnoses or self.deferrals or self.pressure_refusals or self.course.doses
        return bool(answered or recorded or decided)

    @property
    def undecided_from(self) -> datetime | None:
        """Since when a first decision has been waited for, from when on where it was deferred; None where none is."""
        decided = self.clearance_id is not None or self.care_end is not None
        if self.state is not CaseState.SUBMITTED or self.submitted_at is None or decided:
            return None
        return max([self.submitted_at, *(each.until for each in self.deferrals[-1:])])

    @property
    def waiting(self) -> tuple[RequestedQuestionnaire, ...]:
        """What the patient is asked for now: nothing once the case is closed."""
        return () if self.state is CaseState.CLOSED else tuple(each for each in self.questionnaires if each.open)

    def unanswered(self, *questionnaires: str) -> RequestedQuestionnaire | None:
        """An open request for one of these questionnaires, if there is one."""
        return next((each for each in self.questionnaires if each.questionnaire in questionnaires and each.open), None)

    def answered_all_of(self, questionnaire: str) -> bool:
        """Whether this questionnaire was completed in this case."""
        return any(each.questionnaire == questionnaire and each.completed_at for each in self.questionnaires)

    def answered(
        self, request_id: RequestId, definition: QuestionnaireDefinition, version: int, answers: Answers
    ) -> tuple[Self, Alarms]:
        """Keep answers, partial or not; with them come the item alerts they set off."""
        self._must_be_open()
        request, alarms = self.request(request_id).answered(definition, version, answers)
        return replace(self.recording(), questionnaires=self._with(request)), alarms

    def alerted(self, request_id: RequestId, alert_id: AlertId) -> Self:
        """The answers to this request set off or joined that alert."""
        request = self.request(request_id)
        if alert_id in request.alert_ids:
            return self
        linked = replace(request, alert_ids=(*request.alert_ids, alert_id))
        return replace(self.recording(), questionnaires=self._with(linked))

    def completed(self, request_id: RequestId, definition: QuestionnaireDefinition, *, now: datetime) -> Self:
        """Complete a questionnaire if nothing is missing; otherwise it stays open and unscored."""
        request = self.request(request_id).completed(definition, now=now)
        if request.completed_at is None:
            return self
        completed = QuestionnaireCompleted(
            patient_id=self.patient_id,
            at=now,
            case_id=self.id,
            request_id=request.id,
            purpose=request.purpose,
            questionnaire=request.questionnaire,
            alert_ids=request.alert_ids,
        )
        return replace(self.recording(completed), questionnaires=self._with(request))

    def submitted(self, *, now: datetime) -> Self:
        """The patient has told everything: questionnaires done, history and medications complete as far as they know.

        Refused: `case_closed`, `already_submitted`, `questionnaires_incomplete`.
        """
        self._must_be_open()
        if self.state is CaseState.SUBMITTED:
            raise conflict("already_submitted", "The screening has been submitted already.")
        if open_requests := [each.id for each in self.questionnaires if each.open]:
            raise conflict("questionnaires_incomplete", "Some questionnaires are not complete.", requests=open_requests)
        submitted = ScreeningSubmitted(patient_id=self.patient_id, at=now, case_id=self.id)
        return replace(self.recording(submitted), state=CaseState.SUBMITTED, submitted_at=now)

    def withdrawing(self, request_ids: Collection[RequestId], *, now: datetime) -> Self:
        """These are no longer asked for; what was answered meanwhile is kept."""
        gone = [each for each in self.questionnaires if each.open and each.id in request_ids]
        if not gone:
            return self
        facts = [
            QuestionnaireWithdrawn(patient_id=self.patient_id, at=now, request_id=each.id, purpose=each.purpose)
            for each in gone
        ]
        requests = tuple(replace(each, withdrawn_at=now) if each in gone else each for each in self.questionnaires)
        return replace(self.recording(*facts), questionnaires=requests)

    def refused_for_pressure(self, *, at: datetime) -> Self:
        """A dose was refused for the blood pressure."""
        return replace(self.recording(), pressure_refusals=(*self.pressure_refusals, at))

    def in_course(self, course: Course) -> Self:
        """How the course goes on."""
        return self if course == self.course else replace(self.recording(), course=course)

    def reviewed_for(
        self, found: Mapping[str, frozenset[ReviewReason]], *, due_within: timedelta, now: datetime
    ) -> Self:
        """What outcomes show of each scale; whatever is new of it becomes due for a prescriber's review."""
        due = [
            OutcomeReviewDue(
                patient_id=self.patient_id, at=now, due_by=now + due_within, questionnaire=scale, reason=reason
            )
            for scale, reason in self.course.newly(found)
        ]
        if found == self.course.standing:
            return self
        return replace(self.recording(*due), course=replace(self.course, standing=found))

    def seen_for_evaluation(self, visit: EvaluationVisit) -> Self:
        """A visit for an evaluation was held; what was found is recorded by whoever held it."""
        others = tuple(each for each in self.evaluation_visits if each.appointment_id != visit.appointment_id)
        return replace(self.recording(), evaluation_visits=(*others, visit))

    def evaluated(self, evaluation: Evaluation, *, now: datetime) -> Self:
        """A clinician's evaluation visit; refused as `Evaluation.check` says."""
        self._must_be_open()
        evaluation.check(now)
        recorded = EvaluationRecorded(
            patient_id=self.patient_id,
            at=evaluation.ended_at,
            case_id=self.id,
            evaluation_id=evaluation.id,
            appointment_id=evaluation.appointment_id,
            provider_id=evaluation.provider_id,
            started_at=evaluation.started_at,
            ended_at=evaluation.ended_at,
            parts=tuple(record.part.value for record in evaluation.parts),
            service_lines=evaluation.service_lines,
        )
        return replace(self.recording(recorded), evaluations=(*self.evaluations, evaluation))

    def diagnosed(self, diagnoses: Diagnoses, *, consented: bool) -> Self:
        """Diagnoses found in one of the evaluations; those of substance use leave where the patient has `consented` to
        it. Refused: `evaluation_not_found`, `diagnoses_invalid`.
        """
        self._must_be_open()
        if all(each.id != diagnoses.evaluation_id for each in self.evaluations):
            raise not_found("evaluation")
        diagnoses.check()
        recorded = DiagnosesRecorded(
            patient_id=self.patient_id,
            at=diagnoses.recorded_at,
            evaluation_id=diagnoses.evaluation_id,
            disclosed=diagnoses.codes if consented else diagnoses.disclosed,
            withheld=0 if consented else diagnoses.withheld,
        )
        return replace(self.recording(recorded), diagnoses=(*self.diagnoses, diagnoses))

    def cleared(self, clearance_id: ClearanceId) -> Self:
        """This clearance is the case's current one and takes over what was held for it; it says itself that it was
        granted. Refused: `case_closed`, `care_ended`.
        """
        self._must_be_in_care()
        return replace(self.recording(), clearance_id=clearance_id, held=())

    def must_rest_on(self, clearance_id: ClearanceId) -> None:
        """Only the newest clearance of a case in which patients are treated lasts longer or counts again. Refused:
        `case_closed`, `care_ended`, `clearance_ended`.
        """
        self._must_be_in_care()
        if self.clearance_id != clearance_id:
            raise conflict("clearance_ended", "A newer clearance has taken its place.", state="superseded")

    def holding(self, suspensions: Suspensions) -> Self:
        """With no clearance to suspend, this waits for the next one."""
        return self if suspensions == self.held else replace(self.recording(), held=suspensions)

    def discharged(self, end: CareEnd, policy: AskingPolicy) -> Self:
        """Care has ended; whoever was treated is followed up."""
        return replace(self.recording(), care_end=end, course=self.course.ended(policy, at=end.at))

    def over(self, *, now: datetime) -> Self:
        """After the end of care: nobody is followed up in it any longer."""
        assert self.care_end is not None
        note = "Care has ended."
        return self.closed(Ending(by=self.care_end.by, at=now, reason=CloseReason.DISCHARGED, note=note))

    def asked_back(self, *, at: datetime) -> Self:
        """The patient wishes to begin anew. While they are in care that says nothing, unless the end of it was before
        and is heard later.
        """
        return replace(self.recording(), asked_back_at=at)

    def deferred(self, deferral: Deferral) -> Self:
        """Decide later."""
        self._must_be_open()
        deferred = ClearanceDeferred(patient_id=self.patient_id, at=deferral.at, case_id=self.id, until=deferral.until)
        return replace(self.recording(deferred), deferrals=(*self.deferrals, deferral))

    def denied(self, ending: Ending) -> Self:
        """Not eligible: the case is closed with the decision."""
        denied = ClearanceDenied(patient_id=self.patient_id, at=ending.at, case_id=self.id)
        return self.saying(denied).closed(ending)

    def closed(self, ending: Ending) -> Self:
        """Nothing more is added. Refused: `case_closed`."""
        self._must_be_open()
        closed = ScreeningClosed(patient_id=self.patient_id, at=ending.at, case_id=self.id, reason=ending.reason)
        return replace(self.recording(closed), state=CaseState.CLOSED, ending=ending)

    def _must_be_in_care(self) -> None:
        self._must_be_open()
        if self.care_end is not None:
            raise conflict("care_ended", "The patient was discharged; who comes back begins with a new case.")

    def _with(self, request: RequestedQuestionnaire) -> tuple[RequestedQuestionnaire, ...]:
        return tuple(request if each.id == request.id else each for each in self.questionnaires)
