"""What overtakes a patient's erasure, as sessions hears of it: a command, or an event of another stream."""

from datetime import UTC, date, datetime

from careflow_events import contracts
from careflow_events.contracts import codes
from careflow_service.ids import new_id
from careflow_service.testing.disclosing import asked_of_all, discloses, disclosure, waited_for
from careflow_service.testing.overtaking import Overtaking
from services.sessions.tests.clinic import consent_body, ok, refusal
from services.sessions.tests.news import alert_raised, registered
from services.sessions.tests.world import World

BORN = datetime(1988, 4, 2, tzinfo=UTC)


async def _signs(world: World, patient_id: str) -> None:
    ok(await world.patient(patient_id).post(f"/v1/patients/{patient_id}/consents", consent_body()), 201)


async def _asked(world: World, patient_id: str) -> str:
    erasure_id = new_id()
    asked = contracts.PatientErasureRequested(patient_id=patient_id, erasure_id=erasure_id, requested_at=world.clock())
    await world.hear(asked)
    return erasure_id


async def an_erasure_is_asked_for_while_a_consent_is_signed(world: World, overtaking: Overtaking) -> None:
    """What was begun by then has to be kept."""
    patient_id = new_id()
    await world.hear(registered(patient_id, BORN))
    overtaking.by(lambda: _signs(world, patient_id))
    await _asked(world, patient_id)
    assert (await world.said_types(patient_id))[-1] == "SessionsErasureRefused"


async def an_erasure_is_declined_while_other_news_come(world: World, overtaking: Overtaking) -> None:
    patient_id = new_id()
    await world.hear(registered(patient_id, BORN))
    erasure_id = await _asked(world, patient_id)
    overtaking.by(lambda: world.hear(alert_raised(patient_id, new_id(), world.clock())))
    await world.hear(contracts.ErasureDeclined(patient_id=patient_id, erasure_id=erasure_id, declined_at=world.clock()))
    mark = await world.store.database["_owners"].find_one({"_id": patient_id}) or {}
    assert "closing" not in mark
    assert await world.store.database["eligibilities"].count_documents({}) == 1


async def somebody_is_erased_while_other_news_come(world: World, overtaking: Overtaking) -> None:
    """The news are gone with everything else."""
    patient_id = new_id()
    await world.hear(registered(patient_id, BORN))
    erasure_id = await _asked(world, patient_id)
    overtaking.by(lambda: world.hear(alert_raised(patient_id, new_id(), world.clock())))
    await world.hear(contracts.PatientErased(patient_id=patient_id, erasure_id=erasure_id, erased_at=world.clock()))
    await world.catch_up()
    assert await world.store.database["eligibilities"].count_documents({}) == 0


async def a_record_is_handed_out_while_the_erasure_is_asked_for(world: World, overtaking: Overtaking) -> None:
    """Nothing is written about whom it is asked of: what leaves now would be accounted for by nobody."""
    patient_id = new_id()
    await world.hear(registered(patient_id, BORN))
    overtaking.by(lambda: _asked(world, patient_id))
    late = await world.prescriber.post(f"/v1/patients/{patient_id}/disclosures", disclosure())
    assert refusal(late) == (409, "erasure_under_way")
    assert await world.store.database["disclosures"].count_documents({}) == 0


async def a_record_is_asked_for_while_its_share_is_handed_out(world: World, overtaking: Overtaking) -> None:
    """What was handed out by then is not waited for."""
    patient_id = new_id()
    await world.hear(registered(patient_id, BORN))
    request_id = new_id()
    overtaking.by(lambda: discloses(world.prescriber, patient_id, record_request_id=request_id))
    await world.hear(asked_of_all(contracts.RecordRequested, patient_id, request_id, codes.RecordPart.ORDINARY))
    assert await waited_for(world.prescriber) == []


async def a_request_changes_while_its_share_is_handed_out(world: World, overtaking: Overtaking) -> None:
    """What was said before booking heard of the share does not bring it back."""
    patient_id = new_id()
    await world.hear(registered(patient_id, BORN))
    request_id, part = new_id(), codes.RecordPart.ORDINARY
    await world.hear(asked_of_all(contracts.RecordRequested, patient_id, request_id, part))
    overtaking.by(lambda: discloses(world.prescriber, patient_id, record_request_id=request_id))
    later = date(2027, 1, 7)
    await world.hear(asked_of_all(contracts.RecordRequestChanged, patient_id, request_id, part, due_on=later))
    assert await waited_for(world.prescriber) == []
