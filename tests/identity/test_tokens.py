"""Tokens of a real provider at a real service: who comes in, who does not, and what happens when something changes."""

import time
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import structlog.testing
from joserfc.jwk import RSAKey

from careflow_service.identity import Actor, Role
from careflow_service.problems import Problem
from careflow_service.tokens import KeyAddress, RotatingKeys, TokenRefused, TokenVerifier
from careflow_service.tokens.claims import Claim, Reading
from careflow_service.tokens.introspection import Introspection
from careflow_service.tokens.provider import Provider as Way
from tests.identity.provider import BACK, SERVICES_SECRET, LocalProvider
from tests.identity.serving import booking_at

PATIENT = "0198f6b0-0000-7000-8000-000000000001"
ANOTHER = "0198f6b0-0000-7000-8000-000000000002"


class Time:
    """Seconds a test moves."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead


def a_verifier(provider: LocalProvider, clock: Time, *, audience: str = "careflow") -> TokenVerifier:
    places, way = provider.discovered(), Way(development=True)
    return TokenVerifier(
        RotatingKeys(KeyAddress(places["jwks_uri"], way), now=clock),
        issuer=provider.url,
        audience=audience,
        reading=Reading(Claim("groups"), patient_id=Claim("sub")),
        introspection=Introspection(places["introspection_endpoint"], "careflow", SERVICES_SECRET, way, now=clock),
        now=clock,
    )


@pytest.fixture
async def booking(
    provider: LocalProvider, store_url: str, database: str, tmp_path: Path
) -> AsyncIterator[httpx.AsyncClient]:
    async with booking_at(provider, store_url, database, tmp_path) as client:
        yield client


async def status(client: httpx.AsyncClient, path: str, token: str) -> int:
    return (await client.get(path, headers={"Authorization": f"Bearer {token}"})).status_code


async def test_people_and_machines_of_the_provider_use_a_real_service(
    provider: LocalProvider, booking: httpx.AsyncClient
) -> None:
    nurse, biller, patient = (
        provider.somebody(name, role) for name, role in (("ann", "nurse"), ("bo", "biller"), (PATIENT, "patient"))
    )
    for visitor, name in ((nurse, "ann"), (biller, "bo@example.org"), (patient, f"{PATIENT}@example.org")):
        visitor.logs_in(name)
    of_nurse, of_biller, of_patient = (visitor.tokens("desk") for visitor in (nurse, biller, patient))
    of_machine = provider.machine_token("import")

    assert await status(booking, "/v1/practitioners", of_nurse["access_token"]) == 200
    assert await status(booking, "/v1/practitioners", of_biller["access_token"]) == 403
    assert await status(booking, "/v1/practitioners", of_machine) == 200
    assert await status(booking, f"/v1/appointments?patient_id={PATIENT}", of_patient["access_token"]) == 200
    assert await status(booking, f"/v1/appointments?patient_id={ANOTHER}", of_patient["access_token"]) != 200
    assert await status(booking, "/v1/practitioners", of_patient["access_token"]) == 403
    assert await status(booking, "/v1/practitioners", of_nurse["id_token"]) == 401
    assert await status(booking, "/v1/practitioners", of_nurse["refresh_token"]) == 401

    provider.stop()
    try:
        assert await status(booking, "/v1/practitioners", of_nurse["access_token"]) == 200, "signed: nobody is asked"
        assert await status(booking, "/v1/practitioners", of_machine) == 200, "asked a moment ago"
        answer = await booking.get("/v1/practitioners", headers={"Authorization": "Bearer unknown"})
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
        assert answer.headers["Retry-After"] == "5"
    finally:
        provider.start()


async def test_each_has_the_name_and_the_roles_they_were_entered_with(provider: LocalProvider) -> None:
    verifier = a_verifier(provider, Time())
    director = provider.somebody("dee", "medical_director", "prescriber")
    director.logs_in("dee")
    expected = Actor("dee", frozenset({Role.MEDICAL_DIRECTOR, Role.PRESCRIBER}))

    assert await verifier.verify(director.tokens("desk")["access_token"]) == expected
    assert await verifier.verify(director.tokens("desk", scope="openid")["access_token"]) == Actor("dee", frozenset())
    machine = Actor("client:import", frozenset({Role.COORDINATOR}))
    assert await verifier.verify(provider.machine_token("import")) == machine


async def test_a_public_client_such_as_careflows_own_pages_needs_no_secret(provider: LocalProvider) -> None:
    provider.has_application("pages", BACK, public=True)
    joy = provider.somebody("joy", "nurse")
    joy.logs_in("joy")
    token = joy.tokens("pages")["access_token"]
    assert (await a_verifier(provider, Time()).verify(token)).roles == {Role.NURSE}


async def test_a_scope_nobody_was_granted_is_no_role(provider: LocalProvider) -> None:
    verifier = a_verifier(provider, Time())
    actor = await verifier.verify(provider.machine_token("import", scope="coordinator prescriber"))
    assert actor.roles == {Role.COORDINATOR}
    nurse = provider.somebody("noa", "nurse")
    nurse.logs_in("noa")
    token = nurse.tokens("desk", scope="openid groups prescriber")["access_token"]
    assert (await verifier.verify(token)).roles == {Role.NURSE}


async def test_a_token_for_others_is_refused(provider: LocalProvider) -> None:
    verifier = a_verifier(provider, Time(), audience="another-system")
    ida = provider.somebody("ida", "nurse")
    ida.logs_in("ida")
    for token in (ida.tokens("desk")["access_token"], provider.machine_token("import")):
        with pytest.raises(TokenRefused):
            await verifier.verify(token)


async def test_tokens_end_after_ten_minutes(provider: LocalProvider) -> None:
    clock = Time()
    verifier = a_verifier(provider, clock)
    eva = provider.somebody("eva", "nurse")
    eva.logs_in("eva")
    tokens = [eva.tokens("desk")["access_token"], provider.machine_token("import")]
    for token in tokens:
        await verifier.verify(token)
    clock.ahead = timedelta(minutes=11, seconds=5).total_seconds()  # with the leeway
    for token in tokens:
        with pytest.raises(TokenRefused):
            await verifier.verify(token)


async def test_who_is_locked_out_gets_no_new_token(provider: LocalProvider) -> None:
    gil = provider.somebody("gil", "nurse")
    gil.logs_in("gil")
    refresh = gil.renewed("desk", gil.tokens("desk")["refresh_token"]).json()["refresh_token"]

    provider.command("lock", "gil")

    assert gil.renewed("desk", refresh).status_code == 400
    with pytest.raises(AssertionError):
        gil.tokens("desk")
    assert provider.refused_or_done("link", "gil").returncode == 1


async def test_a_machines_token_that_was_revoked_is_out_within_half_a_minute(provider: LocalProvider) -> None:
    clock = Time()
    verifier, token = a_verifier(provider, clock), provider.machine_token("import")
    await verifier.verify(token)

    provider.revoke(token, "import")
    clock.ahead = 31

    with pytest.raises(TokenRefused):
        await verifier.verify(token)


async def test_a_provider_that_refuses_our_client_lets_nobody_in_and_says_so(provider: LocalProvider) -> None:
    way, address = Way(development=True), provider.discovered()["introspection_endpoint"]
    introspection = Introspection(address, "careflow", "another secret", way)
    with structlog.testing.capture_logs() as said, pytest.raises(Problem):
        await introspection.claims(provider.machine_token("import"))
    assert [each["reason"] for each in said] == ["our client is refused"]


async def test_keys_are_rotated_and_the_old_one_is_withdrawn(provider: LocalProvider) -> None:
    clock = Time()
    verifier = a_verifier(provider, clock)
    uma = provider.somebody("uma", "nurse")
    uma.logs_in("uma")
    before: dict[str, Any] = uma.tokens("desk")
    await verifier.verify(before["access_token"])

    provider.stop()
    old = provider.keys()
    (provider.folder / "keys.json").write_text(provider.command("rotated-keys"), "utf-8")
    provider.start()
    after = uma.tokens("desk")
    clock.ahead = 31  # an unknown key is looked for at most every 30 seconds

    assert [key["kid"] for key in provider.keys()[1:]] == [key["kid"] for key in old]
    for token in (after["access_token"], before["access_token"]):
        assert (await verifier.verify(token)).id == "uma"

    provider.stop()
    provider.sign_with([RSAKey.generate_key(2048, auto_kid=True).as_dict(private=True)])
    provider.start()
    clock.ahead += 601
    for token in (after["access_token"], before["access_token"]):
        with pytest.raises(TokenRefused):
            await verifier.verify(token)
