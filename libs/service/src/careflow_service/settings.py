"""Everything a process is told from outside, read once from `CAREFLOW_*` variables.

Every field may come from a file instead: `CAREFLOW_<FIELD>_FILE` names it (a secret mounted by the platform).
Invariant: a process starts with complete, valid settings or stops with one line that names what is missing or wrong
and never shows a value. No secret has a default; what serves development only is refused in production.
"""

from __future__ import annotations

import base64
import binascii
import os
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar, get_args
from zoneinfo import ZoneInfo

from pydantic import (
    Field,
    HttpUrl,
    SecretBytes,
    SecretStr,
    StringConstraints,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict
from pydantic_settings import SettingsError as UnreadableValue

from careflow_events.topics import SERVICES
from careflow_service.addresses import Networks
from careflow_service.identity import Role
from careflow_service.kms import KmsFailure, content_of
from careflow_service.pages import PREFIX as PAGES

PREFIX = "CAREFLOW_"
DEVELOPMENT_ISSUER = "careflow-development"
MASTER_KEY_BYTES = 96
"""What the field encryption of MongoDB takes as a local master key."""
LEAST_KEY_BYTES = 32
"""The least an HMAC-SHA256 key must hold."""
_LOCATION_ID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
LEAST_DISTINCT_BYTES = 16
"""Random key material of 32 bytes has 28 to 32 different ones; a placeholder has a few."""


class SettingsError(Exception):
    """The process cannot start; the message is one line naming each variable and what is wrong with it."""


class Environment(StrEnum):
    """Where the process runs. Nothing that serves development only works in production."""

    DEVELOPMENT = "development"
    PRODUCTION = "production"


class DevelopmentOnly:
    """Marks a field, by `Annotated[..., DevelopmentOnly()]`, that production refuses."""


class ServiceSettings(BaseSettings):
    """What every service process needs; a service subclasses it for its own. Made by `load`, not by hand."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore", frozen=True, env_ignore_empty=True)

    environment: Environment = Environment.PRODUCTION

    mongo_url: SecretStr
    mongo_ca_file: Path | None = None
    """Certificates, PEM, that vouch for the store, which is then spoken to over TLS alone."""
    mongo_certificate_file: Path | None = None
    """A certificate of the service's own and its key, PEM, in one file: for a store that asks who connects."""
    mongo_database: str | None = Field(default=None, pattern=r"^[a-z][a-z0-9_-]{0,37}$")
    """The service's own database; named like the service when not given."""
    kafka_url: str | None = None
    """Bootstrap servers; the worker asks for it by `require`."""
    kafka_account: str | None = None
    """As whom the worker speaks to a Kafka that asks, over TLS; with it go password and authorities."""
    kafka_password: SecretStr | None = None
    kafka_mechanism: Literal["PLAIN", "SCRAM-SHA-512"] = "PLAIN"
    """How the password is shown to it: what its brokers ask for."""
    kafka_ca_file: Path | None = None
    """Certificates, PEM, that vouch for the brokers."""

    http_host: str = "127.0.0.1"
    http_port: int = Field(default=8000, ge=0, le=65535)
    health_port: int = Field(default=8001, ge=0, le=65535)

    token_issuer: str | None = None
    token_audience: str = "careflow"  # noqa: S105 - the name of an audience, not a password
    token_jwks_file: Path | None = None
    token_jwks_url: str | None = None
    token_roles_claim: str = "roles"  # noqa: S105 - the name of a claim
    """Where a token says the roles: a claim's name, or a JSON pointer that begins with `/`; so are the next three."""
    token_id_claim: str = "sub"  # noqa: S105 - the name of a claim
    """Where it says who somebody is: the id practitioners are entered with, and that stands in the audit trail."""
    token_patient_claim: str = "patient_id"  # noqa: S105 - the name of a claim
    """Where the token of a patient says which patient that is."""
    token_consumer_claim: str = "consumer"  # noqa: S105 - the name of a claim
    """Where the token of a machine says under which name sections of events are sealed to it."""
    token_factors_claim: str = "amr"  # noqa: S105 - the name of a claim
    """Where it says how somebody proved who they are."""
    token_staff_factors: str = ""
    """Words, with blanks between them, of which a token of staff has to say one there; where empty, none is asked."""
    token_role_names: dict[str, Role] = Field(default_factory=dict)
    """The provider's words for roles, as JSON: `{"kap-nurses": "nurse"}`. With any, no other word counts."""
    token_introspection_url: str | None = None
    """Where the provider tells what a token is worth that only it can read, asked as this client with this secret."""
    token_introspection_client: str | None = None
    token_introspection_secret: SecretStr | None = None
    token_ca_file: Path | None = None
    """Certificates, PEM, that vouch for the provider beside the system's authorities."""

    login_client_id: str | None = None
    """As whom staff log in at the issuer, which is then an OpenID Connect provider; not given, nobody does."""
    login_client_secret: SecretStr | None = None
    login_scope: str = Field(default="openid profile", pattern=r"^openid( [!#-\[\]-~]+)*$")
    """What is asked of the provider when staff log in to pages; some say roles only where they are asked for."""
    public_url: HttpUrl | None = None
    """Where a browser finds CareFlow, such as `https://careflow.example.org`."""
    public_path: str = Field(default="", pattern=r"^(/[a-z]+)*$")
    """Under which path of it this service is: what the edge takes off before it hands a request on."""

    master_key: SecretBytes
    blind_index_key: SecretBytes
    audit_key: SecretBytes
    further_keys_file: Path | None = None
    """Keys that are held beside these, while one follows another."""
    kms_file: Path | None = None
    """Which KMS opens files of keys that are sealed, and as whom it is asked; see `kms`."""
    sealing_public_file: Path | None = None
    sealing_private_file: Path | None = None

    webhook_networks: Networks = ()
    """Networks of the clinic's own in which integrators' webhooks may stand; otherwise they have public addresses."""

    emergency_access_minutes: int = Field(default=60, ge=5, le=24 * 60)
    """How long an emergency access lasts. No source this was built from names a time: the default is ours, and the
    clinic's privacy officer has to sign the value that counts.
    """

    content_dir: Path | None = None
    """A folder with what the clinic has of its own in place of what is shipped, under the same names."""

    clock_file: Annotated[Path | None, DevelopmentOnly()] = None
    clinic_timezone: ZoneInfo = ZoneInfo("America/Los_Angeles")
    clinic_name: str = Field(default="The clinic", min_length=1, max_length=80)
    clinic_location_id: str = Field(default="0199e0a0-7f00-7000-8000-000000000001", pattern=f"^{_LOCATION_ID}$")
    """The place that booking books at, as events name it; a new one is a new place to every consumer."""
    clinic_location_names: dict[
        Annotated[str, Field(pattern=f"^{_LOCATION_ID}$")],
        Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)],
    ] = Field(default_factory=dict)
    """What people call the clinic's locations, as JSON: `{"0199e0a0-…": "Mill Valley"}`. The one it books at is called
    like the clinic where it has no name of its own.
    """
    otlp_endpoint: str | None = None
    log_level: str = Field(default="info", pattern=r"^(debug|info|warning|error|critical)$")

    @property
    def in_development(self) -> bool:
        """True where development conveniences are allowed."""
        return self.environment is Environment.DEVELOPMENT

    @property
    def public_address(self) -> str | None:
        """Where a browser finds this service; its own paths follow. None where that was not told."""
        return None if self.public_url is None else f"{str(self.public_url).rstrip('/')}{self.public_path}"

    def pages_beside(self, name: str) -> list[str]:
        """The paths under which a browser finds the pages of the services beside the one of this name; none where this
        one was not told its own.
        """
        if self.public_url is None or not self.public_path.endswith(f"/{name}"):
            return []
        root = (self.public_url.path or "").rstrip("/") + self.public_path.removesuffix(f"/{name}")
        return [f"{root}/{other}{PAGES.rstrip('/')}" for other in SERVICES if other != name]

    def require(self, *fields: str) -> None:
        """For a process that cannot run without these optional fields. Raises SettingsError naming the absent ones."""
        absent = [f"{_variable(field)} is missing" for field in fields if getattr(self, field) is None]
        if absent:
            raise SettingsError("; ".join(absent))

    @field_validator("master_key", "blind_index_key", "audit_key", mode="before")
    @classmethod
    def _key_from_text(cls, value: object) -> object:
        """A variable holds text, so a key in it is base64; a file holds the raw bytes."""
        if not isinstance(value, str):
            return value
        try:
            return base64.b64decode(value, validate=True)
        except (binascii.Error, ValueError):
            raise ValueError("must be base64, or raw bytes in a file") from None

    @field_validator("master_key")
    @classmethod
    def _master_key_has_its_size(cls, value: SecretBytes) -> SecretBytes:
        if len(value) != MASTER_KEY_BYTES:
            raise ValueError(f"must be exactly {MASTER_KEY_BYTES} bytes")
        return value

    @field_validator("blind_index_key", "audit_key")
    @classmethod
    def _key_is_long_enough(cls, value: SecretBytes) -> SecretBytes:
        if len(value) < LEAST_KEY_BYTES:
            raise ValueError(f"must be at least {LEAST_KEY_BYTES} bytes")
        return value

    @field_validator("clinic_location_names")
    @classmethod
    def _locations_are_told_apart(cls, value: dict[str, str]) -> dict[str, str]:
        if len({" ".join(name.casefold().split()) for name in value.values()}) < len(value):
            raise ValueError("two locations have one name")
        return value

    @field_validator("log_level", mode="before")
    @classmethod
    def _log_level_in_any_case(cls, value: object) -> object:
        return value.lower() if isinstance(value, str) else value

    @model_validator(mode="after")
    def _kafka_account_is_whole(self) -> ServiceSettings:
        parts = ("kafka_account", "kafka_password", "kafka_ca_file")
        absent = [name for name in parts if getattr(self, name) is None]
        if absent and len(absent) < len(parts):
            raise ValueError("; ".join(f"{_variable(name)} is missing" for name in absent))
        return self

    @model_validator(mode="after")
    def _nothing_of_development_in_production(self) -> ServiceSettings:
        if self.in_development:
            return self
        wrong = [
            f"{_variable(name)} is for development only"
            for name, field in type(self).model_fields.items()
            if any(isinstance(mark, DevelopmentOnly) for mark in field.metadata) and getattr(self, name) is not None
        ]
        if self.token_issuer == DEVELOPMENT_ISSUER:
            wrong.append(f"{_variable('token_issuer')} names the development issuer")
        wrong += [
            f"{_variable(name)} is a placeholder, not a random key"
            for name in type(self).model_fields
            if isinstance(key := getattr(self, name), SecretBytes)
            and len(set(key.get_secret_value())) < LEAST_DISTINCT_BYTES
        ]
        if wrong:
            raise ValueError("; ".join(wrong))
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - a process reads no .env file
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - replaced by the files variables name
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, _FilesNamedByVariables(settings_cls)


S = TypeVar("S", bound=ServiceSettings)


def load(settings: type[S]) -> S:
    """Reads the settings of this process. Raises SettingsError with one line naming everything missing or wrong."""
    try:
        return settings()
    except ValidationError as error:
        raise SettingsError("; ".join(_complaints(error))) from None
    except UnreadableValue as error:
        unread = [name for name in settings.model_fields if f'"{name}"' in str(error)]
        raise SettingsError("; ".join(f"{_variable(name)} is not the JSON it has to be" for name in unread)) from None
    except _FileUnreadable as error:
        raise SettingsError(str(error)) from None


class _FileUnreadable(Exception):
    """A file named by a `CAREFLOW_<FIELD>_FILE` variable cannot be read."""


class _FilesNamedByVariables(PydanticBaseSettingsSource):
    """Takes a field from the file `CAREFLOW_<FIELD>_FILE` names: bytes as they are, text without its last newline."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        variable = f"{_variable(field_name)}_FILE"
        named = os.environ.get(variable)
        if not named:
            return None, field_name, False
        if os.environ.get(_variable(field_name)):
            raise _FileUnreadable(f"{_variable(field_name)} and {variable} are both set; keep one")
        try:
            if SecretBytes in (field.annotation, *get_args(field.annotation)):
                return content_of(Path(named)), field_name, False
            return Path(named).read_bytes().decode().rstrip("\r\n"), field_name, False
        except KmsFailure as failure:
            raise _FileUnreadable(f"{variable}: {failure}") from None
        except OSError as error:
            raise _FileUnreadable(f"{variable} cannot be read ({error.strerror})") from None
        except UnicodeDecodeError:
            raise _FileUnreadable(f"{variable} is not UTF-8 text") from None

    def __call__(self) -> dict[str, Any]:
        fields = self.settings_cls.model_fields.items()
        values = {name: self.get_field_value(field, name)[0] for name, field in fields}
        return {name: value for name, value in values.items() if value is not None}


def _variable(field: str) -> str:
    return f"{PREFIX}{field.upper()}"


def _complaints(error: ValidationError) -> list[str]:
    return [
        _complaint(str(each["loc"][0]) if each["loc"] else None, each["type"], each["msg"])
        for each in error.errors(include_input=False, include_url=False, include_context=False)
    ]


def _complaint(field: str | None, kind: str, message: str) -> str:
    message = message.removeprefix("Value error, ")
    if field is None:
        return message
    if kind == "missing":
        return f"{_variable(field)} is missing"
    return f"{_variable(field)}: {message[:1].lower()}{message[1:]}"
