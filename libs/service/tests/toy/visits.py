"""The toy's domain: a visit with a note about a patient, which is exactly what must never be seen outside."""

from dataclasses import dataclass, replace
from datetime import datetime

from careflow_domain.aggregate import Aggregate, Fact
from careflow_domain.errors import conflict


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitClosed(Fact):
    patient_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit(Aggregate):
    id: str
    patient_id: str
    note: str
    ends_at: datetime
    open: bool = True
    screened: bool = False
    told: bool = True

    def close(self, *, now: datetime) -> "Visit":
        if not self.open:
            raise conflict("visit_closed", "This visit is closed.", closed_version=self.version)
        closed = VisitClosed(patient_id=self.patient_id, at=now)
        return replace(self.recording(closed), open=False, told=False)

    def screen(self) -> "Visit":
        return replace(self.recording(), screened=True)

    def tell(self) -> "Visit":
        return replace(self.recording(), told=True)
