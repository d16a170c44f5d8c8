"""Emergency accesses over HTTP: opened with a reason, good for one patient and a while, each read under them on record,
and looked at by somebody else.
"""

import asyncio
import json
from dataclasses import replace
from datetime import timedelta
from types import NoneType
from typing import Any, ClassVar

import httpx
import pytest

from careflow_service.emergency.storing import ACCESSES
from careflow_service.http.access import AccessTableMismatch, allow
from careflow_service.http.app import RoutesWrong
from careflow_service.identity import Actor, Role
from careflow_service.ids import new_id
from careflow_service.measures import emergencies_unreviewed, read_all
from careflow_service.mongo.audit import AUDIT
from careflow_service.mongo.erasing import MongoErasing, destroying
from careflow_service.timers.kinds import EffectKind
from careflow_service.timers.turns import Turn
from careflow_service.work import Transaction
from libs.service.tests.test_measures import value
from libs.service.tests.toy.service import SERVICE, http
from libs.service.tests.toy.world import RunningToy, World, running_toy

REASON = "She fainted in the hall and does not answer."
WHY = {"kind": "medical", "reason": REASON}
Refusal = tuple[int, str]


def refusal(response: httpx.Response) -> Refusal:
    return response.status_code, response.json()["code"]


class Clinic:
    """People of the toy clinic, by their names."""

    ROLES: ClassVar = {
        "wendy": Role.WELLNESS,
        "will": Role.WELLNESS,
        "carl": Role.COORDINATOR,
        "nora": Role.NURSE,
        "paula": Role.PRIVACY_OFFICER,
        "dr-dee": Role.MEDICAL_DIRECTOR,
    }

    def __init__(self, toy: RunningToy) -> None:
        self.toy = toy
        self.database = toy.process.resources.database

    async def call(
        self, who: str, method: str, path: str, body: Any = None, *, access: str | None = None, key: str | None = None
    ) -> httpx.Response:
        headers = {**self.toy.token(self.ROLES[who], subject=who), "Idempotency-Key": key or new_id()}
        if access is not None:
            headers["Careflow-Emergency-Access"] = access
        return await self.toy.client.request(method, path, json=body, headers=headers)

    async def get(self, who: str, path: str, access: str | None = None) -> httpx.Response:
        return await self.call(who, "GET", path, access=access)

    async def visit(self, patient: str) -> str:
        body = {"patient_id": patient, "note": "n", "ends_at": "2026-12-28T10:00:00Z"}
        return str((await self.call("nora", "POST", "/v1/visits", body)).json()["id"])

    async def opened(self, who: str, patient: str, **how: Any) -> str:
        path = f"/v1/patients/{patient}/emergency-accesses"
        response = await self.call(who, "POST", path, {**WHY, **how})
        assert response.status_code == 201, response.text
        return str(response.json()["id"])

    async def act(self, who: str, access: str, act: str, body: Any = None) -> httpx.Response:
        return await self.call(who, "POST", f"/v1/emergency-accesses/{access}/{act}", body)

    def travel(self, **how: float) -> None:
        offset = timedelta(**how).total_seconds()
        (self.toy.world.folder / "clock.json").write_text(json.dumps({"offset_seconds": offset}))

    async def entries(self, **query: Any) -> list[dict[str, Any]]:
        return await self.database[AUDIT].find(query).sort("_id").to_list()


@pytest.fixture
def clinic(toy: RunningToy) -> Clinic:
    return Clinic(toy)


async def test_what_a_role_does_not_reach_is_read_under_an_access_and_each_read_names_it(clinic: Clinic) -> None:
    patient = new_id()
    visit = await clinic.visit(patient)
    assert refusal(await clinic.get("wendy", f"/v1/visits/{visit}")) == (403, "forbidden")

    access = await clinic.opened("wendy", patient)

    assert (await clinic.get("wendy", f"/v1/visits/{visit}", access)).json()["note"] == "n"
    assert len((await clinic.get("wendy", f"/v1/patients/{patient}/visits", access)).json()["items"]) == 1
    read = await clinic.entries(actor="wendy", outcome="read")
    assert [each["touched"] for each in read] == [
        [f"visits/{visit}", f"patients/{patient}", f"{ACCESSES}/{access}"],
    ] * 2
    assert [each["roles"] for each in read] == [["emergency", "wellness"]] * 2
    assert refusal(await clinic.get("wendy", f"/v1/visits/{visit}")) == (403, "forbidden"), "who does not name it"


async def test_what_shows_nothing_is_on_record_as_well(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    patient = new_id()
    await clinic.visit(patient)
    access = await clinic.opened("wendy", patient)
    looked = clinic.toy.process.app.ports.visits.looked

    async def none(*_: object, **__: object) -> list[object]:
        return []

    monkeypatch.setattr(looked, "many", none)
    assert (await clinic.get("wendy", f"/v1/patients/{patient}/visits", access)).json()["items"] == []
    (read,) = await clinic.entries(actor="wendy", outcome="read")
    assert read["touched"] == [f"patients/{patient}", f"{ACCESSES}/{access}"]


async def test_it_is_for_one_patient_and_one_person_and_reads_alone(clinic: Clinic) -> None:
    patient, other = new_id(), new_id()
    visit, others = await clinic.visit(patient), await clinic.visit(other)
    access = await clinic.opened("wendy", patient)

    elsewhere = (403, "emergency_access_elsewhere")
    assert refusal(await clinic.get("wendy", f"/v1/visits/{others}", access)) == elsewhere
    assert refusal(await clinic.get("wendy", f"/v1/patients/{other}/visits", access)) == (403, "forbidden")
    for stranger in (
        await clinic.get("will", f"/v1/visits/{visit}", access),
        await clinic.get("carl", f"/v1/patients/{patient}/visits", access),
    ):
        assert refusal(stranger) == (403, "emergency_access_over")
    carls = await clinic.opened("carl", patient)
    assert refusal(await clinic.get("carl", f"/v1/visits/{visit}", carls)) == (403, "forbidden"), "no row of his"
    assert refusal(await clinic.call("wendy", "POST", "/v1/visits", {}, access=access)) == (403, "forbidden")
    assert len(await clinic.entries(outcome="denied")) == 6, "each refusal is on record"
    assert await clinic.entries(actor={"$in": ["wendy", "will", "carl"]}, outcome="read") == []


async def test_a_patient_opens_none_and_reads_by_none(clinic: Clinic) -> None:
    patient, other = new_id(), new_id()
    visit = await clinic.visit(other)
    access = await clinic.opened("wendy", other)
    headers = clinic.toy.token(Role.PATIENT, Role.WELLNESS, patient_id=patient, subject="wendy")
    opened = await clinic.toy.client.post(
        f"/v1/patients/{patient}/emergency-accesses", json=WHY, headers={**headers, "Idempotency-Key": new_id()}
    )
    assert refusal(opened) == (403, "forbidden")
    read = await clinic.toy.client.get(f"/v1/visits/{visit}", headers={**headers, "Careflow-Emergency-Access": access})
    assert refusal(read) == (404, "visit_not_found")


async def test_a_made_up_access_opens_nothing(clinic: Clinic) -> None:
    visit = await clinic.visit(new_id())
    for named in ("", "no id", "a" * 500, new_id()):
        assert refusal(await clinic.get("wendy", f"/v1/visits/{visit}", named)) == (403, "emergency_access_over"), named


async def test_it_ends_by_itself_and_by_whoever_opened_it(clinic: Clinic) -> None:
    patient = new_id()
    visit = await clinic.visit(patient)
    access = await clinic.opened("wendy", patient)
    clinic.travel(minutes=59)
    assert (await clinic.get("wendy", f"/v1/visits/{visit}", access)).status_code == 200
    clinic.travel(minutes=61)
    assert refusal(await clinic.get("wendy", f"/v1/visits/{visit}", access)) == (403, "emergency_access_over")

    another = await clinic.opened("wendy", patient)

    assert another != access
    assert refusal(await clinic.act("will", another, "close")) == (403, "not_your_emergency_access")
    first = await clinic.act("wendy", another, "close")
    again = await clinic.act("wendy", another, "close")
    assert first.json() == again.json() == {"id": another, "version": 2}
    assert refusal(await clinic.get("wendy", f"/v1/visits/{visit}", another)) == (403, "emergency_access_over")
    assert (await clinic.opened("wendy", patient)) not in {access, another}


async def test_whoever_opens_it_twice_or_in_two_tabs_has_one_with_its_first_reason_and_end(clinic: Clinic) -> None:
    patient = new_id()
    await clinic.visit(patient)
    opened = await asyncio.gather(*(clinic.opened("wendy", patient) for _ in range(3)))
    clinic.travel(minutes=30)
    later = await clinic.opened("wendy", patient, reason="another")
    assert {*opened, later} == {opened[0]}
    assert await clinic.opened("will", patient) != later, "somebody else opens their own"
    found = (await clinic.get("paula", f"/v1/emergency-accesses/{later}")).json()
    assert (found["reason"], found["version"]) == (REASON, 1)


async def test_nobody_opens_what_is_of_nobody_and_trying_is_on_record(clinic: Clinic) -> None:
    unknown = new_id()
    for patient in (unknown, "jane-doe"):
        tried = await clinic.call("wendy", "POST", f"/v1/patients/{patient}/emergency-accesses", WHY)
        assert refusal(tried) == (404, "patient_not_found")
    denied = await clinic.entries(outcome="denied")
    assert [each["touched"] for each in denied] == [[f"patients/{unknown}"], []]
    assert await clinic.database[ACCESSES].count_documents({}) == 0


async def test_what_is_no_reason_opens_nothing(clinic: Clinic) -> None:
    patient = new_id()
    await clinic.visit(patient)
    for body, code in (
        ({"kind": "medical", "reason": "   "}, "reason_missing"),
        ({"kind": "medical"}, "invalid_request"),
        ({"kind": "curiosity", "reason": "r"}, "invalid_request"),
        ({"kind": "medical", "reason": "r", "recipient": ""}, "invalid_request"),
        ({"kind": "medical", "reason": "r" * 2_001}, "invalid_request"),
    ):
        response = await clinic.call("wendy", "POST", f"/v1/patients/{patient}/emergency-accesses", body)
        assert refusal(response) == (422, code), body
    assert await clinic.database[ACCESSES].count_documents({}) == 0


async def test_somebody_else_looks_at_it_with_what_was_read_and_it_waits_no_longer(clinic: Clinic) -> None:
    patient = new_id()
    visit = await clinic.visit(patient)
    access = await clinic.opened("wendy", patient, recipient="Ambulance 12")
    await clinic.get("wendy", f"/v1/visits/{visit}", access)
    justified = {"finding": "justified"}
    assert refusal(await clinic.act("paula", access, "review", justified)) == (409, "emergency_access_open")
    assert refusal(await clinic.act("wendy", access, "review", justified)) == (403, "forbidden")
    await clinic.act("paula", access, "close")

    (waiting,) = (await clinic.get("paula", "/v1/emergency-accesses")).json()["items"]
    reads = (await clinic.get("paula", f"/v1/emergency-accesses/{access}/reads")).json()["items"]

    assert {name: waiting[name] for name in ("id", "patient_id", "opened_by", "roles", "kind", "recipient")} == {
        "id": access,
        "patient_id": patient,
        "opened_by": "wendy",
        "roles": ["wellness"],
        "kind": "medical",
        "recipient": "Ambulance 12",
    }
    assert (waiting["reason"], waiting["closed_by"], waiting["review"]) == (REASON, "paula", None)
    assert [(each["action"], each["touched"][0]) for each in reads] == [("read_visit", f"visits/{visit}")]

    reviewed = await clinic.act("paula", access, "review", justified)

    assert reviewed.json() == {"id": access, "version": 3}
    assert refusal(await clinic.act("dr-dee", access, "review", justified)) == (409, "emergency_access_reviewed")
    assert (await clinic.get("paula", "/v1/emergency-accesses")).json()["items"] == []
    (found,) = (await clinic.get("dr-dee", "/v1/emergency-accesses?waiting=false")).json()["items"]
    assert (found["review"]["by"], found["review"]["finding"]) == ("paula", "justified")
    done = await clinic.entries(outcome="done", action={"$regex": "emergency_access$"})
    assert [(each["actor"], each["action"]) for each in done] == [
        ("wendy", "open_emergency_access"),
        ("paula", "close_emergency_access"),
        ("paula", "review_emergency_access"),
    ]


async def test_what_waits_is_listed_page_by_page_the_oldest_first(clinic: Clinic) -> None:
    opened = []
    for _ in range(3):
        patient = new_id()
        await clinic.visit(patient)
        opened.append(await clinic.opened("wendy", patient))
    first = (await clinic.get("paula", "/v1/emergency-accesses?limit=2")).json()
    second = (await clinic.get("paula", f"/v1/emergency-accesses?limit=2&after={first['next']}")).json()
    assert [each["id"] for each in (*first["items"], *second["items"])] == opened
    assert second["next"] is None


async def test_operators_see_how_long_the_oldest_waits(clinic: Clinic) -> None:
    resources = clinic.toy.process.resources
    measure = emergencies_unreviewed(resources.emergency_accesses.waiting_since, resources.clock)
    await read_all([measure], None)
    assert value("careflow_emergency_access_unreviewed_seconds") == 0
    patient = new_id()
    await clinic.visit(patient)
    access = await clinic.opened("wendy", patient)
    clinic.travel(hours=2)
    await read_all([measure], None)
    assert 7_200 <= value("careflow_emergency_access_unreviewed_seconds") < 7_260
    await clinic.act("paula", access, "review", {"finding": "justified"})
    await read_all([measure], None)
    assert value("careflow_emergency_access_unreviewed_seconds") == 0


async def test_its_words_lie_nowhere_open_and_go_with_the_patient(clinic: Clinic) -> None:
    patient, resources = new_id(), clinic.toy.process.resources
    await clinic.visit(patient)
    access = await clinic.opened("wendy", patient, recipient="Ambulance 12")
    for name in await clinic.database.list_collection_names():
        stored = str(await clinic.database[name].find({}).to_list())
        assert "fainted" not in stored, name
        assert "Ambulance" not in stored, name

    async def erase(_: Transaction) -> None:
        MongoErasing().erase(patient)

    await resources.work.run(erase, by=Actor.system("tests"), action="erase", returns=NoneType)
    turn = Turn(
        EffectKind(
            destroying(resources.database, resources.vault, service="toy", forgets=None),
            ports=None,
            work=resources.work,
        )
    )
    while await turn() == 0:
        pass

    assert await clinic.database[ACCESSES].count_documents({}) == 0
    assert refusal(await clinic.get("paula", f"/v1/emergency-accesses/{access}")) == (404, "emergency_access_not_found")
    opening = await clinic.entries(action="open_emergency_access")
    assert [each["actor"] for each in opening] == ["wendy"], "that she opened it stays on record"


async def test_more_that_is_loaded_than_it_is_about_is_not_answered(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A use case that reads another's after it has written down what it shows."""
    patient, other = new_id(), new_id()
    visit, others = await clinic.visit(patient), await clinic.visit(other)
    access = await clinic.opened("wendy", patient)
    app = clinic.toy.process.app
    read = app.read

    async def reads_another_too(visit_id: str, actor: Actor) -> Any:
        found = await read(visit_id, actor)
        await app.ports.visits.get(others)
        return found

    monkeypatch.setattr(app, "read", reads_another_too)
    assert refusal(await clinic.get("wendy", f"/v1/visits/{visit}", access)) == (500, "internal")


async def test_no_row_changes_anything_in_an_emergency(world: World) -> None:
    access = {**http().access, "POST /v1/visits": allow(Role.NURSE, emergency=(Role.WELLNESS,))}
    with pytest.raises(AccessTableMismatch, match="POST /v1/visits is open in an emergency"):
        async with running_toy(world, replace(SERVICE, http=lambda: replace(http(), access=access))):
            pass


async def test_a_service_that_knows_nobody_opens_nothing(world: World) -> None:
    with pytest.raises(RoutesWrong, match="open in an emergency"):
        async with running_toy(world, replace(SERVICE, knows=None)):
            pass


@pytest.mark.parametrize(
    "role", [Role.PATIENT, Role.OPERATOR, Role.AUDITOR, Role.PRIVACY_OFFICER, Role.EVENTS_SAFETY, Role.EMERGENCY]
)
def test_no_row_is_open_in_an_emergency_to_who_meets_no_patients(role: Role) -> None:
    with pytest.raises(ValueError):
        allow(Role.NURSE, emergency=(role,))
