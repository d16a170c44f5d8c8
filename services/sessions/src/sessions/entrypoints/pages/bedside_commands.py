"""What each form of the bedside asks the application to do: the same command as the API's route of that name."""

from dataclasses import dataclass
from typing import Annotated, Final, Generic, TypeVar

from pydantic import BeforeValidator, StringConstraints

from careflow_service.http.dependencies import RequestBody
from careflow_service.http.fields import Moment
from careflow_service.http.places import UsState
from careflow_service.identity import Actor, RequestKey
from sessions.application.commands.attest_eligibility import AttestEligibility
from sessions.application.commands.check_in import CheckIn
from sessions.application.commands.clear_session import ClearSession
from sessions.application.commands.complete_session import CompleteSession
from sessions.application.commands.convert_session import ConvertSession
from sessions.application.commands.correct_checks import CorrectChecks
from sessions.application.commands.correct_dose import CorrectDose
from sessions.application.commands.correct_vitals import CorrectVitals
from sessions.application.commands.draw_drug import DrawDrug
from sessions.application.commands.give_dose import GiveDose
from sessions.application.commands.join_session import JoinSession, LeaveSession
from sessions.application.commands.record_checks import RecordChecks
from sessions.application.commands.record_coordination_call import RecordCoordinationCall
from sessions.application.commands.record_vitals import RecordVitals
from sessions.application.commands.refuse_session import RefuseSession
from sessions.application.commands.report_adverse_event import ReportAdverseEvent
from sessions.application.commands.sign_order import SignOrder
from sessions.application.commands.sign_overrides import SignOverrides
from sessions.application.commands.start_session import StartSession
from sessions.application.commands.verify_patient import VerifyPatient
from sessions.application.commands.witness_entry import WitnessEntry
from sessions.application.use_cases import Sessions
from sessions.domain.adverse_events import Observation
from sessions.domain.corrections import ReadingList, WhichReading
from sessions.domain.doses import StatedDose
from sessions.domain.ids import ContainerId, DrawId, EntryId, PatientId, SessionId
from sessions.domain.units import Milligrams, MilligramsPerKilogram
from sessions.entrypoints.http.adverse_event_routes import NewAdverseEvent
from sessions.entrypoints.http.check_bodies import NewChecks
from sessions.entrypoints.http.correction_routes import AmendedVitals, ChecksCorrection, DoseAmended, LeavingCorrection
from sessions.entrypoints.http.dose_routes import DoseEnd, NewDischarge, NewDose, NewVitals, PumpSetting
from sessions.entrypoints.http.drug_log_routes import NewEntry
from sessions.entrypoints.http.gate_routes import Clearing, NewOrder, Reason, Signing
from sessions.entrypoints.http.schemas import Note, Quantity, Uuid
from sessions.entrypoints.http.session_routes import CameBack, Completion, Conversion, EarlyEnd, Joining
from sessions.entrypoints.http.telehealth_routes import HowHeld, NewCoordinationCall, NewVerification

B = TypeVar("B")


class Nothing(RequestBody):
    """What is asked by its name alone."""


OUTSIDE: Final = "outside"
"""What is chosen for a patient who is in no state or territory."""


class Verifying(NewVerification):
    state: Annotated[UsState | None, BeforeValidator(lambda chosen: None if chosen == OUTSIDE else chosen)]


class Drawing(RequestBody):
    """So much in the unit of the container one chose."""

    container_id: Uuid
    quantity: Quantity


class Entering(NewEntry):
    container_id: Uuid


class CorrectingVitals(RequestBody):
    """`reading` is the list it is in and its number there."""

    reading: Annotated[str, StringConstraints(pattern=r"^(baseline|vitals)/[0-9]{1,5}$")]
    signs: AmendedVitals
    reason: Note

    def which(self) -> WhichReading:
        among, _, number = self.reading.partition("/")
        return WhichReading(among=ReadingList(among), number=int(number))


class StoppedBefore(DoseEnd):
    """How much had run in is asked where not all of it had."""

    infused_ml: Quantity


class EndedBefore(DoseEnd):
    """When that was is asked where it was not just now."""

    ended_at: Moment


class BackBefore(CameBack):
    """When that was is asked where it was not just now."""

    back_at: Moment


class CorrectingDose(DoseAmended):
    """`dose` is its number among those of the session."""

    dose: Annotated[str, StringConstraints(pattern=r"^[0-9]{1,3}$")]

    def which(self) -> int:
        return int(self.dose)


class Witnessing(RequestBody):
    """Which line of which container."""

    container_id: Uuid
    entry_id: Uuid


@dataclass(frozen=True, slots=True)
class Asked(Generic[B]):
    """A form as it was filled in, about a session as its sender saw it."""

    session_id: SessionId
    body: B
    version: int


async def arrive(app: Sessions, asked: Asked[Nothing], actor: Actor, key: RequestKey) -> object:
    return await app.check_in(CheckIn(asked.session_id), actor, key)


async def join(app: Sessions, asked: Asked[Joining], actor: Actor, key: RequestKey) -> object:
    return await app.join_session(JoinSession(asked.session_id, asked.body.role), actor, key)


async def leave(app: Sessions, asked: Asked[Nothing], actor: Actor, key: RequestKey) -> object:
    return await app.leave_session(LeaveSession(asked.session_id), actor, key)


async def check(app: Sessions, asked: Asked[NewChecks], actor: Actor, key: RequestKey) -> object:
    return await app.record_checks(RecordChecks(asked.session_id, asked.body.stamp()), actor, key)


async def order(app: Sessions, asked: Asked[NewOrder], actor: Actor, key: RequestKey) -> object:
    body = asked.body
    per_kg = None if body.mg_per_kg is None else MilligramsPerKilogram(body.mg_per_kg)
    dose = StatedDose(mass=Milligrams(body.mg), per_kg=per_kg)
    return await app.sign_order(SignOrder(asked.session_id, dose, Milligrams(body.most_mg), asked.version), actor, key)


async def attest(app: Sessions, asked: Asked[Reason], actor: Actor, key: RequestKey) -> object:
    return await app.attest_eligibility(AttestEligibility(asked.session_id, asked.body.reason), actor, key)


async def sign(app: Sessions, asked: Asked[Signing], actor: Actor, key: RequestKey) -> object:
    overrides = tuple((each.item, each.reason) for each in asked.body.overrides)
    return await app.sign_overrides(SignOverrides(asked.session_id, overrides, asked.version), actor, key)


async def clear(app: Sessions, asked: Asked[Clearing], actor: Actor, key: RequestKey) -> object:
    return await app.clear_session(ClearSession(asked.session_id, (), asked.version), actor, key)


async def draw(app: Sessions, asked: Asked[Drawing], actor: Actor, key: RequestKey) -> object:
    command = DrawDrug(ContainerId(asked.body.container_id), asked.session_id, asked.body.quantity)
    return await app.draw_drug(command, actor, key)


async def verify(app: Sessions, asked: Asked[Verifying], actor: Actor, key: RequestKey) -> object:
    return await app.verify_patient(VerifyPatient(asked.session_id, asked.body.found()), actor, key)


async def coordinate(app: Sessions, asked: Asked[NewCoordinationCall], actor: Actor, key: RequestKey) -> object:
    command = RecordCoordinationCall(asked.session_id, asked.body.call(), asked.version)
    return await app.record_coordination_call(command, actor, key)


async def start(app: Sessions, asked: Asked[Nothing], actor: Actor, key: RequestKey) -> object:
    return await app.start_session(StartSession(asked.session_id, asked.version), actor, key)


async def give(app: Sessions, asked: Asked[NewDose], actor: Actor, key: RequestKey) -> object:
    body = asked.body
    container, drawn = ContainerId(body.container_id), DrawId(body.draw_id)
    command = GiveDose(asked.session_id, container, drawn, body.stated(), body.serial, asked.version)
    return await app.give_dose(command, actor, key)


async def set_pump(app: Sessions, asked: Asked[PumpSetting], actor: Actor, key: RequestKey) -> object:
    return await app.set_pump(asked.body.said(asked.session_id), actor, key)


async def end_dose(app: Sessions, asked: Asked[DoseEnd], actor: Actor, key: RequestKey) -> object:
    return await app.end_dose(asked.body.said(asked.session_id), actor, key)


async def correct_leaving(app: Sessions, asked: Asked[LeavingCorrection], actor: Actor, key: RequestKey) -> object:
    return await app.correct_leaving(asked.body.said(asked.session_id, asked.version), actor, key)


async def correct_dose(app: Sessions, asked: Asked[CorrectingDose], actor: Actor, key: RequestKey) -> object:
    body = asked.body
    command = CorrectDose(asked.session_id, body.which(), body.amendment(), body.reason, asked.version)
    return await app.correct_dose(command, actor, key)


async def observe(app: Sessions, asked: Asked[NewVitals], actor: Actor, key: RequestKey) -> object:
    return await app.record_vitals(RecordVitals(asked.session_id, asked.body.signs.signs), actor, key)


async def correct_vitals(app: Sessions, asked: Asked[CorrectingVitals], actor: Actor, key: RequestKey) -> object:
    body = asked.body
    command = CorrectVitals(asked.session_id, body.which(), body.signs.amendment(), body.reason)
    return await app.correct_vitals(command, actor, key)


async def correct_checks(app: Sessions, asked: Asked[ChecksCorrection], actor: Actor, key: RequestKey) -> object:
    body = asked.body
    command = CorrectChecks(asked.session_id, body.stamp(), body.reason, asked.version)
    return await app.correct_checks(command, actor, key)


async def enter(app: Sessions, asked: Asked[Entering], actor: Actor, key: RequestKey) -> object:
    return await app.enter_in_drug_log(asked.body.said(ContainerId(asked.body.container_id)), actor, key)


async def witness(app: Sessions, asked: Asked[Witnessing], actor: Actor, key: RequestKey) -> object:
    command = WitnessEntry(ContainerId(asked.body.container_id), EntryId(asked.body.entry_id))
    return await app.witness_entry(command, actor, key)


async def say_how_held(app: Sessions, asked: Asked[HowHeld], actor: Actor, key: RequestKey) -> object:
    return await app.say_how_held(asked.body.said(asked.session_id, asked.version), actor, key)


async def report(app: Sessions, asked: Asked[NewAdverseEvent], actor: Actor, key: RequestKey) -> object:
    body = asked.body
    observation = Observation(**body.model_dump(exclude={"patient_id", "session_id"}))
    command = ReportAdverseEvent(PatientId(body.patient_id), asked.session_id, observation)
    return await app.report_adverse_event(command, actor, key)


async def discharge(app: Sessions, asked: Asked[NewDischarge], actor: Actor, key: RequestKey) -> object:
    return await app.discharge_patient(asked.body.said(asked.session_id, asked.version), actor, key)


async def complete(app: Sessions, asked: Asked[Completion], actor: Actor, key: RequestKey) -> object:
    times = tuple(each.time() for each in asked.body.therapy)
    return await app.complete_session(CompleteSession(asked.session_id, times, asked.version), actor, key)


async def refuse(app: Sessions, asked: Asked[Nothing], actor: Actor, key: RequestKey) -> object:
    return await app.refuse_session(RefuseSession(asked.session_id, asked.version), actor, key)


async def convert(app: Sessions, asked: Asked[Conversion], actor: Actor, key: RequestKey) -> object:
    body = asked.body
    command = ConvertSession(asked.session_id, body.kind, body.patient_agreed, asked.version)
    return await app.convert_session(command, actor, key)


async def take_back(app: Sessions, asked: Asked[CameBack], actor: Actor, key: RequestKey) -> object:
    return await app.record_return(asked.body.said(asked.session_id, asked.version), actor, key)


async def abort(app: Sessions, asked: Asked[EarlyEnd], actor: Actor, key: RequestKey) -> object:
    return await app.abort_session(asked.body.said(asked.session_id, asked.version), actor, key)
