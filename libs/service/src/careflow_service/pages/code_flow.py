"""How the clinic's OpenID Connect provider tells who sits before a page: authorization code flow with PKCE (RFC 7636).

Invariant: what a browser brings back is worth nothing without what the same browser left with, and the provider's
addresses are taken from its own published configuration.
"""

import base64
import hashlib
import json
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlencode

from careflow_service.pages import PREFIX
from careflow_service.pages.id_tokens import asked_ago, name_in
from careflow_service.pages.logins import BEGUN_FOR, Begun, Login
from careflow_service.problems import UNAVAILABLE, Problem
from careflow_service.settings import ServiceSettings, SettingsError
from careflow_service.telemetry.logs import log
from careflow_service.tokens import TokenRefused
from careflow_service.tokens.provider import Provider, as_client, away

READ_AGAIN_SECONDS: Final = 600.0
LARGEST_ANSWER: Final = 64 * 1024
CONFIGURATION: Final = "/.well-known/openid-configuration"
"""OpenID Connect Discovery 1.0, section 4."""

BESIDE: Final = "beside-"
"""What the state of a colleague begins with, so that one who comes back too late is told what it was about."""
ROUNDED: Final = 2.0
"""Seconds: the times in an ID token are whole ones, and asking for it takes a moment."""

_BASIC: Final = "client_secret_basic"
_REFUSED: Final = frozenset({400, 401, 403})


@dataclass(frozen=True, slots=True)
class Told:
    """What the provider told of who logged in: the access token, and what it calls them if it says so."""

    token: str
    name: str | None


@dataclass(frozen=True, slots=True)
class _KnownBy:
    form: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


class CodeFlow:
    """At the provider whose tokens name it `issuer`, of which we are the client of that name, with that secret if it
    gave us one; `back` is where it sends readers back to. Raises SettingsError.
    """

    def __init__(
        self,
        provider: Provider,
        issuer: str,
        *,
        client_id: str,
        client_secret: str | None,
        back: str,
        scope: str = "openid profile",
        now: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        provider.check("CAREFLOW_TOKEN_ISSUER, for staff to log in there,", issuer)
        self._provider = provider
        self._issuer = issuer
        self._client_id = client_id
        self._client_secret = client_secret
        self._back = back
        self._scope = scope
        self._now = now
        self._wall = wall
        self._published: Mapping[str, Any] = {}
        self._read_at = float("-inf")

    async def begin(self, to: str, *, here: Login | None, beside: str | None = None) -> tuple[str, Begun]:
        """Where to send a reader who wants to go on to `to`, and what their browser must remember. Unless they were
        `here` a moment ago the provider asks who they are though it may know; always where it is a colleague who goes
        there `beside` somebody. Raises the problem `unavailable`.
        """
        address = await self._address("authorization_endpoint")
        seen, who = (None, None) if here is None or beside is not None else (here.seen, here.actor.id)
        begun = Begun(
            state=f"{BESIDE if beside is not None else ''}{secrets.token_urlsafe(24)}",
            verifier=secrets.token_urlsafe(48),
            to=to,
            seen=seen,
            at=self._wall(),
            who=who,
            beside=beside,
        )
        challenge = base64.urlsafe_b64encode(hashlib.sha256(begun.verifier.encode()).digest()).rstrip(b"=")
        # With an age the provider has to say when it asked (OpenID Connect Core 1.0, 2).
        anew = {"prompt": "login", "max_age": int(BEGUN_FOR.total_seconds())} if seen is None else {}
        asked = {
            "response_type": "code",
            "client_id": self._client_id,
            "redirect_uri": self._back,
            "scope": self._scope,
            "state": begun.state,
            "code_challenge": challenge.decode(),
            "code_challenge_method": "S256",
            **anew,
        }
        return f"{address}{'&' if '?' in address else '?'}{urlencode(asked)}", begun

    async def finish(self, code: str, begun: Begun) -> Told:
        """What `code` stands for; without one the provider has sent back an error. Raises `TokenRefused`,
        also where the provider was to ask who it is and did not, or the problem `unavailable`.
        """
        if not code:
            raise TokenRefused
        address = await self._address("token_endpoint")
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._back,
            "code_verifier": begun.verifier,
        }
        known_by = self._known_by()
        body = urlencode({**form, **known_by.form}).encode()
        answer = await self._ask(address, body, known_by.headers)
        token, id_token = answer.get("access_token"), answer.get("id_token")
        if not isinstance(token, str) or not self._asked_anew(id_token, begun):
            raise TokenRefused
        return Told(token, name_in(id_token, token))

    def _asked_anew(self, id_token: object, begun: Begun) -> bool:
        """Whether the provider asked who they are since they left, where it was to: whoever sits there can take that
        out of the address. For a colleague it must say so; a login counts where it says nothing.
        """
        if begun.seen is not None or begun.at is None:
            return True
        ago = asked_ago(id_token, issuer=self._issuer)
        if ago is None:
            return begun.beside is None
        return ago <= self._wall() - begun.at + ROUNDED

    async def _address(self, name: str) -> str:
        if self._now() - self._read_at > READ_AGAIN_SECONDS:
            published = await self._ask(f"{self._issuer.rstrip('/')}{CONFIGURATION}")
            if published.get("issuer") != self._issuer:
                log.error("login_provider_is_another")
                raise Problem(UNAVAILABLE)
            self._published, self._read_at = published, self._now()
        address = self._published.get(name)
        try:
            self._provider.check(name, str(address))
        except SettingsError:
            log.error("login_provider_has_no_address", name=name)
            raise Problem(UNAVAILABLE) from None
        return str(address)

    def _known_by(self) -> _KnownBy:
        """How the provider knows that it is us (RFC 6749, 2.3.1): as usual, unless it publishes that it does not."""
        if self._client_secret is None:
            return _KnownBy(form={"client_id": self._client_id})
        if _BASIC in self._published.get("token_endpoint_auth_methods_supported", (_BASIC,)):
            return _KnownBy(headers=as_client(self._client_id, self._client_secret))
        return _KnownBy(form={"client_id": self._client_id, "client_secret": self._client_secret})

    async def _ask(
        self, url: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Mapping[str, Any]:
        """What the provider answers. Raises the problem `unavailable` where it cannot be asked, and `TokenRefused`
        where it refuses what we brought.
        """
        accepting = {"Accept": "application/json", **(headers or {})}
        try:
            found = json.loads(await self._provider.ask(url, at_most=LARGEST_ANSWER, body=body, headers=accepting))
        except (OSError, ValueError) as error:
            status = getattr(error, "code", None)
            log.warning("login_provider_refused", error_class=type(error).__name__, status=status)
            if body is not None and status in _REFUSED:
                raise TokenRefused from None
            raise away() from None
        return found if isinstance(found, dict) else {}


def code_flow_for(settings: ServiceSettings) -> CodeFlow | None:
    """How these settings let staff log in; None where they do not. Raises SettingsError when they do so by halves."""
    if settings.login_client_id is None:
        return None
    settings.require("token_issuer", "public_url")
    assert settings.token_issuer is not None
    secret = settings.login_client_secret
    return CodeFlow(
        Provider(development=settings.in_development, authorities=settings.token_ca_file),
        settings.token_issuer,
        client_id=settings.login_client_id,
        client_secret=secret.get_secret_value() if secret else None,
        scope=settings.login_scope,
        back=f"{settings.public_address}{PREFIX}logged-in",
    )
