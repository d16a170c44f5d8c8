"""Tokens and keys of an issuer that a test is, at a time that it moves."""

from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from careflow_service.settings import DEVELOPMENT_ISSUER
from careflow_service.tokens import DevelopmentIssuer, RotatingKeys, TokenVerifier
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
