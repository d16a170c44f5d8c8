"""What is known of a patient: encrypted where it lies, sealed where it travels, read under audit."""

from typing import Any

from careflow_events import catalogue, contracts
from careflow_service.testing.world import SEALING
from services.booking.tests.clinic import details, has_patient, ok, refusal, registered_before
from services.booking.tests.world import World

WHOLE = details(
    preferred_name="Anita",
    sex="female",
    pregnancy_possible=True,
    address={"line": "12 Throckmorton Ave", "city": "Mill Valley", "state": "CA", "postal_code": "94941"},
    emergency_contact={"name": "Sam Rivera", "phone": "415 555 0188"},
    escort={"name": "Jo Park", "phone": "+1 415 555 0177"},
    channels=["email", "sms"],
    delivery_preference="electronic",
)
PERSONAL = ("Rivera", "Anita", "1988-04-02", "ana@example.org", "5550123", "Throckmorton", "Jo Park", "5550177")
"""Nothing so short that it turns up in ciphertext by chance."""


async def test_what_was_registered_is_read_again(world: World) -> None:
    ana = await has_patient(world, **WHOLE)
    read = ok(await world.patient(ana).get(f"/v1/patients/{ana}"))
    assert (read["id"], read["version"], read["possible_duplicates"]) == (ana, 1, [])
    assert read["details"]["phone"] == "+14155550123"
    assert read["details"]["address"]["city"] == "Mill Valley"
    assert sorted(read["details"]["channels"]) == ["email", "sms"]
    audited = await world.store.database["_audit"].find_one({"action": "read_patient"})
    assert audited is not None
    assert audited["touched"] == [f"patients/{ana}"]


async def test_nothing_personal_lies_open_in_the_store(world: World) -> None:
    await has_patient(world, **WHOLE)
    for name in await world.store.database.list_collection_names():
        async for document in world.store.database[name].find():
            text = repr(document)
            assert not [word for word in PERSONAL if word in text], name


async def test_each_consumer_opens_its_own_section_and_no_other(world: World) -> None:
    ana = await has_patient(world, **WHOLE)
    (event,) = await world.said(ana)
    opened: dict[str, Any] = {
        consumer: catalogue.read(event, SEALING.ring(consumer)) for consumer in ("screening", "sessions", "billing")
    }
    screening = opened["screening"].for_screening.opened()
    assert (screening.state, screening.phone, screening.sex) == ("CA", "+14155550123", "female")
    assert screening.emergency_contact == contracts.Contact(name="Sam Rivera", phone="+14155550188")
    assert screening.name == contracts.PersonName(given="Ana", family="Rivera", preferred="Anita")
    assert opened["screening"].for_billing.value is None
    sessions = opened["sessions"].for_sessions.opened()
    assert sessions.name == contracts.PersonName(given="Ana", family="Rivera", preferred="Anita")
    assert sessions.escort == contracts.Contact(name="Jo Park", phone="+14155550177")
    billing = opened["billing"].for_billing.opened()
    assert billing.address is not None
    assert (billing.address.postal_code, billing.delivery_preference) == ("94941", "electronic")


async def test_a_change_says_which_groups_differ(world: World) -> None:
    ana = await has_patient(world)
    changed = await world.patient(ana).put(f"/v1/patients/{ana}", details(phone="415 555 0199"), version=1)
    assert ok(changed) == {"id": ana, "version": 2}
    event = (await world.said(ana))[-1]
    assert event.type == "careflow.booking.PatientDetailsChanged.v1"
    assert event.data["changed"] == ["contact"]


async def test_a_change_of_nothing_keeps_the_version_and_says_nothing(world: World) -> None:
    ana = await has_patient(world)
    assert ok(await world.coordinator.put(f"/v1/patients/{ana}", details(), version=1))["version"] == 1
    assert await world.said_types(ana) == ["PatientRegistered"]


async def test_whoever_was_registered_before_names_were_told_is_told_of_by_itself_once(world: World) -> None:
    ana, ben = await has_patient(world, **WHOLE), await has_patient(world, email="ben@example.org", phone="4155550100")
    await registered_before(world, ana)

    await world.catch_up()
    await world.catch_up()

    assert await world.said_types(ana) == ["PatientRegistered", "PatientDetailsChanged"]
    assert await world.said_types(ben) == ["PatientRegistered"]
    told = catalogue.read((await world.said(ana))[-1], SEALING.ring("screening"))
    assert isinstance(told, contracts.PatientDetailsChanged)
    assert told.for_screening.opened().name == contracts.PersonName(given="Ana", family="Rivera", preferred="Anita")


async def test_who_seems_to_be_registered_already_is_marked_for_a_human(world: World) -> None:
    first = await has_patient(world)
    by_mail = await has_patient(world, email="ANA@example.org", phone="415 555 0166")
    by_phone = await has_patient(world, email="other@example.org")
    other_day = await has_patient(world, birth_date="1989-04-02")
    alike = {
        patient: ok(await world.coordinator.get(f"/v1/patients/{patient}"))["possible_duplicates"]
        for patient in (first, by_mail, by_phone, other_day)
    }
    assert alike == {first: [], by_mail: [first], by_phone: [first], other_day: []}


async def test_another_patient_does_not_exist_for_a_patient(world: World) -> None:
    ana, ben = await has_patient(world), await has_patient(world, email="ben@example.org", phone="415 555 0100")
    assert refusal(await world.patient(ben).get(f"/v1/patients/{ana}")) == (403, "forbidden")
    assert refusal(await world.patient(ben).get(f"/v1/care-paths/{ana}")) == (403, "forbidden")
    assert refusal(await world.patient(ben).put(f"/v1/patients/{ana}", details(), version=1)) == (403, "forbidden")
