"""What is known of a person, and by which of it somebody is known again. All of it is PHI."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from booking.domain.channels import Channel
from booking.domain.policy import BookingPolicy
from careflow_domain.errors import invalid


class Sex(StrEnum):
    FEMALE = "female"
    MALE = "male"
    INTERSEX = "intersex"


class DeliveryPreference(StrEnum):
    """How somebody wants estimates and bills."""

    ELECTRONIC = "electronic"
    PAPER = "paper"


class DetailGroup(StrEnum):
    """What is said openly of a change: the group, because a single detail's name could give its value away."""

    IDENTITY = "identity"
    CONTACT = "contact"
    RESIDENCE = "residence"
    COMPANIONS = "companions"


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody to call: in an emergency, or to take the patient home."""

    name: str
    phone: str


@dataclass(frozen=True, slots=True)
class Address:
    line: str
    city: str
    state: str
    postal_code: str


def by_contact(born: date, *, email: str | None, phone: str | None) -> Mapping[str, str]:
    """By which a person is known again: each contact with the birth date, for a household shares its contacts."""
    contacts = {"email": email and as_counted(email), "phone": phone}
    return {name: f"{born.isoformat()} {contact}" for name, contact in contacts.items() if contact is not None}


def as_counted(email: str) -> str:
    """The address as it is the same one, however it was written."""
    return email.strip().casefold()


def comes_of_age(born: date, policy: BookingPolicy) -> date:
    """The first day on which somebody born then is as old as patients are."""
    year = born.year + policy.minimum_age_years.value
    try:
        return born.replace(year=year)
    except ValueError:  # born on 29 February
        return date(year, 3, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientDetails:
    """What is known of a person. `phone` is E.164, `state` the two letters of where they live, `email` as they write
    it.
    """

    given_name: str
    family_name: str
    birth_date: date
    email: str
    phone: str
    state: str
    preferred_name: str | None = None
    sex: Sex | None = None
    pregnancy_possible: bool | None = None
    language: str = "en"
    timezone: str = "America/Los_Angeles"
    address: Address | None = None
    emergency_contact: Contact | None = None
    escort: Contact | None = None
    channels: frozenset[Channel] = frozenset()
    delivery_preference: DeliveryPreference | None = None

    @property
    def known_by(self) -> Mapping[str, str]:
        """See `by_contact`."""
        return by_contact(self.birth_date, email=self.email, phone=self.phone)

    @property
    def contacts(self) -> tuple[str, str]:
        """By which they are reached."""
        return as_counted(self.email), self.phone

    def comes_of_age(self, policy: BookingPolicy) -> date:
        """See `comes_of_age`."""
        return comes_of_age(self.birth_date, policy)

    def check_born(self, today: date) -> None:
        """Raises `birth_date_in_future`."""
        if self.birth_date > today:
            raise invalid("birth_date_in_future", "The birth date lies in the future.")

    def check_adult(self, policy: BookingPolicy, today: date) -> None:
        """Raises `birth_date_in_future` or `minor_not_served`."""
        self.check_born(today)
        if today < self.comes_of_age(policy):
            raise invalid("minor_not_served", "The clinic treats adults only.")

    def lives_where_served(self, policy: BookingPolicy) -> bool:
        return policy.serves(self.state)

    def check_state(self, policy: BookingPolicy) -> None:
        """Raises `state_not_served`."""
        if not self.lives_where_served(policy):
            raise invalid(
                "state_not_served",
                "The clinic is not licensed to see patients who live in that state.",
                served_states=list(policy.served_states.value),
            )


GROUPS = {
    DetailGroup.IDENTITY: {
        "given_name",
        "family_name",
        "preferred_name",
        "birth_date",
        "sex",
        "pregnancy_possible",
    },
    DetailGroup.CONTACT: {"email", "phone", "language", "timezone", "channels", "delivery_preference"},
    DetailGroup.RESIDENCE: {"state", "address"},
    DetailGroup.COMPANIONS: {"emergency_contact", "escort"},
}
"""Which details belong together; every detail is in one group."""

IDENTIFYING = frozenset({"given_name", "family_name", "birth_date", "sex"})
"""Who somebody is. Corrected by staff only, who have seen what proves it."""
