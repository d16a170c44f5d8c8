"""The development issuer: bearer tokens for a local stack, which every service refuses in production.

Invariant: only roles of the clinic are granted, and no token is valid for ever.
"""

import time
from collections.abc import Sequence
from datetime import timedelta

from joserfc import jwt
from joserfc.jwk import ECKey

from careflow_cli.errors import CareflowError

ISSUER = "careflow-development"
AUDIENCE = "careflow"
ALGORITHM = "ES256"
ROLES = (
    "patient",
    "coordinator",
    "prescriber",
    "therapist",
    "nurse",
    "wellness",
    "biller",
    "operator",
    "auditor",
    "medical_director",
    "privacy_officer",
    "wall_screen",
    "events_operational",
    "events_safety",
    "events_financial",
)


def sign(
    key: ECKey,
    roles: Sequence[str],
    *,
    subject: str,
    lasting: timedelta,
    patient_id: str | None = None,
    consumer: str | None = None,
) -> str:
    """A token for `subject` in these roles, valid from now. Raises CareflowError for a role there is not."""
    if unknown := [role for role in roles if role not in ROLES]:
        raise CareflowError(f"there is no role {', '.join(unknown)}; roles are {', '.join(ROLES)}")
    issued_at = int(time.time())
    claims: dict[str, object] = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": subject,
        # What pages call them, as a provider says it of people.
        "name": subject.replace("-", " ").title(),
        "roles": list(roles),
        "iat": issued_at,
        "exp": issued_at + int(lasting.total_seconds()),
    }
    if patient_id is not None:
        claims["patient_id"] = patient_id
    if consumer is not None:
        claims["consumer"] = consumer
    return jwt.encode({"alg": ALGORITHM, "kid": key.kid}, claims, key)
