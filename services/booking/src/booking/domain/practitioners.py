"""Who sees patients: roles, licences per state, telehealth, working hours. An expired licence is as good as none."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from booking.domain.bookable import Bookable
from booking.domain.ids import LocationId, PractitionerId
from booking.domain.visits import Modality, PractitionerRole
from careflow_domain.aggregate import Fact
from careflow_domain.errors import invalid


@dataclass(frozen=True, slots=True)
class Licence:
    """The right to act in a role for patients who are in a state, through the last day it is valid (none: no end
    known).
    """

    role: PractitionerRole
    state: str
    valid_until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PractitionerNamed(Fact):
    """They see patients at this place, and are called so."""

    practitioner: "Practitioner"
    location_id: LocationId


@dataclass(frozen=True, slots=True, kw_only=True)
class Practitioner(Bookable):
    """Bookable while active, in a role licensed in the patient's state on the day of the visit. `told` is what other
    services were told that they are called, empty where they were not.
    """

    id: PractitionerId
    licences: tuple[Licence, ...]
    telehealth: bool
    told: str = ""

    def __post_init__(self) -> None:
        if not self.licences:
            raise invalid("practitioner_without_licence", "A practitioner needs at least one licence.")

    @property
    def roles(self) -> frozenset[PractitionerRole]:
        return frozenset(licence.role for licence in self.licences)

    def may_act(self, role: PractitionerRole, state: str, day: date, modality: Modality) -> bool:
        """Whether a visit of a patient in that state can be given to them in this role on that day."""
        if not self.active or (modality is Modality.VIDEO and not self.telehealth):
            return False
        return self.licensed(role, state, day)

    def licensed(self, role: PractitionerRole, state: str, day: date) -> bool:
        return any(
            licence.role is role
            and licence.state == state
            and (licence.valid_until is None or day <= licence.valid_until)
            for licence in self.licences
        )

    @property
    def to_be_told(self) -> bool:
        """Whether other services call them otherwise, or not by name."""
        return self.told != self.name

    def telling(self, location_id: LocationId, *, now: datetime) -> "Practitioner":
        """This version, with its name told to other services where they do not know it."""
        if not self.to_be_told:
            return self
        told = replace(self, told=self.name)
        return told.saying(PractitionerNamed(practitioner=told, location_id=location_id, at=now))

    def changed(self, *, name: str, licences: tuple[Licence, ...], telehealth: bool, active: bool) -> "Practitioner":
        return replace(self.recording(), name=name, licences=licences, telehealth=telehealth, active=active)
