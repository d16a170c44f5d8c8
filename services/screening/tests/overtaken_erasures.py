"""What overtakes a patient's erasure, as screening hears of it: a command, or an event of another stream."""

from datetime import date
from typing import Any

from careflow_events import contracts
from careflow_events.contracts import codes
from careflow_events.contracts.session_codes import FactSource, ReportedFact
from careflow_service.ids import new_id
from careflow_service.testing.disclosing import asked_of_all, discloses, waited_for
from careflow_service.testing.overtaking import Overtaking
from services.screening.tests.clinic import answers, has_case, ok, registered
from services.screening.tests.treatment import reported
from services.screening.tests.world import World


async def _answers(world: World, case: Any) -> None:
    ok(await answers(world, case, "phq-9", {"1": "1"}))


def _risk(world: World, patient_id: str) -> contracts.ClinicalFactReported:
    return reported(patient_id, world.clock(), ReportedFact.SUICIDE_RISK, "high", FactSource.CLINICIAN)


async def _asked(world: World, patient_id: str) -> str:
    erasure_id = new_id()
    asked = contracts.PatientErasureRequested(patient_id=patient_id, erasure_id=erasure_id, requested_at=world.clock())
    await world.hear(asked)
    return erasure_id


async def an_erasure_is_asked_for_while_somebody_answers(world: World, overtaking: Overtaking) -> None:
    """What was begun by then has to be kept."""
    case = await has_case(world)
    patient_id = str(case["patient_id"])
    overtaking.by(lambda: _answers(world, case))
    await _asked(world, patient_id)
    assert (await world.said_types(patient_id))[-1] == "ScreeningErasureRefused"


async def an_erasure_is_declined_while_other_news_come(world: World, overtaking: Overtaking) -> None:
    patient_id = new_id()
    await world.hear(registered(patient_id))
    erasure_id = await _asked(world, patient_id)
    overtaking.by(lambda: world.hear(_risk(world, patient_id)))
    await world.hear(contracts.ErasureDeclined(patient_id=patient_id, erasure_id=erasure_id, declined_at=world.clock()))
    mark = await world.store.database["_owners"].find_one({"_id": patient_id}) or {}
    assert "closing" not in mark
    assert await world.store.database["alerts"].count_documents({}) == 1


async def somebody_is_erased_while_other_news_come(world: World, overtaking: Overtaking) -> None:
    """The news are gone with everything else."""
    patient_id = new_id()
    await world.hear(registered(patient_id))
    erasure_id = await _asked(world, patient_id)
    overtaking.by(lambda: world.hear(_risk(world, patient_id)))
    await world.hear(contracts.PatientErased(patient_id=patient_id, erasure_id=erasure_id, erased_at=world.clock()))
    await world.catch_up()
    assert await world.store.database["alerts"].count_documents({}) == 0


async def a_record_is_asked_for_while_its_share_is_handed_out(world: World, overtaking: Overtaking) -> None:
    """What was handed out by then is not waited for."""
    patient_id = new_id()
    await world.hear(registered(patient_id))
    request_id = new_id()
    overtaking.by(lambda: discloses(world.prescriber, patient_id, record_request_id=request_id))
    await world.hear(asked_of_all(contracts.RecordRequested, patient_id, request_id, codes.RecordPart.ORDINARY))
    assert await waited_for(world.prescriber) == []


async def a_request_changes_while_its_share_is_handed_out(world: World, overtaking: Overtaking) -> None:
    """What was said before booking heard of the share does not bring it back."""
    patient_id = new_id()
    await world.hear(registered(patient_id))
    request_id, part = new_id(), codes.RecordPart.ORDINARY
    await world.hear(asked_of_all(contracts.RecordRequested, patient_id, request_id, part))
    overtaking.by(lambda: discloses(world.prescriber, patient_id, record_request_id=request_id))
    later = date(2027, 1, 7)
    await world.hear(asked_of_all(contracts.RecordRequestChanged, patient_id, request_id, part, due_on=later))
    assert await waited_for(world.prescriber) == []
