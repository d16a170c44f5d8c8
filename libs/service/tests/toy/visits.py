"""The toy's domain: a visit with a note about a patient, which is exactly what must never be seen outside."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType


class ErrorKind(StrEnum):
    CONFLICT = "conflict"
    NOT_FOUND = "not_found"


class DomainError(Exception):
    def __init__(self, kind: ErrorKind, code: str, detail: str, **extra: object) -> None:
        super().__init__(code)
        self.kind = kind
        self.code = code
        self.detail = detail
        self.extra: Mapping[str, object] = MappingProxyType(extra)


@dataclass(frozen=True, slots=True)
class VisitClosed:
    patient_id: str


@dataclass(frozen=True, slots=True)
class Visit:
    id: str
    patient_id: str
    note: str
    ends_at: datetime
    open: bool = True
    screened: bool = False
    told: bool = True
    version: int = 1
    facts: tuple[VisitClosed, ...] = field(default=(), compare=False)

    def close(self) -> "Visit":
        if not self.open:
            raise DomainError(ErrorKind.CONFLICT, "visit_closed", "This visit is closed.", closed_version=self.version)
        fact = VisitClosed(self.patient_id)
        return replace(self, open=False, told=False, version=self.version + 1, facts=(*self.facts, fact))

    def screen(self) -> "Visit":
        return replace(self, screened=True, version=self.version + 1)

    def tell(self) -> "Visit":
        return replace(self, told=True, version=self.version + 1)
