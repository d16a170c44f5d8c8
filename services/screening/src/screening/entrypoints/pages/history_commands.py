"""What the forms about a patient's history and evaluation ask the application to do: the same commands as the API's
routes, and as few words as a page needs to say them.
"""

from typing import Annotated, Final

from pydantic import Field

from careflow_service.http.dependencies import RequestBody
from careflow_service.http.fields import Moment
from careflow_service.identity import Actor, RequestKey
from screening.application.commands.add_medication import AddMedication
from screening.application.commands.identify_medication import IdentifyMedication
from screening.application.commands.reclassify_fact import ReclassifyFact
from screening.application.commands.record_diagnoses import RecordDiagnoses
from screening.application.commands.record_evaluation import RecordEvaluation
from screening.application.commands.record_facts import RecordFacts, ToldFact
from screening.application.commands.record_trial import RecordTrial
from screening.application.commands.stop_medication import StopMedication
from screening.application.commands.submit_screening import SubmitScreening
from screening.application.commands.void_trial import VoidTrial
from screening.application.use_cases import Screening
from screening.domain.conditions import ConditionCode
from screening.domain.evaluation import EvaluationPart, PartRecord, ServiceLine
from screening.domain.history import ConditionStatus
from screening.domain.ids import AppointmentId, ClinicalFactId, EvaluationId, MedicationId, TrialId
from screening.entrypoints.http.case_routes import Submission
from screening.entrypoints.http.evaluation_routes import UUID_FORM
from screening.entrypoints.http.history_routes import (
    IdentifiedMedication,
    NewFact,
    NewMedication,
    NewTrial,
    Reclassified,
    StoppedMedication,
    Voided,
)
from screening.entrypoints.http.schemas import Note
from screening.entrypoints.pages.case_commands import Asked, Nothing

DiagnosisCode = Annotated[str, Field(max_length=8)]


class TakenDown(RequestBody):
    """What the patient said to each condition that was asked."""

    told: Annotated[dict[ConditionCode, ConditionStatus], Field(min_length=1)]


class FoundPart(RequestBody):
    """See `NewPart`."""

    favourable: bool
    summary: Note


class FoundLine(RequestBody):
    """See `NewServiceLine`; one unit unless somebody says otherwise."""

    code: Annotated[str, Field(pattern=r"^[0-9A-Z]{5}$")]
    units: Annotated[int, Field(ge=1, le=100)] = 1
    minutes: Annotated[int, Field(ge=1, le=1440)] | None = None


LINES: Final = ("line_1", "line_2", "line_3", "line_4")
"""The lines an evaluation is billed by, such as 90792 with an add-on."""


class Found(RequestBody):
    """One clinician's visit, and the lines it is billed by, in their order."""

    appointment_id: Annotated[str, Field(pattern=UUID_FORM)]
    started_at: Moment
    ended_at: Moment
    psychiatric: FoundPart | None = None
    physical: FoundPart | None = None
    risk: FoundPart | None = None
    capacity: FoundPart | None = None
    line_1: FoundLine | None = None
    line_2: FoundLine | None = None
    line_3: FoundLine | None = None
    line_4: FoundLine | None = None

    def parts(self) -> tuple[PartRecord, ...]:
        found = ((part, getattr(self, part.value)) for part in EvaluationPart)
        return tuple(
            PartRecord(part=part, favourable=each.favourable, summary=each.summary) for part, each in found if each
        )

    def lines(self) -> tuple[ServiceLine, ...]:
        given: tuple[FoundLine | None, ...] = tuple(getattr(self, name) for name in LINES)
        return tuple(ServiceLine(code=each.code, units=each.units, minutes=each.minutes) for each in given if each)


DIAGNOSES: Final = tuple(f"diagnosis_{place}" for place in range(1, 13))
"""As many as a claim has room for (NUCC 1500 Claim Form Reference Instruction Manual, item 21)."""


class Diagnosed(RequestBody):
    """Codes, the most relevant first."""

    evaluation_id: Annotated[str, Field(max_length=64)]
    diagnosis_1: DiagnosisCode
    diagnosis_2: DiagnosisCode | None = None
    diagnosis_3: DiagnosisCode | None = None
    diagnosis_4: DiagnosisCode | None = None
    diagnosis_5: DiagnosisCode | None = None
    diagnosis_6: DiagnosisCode | None = None
    diagnosis_7: DiagnosisCode | None = None
    diagnosis_8: DiagnosisCode | None = None
    diagnosis_9: DiagnosisCode | None = None
    diagnosis_10: DiagnosisCode | None = None
    diagnosis_11: DiagnosisCode | None = None
    diagnosis_12: DiagnosisCode | None = None

    def codes(self) -> tuple[str, ...]:
        given = (getattr(self, name) for name in DIAGNOSES)
        return tuple(each for each in given if each)


async def take_down(app: Screening, asked: Asked[TakenDown], actor: Actor, key: RequestKey) -> object:
    told = tuple(ToldFact(condition, status) for condition, status in asked.body.told.items())
    return await app.record_facts(RecordFacts(asked.case_id, told), actor, key)


async def record_condition(app: Screening, asked: Asked[NewFact], actor: Actor, key: RequestKey) -> object:
    body = asked.body
    return await app.record_facts(RecordFacts(asked.case_id, (body.told(),), body.signed), actor, key)


async def see_identity(app: Screening, asked: Asked[Nothing], actor: Actor, key: RequestKey) -> object:
    seen = ToldFact(ConditionCode.IDENTITY_UNVERIFIED, ConditionStatus.RULED_OUT)
    return await app.record_facts(RecordFacts(asked.case_id, (seen,)), actor, key)


async def reclassify(app: Screening, asked: Asked[Reclassified], actor: Actor, key: RequestKey) -> object:
    body = asked.body
    command = ReclassifyFact(
        asked.case_id, ClinicalFactId(asked.of), body.condition, body.status, body.occurred_on, body.reason
    )
    return await app.reclassify_fact(command, actor, key)


async def add_medication(app: Screening, asked: Asked[NewMedication], actor: Actor, key: RequestKey) -> object:
    body = asked.body
    command = AddMedication(asked.case_id, body.name, body.started_on, body.detail or "", body.signed)
    return await app.add_medication(command, actor, key)


async def stop_medication(app: Screening, asked: Asked[StoppedMedication], actor: Actor, key: RequestKey) -> object:
    command = StopMedication(asked.case_id, MedicationId(asked.of), asked.body.last_taken_on)
    return await app.stop_medication(command, actor, key)


async def identify(app: Screening, asked: Asked[IdentifiedMedication], actor: Actor, key: RequestKey) -> object:
    command = IdentifyMedication(asked.case_id, MedicationId(asked.of), asked.body.names)
    return await app.identify_medication(command, actor, key)


async def hand_in(app: Screening, asked: Asked[Submission], actor: Actor, key: RequestKey) -> object:
    body = asked.body
    command = SubmitScreening(asked.case_id, body.history_complete, body.medications_complete)
    return await app.submit_screening(command, actor, key)


async def record_trial(app: Screening, asked: Asked[NewTrial], actor: Actor, key: RequestKey) -> object:
    body = asked.body
    command = RecordTrial(
        case_id=asked.case_id,
        drug=body.drug,
        highest_daily_mg=body.highest_daily_mg,
        adequate_dose=body.adequate_dose,
        weeks=body.weeks,
        response_percent=body.response_percent,
        stopped_because=body.stopped_because or "",
    )
    return await app.record_trial(command, actor, key)


async def void_trial(app: Screening, asked: Asked[Voided], actor: Actor, key: RequestKey) -> object:
    return await app.void_trial(VoidTrial(asked.case_id, TrialId(asked.of), asked.body.reason), actor, key)


async def record_evaluation(app: Screening, asked: Asked[Found], actor: Actor, key: RequestKey) -> object:
    body = asked.body
    command = RecordEvaluation(
        asked.case_id,
        AppointmentId(body.appointment_id),
        body.started_at,
        body.ended_at,
        body.parts(),
        body.lines(),
    )
    return await app.record_evaluation(command, actor, key)


async def record_diagnoses(app: Screening, asked: Asked[Diagnosed], actor: Actor, key: RequestKey) -> object:
    body = asked.body
    command = RecordDiagnoses(asked.case_id, EvaluationId(body.evaluation_id), body.codes())
    return await app.record_diagnoses(command, actor, key)
