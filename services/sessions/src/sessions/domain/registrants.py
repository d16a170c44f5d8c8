"""Who is registered with the DEA to keep controlled drugs at a place: what every paper about them is headed by.

Invariant: a number that cannot be a DEA registration number is on no paper. Sources: 21 CFR 1301.12 (a registration for
each place where controlled substances are kept), 1304.04(f) and 1304.11 (records and inventories are kept by registered
location), Form 106 and Form 41 (name, address and DEA number of the registrant). The check digit is the DEA's own: the
sum of the first, third and fifth digit and twice the sum of the second, fourth and sixth ends in the seventh.
"""

from dataclasses import dataclass

from sessions.domain.ids import LocationId

_LETTERS, _DIGITS = 2, 7


def is_dea_number(text: str) -> bool:
    """Whether it has the form of a DEA registration number, and its check digit."""
    letters, digits = text[:_LETTERS], text[_LETTERS:]
    known = letters.isascii() and letters[:1].isalpha() and (letters[1:].isalpha() or letters[1:] == "9")
    if not known or letters != letters.upper() or len(digits) != _DIGITS or not (digits.isascii() and digits.isdigit()):
        return False
    numbers = [int(each) for each in digits]
    return (sum(numbers[0:6:2]) + 2 * sum(numbers[1:6:2])) % 10 == numbers[6]


@dataclass(frozen=True, slots=True, kw_only=True)
class Registrant:
    """Name, address line by line and number as they stand on the certificate of registration of this place."""

    location_id: LocationId
    name: str
    address: tuple[str, ...]
    dea_number: str

    def __post_init__(self) -> None:
        if not self.name.strip() or not self.address or not all(each.strip() for each in self.address):
            raise ValueError("a registrant has a name and an address")
        if not is_dea_number(self.dea_number):
            raise ValueError("this is no DEA registration number: two letters, seven digits, the last a check digit")


@dataclass(frozen=True, slots=True, kw_only=True)
class Registrants:
    """All of the clinic's, one for each place that keeps controlled drugs."""

    registrants: tuple[Registrant, ...]

    def __post_init__(self) -> None:
        if len({each.location_id for each in self.registrants}) < len(self.registrants):
            raise ValueError("a place has one registration, not two")

    def at(self, location_id: LocationId | None) -> Registrant | None:
        """Who is registered for this place; None where the clinic has not said."""
        return next((each for each in self.registrants if each.location_id == location_id), None)
