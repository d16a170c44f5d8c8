"""The bundled identity provider, running for real: administered from a terminal, used with a browser that keeps cookies
and sends forms.
"""

import base64
import hashlib
import json
import os
import re
import secrets
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

import httpx
from joserfc.jwk import RSAKey

from tests.identity.environment import ROOT

PATIENCE = 60.0  # seconds for a start on a busy machine
BACK = "http://localhost/back"
SERVICES_SECRET = "the-services-secret-at-the-provider"
PASSWORD = "an invented passphrase of many words"


class Provider(ABC):
    """One that runs somewhere; `applications` holds the secret of each client that was entered."""

    def __init__(self) -> None:
        self.applications: dict[str, str] = {}

    @property
    @abstractmethod
    def url(self) -> str:
        """Its issuer."""

    @abstractmethod
    def refused_or_done(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """How an administrator's command ended."""

    def client(self) -> httpx.Client:
        """What reaches it."""
        return httpx.Client(follow_redirects=True, timeout=30, headers={"Connection": "close"})

    def command(self, *arguments: str) -> str:
        """What an administrator's command prints."""
        done = self.refused_or_done(*arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def discovered(self) -> dict[str, Any]:
        """What it publishes about itself."""
        with self.client() as client:
            found: dict[str, Any] = client.get(f"{self.url}/.well-known/openid-configuration").json()
        return found

    def post(self, place: str, name: str, **form: str) -> httpx.Response:
        """A question of a client to one of its published places."""
        with self.client() as client:
            if secret := self.applications[name]:
                return client.post(self.discovered()[place], data=form, auth=(name, secret))
            return client.post(self.discovered()[place], data={**form, "client_id": name})

    # -- as programs and people

    def machine_token(self, name: str, **asked: str) -> str:
        form = {"grant_type": "client_credentials", **asked}
        answer = self.post("token_endpoint", name, **form)
        token: str = answer.json()["access_token"]
        return token

    def exchanged(self, application: str, code: str, verifier: str, *, back: str = BACK) -> httpx.Response:
        """What an application gets for a code."""
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": back, "code_verifier": verifier}
        return self.post("token_endpoint", application, **form)

    def revoke(self, token: str, name: str) -> None:
        answer = self.post("revocation_endpoint", name, token=token)
        assert answer.status_code == 200, answer.text

    def has_application(self, name: str, back: str, *, public: bool = False) -> None:
        """A program people log in with, who are sent back there."""
        how = ("--public",) if public else ()
        self.applications[name] = self.command("application", name, "--redirect-uri", back, *how)

    def has_machine(self, name: str, role: str) -> None:
        """A program that speaks for itself."""
        self.applications[name] = self.command("machine", name, "--role", role)

    def somebody(self, name: str, *roles: str) -> "Browser":
        """Entered, with a password set by their one-time link, and logged out again."""
        named = [argument for role in roles for argument in ("--role", role)]
        link = self.command("person", name, "--email", f"{name}@example.org", *named)
        Browser(self).sets_a_password(link)
        return Browser(self)


class LocalProvider(Provider):
    """One in `folder`, on `port` of this machine."""

    def __init__(self, python: Path, folder: Path, port: int) -> None:
        super().__init__()
        self.python = python
        self.folder = folder
        self.port = port
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    # -- from a terminal

    def prepare(self) -> None:
        """Its files, as `careflow init` makes them."""
        self.folder.mkdir()
        (self.folder / "secret").write_text(secrets.token_urlsafe(32), "utf-8")
        (self.folder / "services-secret").write_text(SERVICES_SECRET, "utf-8")
        self.sign_with([RSAKey.generate_key(2048, auto_kid=True).as_dict(private=True)])

    def sign_with(self, keys: list[Any]) -> None:
        """From its next start."""
        (self.folder / "keys.json").write_text(json.dumps({"keys": keys}), "utf-8")

    def keys(self) -> list[Any]:
        found: list[Any] = json.loads((self.folder / "keys.json").read_text("utf-8"))["keys"]
        return found

    def start(self) -> None:
        command = [str(self.python), "-m", "careflow_identity", "serve", "--bind", f"127.0.0.1:{self.port}"]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(command, env=self._environment(), cwd=self.folder, stdout=log, stderr=log)
        give_up_at = time.monotonic() + PATIENCE
        while not self._answers():
            assert self._process.poll() is None, (self.folder / "log").read_text("utf-8")[-3000:]
            assert time.monotonic() < give_up_at, (self.folder / "log").read_text("utf-8")[-3000:]
            time.sleep(0.1)

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(PATIENCE)
            self._process = None

    def refused_or_done(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        command = [str(self.python), "-m", "careflow_identity", *arguments]
        return subprocess.run(
            command, env=self._environment(), cwd=self.folder, capture_output=True, text=True, check=False
        )

    def _environment(self) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("CANAILLE", "IDENTITY"))}
        return {
            **inherited,
            "PYTHONPATH": str(ROOT / "deploy" / "identity" / "src"),
            "IDENTITY_HOST": f"localhost:{self.port}",
            "IDENTITY_CLINIC_HOST": "localhost",
            "IDENTITY_SCHEME": "http",
            "IDENTITY_DATA": str(self.folder / "data"),
            "IDENTITY_SECRET_FILE": str(self.folder / "secret"),
            "IDENTITY_SERVICES_SECRET_FILE": str(self.folder / "services-secret"),
            "IDENTITY_KEYS_FILE": str(self.folder / "keys.json"),
        }

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/.well-known/openid-configuration", timeout=5).status_code == 200
        except httpx.TransportError:
            return False


@dataclass(frozen=True, slots=True)
class Asked:
    """A question for a code, with a proof of who asks that shows no key, unless there is another."""

    application: str
    back: str = BACK
    kind: str = "code"
    scope: str = "openid groups"
    proof: Mapping[str, str] | None = None
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))
    state: str = field(default_factory=lambda: secrets.token_urlsafe(8))

    def parameters(self) -> dict[str, str]:
        challenge = base64.urlsafe_b64encode(hashlib.sha256(self.verifier.encode()).digest()).rstrip(b"=").decode()
        proof = {"code_challenge": challenge, "code_challenge_method": "S256"} if self.proof is None else self.proof
        return {
            "response_type": self.kind,
            "client_id": self.application,
            "redirect_uri": self.back,
            "scope": self.scope,
            "state": self.state,
            "nonce": secrets.token_urlsafe(8),
            **proof,
        }

    def code_in(self, answer: httpx.Response) -> str:
        """Which came back with what was asked."""
        led: str = answer.headers.get("Location", "")
        assert led.startswith(f"{self.back}?"), (answer.status_code, led, answer.text[-1000:])
        said = parse_qs(urlsplit(led).query)
        assert said["state"] == [self.state]
        return said["code"][0]


@dataclass(slots=True)
class Browser:
    """Follows links, sends forms, keeps cookies."""

    provider: Provider
    client: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        self.client = self.provider.client()

    def sets_a_password(self, link: str, password: str = PASSWORD) -> httpx.Response:
        return self.sends(self.client.get(link), password=password, confirmation=password)

    def logs_in(self, name: str, password: str = PASSWORD) -> httpx.Response:
        """The last page of a login, wherever it leads."""
        return self.is_asked(self.client.get(f"{self.provider.url}/login"), name, password)

    def is_asked(self, page: httpx.Response, name: str, password: str = PASSWORD) -> httpx.Response:
        """Where it leads to say on `page`, the provider's, who one is."""
        return self.sends(self.sends(page, login=name), password=password)

    def asks(self, asked: "Asked") -> httpx.Response:
        """The answer to a question for a code, which is not followed."""
        place = self.provider.discovered()["authorization_endpoint"]
        return self.client.get(place, params=asked.parameters(), follow_redirects=False)

    def tokens(self, application: str, *, scope: str = "openid groups", back: str = BACK) -> dict[str, Any]:
        """What the application gets for who is logged in, by the authorization code flow with PKCE."""
        asked = Asked(application, scope=scope, back=back)
        code = asked.code_in(self.asks(asked))
        tokens: dict[str, Any] = self.provider.exchanged(application, code, asked.verifier, back=back).json()
        return tokens

    def renewed(self, application: str, refresh_token: str) -> httpx.Response:
        return self.provider.post(
            "token_endpoint", application, grant_type="refresh_token", refresh_token=refresh_token
        )

    def sends(self, page: httpx.Response, **filled: str) -> httpx.Response:
        """Sends the form of the page that has these fields, with what is hidden in it."""
        for tag, inside in re.findall(r"(<form[^>]*>)(.*?)</form>", page.text, re.DOTALL):
            fields = {name: value for name, value in map(_field, re.findall(r"<input[^>]*>", inside)) if name}
            if filled.keys() <= fields.keys():
                action = re.search(r'action="([^"]*)"', tag)
                address = urljoin(str(page.url), unescape(action[1])) if action and action[1] else str(page.url)
                return self.client.post(address, data={**fields, **filled}, headers={"Referer": str(page.url)})
        raise AssertionError(f"no form with {sorted(filled)} at {page.url}: {page.text[:2000]}")


def _field(tag: str) -> tuple[str, str]:
    named, valued = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
    return named[1] if named else "", unescape(valued[1]) if valued else ""
