"""Who a bearer token speaks for.

Accepted are JWTs of one issuer for one audience, signed by a key of its published set with an allowed algorithm, and,
where the issuer can be asked, tokens only it can read. Invariant: a key is only ever looked up in the configured set,
never at an address or in a certificate a token names.
"""

import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any, Final

from joserfc import jws, jwt
from joserfc.errors import ExpiredTokenError, InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from joserfc.jwt import JWTClaimsRegistry

from careflow_service.identity import Actor
from careflow_service.settings import ServiceSettings, SettingsError
from careflow_service.tokens.claims import Claim, NobodyNamed, Reading, TooLittleShown
from careflow_service.tokens.introspection import Introspection
from careflow_service.tokens.keys import KeyAddress, KeyFile, KeySource, RotatingKeys
from careflow_service.tokens.provider import Provider

ALGORITHMS: Final = (
    *("ES256", "ES384", "ES512"),
    *("RS256", "RS384", "RS512"),
    *("PS256", "PS384", "PS512"),
    "Ed25519",
)
"""Signatures by a key pair."""
LEEWAY_SECONDS: Final = 60
TOKENS_REMEMBERED: Final = 4_096
LONGEST_TOKEN: Final = 8_192
_FOREIGN_KEYS: Final = ("jku", "x5u", "jwk", "x5c")
_TYPES: Final = frozenset({"jwt", "at+jwt", "application/at+jwt"})
"""What an access token may call itself in its header (RFC 9068), if anything."""


class TokenRefused(Exception):
    """The token does not speak for anyone; `expired` when it once did, `too_little_shown` when it would if whoever it
    names had proved that in another way as well.
    """

    def __init__(self, *, expired: bool = False, too_little_shown: bool = False) -> None:
        super().__init__("expired" if expired else "refused")
        self.expired = expired
        self.too_little_shown = too_little_shown

    @property
    def error(self) -> str:
        """What a client is told of it (RFC 6750, 3.1; RFC 9470, 3)."""
        return "insufficient_user_authentication" if self.too_little_shown else "invalid_token"


class TokenVerifier:
    """Verifies bearer tokens. A signed one is remembered, by hash, until it expires or the keys change; without
    `introspection` no other token speaks for anyone.
    """

    def __init__(
        self,
        keys: RotatingKeys,
        *,
        issuer: str,
        audience: str,
        reading: Reading | None = None,
        introspection: Introspection | None = None,
        now: Callable[[], float] = time.time,
        remembered: int = TOKENS_REMEMBERED,
    ) -> None:
        self._keys = keys
        self._reading = reading or Reading()
        self._introspection = introspection
        self._now = now
        self._remembered = remembered
        self._verified: OrderedDict[bytes, tuple[Actor, float]] = OrderedDict()
        self._verified_with: KeySet | None = None
        # What the issuer itself answers need not repeat whose it is, nor when it ends: we ask again soon.
        self._of_signed, self._of_introspected = (
            JWTClaimsRegistry(
                now=lambda: int(now()),
                leeway=LEEWAY_SECONDS,
                iss={"essential": says_all, "value": issuer},
                aud={"essential": True, "value": audience},
                exp={"essential": says_all},
            )
            for says_all in (True, False)
        )

    async def verify(self, token: str) -> Actor:
        """Who the token speaks for. Raises `TokenRefused`, or the problem `unavailable` without any keys, and where the
        issuer must be asked and gives no answer.
        """
        if len(token) > LONGEST_TOKEN:
            raise TokenRefused
        if self._introspection is not None and _is_opaque(token):
            return await self._introspected(token, self._introspection)
        self._forget_unless(await self._keys.current())
        digest = hashlib.sha256(token.encode()).digest()
        remembered = self._verified.get(digest)
        if remembered is not None and self._now() < remembered[1]:
            return remembered[0]
        claims = await self._verify(token)
        actor = _named(self._reading.actor, claims)
        self._verified[digest] = (actor, claims["exp"] + LEEWAY_SECONDS)
        if len(self._verified) > self._remembered:
            self._verified.popitem(last=False)
        return actor

    def _forget_unless(self, keys: KeySet) -> None:
        """What was verified counts as long as the keys it was verified with."""
        if keys is not self._verified_with:
            self._verified.clear()
            self._verified_with = keys

    async def _introspected(self, token: str, introspection: Introspection) -> Actor:
        claims = await introspection.claims(token)
        if claims is None:
            raise TokenRefused
        _check(self._of_introspected, claims)
        return _named(self._reading.introspected, claims)

    async def _verify(self, token: str) -> Mapping[str, Any]:
        try:
            header = jws.extract_compact(token.encode()).headers()
            if any(name in header for name in _FOREIGN_KEYS) or not _may_be_access_token(header):
                raise TokenRefused
            claims = await self._signed_claims(token)
        except (JoseError, ValueError):
            raise TokenRefused from None
        _check(self._of_signed, claims)
        return claims

    async def _signed_claims(self, token: str) -> dict[str, Any]:
        try:
            return _decode(token, await self._keys.current())
        except InvalidKeyIdError:
            newer = await self._keys.again()
            if newer is None:
                raise
            return _decode(token, newer)


def _is_opaque(token: str) -> bool:
    return token.count(".") != 2


def _may_be_access_token(header: Mapping[str, Any]) -> bool:
    kind = header.get("typ")
    return kind is None or (isinstance(kind, str) and kind.lower() in _TYPES)


def _decode(token: str, keys: KeySet) -> dict[str, Any]:
    return jwt.decode(token, keys, algorithms=ALGORITHMS).claims


def _check(registry: JWTClaimsRegistry, claims: Mapping[str, Any]) -> None:
    try:
        registry.validate(dict(claims))
    except ExpiredTokenError:
        raise TokenRefused(expired=True) from None
    except (JoseError, ValueError):
        raise TokenRefused from None


def _named(read: Callable[[Mapping[str, Any]], Actor], claims: Mapping[str, Any]) -> Actor:
    try:
        return read(claims)
    except NobodyNamed as nobody:
        raise TokenRefused(too_little_shown=isinstance(nobody, TooLittleShown)) from None


def verifier_for(settings: ServiceSettings) -> TokenVerifier:
    """The verifier these settings describe; raises SettingsError when they are incomplete."""
    settings.require("token_issuer")
    assert settings.token_issuer is not None
    provider = Provider(development=settings.in_development, authorities=settings.token_ca_file)
    return TokenVerifier(
        RotatingKeys(_source(settings, provider)),
        issuer=settings.token_issuer,
        audience=settings.token_audience,
        reading=reading_of(settings),
        introspection=_introspection(settings, provider),
    )


def reading_of(settings: ServiceSettings) -> Reading:
    """How these settings have tokens read; raises SettingsError."""
    places = {}
    for field in (
        *("token_roles_claim", "token_id_claim", "token_patient_claim", "token_consumer_claim"),
        "token_factors_claim",
    ):
        try:
            places[field] = Claim(getattr(settings, field))
        except ValueError as error:
            raise SettingsError(f"CAREFLOW_{field.upper()}: {error}") from None
    try:
        return Reading(
            places["token_roles_claim"],
            places["token_id_claim"],
            places["token_patient_claim"],
            settings.token_role_names,
            places["token_consumer_claim"],
            places["token_factors_claim"],
            frozenset(settings.token_staff_factors.split()),
        )
    except ValueError as error:
        raise SettingsError(f"CAREFLOW_TOKEN_ROLES_CLAIM, CAREFLOW_TOKEN_ROLE_NAMES: {error}") from None


def _source(settings: ServiceSettings, provider: Provider) -> KeySource:
    if settings.token_jwks_file is not None:
        return KeyFile(settings.token_jwks_file)
    if settings.token_jwks_url is not None:
        return KeyAddress(settings.token_jwks_url, provider)
    raise SettingsError("CAREFLOW_TOKEN_JWKS_FILE or CAREFLOW_TOKEN_JWKS_URL is missing")


def _introspection(settings: ServiceSettings, provider: Provider) -> Introspection | None:
    if settings.token_introspection_url is None:
        return None
    settings.require("token_introspection_client", "token_introspection_secret")
    assert settings.token_introspection_client is not None
    assert settings.token_introspection_secret is not None
    return Introspection(
        settings.token_introspection_url,
        settings.token_introspection_client,
        settings.token_introspection_secret.get_secret_value(),
        provider,
    )
