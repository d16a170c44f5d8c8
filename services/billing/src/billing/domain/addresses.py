"""Where somebody is reached by mail."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Address:
    line: str
    city: str
    state: str
    postal_code: str
