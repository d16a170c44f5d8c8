"""The door: who is let in where. Refusing is the default, and a refusal of somebody known is written down."""

from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from careflow_service.http.access import AccessTableMismatch, Own, allow, by_path, check_table, public
from careflow_service.identity import Role
from careflow_service.ids import new_id
from careflow_service.testing.doors import (
    every_attempt,
    wrongly_answered_doors,
    wrongly_documented,
    wrongly_let_in,
    wrongly_treated,
)
from careflow_service.tokens import DevelopmentIssuer
from libs.service.tests.toy.service import SERVICE, http
from libs.service.tests.toy.world import RunningToy, World, running_toy

VISITS = "/v1/patients/{}/visits"


def refused(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, response.json()["code"]


async def test_every_route_lets_in_exactly_whom_its_row_names(toy: RunningToy) -> None:
    table = toy.http.state.routes
    assert wrongly_documented(toy.http.openapi(), table) == []
    assert await wrongly_let_in(table) == []
    assert await wrongly_answered_doors(toy.http, toy.client, toy.world.issuer) == []
    assert {each.route for each in every_attempt(table)} == {
        "POST /v1/visits",
        "POST /v1/visits/{visit_id}/close",
        "GET /v1/visits/{visit_id}",
        "GET /v1/patients/{patient_id}/visits",
        "POST /v1/patients/{patient_id}/emergency-accesses",
        "POST /v1/emergency-accesses/{access_id}/close",
        "POST /v1/emergency-accesses/{access_id}/review",
        "GET /v1/emergency-accesses",
        "GET /v1/emergency-accesses/{access_id}",
        "GET /v1/emergency-accesses/{access_id}/reads",
        "GET /v1/events",
        "GET /v1/webhooks",
        "POST /v1/webhooks",
        "GET /v1/webhooks/{webhook_id}",
        "PUT /v1/webhooks/{webhook_id}",
        "DELETE /v1/webhooks/{webhook_id}",
        "POST /v1/webhooks/{webhook_id}/pause",
        "POST /v1/webhooks/{webhook_id}/confirm",
        "POST /v1/webhooks/{webhook_id}/resume",
        "POST /v1/webhooks/{webhook_id}/secrets",
        "POST /v1/webhooks/{webhook_id}/tests",
        "POST /v1/webhooks/{webhook_id}/replays",
        "GET /v1/webhooks/{webhook_id}/deliveries",
        "GET /v1/webhooks/{webhook_id}/held-streams",
        "GET /ops/webhooks",
        "POST /ops/webhooks/{webhook_id}/disable",
        "POST /ops/webhooks/{webhook_id}/enable",
        "GET /ops/drain",
        "GET /ops/parked",
        "POST /ops/parked/replay",
        "POST /ops/parked/discard",
        "POST /ops/parked/accept-gap",
        "GET /ops/consumer",
        "POST /ops/consumer/pause",
        "POST /ops/consumer/start-at",
        "POST /ops/consumer/resume",
        "GET /ops/outbox",
        "GET /ops/outbox/refeeds",
        "POST /ops/outbox/refeed",
        "GET /ops/restore",
        "GET /ops/restore/orphans",
        "GET /ops/restore/orphans/counts",
        "POST /ops/restore/finish",
        "POST /ops/trace",
        "POST /ops/trace/told",
        "GET /ops/audit",
        "GET /ops/audit/seals/{number}",
        "GET /ops/audit/verify",
        "POST /ops/audit/search",
    }


async def test_a_second_role_opens_no_door_the_first_two_do_not() -> None:
    assert await wrongly_treated(http()) == []


async def test_whoever_is_a_patient_and_a_nurse_sees_as_a_patient(toy: RunningToy) -> None:
    patient, other = new_id(), new_id()
    headers = toy.token(Role.PATIENT, Role.NURSE, patient_id=patient)
    assert (await toy.client.get(VISITS.format(patient), headers=headers)).status_code == 200
    assert refused(await toy.client.get(VISITS.format(other), headers=headers)) == (403, "forbidden")


async def test_nobody_is_asked_for_a_token(toy: RunningToy) -> None:
    response = await toy.client.get(VISITS.format("p"))
    assert refused(response) == (401, "unauthenticated")
    assert response.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(
    "value", ["Basic YTpi", "Bearer", "Bearer ", "Bearer garbled", "Bearer a.b.c", "Bearer \u00e9"]
)
async def test_a_garbled_token(toy: RunningToy, value: str) -> None:
    response = await toy.client.get(VISITS.format("p"), headers=[(b"Authorization", value.encode())])
    assert refused(response) == (401, "unauthenticated")
    assert response.headers["www-authenticate"].startswith("Bearer")


async def test_an_expired_token(toy: RunningToy) -> None:
    headers = toy.token(Role.NURSE, lasting=timedelta(seconds=-61))
    response = await toy.client.get(VISITS.format("p"), headers=headers)
    assert refused(response) == (401, "token_expired")
    assert response.headers["www-authenticate"] == 'Bearer error="invalid_token"'


async def test_a_token_of_another_issuer(toy: RunningToy) -> None:
    headers = {"Authorization": f"Bearer {DevelopmentIssuer().token(Role.NURSE)}"}
    assert refused(await toy.client.get(VISITS.format("p"), headers=headers)) == (401, "unauthenticated")


async def test_a_wrong_role_is_refused_before_the_body_is_read(toy: RunningToy) -> None:
    response = await toy.client.post("/v1/visits", content=b"{" * 1_000_000, headers=toy.token(Role.BILLER))
    assert refused(response) == (403, "forbidden")


async def test_a_patient_sees_their_own_and_nobody_elses(toy: RunningToy) -> None:
    patient, other = new_id(), new_id()
    headers = toy.token(Role.PATIENT, patient_id=patient)
    assert (await toy.client.get(VISITS.format(patient), headers=headers)).status_code == 200
    assert refused(await toy.client.get(VISITS.format(other), headers=headers)) == (403, "forbidden")


async def test_a_patient_without_an_id_has_nothing_of_their_own(toy: RunningToy) -> None:
    response = await toy.client.get(VISITS.format("None"), headers=toy.token(Role.PATIENT))
    assert refused(response) == (403, "forbidden")


async def test_a_refusal_is_audited_without_what_was_asked_for(toy: RunningToy) -> None:
    await toy.client.get(VISITS.format("jane-doe"), headers=toy.token(Role.BILLER, subject="bob"))
    entries = await toy.process.resources.database["_audit"].find({"outcome": "denied"}).to_list()
    assert [entry["actor"] for entry in entries] == ["bob"]
    assert entries[0]["touched"] == ["GET /v1/patients/{patient_id}/visits"]
    assert "jane-doe" not in str(entries)


async def test_a_refusal_that_cannot_be_audited_is_still_a_refusal(world: World) -> None:
    async def broken(*_: object) -> None:
        raise RuntimeError

    async with running_toy(world, audit=broken) as toy:
        response = await toy.client.get(VISITS.format("p"), headers=toy.token(Role.BILLER))
    assert refused(response) == (403, "forbidden")


async def test_the_public_come_in_without_a_token_but_not_too_often(toy: RunningToy) -> None:
    async def inquire() -> httpx.Response:
        return await toy.client.post("/v1/inquiries", json={"note": "n"}, headers={"Idempotency-Key": new_id()})

    assert [(await inquire()).status_code for _ in range(5)] == [202] * 5
    response = await inquire()
    assert refused(response) == (429, "rate_limited")
    assert 1 <= int(response.headers["retry-after"]) <= 12


async def test_a_public_route_knows_nobody_even_with_a_token(toy: RunningToy) -> None:
    headers = {**toy.token(Role.NURSE), "Idempotency-Key": "k"}
    assert (await toy.client.post("/v1/inquiries", json={"note": "n"}, headers=headers)).status_code == 202


async def test_a_route_without_a_row_keeps_the_service_from_starting(world: World) -> None:
    access = {route: rule for route, rule in http().access.items() if route != "POST /v1/visits"}
    with pytest.raises(AccessTableMismatch, match="POST /v1/visits has no row"):
        async with running_toy(world, replace(SERVICE, http=lambda: replace(http(), access=access))):
            pass


async def test_a_row_without_a_route_keeps_the_service_from_starting(world: World) -> None:
    access = {**http().access, "GET /v1/gone": allow(Role.NURSE)}
    with pytest.raises(AccessTableMismatch, match="row GET /v1/gone has no route"):
        async with running_toy(world, replace(SERVICE, http=lambda: replace(http(), access=access))):
            pass


async def test_an_own_that_is_not_in_the_path_keeps_the_service_from_starting(world: World) -> None:
    access = {**http().access, "POST /v1/visits": allow(Role.NURSE, own=by_path("patient_id"))}
    with pytest.raises(AccessTableMismatch, match="own='path patient_id'"):
        async with running_toy(world, replace(SERVICE, http=lambda: replace(http(), access=access))):
            pass


@pytest.mark.parametrize(
    ("roles", "own"),
    [
        ((), None),
        ((Role.SYSTEM,), None),
        ((Role.PUBLIC,), None),
        ((Role.PATIENT,), None),
        ((Role.PATIENT,), by_path("patient_id")),
    ],
)
def test_a_rule_lets_someone_in_and_says_whom_once(roles: tuple[Role, ...], own: Own | None) -> None:
    with pytest.raises(ValueError):
        allow(*roles, own=own)


@pytest.mark.parametrize("rate", ["often", "0/minute", "10/fortnight", "1.5/second"])
def test_a_rate_is_a_number_in_a_time(rate: str) -> None:
    with pytest.raises(ValueError):
        public(rate=rate)


def test_no_page_but_a_patients_is_opened_in_an_emergency() -> None:
    row = "GET /pages/day/{patient_id}"
    with pytest.raises(AccessTableMismatch, match="a page that no browser names one for"):
        check_table({row: allow(Role.NURSE, emergency=(Role.WELLNESS,))}, (row,))


async def test_a_name_no_route_reads_is_refused_and_not_looked_past(toy: RunningToy) -> None:
    patient = new_id()
    visits = VISITS.format(patient)
    asked = [f"{visits}?limt=1", f"{visits}?limit=1&4111111111111111=x", f"{visits}?limit=1"]
    headers = {"Authorization": f"Bearer {toy.world.issuer.token(Role.NURSE, subject='n-1')}"}

    answers = [await toy.client.get(each, headers=headers) for each in asked]

    assert [each.status_code for each in answers] == [422, 422, 200]
    assert [each.json()["errors"] for each in answers[:2]] == [
        [{"field": "query.limt", "code": "unknown_field"}],
        [{"field": "query.*", "code": "unknown_field"}],
    ]
