"""What patients are called where several are seen at once: as little as tells them apart."""

from collections.abc import Iterable

from booking.domain.appointments import Appointment
from booking.domain.ids import PatientId
from booking.domain.patients import Patient
from careflow_service.telling_apart import by_as_little


def told_apart(patients: Iterable[Patient]) -> dict[PatientId, str]:
    """The given name and the initial of the family name; those who would be the same by the whole of it, by the year of
    birth too where that does not do, and by the end of their id where two of one name were born in one year.
    """
    return by_as_little({each.id: each for each in patients}, (_short, _whole, _with_year))


def callers(visits: Iterable[Appointment]) -> tuple[Patient, ...]:
    """Who asked for these and is registered once they have confirmed it."""
    return tuple(each for each in map(caller_of, visits) if each is not None)


def caller_of(visit: Appointment) -> Patient | None:
    """Who asked for it and is not registered yet, as they would be."""
    if visit.caller is None:
        return None
    return Patient.asking(visit.patient_id, visit.caller, asked_at=visit.made_at)


def initials(patient: Patient) -> str:
    """What a wall shows of a name."""
    details = patient.details
    return " ".join(f"{each[0].upper()}." for each in (details.given_name, details.family_name) if each)


def _short(patient: Patient) -> str:
    family = patient.details.family_name
    return f"{patient.details.given_name} {family if len(family) <= 1 else f'{family[:1]}.'}"


def _whole(patient: Patient) -> str:
    return f"{patient.details.given_name} {patient.details.family_name}"


def _with_year(patient: Patient) -> str:
    return f"{_whole(patient)} ({patient.details.birth_date.year})"
