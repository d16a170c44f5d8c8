"""Whose word a bearer token is, and what makes it worth nothing."""

import json
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import structlog.testing
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OctKey, RSAKey

from careflow_service.identity import Actor, Role
from careflow_service.problems import Problem
from careflow_service.settings import DEVELOPMENT_ISSUER, SettingsError
from careflow_service.tokens import (
    DevelopmentIssuer,
    KeyAddress,
    KeyFile,
    RotatingKeys,
    TokenRefused,
    TokenVerifier,
)
from careflow_service.tokens.provider import Provider
from careflow_service.tokens.verifier import ALGORITHMS

NOW = 1_800_000_000.0


class Published:
    """The key set an issuer publishes, as a test changes it."""

    def __init__(self, *keys: Any) -> None:
        self.keys = list(keys)
        self.reads = 0
        self.away = False

    async def read(self) -> KeySet:
        self.reads += 1
        if self.away:
            raise OSError
        return KeySet(list(self.keys))


class Time:
    def __init__(self, now: float = NOW) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


KEY = ECKey.generate_key("P-256", {"kid": "one"})
ISSUER = DevelopmentIssuer(KEY)


def a_verifier(published: Published | None = None, *, time: Time | None = None, **how: Any) -> TokenVerifier:
    clock = time or Time()
    keys = RotatingKeys(published or Published(KEY), now=clock)
    return TokenVerifier(keys, issuer=DEVELOPMENT_ISSUER, audience="careflow", now=clock, **how)


def a_token(key: Any = KEY, header: dict[str, Any] | None = None, **changed: Any) -> str:
    claims = {"iss": DEVELOPMENT_ISSUER, "aud": "careflow", "sub": "ann", "roles": ["nurse"], "exp": int(NOW) + 60}
    given = {name: value for name, value in {**claims, **changed}.items() if value is not None}
    return jwt.encode({"alg": "ES256", "kid": key.kid, **(header or {})}, given, key, algorithms=[*ALGORITHMS, "HS256"])


async def test_a_token_names_its_caller() -> None:
    token = ISSUER.token(Role.PATIENT, Role.NURSE, subject="ann", patient_id="p1", now=NOW)
    expected = Actor("ann", frozenset({Role.PATIENT}), "p1")
    assert await a_verifier().verify(token) == expected


@pytest.mark.parametrize("subject", ["public", "system:timers", "system:"])
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


async def test_a_new_key_is_read_when_a_token_names_it_but_not_for_every_unknown_one() -> None:
    published, time = Published(KEY), Time()
    verifier = a_verifier(published, time=time)
    await verifier.verify(a_token())
    rotated = ECKey.generate_key("P-256", {"kid": "two"})
    published.keys = [rotated]
    time.now += 31
    await verifier.verify(a_token(rotated, sub="bob"))
    assert published.reads == 2
    for number in range(5):
        with pytest.raises(TokenRefused):
            await verifier.verify(a_token(ECKey.generate_key("P-256", {"kid": f"unknown-{number}"})))
    assert published.reads == 2


async def test_a_withdrawn_key_stops_counting() -> None:
    published, time = Published(KEY), Time()
    verifier = a_verifier(published, time=time)
    await verifier.verify(a_token())
    published.keys = [ECKey.generate_key("P-256", {"kid": "two"})]
    time.now += 601
    with pytest.raises(TokenRefused):
        await verifier.verify(a_token(sub="bob", exp=int(time.now) + 60))


async def test_known_keys_stay_good_while_the_provider_is_away() -> None:
    published, time = Published(KEY), Time()
    verifier = a_verifier(published, time=time)
    await verifier.verify(a_token())
    published.away = True
    time.now += 601
    assert (await verifier.verify(a_token(sub="bob", exp=int(time.now) + 60))).id == "bob"


async def test_without_any_keys_the_service_is_unavailable_until_it_has_some() -> None:
    published = Published(KEY)
    verifier = a_verifier(published)
    published.away = True
    with pytest.raises(Problem) as problem:
        await verifier.verify(a_token())
    assert problem.value.kind.code == "unavailable"
    published.away = False
    await verifier.verify(a_token())


async def test_an_operator_is_told_that_keys_cannot_be_read() -> None:
    published = Published(KEY)
    published.away = True
    with structlog.testing.capture_logs() as said, pytest.raises(Problem):
        await a_verifier(published).verify(a_token())

    assert said == [{"event": "token_keys_unreadable", "error_class": "OSError", "log_level": "warning"}]


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


async def test_a_key_set_that_was_emptied_lets_nobody_in() -> None:
    published, time = Published(KEY), Time()
    verifier = a_verifier(published, time=time)
    token = a_token(exp=int(NOW) + 3600)
    await verifier.verify(token)
    published.keys = []
    time.now += 601
    with pytest.raises(Problem, match="unavailable"):
        await verifier.verify(token)


async def test_keys_that_cannot_be_read_again_do_not_stay_good_for_ever() -> None:
    published, time = Published(KEY), Time()
    verifier = a_verifier(published, time=time)
    token = a_token(exp=int(NOW) + 10_000)
    await verifier.verify(token)
    published.away = True
    time.now += 3_600
    await verifier.verify(token)
    time.now += 1
    with pytest.raises(Problem, match="unavailable"):
        await verifier.verify(token)


async def test_keys_that_cannot_be_read_are_asked_for_now_and_then() -> None:
    published, time = Published(KEY), Time()
    verifier = a_verifier(published, time=time)
    token = a_token(exp=int(NOW) + 10_000)
    await verifier.verify(token)
    published.away = True
    time.now += 601
    for _ in range(10):
        await verifier.verify(token)
    assert published.reads == 2
    time.now += 30
    await verifier.verify(token)
    assert published.reads == 3


UNUSABLE: list[dict[str, Any]] = [
    {"kty": "EC", "crv": "P-1024", "x": "AA", "y": "AA", "kid": "unknown curve"},
    {"kty": "OKP", "crv": "Kyber", "x": "AA", "kid": "unknown curve, too"},
    {"kty": "PQ", "kid": "unknown type"},
    {"kty": "RSA", "kid": "nothing in it"},
    {"kty": "oct", "k": "AAAA", "kid": "a shared secret"},
    {**KEY.as_dict(private=False), "kid": "for encryption", "use": "enc"},
    {"kid": "no type"},
]


@pytest.mark.parametrize("unusable", UNUSABLE, ids=lambda each: each["kid"])
async def test_a_key_we_cannot_use_keeps_no_other_from_being_used(tmp_path: Path, unusable: dict[str, Any]) -> None:
    file = tmp_path / "jwks.json"
    file.write_text(json.dumps({"keys": [unusable, KEY.as_dict(private=False), 7]}))
    assert [key.kid for key in await KeyFile(file).read()] == ["one"]


async def test_only_so_many_are_remembered() -> None:
    verifier = a_verifier(remembered=1)
    first = await verifier.verify(a_token())
    await verifier.verify(a_token(sub="bob"))
    assert await verifier.verify(a_token()) is not first


async def test_keys_come_from_a_file_that_may_change(tmp_path: Path) -> None:
    file = tmp_path / "jwks.json"
    file.write_text(ISSUER.public_keys())
    assert [key.kid for key in await KeyFile(file).read()] == ["one"]
    file.write_text(DevelopmentIssuer(ECKey.generate_key("P-256", {"kid": "two"})).public_keys())
    assert [key.kid for key in await KeyFile(file).read()] == ["two"]


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"keys": 1}', '{"keys": [1]}', '{"keys": []}'])
async def test_a_file_that_is_no_key_set_gives_no_keys(tmp_path: Path, content: str) -> None:
    file = tmp_path / "jwks.json"
    file.write_text(content)
    with pytest.raises(Problem):
        await RotatingKeys(KeyFile(file)).current()


@pytest.mark.parametrize("url", ["http://idp.example/keys", "file:///etc/passwd", "ftp://idp.example/keys"])
def test_keys_are_fetched_over_https_only(url: str) -> None:
    with pytest.raises(SettingsError):
        KeyAddress(url, Provider())


class Publishing(BaseHTTPRequestHandler):
    """An identity provider on this machine: `/keys` answers, `/moved` redirects there, `/endless` is too large,
    `/babble` does not speak HTTP.
    """

    def do_GET(self) -> None:
        if self.path == "/babble":
            self.wfile.write(b"babble\r\n\r\n")
            return
        self.send_response(302 if self.path == "/moved" else 200)
        self.send_header("Location", "/keys")
        self.end_headers()
        self.wfile.write(b" " * 300_000 if self.path == "/endless" else ISSUER.public_keys().encode())

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture
def provider() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Publishing) as server:
        serving = Thread(target=server.serve_forever)
        serving.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        serving.join()


async def test_keys_are_fetched_from_the_provider(provider: str) -> None:
    assert [key.kid for key in await KeyAddress(f"{provider}/keys", Provider(development=True)).read()] == ["one"]


@pytest.mark.parametrize("path", ["moved", "endless", "babble"])
async def test_a_provider_that_misbehaves_gives_no_keys(provider: str, path: str) -> None:
    with pytest.raises(Problem):
        await RotatingKeys(KeyAddress(f"{provider}/{path}", Provider(development=True))).current()


def test_development_may_do_without_tls() -> None:
    KeyAddress("http://127.0.0.1:1/keys", Provider(development=True))
    with pytest.raises(SettingsError):
        KeyAddress("file:///etc/passwd", Provider(development=True))


async def test_a_token_lasts_as_long_as_its_issuer_says() -> None:
    token = ISSUER.token(Role.NURSE, lasting=timedelta(minutes=5), now=NOW)
    time = Time(NOW + 300 + 60)
    with pytest.raises(TokenRefused):
        await a_verifier(time=time).verify(token)
