"""Vital signs as they are sent."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from careflow_service.http.dependencies import RequestPart
from careflow_service.http.fields import Moment
from sessions.domain.ids import StaffId
from sessions.domain.vitals import BloodPressure, Symptom, VitalSigns


class Vitals(RequestPart):
    """One observation; without `observed_at` it was made now. Saturation in percent, MOAA/S from 0 to 5."""

    observed_at: Moment | None = None
    systolic: Annotated[int, Field(ge=0, le=400)]
    diastolic: Annotated[int, Field(ge=0, le=400)]
    heart_rate: Annotated[int, Field(ge=0, le=400)]
    oxygen_saturation: Annotated[int, Field(ge=0, le=100)]
    respiratory_rate: Annotated[int, Field(ge=0, le=100)] | None = None
    moaas: Annotated[int, Field(ge=0, le=5)] | None = None
    symptoms: frozenset[Symptom] = frozenset()

    def signs(self, by: StaffId, at: datetime) -> VitalSigns:
        """As the domain keeps them. Refused: `vitals_implausible`, `observed_in_future`."""
        return VitalSigns(
            observed_at=self.observed_at or at,
            recorded_at=at,
            by=by,
            blood_pressure=BloodPressure(self.systolic, self.diastolic),
            heart_rate=self.heart_rate,
            oxygen_saturation=self.oxygen_saturation,
            respiratory_rate=self.respiratory_rate,
            moaas=self.moaas,
            symptoms=self.symptoms,
        )
