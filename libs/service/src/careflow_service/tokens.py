"""Bearer tokens: who they speak for, and the issuer development has instead of an identity provider.

Accepted are JWTs of one issuer for one audience, signed by a key of its published set with an allowed algorithm.
Invariant: a key is only ever looked up in the configured set, never at an address or in a certificate a token names;
no token grants the roles of the system itself.
"""

import asyncio
import hashlib
import json
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, Protocol
from urllib.request import HTTPRedirectHandler, build_opener

from joserfc import jws, jwt
from joserfc.errors import ExpiredTokenError, InvalidKeyIdError, JoseError
from joserfc.jwk import ECKey, Key, KeySet, import_key
from joserfc.jwt import JWTClaimsRegistry

from careflow_service.identity import Actor, Role
from careflow_service.problems import UNAVAILABLE, Problem
from careflow_service.settings import DEVELOPMENT_ISSUER, ServiceSettings, SettingsError
from careflow_service.telemetry.logs import log

ALGORITHMS: Final = ("ES256", "ES384", "RS256", "PS256", "Ed25519")
LEEWAY_SECONDS: Final = 60
TOKENS_REMEMBERED: Final = 4_096
LONGEST_TOKEN: Final = 8_192
LOOK_AGAIN_SECONDS: Final = 30.0
"""How often at most the key set is read again: for a token that names an unknown key, and after a reading that failed.
"""
REFRESH_SECONDS: Final = 600.0
"""How old a key set may grow, so that a withdrawn key stops counting, and every token it signed."""
GOOD_FOR_SECONDS: Final = 3_600.0
"""How old a key set may grow while the issuer cannot be asked; then nobody is let in any more."""
FETCH_WITHIN_SECONDS: Final = 5.0
LARGEST_KEY_SET: Final = 256 * 1024

_FOREIGN_KEYS: Final = ("jku", "x5u", "jwk", "x5c")
_GRANTED_ROLES: Final = {str(role): role for role in Role if role not in {Role.SYSTEM, Role.PUBLIC}}


class TokenRefused(Exception):
    """The token does not speak for anyone; `expired` when it once did."""

    def __init__(self, *, expired: bool = False) -> None:
        super().__init__("expired" if expired else "refused")
        self.expired = expired


class KeySource(Protocol):
    """Where the issuer's public keys come from."""

    async def read(self) -> KeySet:
        """The keys as published now; raises OSError, ValueError or JoseError."""


class KeyFile:
    """A JWKS file, replaced when keys rotate."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def read(self) -> KeySet:
        return _key_set(await asyncio.to_thread(self._path.read_bytes))


class _NoRedirects(HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        # Keys are taken from the configured address alone, not from where it points to.
        return None


_OPENER: Final = build_opener(_NoRedirects)


class KeyAddress:
    """The JWKS an OpenID Connect provider publishes; over https except in development."""

    def __init__(self, url: str, *, development: bool = False) -> None:
        if not url.startswith("https://") and not (development and url.startswith("http://")):
            raise SettingsError("CAREFLOW_TOKEN_JWKS_URL must be an https address")
        self._url = url

    async def read(self) -> KeySet:
        return _key_set(await asyncio.to_thread(self._fetch))

    def _fetch(self) -> bytes:
        with _OPENER.open(self._url, timeout=FETCH_WITHIN_SECONDS) as response:
            content: bytes = response.read(LARGEST_KEY_SET + 1)
        if len(content) > LARGEST_KEY_SET:
            raise ValueError("the key set is too large")
        return content


def _key_set(content: bytes) -> KeySet:
    """The keys in a published set that a token may be signed with. What we cannot use (another kind of key, an unknown
    curve, one for encryption, a shared secret) is left out and keeps nothing else from being used. Raises ValueError
    for what is no key set.
    """
    match json.loads(content):
        case {"keys": [*listed]}:
            return KeySet([key for each in listed if (key := _usable(each)) is not None])
        case _:
            raise ValueError("not a key set")


def _usable(published: object) -> Key | None:
    if not isinstance(published, dict) or published.get("kty") == "oct" or published.get("use", "sig") != "sig":
        return None
    try:
        return import_key(published)
    except (JoseError, ValueError, TypeError, KeyError, AttributeError):
        return None


class RotatingKeys:
    """The issuer's keys, read again when a token names one that is not there, and from time to time.

    While they cannot be read the last ones stay good, but not for long, so that whoever keeps us from reading them
    does not keep a withdrawn key alive.
    """

    def __init__(self, source: KeySource, *, now: Callable[[], float] = time.monotonic) -> None:
        self._source = source
        self._now = now
        self._keys = KeySet([])
        self._read_at = self._tried_at = float("-inf")
        self._reading = asyncio.Lock()

    async def current(self) -> KeySet:
        """The keys, the same object for as long as they are the same. Raises `unavailable` when there are none, or
        none that still count.
        """
        now = self._now()
        if not self._keys or (now - self._read_at > REFRESH_SECONDS and now - self._tried_at >= LOOK_AGAIN_SECONDS):
            await self._read()
        if not self._keys or self._now() - self._read_at > GOOD_FOR_SECONDS:
            raise Problem(UNAVAILABLE, headers={"Retry-After": "5"})
        return self._keys

    async def again(self) -> KeySet | None:
        """The keys read anew, or None when that was tried only a moment ago."""
        if self._now() - self._tried_at < LOOK_AGAIN_SECONDS:
            return None
        await self._read()
        return self._keys

    async def _read(self) -> None:
        asked_at = self._now()
        async with self._reading:
            if self._read_at >= asked_at:
                return
            self._tried_at = self._now()
            try:
                keys = await self._source.read()
            except (OSError, ValueError, JoseError) as error:
                log.warning("token_keys_unreadable", error_class=type(error).__name__)
                return
            self._read_at = self._now()
            if keys.as_dict() != self._keys.as_dict():
                self._keys = keys


class TokenVerifier:
    """Verifies bearer tokens and remembers the verified ones, by hash, until they expire or the keys change."""

    def __init__(
        self,
        keys: RotatingKeys,
        *,
        issuer: str,
        audience: str,
        now: Callable[[], float] = time.time,
        remembered: int = TOKENS_REMEMBERED,
    ) -> None:
        self._keys = keys
        self._now = now
        self._remembered = remembered
        self._verified: OrderedDict[bytes, tuple[Actor, float]] = OrderedDict()
        self._verified_with: KeySet | None = None
        self._claims = JWTClaimsRegistry(
            now=lambda: int(now()),
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": audience},
            exp={"essential": True},
            sub={"essential": True},
        )

    async def verify(self, token: str) -> Actor:
        """Who the token speaks for. Raises `TokenRefused`, or the problem `unavailable` without any keys."""
        self._forget_unless(await self._keys.current())
        digest = hashlib.sha256(token.encode()).digest()
        remembered = self._verified.get(digest)
        if remembered is not None and self._now() < remembered[1]:
            return remembered[0]
        claims = await self._verify(token)
        actor = _actor(claims)
        self._verified[digest] = (actor, claims["exp"] + LEEWAY_SECONDS)
        if len(self._verified) > self._remembered:
            self._verified.popitem(last=False)
        return actor

    def _forget_unless(self, keys: KeySet) -> None:
        """What was verified counts as long as the keys it was verified with."""
        if keys is not self._verified_with:
            self._verified.clear()
            self._verified_with = keys

    async def _verify(self, token: str) -> dict[str, Any]:
        if len(token) > LONGEST_TOKEN:
            raise TokenRefused
        try:
            header = jws.extract_compact(token.encode()).headers()
            if any(name in header for name in _FOREIGN_KEYS):
                raise TokenRefused
            claims = await self._signed_claims(token)
            self._claims.validate(claims)
        except ExpiredTokenError:
            raise TokenRefused(expired=True) from None
        except (JoseError, ValueError):
            raise TokenRefused from None
        return claims

    async def _signed_claims(self, token: str) -> dict[str, Any]:
        try:
            return _decode(token, await self._keys.current())
        except InvalidKeyIdError:
            newer = await self._keys.again()
            if newer is None:
                raise
            return _decode(token, newer)


def _decode(token: str, keys: KeySet) -> dict[str, Any]:
    return jwt.decode(token, keys, algorithms=ALGORITHMS).claims


def _actor(claims: dict[str, Any]) -> Actor:
    """The caller these claims describe. Roles this system does not know are other systems' business."""
    subject, roles, patient_id = claims["sub"], claims.get("roles", []), claims.get("patient_id")
    well_formed = isinstance(roles, list) and (patient_id is None or isinstance(patient_id, str))
    if not subject or not well_formed or _is_our_own(subject):
        raise TokenRefused
    granted = frozenset(_GRANTED_ROLES[role] for role in roles if isinstance(role, str) and role in _GRANTED_ROLES)
    return Actor.granted(subject, granted, patient_id)


def _is_our_own(subject: object) -> bool:
    """A name under which the system itself, or somebody unknown, stands in the audit trail."""
    return subject == Actor.public().id or str(subject).startswith(Actor.system("").id)


def verifier_for(settings: ServiceSettings) -> TokenVerifier:
    """The verifier these settings describe; raises SettingsError when they are incomplete."""
    settings.require("token_issuer")
    assert settings.token_issuer is not None
    source: KeySource
    if settings.token_jwks_file is not None:
        source = KeyFile(settings.token_jwks_file)
    elif settings.token_jwks_url is not None:
        source = KeyAddress(settings.token_jwks_url, development=settings.in_development)
    else:
        raise SettingsError("CAREFLOW_TOKEN_JWKS_FILE or CAREFLOW_TOKEN_JWKS_URL is missing")
    return TokenVerifier(RotatingKeys(source), issuer=settings.token_issuer, audience=settings.token_audience)


class DevelopmentIssuer:
    """Signs tokens for development and tests. Its name as issuer is refused by every process in production."""

    def __init__(self, key: ECKey | None = None, *, audience: str = "careflow") -> None:
        self._key = key or ECKey.generate_key("P-256", auto_kid=True)
        self._audience = audience

    def public_keys(self) -> str:
        """The JWKS that verifies what this issuer signs."""
        return json.dumps(KeySet([self._key]).as_dict(private=False))

    def token(
        self,
        *roles: Role,
        subject: str = "someone",
        patient_id: str | None = None,
        lasting: timedelta = timedelta(hours=1),
        now: float | None = None,
    ) -> str:
        """A token for `subject` in these roles."""
        issued_at = int(time.time() if now is None else now)
        claims: dict[str, Any] = {
            "iss": DEVELOPMENT_ISSUER,
            "aud": self._audience,
            "sub": subject,
            "roles": _names(roles),
            "iat": issued_at,
            "exp": issued_at + int(lasting.total_seconds()),
        }
        if patient_id is not None:
            claims["patient_id"] = patient_id
        return jwt.encode({"alg": "ES256", "kid": self._key.kid}, claims, self._key)


def _names(roles: Iterable[Role]) -> list[str]:
    return [str(role) for role in roles]
