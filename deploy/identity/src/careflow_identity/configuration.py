"""What Canaille is told: all of it here, nothing from its environment."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

ROLES: Final = (
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
)
"""CareFlow's roles for people, each a group of the same name."""
MACHINE_ROLES: Final = (
    *(role for role in ROLES if role != "patient"),
    "wall_screen",
    "events_operational",
    "events_safety",
    "events_financial",
)
"""What a machine may be given as scopes."""
ADMINISTRATORS: Final = "admin"
"""The group of those who say who is in which group. It is no role."""
SERVICES: Final = "careflow"
"""The client that is the audience of all tokens, and as which the services ask what a token is worth."""
TOKEN_SECONDS: Final = 600
"""How long a token counts, and how long somebody who was locked out can go on."""


class Unset(Exception):
    """The provider cannot start; the message names what is missing or wrong."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a provider runs.

    `host` is how it is reached from outside, with its port unless that is 443; `clinic_host` the host of the clinic's
    own applications, which need not ask people for consent. `keys` are private JWKs, the first signs and all verify.
    """

    host: str
    clinic_host: str
    name: str
    data: Path
    secret: str
    services_secret: str
    keys: tuple[Mapping[str, str], ...]
    scheme: str = "https"

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> "Place":
        """As `IDENTITY_…` variables and files say. Raises Unset."""

        def given(name: str) -> str:
            if not environment.get(f"IDENTITY_{name}"):
                raise Unset(f"IDENTITY_{name} is missing")
            return environment[f"IDENTITY_{name}"]

        def content(name: str) -> str:
            try:
                found = Path(given(name)).read_text("utf-8").strip()
            except OSError as error:
                raise Unset(f"IDENTITY_{name} cannot be read ({error.strerror})") from None
            if not found:
                raise Unset(f"IDENTITY_{name} is empty")
            return found

        return cls(
            host=given("HOST"),
            clinic_host=given("CLINIC_HOST"),
            name=environment.get("IDENTITY_NAME") or "The clinic",
            data=Path(given("DATA")),
            secret=content("SECRET_FILE"),
            services_secret=content("SERVICES_SECRET_FILE"),
            keys=_keys(content("KEYS_FILE")),
            scheme=environment.get("IDENTITY_SCHEME") or "https",
        )

    @property
    def database(self) -> Path:
        """Where all that is entered lies, from the first start on."""
        return self.data / "identity.sqlite"

    def settings(self) -> dict[str, Any]:
        """Canaille's configuration."""
        return {
            "SECRET_KEY": self.secret,
            "SERVER_NAME": self.host,
            "PREFERRED_URL_SCHEME": self.scheme,
            "TRUSTED_HOSTS": [_without_port(self.host)],
            "SESSION_COOKIE_SECURE": self.scheme == "https",
            "SESSION_COOKIE_SAMESITE": "Lax",
            "PERMANENT_SESSION_LIFETIME": "PT12H",
            "OAUTH2_TOKEN_EXPIRES_IN": dict.fromkeys(
                ("authorization_code", "refresh_token", "client_credentials", "implicit", "password"), TOKEN_SECONDS
            ),
            "CANAILLE": {
                "NAME": self.name,
                "DATABASE": "sql",
                "SMTP": None,
                "ENABLE_REGISTRATION": False,
                "ENABLE_PASSWORD_RECOVERY": True,  # what one-time links need; without mail nobody sends themselves one
                "ENABLE_INTRUDER_LOCKOUT": True,
                "MIN_PASSWORD_LENGTH": 15,  # NIST SP 800-63B-4, 3.1.1.2, for a password that is the only factor
                "OTP_LIFETIME": "PT24H",  # of a one-time link
                "ACL": self._rights(),
            },
            "CANAILLE_SQL": {"DATABASE_URI": f"sqlite:///{self.database}"},
            "CANAILLE_OIDC": {
                "ACTIVE_JWKS": [dict(self.keys[0])],
                "INACTIVE_JWKS": [dict(key) for key in self.keys[1:]],
                "REQUIRE_NONCE": False,  # every code is bound to who asked for it by PKCE
                "TRUSTED_DOMAINS": [_without_port(self.clinic_host)],
            },
            "CANAILLE_HYPERCORN": {"PROXY_MODE": "legacy", "PROXY_TRUSTED_HOPS": 1},
            "CANAILLE_SCIM": {"ENABLE_SERVER": False, "ENABLE_CLIENT": False},
        }

    def _rights(self) -> dict[str, Any]:
        """Nobody makes groups of their own, because a group is a role; nobody acts as somebody else; nobody's account
        is deleted, because its name would be free for another.
        """
        everybody = {
            "PERMISSIONS": ["edit_self", "use_oidc"],
            "READ": ["user_name", "emails", "given_name", "family_name", "groups", "lock_date"],
            "WRITE": ["password", "preferred_language"],
        }
        administrators = {
            "PERMISSIONS": ["manage_oidc", "manage_users", "manage_all_groups"],
            "READ": [],
            "WRITE": ["emails", "given_name", "family_name", "groups", "lock_date"],
            "FILTER": {"groups": ADMINISTRATORS},
        }
        return {"EVERYBODY": everybody, "ADMINISTRATORS": administrators}


def _without_port(host: str) -> str:
    return host.partition(":")[0]


def _keys(text: str) -> tuple[Mapping[str, str], ...]:
    try:
        match json.loads(text):
            case {"keys": [{"kty": "RSA"}, *_] as keys} if all(isinstance(key, dict) for key in keys):
                return tuple(keys)
    except ValueError:
        pass
    raise Unset("IDENTITY_KEYS_FILE is not a set of private keys that begins with one for RSA")
