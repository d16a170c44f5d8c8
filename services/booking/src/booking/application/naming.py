"""What patients are called where several are seen at once: as little as tells them apart."""

from collections.abc import Iterable

from booking.domain.ids import PatientId
from booking.domain.patients import Patient


def told_apart(patients: Iterable[Patient]) -> dict[PatientId, str]:
    """The given name and as much of the family name as tells two of them apart; two of one name by their birth year
    too.
    """
    everybody = tuple(patients)
    for length in (1, 100):
        names = {each.id: _name(each, length) for each in everybody}
        if len(set(names.values())) == len(names):
            return names
    return {each.id: f"{_name(each, 100)} ({each.details.birth_date.year})" for each in everybody}


def initials(patient: Patient) -> str:
    """What a wall shows of a name."""
    details = patient.details
    return " ".join(f"{each[0].upper()}." for each in (details.given_name, details.family_name) if each)


def _name(patient: Patient, length: int) -> str:
    family = patient.details.family_name
    shown = family if len(family) <= length else f"{family[:length]}."
    return f"{patient.details.given_name} {shown}"
