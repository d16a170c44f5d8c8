"""What screening is told from outside, beside what every service is."""

from pathlib import Path
from typing import Annotated

from pydantic import Field, HttpUrl, SecretBytes, field_validator

from careflow_service.addresses import Networks
from careflow_service.settings import LEAST_KEY_BYTES, DevelopmentOnly, ServiceSettings
from screening.domain.rota import ChannelKind


class ScreeningSettings(ServiceSettings):
    """`pages_dir` makes pages files one can look at; `page_gateways` maps channel kinds to the clinic's gateway."""

    pages_dir: Annotated[Path | None, DevelopmentOnly()] = None
    page_gateways: dict[ChannelKind, HttpUrl] = Field(default_factory=dict)
    """JSON, such as `{"sms": "https://gateway.example/sms", "voice": "https://gateway.example/voice"}`."""
    page_signing_key: SecretBytes | None = None
    """Signs pages to the gateway; at least 32 bytes."""
    gateway_networks: Networks = ()
    """Networks of the clinic's own in which a gateway may stand; otherwise it has a public address."""

    @field_validator("page_signing_key")
    @classmethod
    def _signing_key_is_long_enough(cls, value: SecretBytes | None) -> SecretBytes | None:
        if value is not None and len(value) < LEAST_KEY_BYTES:
            raise ValueError(f"must be at least {LEAST_KEY_BYTES} bytes")
        return value
