"""What must be seen to before a call is answered: whose it is, and who read it. Forgetting it lets nothing out."""

from dataclasses import replace

import pytest
from pymongo.errors import AutoReconnect

from careflow_domain.errors import DomainError
from careflow_service.http.access import AccessTable, allow, by_object, by_path, by_query
from careflow_service.identity import Actor, Role
from careflow_service.ids import new_id
from careflow_service.oversight import NotSeenTo, Oversight, Shown, check_own, overseen
from libs.service.tests.toy.routes import ACCESS
from libs.service.tests.toy.service import SERVICE, http
from libs.service.tests.toy.world import RunningToy, World, running_toy

ANN = Actor("ann", frozenset({Role.PATIENT}), "p1")


async def denials(toy: RunningToy) -> list[list[str]]:
    entries = await toy.process.resources.database["_audit"].find({"outcome": "denied"}).to_list()
    return [entry["touched"] for entry in entries]


async def a_visit(toy: RunningToy, patient_id: str) -> str:
    body = {"patient_id": patient_id, "note": "n", "ends_at": "2026-11-28T10:00:00Z"}
    headers = {**toy.token(Role.NURSE), "Idempotency-Key": new_id()}
    return str((await toy.client.post("/v1/visits", json=body, headers=headers)).json()["id"])


async def test_anothers_visit_does_not_exist_and_who_asked_is_written_down(toy: RunningToy) -> None:
    other = new_id()
    visit = await a_visit(toy, other)
    ann = toy.token(Role.PATIENT, patient_id=new_id())
    response = await toy.client.get(f"/v1/visits/{visit}", headers=ann)
    assert (response.status_code, response.json()["code"]) == (404, "visit_not_found")
    assert await denials(toy) == [["GET /v1/visits/{visit_id}", f"visits/{visit}", f"patients/{other}"]]


async def test_what_does_not_exist_is_refused_a_patient_alike(toy: RunningToy) -> None:
    visit = new_id()
    response = await toy.client.get(f"/v1/visits/{visit}", headers=toy.token(Role.PATIENT, patient_id=new_id()))
    assert response.status_code == 404
    assert await denials(toy) == [["GET /v1/visits/{visit_id}", f"visits/{visit}"]]


async def test_a_list_is_one_entry_with_all_that_was_shown(toy: RunningToy) -> None:
    patient = new_id()
    visits = [await a_visit(toy, patient) for _ in range(3)]
    await toy.client.get(f"/v1/patients/{patient}/visits", headers=toy.token(Role.NURSE))
    entries = await toy.process.resources.database["_audit"].find({"outcome": "read"}).to_list()
    assert [entry["touched"] for entry in entries] == [[f"visits/{each}" for each in sorted(visits)]]


async def test_a_call_that_reads_more_than_once_is_one_entry_with_all_that_was_shown(
    toy: RunningToy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever reads need not know what else does in the same call."""
    app, patient = toy.process.app, new_id()
    visit = await a_visit(toy, patient)
    read = app.read

    async def and_names(visit_id: str, actor: Actor) -> object:
        found = await read(visit_id, actor)
        await toy.process.resources.audit.read(actor, "read_names", f"patients/{patient}", f"visits/{visit_id}")
        return found

    monkeypatch.setattr(app, "read", and_names)
    assert (await toy.client.get(f"/v1/visits/{visit}", headers=toy.token(Role.NURSE))).status_code == 200

    (entry,) = await toy.process.resources.database["_audit"].find({"outcome": "read"}).to_list()
    assert (entry["action"], entry["touched"]) == ("read_names read_visit", [f"visits/{visit}", f"patients/{patient}"])


def test_what_is_shown_to_two_is_written_down_of_each() -> None:
    """A colleague reads beside whoever is logged in."""
    call, ben = Oversight(asks_whose=False, is_audited=True, gathers=True), Actor("ben", frozenset({Role.NURSE}))
    call.shows(Shown(ANN, "read_visit", ("visits/1",)))
    call.shows(Shown(ben, "read_container", ("containers/1",)))
    call.shows(Shown(ANN, "read_names", ("patients/1", "visits/1")))

    assert list(call.gathered()) == [
        Shown(ANN, "read_names read_visit", ("visits/1", "patients/1")),
        Shown(ben, "read_container", ("containers/1",)),
    ]


async def test_what_cannot_be_written_down_is_not_shown(toy: RunningToy, monkeypatch: pytest.MonkeyPatch) -> None:
    visit = await a_visit(toy, new_id())

    async def away(*_: object, **__: object) -> None:
        raise AutoReconnect

    monkeypatch.setattr(toy.process.resources.audit._entries, "insert_one", away)
    response = await toy.client.get(f"/v1/visits/{visit}", headers=toy.token(Role.NURSE))

    assert (response.status_code, response.json()["code"]) == (503, "unavailable")


@pytest.mark.parametrize("method", ["list_of"])
async def test_a_read_that_nobody_audited_is_not_answered(
    toy: RunningToy, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    async def unaudited(*_: object) -> list[object]:
        return []

    monkeypatch.setattr(toy.process.app, method, unaudited)
    response = await toy.client.get(f"/v1/patients/{new_id()}/visits", headers=toy.token(Role.NURSE))
    assert (response.status_code, response.json()["code"]) == (500, "internal")


async def test_a_patient_is_not_answered_where_nobody_asked_whose_it_is(world: World) -> None:
    """A command whose use case forgets to ask changes nothing for a patient."""
    access: AccessTable = {**ACCESS, "POST /v1/visits/{visit_id}/close": allow(Role.NURSE, own=by_object("visit_id"))}
    async with running_toy(world, replace(SERVICE, http=lambda: replace(http(), access=access))) as toy:
        patient = new_id()
        visit = await a_visit(toy, patient)
        headers = {**toy.token(Role.PATIENT, patient_id=patient), "Idempotency-Key": "k", "If-Match": '"1"'}
        response = await toy.client.post(f"/v1/visits/{visit}/close", headers=headers)
        assert (response.status_code, response.json()["code"]) == (500, "internal")
        read = await toy.client.get(f"/v1/visits/{visit}", headers=toy.token(Role.NURSE))
        assert read.headers["etag"] == '"1"'


@pytest.mark.parametrize(("owner", "seen"), [("p1", True), ("p2", False)])
def test_asking_whose_it_is_settles_it(owner: str, seen: bool) -> None:
    call = Oversight(asks_whose=True, is_audited=False)
    with overseen(call):
        if seen:
            check_own(ANN, owner, "visit")
        else:
            with pytest.raises(DomainError, match="visit_not_found"):
                check_own(ANN, owner, "visit")
    call.confirm()


def test_nobody_asked() -> None:
    with pytest.raises(NotSeenTo):
        Oversight(asks_whose=True, is_audited=False).confirm()


def test_somebody_unknown_has_nothing_of_their_own() -> None:
    with pytest.raises(DomainError):
        check_own(Actor.public(), "p1", "visit")


def test_when_the_use_case_must_ask() -> None:
    nurse = Actor("n", frozenset({Role.NURSE}))
    optional = allow(Role.NURSE, own=by_query("patient_id", optional=True))
    assert allow(own=by_object("visit_id")).asks_whose(ANN)
    assert not allow(own=by_path("patient_id")).asks_whose(ANN), "the door has asked"
    assert not allow(Role.NURSE, own=by_object("visit_id")).asks_whose(nurse)
    assert optional.asks_whose(ANN, {"patient_id": "p1"})
    assert not optional.asks_whose(ANN, {})
