"""Where the issuer's keys are read, and how long what was read counts."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog.testing
from joserfc.jwk import ECKey

from careflow_service.problems import Problem
from careflow_service.settings import SettingsError
from careflow_service.tokens import DevelopmentIssuer, KeyAddress, KeyFile, RotatingKeys, TokenRefused
from careflow_service.tokens.provider import Provider
from libs.service.tests.http.issued import ISSUER, KEY, NOW, Published, Time, a_token, a_verifier
from libs.service.tests.http.local_server import Answers, answering


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


def test_development_may_do_without_tls() -> None:
    KeyAddress("http://127.0.0.1:1/keys", Provider(development=True))
    with pytest.raises(SettingsError):
        KeyAddress("file:///etc/passwd", Provider(development=True))


class Publishing(Answers):
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


@pytest.fixture
def provider() -> Iterator[str]:
    with answering(Publishing) as address:
        yield address


async def test_keys_are_fetched_from_the_provider(provider: str) -> None:
    assert [key.kid for key in await KeyAddress(f"{provider}/keys", Provider(development=True)).read()] == ["one"]


@pytest.mark.parametrize("path", ["moved", "endless", "babble"])
async def test_a_provider_that_misbehaves_gives_no_keys(provider: str, path: str) -> None:
    with pytest.raises(Problem):
        await RotatingKeys(KeyAddress(f"{provider}/{path}", Provider(development=True))).current()
