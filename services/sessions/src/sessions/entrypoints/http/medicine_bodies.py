"""A medicine as it is ordered and shown: what stands in the orders of a session and in those of a location alike."""

from datetime import timedelta
from typing import Annotated

from pydantic import BaseModel, Field

from careflow_service.http.dependencies import RequestPart
from sessions.domain.medicines import MedicineRoute, MedicineTerms, MedicineUnit, SignLimit
from sessions.domain.stops import StopKind
from sessions.domain.units import MedicineAmount
from sessions.domain.vitals import Signal
from sessions.entrypoints.http.schemas import Line, Note, Quantity, Shown

MOST_LIMITS = 12
SignValue = Annotated[int, Field(ge=0, le=400)]


class SignLimitBody(RequestPart):
    """Not given while the sign is `at_most` or lower, or `at_least` or higher."""

    signal: Signal
    at_most: SignValue | None = None
    at_least: SignValue | None = None


class MedicineBody(RequestPart):
    """`least` to `most` at a time, `in_visit` together, all in `unit`; of what flows there is no together. `controlled`
    is what whoever orders knows; the clinic's policy knows some by name.
    """

    medicine: Line
    strength: Line
    route: MedicineRoute
    unit: MedicineUnit
    least: Quantity
    most: Quantity
    in_visit: Quantity | None = None
    interval_minutes: Annotated[int, Field(ge=0, le=1440)]
    indication: Note
    controlled: bool = False
    sign_limits: Annotated[tuple[SignLimitBody, ...], Field(max_length=MOST_LIMITS)] = ()
    not_with: frozenset[StopKind] = frozenset()

    def terms(self) -> MedicineTerms:
        return MedicineTerms(
            medicine=self.medicine,
            strength=self.strength,
            route=self.route,
            unit=self.unit,
            least=MedicineAmount(self.least),
            most=MedicineAmount(self.most),
            in_visit=None if self.in_visit is None else MedicineAmount(self.in_visit),
            interval=timedelta(minutes=self.interval_minutes),
            indication=self.indication,
            controlled=self.controlled,
            sign_limits=tuple(SignLimit(**each.model_dump()) for each in self.sign_limits),
            not_with=self.not_with,
        )


class SignLimitView(BaseModel):
    signal: Signal
    at_most: int | None
    at_least: int | None


class MedicineView(BaseModel):
    medicine: str
    strength: str
    route: MedicineRoute
    unit: MedicineUnit
    least: Shown
    most: Shown
    in_visit: Shown | None
    interval_minutes: int
    indication: str
    controlled: bool
    sign_limits: tuple[SignLimitView, ...]
    not_with: tuple[StopKind, ...]


def medicine_view(terms: MedicineTerms) -> MedicineView:
    return MedicineView(
        medicine=terms.medicine,
        strength=terms.strength,
        route=terms.route,
        unit=terms.unit,
        least=terms.least.value,
        most=terms.most.value,
        in_visit=None if terms.in_visit is None else terms.in_visit.value,
        interval_minutes=terms.interval // timedelta(minutes=1),
        indication=terms.indication,
        controlled=terms.controlled,
        sign_limits=tuple(
            SignLimitView(signal=each.signal, at_most=each.at_most, at_least=each.at_least)
            for each in terms.sign_limits
        ),
        not_with=tuple(sorted(terms.not_with)),
    )
