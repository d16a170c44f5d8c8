"""The issuer development and tests have instead of an identity provider."""

import json
import time
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from careflow_service.identity import Role
from careflow_service.settings import DEVELOPMENT_ISSUER


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
        name: str | None = None,
        patient_id: str | None = None,
        consumer: str | None = None,
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
        if name is not None:
            claims["name"] = name
        if patient_id is not None:
            claims["patient_id"] = patient_id
        if consumer is not None:
            claims["consumer"] = consumer
        return jwt.encode({"alg": "ES256", "kid": self._key.kid}, claims, self._key)


def _names(roles: Iterable[Role]) -> list[str]:
    return [str(role) for role in roles]
