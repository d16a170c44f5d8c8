"""Calendar months of the clinic's zone."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from typing import Final

from careflow_domain.errors import invalid

_WRITTEN: Final = re.compile(r"[0-9]{4}-[0-9]{2}")


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """Raises `month_invalid`."""

    year: int
    number: int

    def __post_init__(self) -> None:
        if not (1 <= self.year <= 9999 and 1 <= self.number <= 12):
            raise invalid("month_invalid", "There is no such month.")

    @classmethod
    def written(cls, text: str) -> "Month":
        """From 2026-11. Raises `month_invalid`."""
        if _WRITTEN.fullmatch(text) is None or not text.isascii():
            raise invalid("month_invalid", "A month is a year and a number: 2026-11.")
        return cls(int(text[:4]), int(text[5:]))

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.number:02d}"

    @property
    def first(self) -> date:
        return date(self.year, self.number, 1)

    @property
    def last(self) -> date:
        return date(self.year, self.number, monthrange(self.year, self.number)[1])
