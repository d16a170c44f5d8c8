"""What booking is told from outside, beside what every service is."""

from pathlib import Path
from typing import Annotated

from pydantic import Field, HttpUrl, SecretBytes, SecretStr, field_validator

from booking.domain.channels import Channel
from careflow_service.addresses import Networks
from careflow_service.settings import LEAST_KEY_BYTES, DevelopmentOnly, ServiceSettings


class BookingSettings(ServiceSettings):
    """`calendar_organizer` is the e-mail address that invitations and messages are from; it names no speciality."""

    calendar_organizer: str = Field(default="appointments@clinic.invalid", pattern=r"^[^@\s]+@[^@\s]+$")

    smtp_host: str | None = None
    """The mail server; without it patients get no e-mail."""
    smtp_port: int = Field(default=587, ge=1, le=65535)
    smtp_tls: bool = False
    """TLS from the first byte on, as on port 465; otherwise STARTTLS, without which nothing is said."""
    smtp_plain: Annotated[bool | None, DevelopmentOnly()] = None
    """No TLS at all, for a mail server on this machine."""
    smtp_user: str | None = None
    smtp_password: SecretStr | None = None
    sms_gateway: HttpUrl | None = None
    """Where text messages go; without it patients get none."""
    sms_signing_key: SecretBytes | None = None
    """Signs text messages to the gateway; at least 32 bytes."""
    gateway_networks: Networks = ()
    """Networks of the clinic's own in which a gateway may stand; otherwise it has a public address."""
    messages_dir: Annotated[Path | None, DevelopmentOnly()] = None
    """Makes messages files one can look at."""
    clinic_phone: str | None = Field(default=None, min_length=3, max_length=30)
    """What patients call, as messages show it."""
    desk_email: str | None = Field(default=None, max_length=254, pattern=r"^[^@\s]+@[^@\s]+$")
    """Where the clinic's own staff are told at once that an urgent inquiry waits; it may be a list of theirs."""
    desk_phone: str | None = Field(default=None, pattern=r"^\+[1-9][0-9]{6,14}$")
    """The same, by text message to a telephone of the clinic's."""

    @field_validator("sms_signing_key")
    @classmethod
    def _signing_key_is_long_enough(cls, value: SecretBytes | None) -> SecretBytes | None:
        if value is not None and len(value) < LEAST_KEY_BYTES:
            raise ValueError(f"must be at least {LEAST_KEY_BYTES} bytes")
        return value

    @property
    def desk(self) -> dict[Channel, str]:
        """Where the clinic's own staff are told, by channel."""
        told = {Channel.EMAIL: self.desk_email, Channel.SMS: self.desk_phone}
        return {channel: address for channel, address in told.items() if address is not None}
