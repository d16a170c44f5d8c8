"""What overtakes a patient's erasure, as billing hears of it: a command, or an event of another stream."""

from datetime import date

from careflow_events import contracts
from careflow_events.contracts import codes
from careflow_service.ids import new_id
from careflow_service.testing.disclosing import asked_of_all, discloses, disclosure, waited_for
from careflow_service.testing.overtaking import Overtaking
from services.billing.tests.builders import ANA
from services.billing.tests.clinic import has_patient, pays, refusal
from services.billing.tests.heard import diagnosed, registered
from services.billing.tests.world import World


async def _asked(world: World, patient_id: str) -> str:
    erasure_id = new_id()
    asked = contracts.PatientErasureRequested(patient_id=patient_id, erasure_id=erasure_id, requested_at=world.clock())
    await world.hear(asked)
    return erasure_id


async def an_erasure_is_asked_for_while_money_comes_in(world: World, overtaking: Overtaking) -> None:
    """What was begun by then has to be kept."""
    await has_patient(world)
    patient_id = ANA
    overtaking.by(lambda: pays(world, 100))
    await _asked(world, patient_id)
    assert (await world.said_types(patient_id))[-1] == "BillingErasureRefused"


async def an_erasure_is_declined_while_other_news_come(world: World, overtaking: Overtaking) -> None:
    await world.hear(registered())
    patient_id = ANA
    erasure_id = await _asked(world, patient_id)
    overtaking.by(lambda: world.hear(diagnosed()))
    await world.hear(contracts.ErasureDeclined(patient_id=patient_id, erasure_id=erasure_id, declined_at=world.clock()))
    mark = await world.store.database["_owners"].find_one({"_id": patient_id}) or {}
    assert "closing" not in mark
    assert await world.store.database["accounts"].count_documents({}) == 1


async def somebody_is_erased_while_other_news_come(world: World, overtaking: Overtaking) -> None:
    """The news are gone with everything else."""
    await world.hear(registered())
    patient_id = ANA
    erasure_id = await _asked(world, patient_id)
    overtaking.by(lambda: world.hear(diagnosed()))
    await world.hear(contracts.PatientErased(patient_id=patient_id, erasure_id=erasure_id, erased_at=world.clock()))
    await world.catch_up()
    assert await world.store.database["accounts"].count_documents({}) == 0


async def a_record_is_handed_out_while_the_erasure_is_asked_for(world: World, overtaking: Overtaking) -> None:
    """Nothing is written about whom it is asked of: what leaves now would be accounted for by nobody."""
    await has_patient(world)
    overtaking.by(lambda: _asked(world, ANA))
    late = await world.biller.post(f"/v1/patients/{ANA}/disclosures", disclosure())
    assert refusal(late) == (409, "erasure_under_way")
    assert await world.store.database["disclosures"].count_documents({}) == 0


async def a_record_is_asked_for_while_its_share_is_handed_out(world: World, overtaking: Overtaking) -> None:
    """What was handed out by then is not waited for."""
    await world.hear(registered())
    patient_id = ANA
    request_id = new_id()
    overtaking.by(lambda: discloses(world.biller, patient_id, record_request_id=request_id))
    await world.hear(asked_of_all(contracts.RecordRequested, patient_id, request_id, codes.RecordPart.BILLING))
    assert await waited_for(world.biller) == []


async def a_request_changes_while_its_share_is_handed_out(world: World, overtaking: Overtaking) -> None:
    """What was said before booking heard of the share does not bring it back."""
    await world.hear(registered())
    patient_id = ANA
    request_id, part = new_id(), codes.RecordPart.BILLING
    await world.hear(asked_of_all(contracts.RecordRequested, patient_id, request_id, part))
    overtaking.by(lambda: discloses(world.biller, patient_id, record_request_id=request_id))
    later = date(2027, 1, 7)
    await world.hear(asked_of_all(contracts.RecordRequestChanged, patient_id, request_id, part, due_on=later))
    assert await waited_for(world.biller) == []
