"""Whose word a bearer token is, and what makes it worth nothing."""

import json
from datetime import timedelta
from typing import Any

import pytest
from joserfc.jwk import ECKey, OctKey, RSAKey

from careflow_service.identity import Actor, Role
from careflow_service.tokens import TokenRefused
from careflow_service.tokens.claims import Reading
from libs.service.tests.http.issued import ISSUER, KEY, NOW, Published, Time, a_token, a_verifier


async def test_a_token_names_its_caller() -> None:
    token = ISSUER.token(Role.PATIENT, Role.NURSE, subject="ann", patient_id="p1", now=NOW)
    expected = Actor("ann", frozenset({Role.PATIENT}), "p1")
    assert await a_verifier().verify(token) == expected


@pytest.mark.parametrize("subject", ["public", "system:timers", "system:", "client:import", "link:01a22ef3"])
async def test_nobody_is_called_what_the_system_is_called(subject: str) -> None:
    with pytest.raises(TokenRefused):
        await a_verifier().verify(a_token(sub=subject))


async def test_roles_of_other_systems_and_of_the_system_itself_grant_nothing() -> None:
    token = a_token(roles=["nurse", "admin", "system", "public", 7])
    assert (await a_verifier().verify(token)).roles == {Role.NURSE}


@pytest.mark.parametrize(
    "changed",
    [
        {"iss": "https://other.example"},
        {"iss": None},
        {"aud": "other"},
        {"aud": None},
        {"sub": None},
        {"sub": ""},
        {"sub": 7},
        {"exp": None},
        {"exp": "tomorrow"},
        {"nbf": int(NOW) + 61},
        {"iat": int(NOW) + 61},
        {"roles": "nurse"},
        {"patient_id": 7},
    ],
)
async def test_a_claim_that_is_wrong(changed: dict[str, Any]) -> None:
    with pytest.raises(TokenRefused) as refused:
        await a_verifier().verify(a_token(**changed))
    assert not refused.value.expired


async def test_a_client_is_told_that_its_user_has_to_prove_who_they_are_in_another_way_as_well() -> None:
    with pytest.raises(TokenRefused) as refused:
        await a_verifier(reading=Reading(asked_of_staff=frozenset({"mfa"}))).verify(a_token(amr=["pwd"]))
    assert refused.value.error == "insufficient_user_authentication"


@pytest.mark.parametrize(("age", "good"), [(59, True), (60, False), (3600, False)])
async def test_a_minute_of_leeway_for_clocks_that_differ(age: int, good: bool) -> None:
    token = a_token(exp=int(NOW) - age)
    if good:
        await a_verifier().verify(token)
        return
    with pytest.raises(TokenRefused) as refused:
        await a_verifier().verify(token)
    assert refused.value.expired


@pytest.mark.parametrize("header", ["jku", "x5u"])
async def test_a_token_that_says_where_its_key_is(header: str) -> None:
    token = a_token(header={header: "https://attacker.example/keys"})
    with pytest.raises(TokenRefused):
        await a_verifier().verify(token)


async def test_a_token_that_brings_its_key() -> None:
    stranger = ECKey.generate_key("P-256", {"kid": "one"})
    with pytest.raises(TokenRefused):
        await a_verifier().verify(a_token(stranger, header={"jwk": stranger.as_dict(private=False)}))


async def test_a_signature_of_another_key() -> None:
    with pytest.raises(TokenRefused):
        await a_verifier().verify(a_token(ECKey.generate_key("P-256", {"kid": "one"})))


async def test_a_shared_secret_is_no_signature() -> None:
    public = json.dumps(KEY.as_dict(private=False)).encode()
    secret = OctKey.import_key(public, {"kid": "one"})
    with pytest.raises(TokenRefused):
        await a_verifier(Published(KEY, secret)).verify(a_token(secret, header={"alg": "HS256"}))


@pytest.mark.parametrize("kind", ["JWT", "at+jwt", "application/at+jwt", "AT+JWT"])
async def test_an_access_token_may_say_that_it_is_one(kind: str) -> None:
    assert (await a_verifier().verify(a_token(header={"typ": kind}))).id == "ann"


@pytest.mark.parametrize("kind", ["logout+jwt", "secevent+jwt", "dpop+jwt", ""])
async def test_what_calls_itself_something_else_is_no_access_token(kind: object) -> None:
    with pytest.raises(TokenRefused):
        await a_verifier().verify(a_token(header={"typ": kind}))


async def test_a_token_may_be_for_several_audiences() -> None:
    assert (await a_verifier().verify(a_token(aud=["account", "careflow"]))).id == "ann"


async def test_no_signature_is_no_signature() -> None:
    header, payload, _ = a_token().split(".")
    for forged in (f"{header}.{payload}.", "eyJhbGciOiJub25lIn0." + payload + ".", f"{header}.{payload}"):
        with pytest.raises(TokenRefused):
            await a_verifier().verify(forged)


@pytest.mark.parametrize("algorithm", ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"])
async def test_a_provider_may_sign_with_rsa(algorithm: str) -> None:
    key = RSAKey.generate_key(2048, {"kid": "rsa"})
    token = a_token(key, header={"alg": algorithm})
    assert (await a_verifier(Published(key)).verify(token)).id == "ann"


@pytest.mark.parametrize(
    "token", ["", "a", "a.b", "a.b.c", "." * 3, "x" * 10_000, "\u00e9.\u00e9.\u00e9", "e30.e30.e30"]
)
async def test_what_is_no_token(token: str) -> None:
    with pytest.raises(TokenRefused):
        await a_verifier().verify(token)


async def test_a_verified_token_is_remembered_until_it_expires() -> None:
    time = Time()
    verifier = a_verifier(time=time)
    token = a_token(exp=int(NOW) + 3600)
    first = await verifier.verify(token)
    time.now += 3600 + 59
    assert await verifier.verify(token) is first
    time.now += 1
    with pytest.raises(TokenRefused):
        await verifier.verify(token)


async def test_a_remembered_token_counts_no_longer_than_the_key_it_was_signed_with() -> None:
    published, time = Published(KEY), Time()
    verifier = a_verifier(published, time=time)
    token = a_token(exp=int(NOW) + 3600)
    await verifier.verify(token)
    published.keys = [ECKey.generate_key("P-256", {"kid": "two"})]
    time.now += 601
    with pytest.raises(TokenRefused):
        await verifier.verify(token)


async def test_a_remembered_token_goes_with_its_key_as_soon_as_the_new_one_is_seen() -> None:
    published, time = Published(KEY), Time()
    verifier = a_verifier(published, time=time)
    token, rotated = a_token(exp=int(NOW) + 3600), ECKey.generate_key("P-256", {"kid": "two"})
    await verifier.verify(token)
    published.keys = [rotated]
    time.now += 31
    await verifier.verify(a_token(rotated, sub="bob", exp=int(time.now) + 60))
    with pytest.raises(TokenRefused):
        await verifier.verify(token)


async def test_only_so_many_are_remembered() -> None:
    verifier = a_verifier(remembered=1)
    first = await verifier.verify(a_token())
    await verifier.verify(a_token(sub="bob"))
    assert await verifier.verify(a_token()) is not first


async def test_a_token_lasts_as_long_as_its_issuer_says() -> None:
    token = ISSUER.token(Role.NURSE, lasting=timedelta(minutes=5), now=NOW)
    time = Time(NOW + 300 + 60)
    with pytest.raises(TokenRefused):
        await a_verifier(time=time).verify(token)
