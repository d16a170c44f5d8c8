"""How a patient is reached."""

from enum import StrEnum
from typing import Final


class Channel(StrEnum):
    EMAIL = "email"
    SMS = "sms"
    PHONE = "phone"


WRITTEN: Final = (Channel.EMAIL, Channel.SMS)
"""Those over which something is written."""
