"""Why a visit cannot be given at a time, whoever else has booked: the first reason that is true, lasting ones first."""

from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from booking.domain.availability import Clinic, Opening, Wanted, opening_at
from booking.domain.calendar import Calendar, patient_busy, slot_taken
from booking.domain.practitioners import Practitioner
from booking.domain.visits import Modality, PractitionerRole
from careflow_domain.errors import DomainError, invalid


def required_opening(wanted: Wanted, clinic: Clinic, calendar: Calendar, start: datetime) -> Opening:
    """The opening that starts exactly then.

    Raises `patient_busy`, `slot_taken`, or what `why_impossible` says when it would not fit an empty calendar either.
    """
    opening = opening_at(wanted, clinic, calendar, start)
    if opening is not None:
        return opening
    anybodys = replace(wanted, patient_id=None)
    if opening_at(anybodys, clinic, Calendar(calendar.zone), start) is None:
        raise why_impossible(wanted, clinic, start, calendar.zone)
    if opening_at(anybodys, clinic, calendar, start) is not None:
        raise patient_busy()
    raise slot_taken()


def why_impossible(wanted: Wanted, clinic: Clinic, start: datetime, zone: ZoneInfo) -> DomainError:
    """For a visit that does not fit an empty calendar either."""
    day = start.astimezone(zone).date()
    for part in wanted.parts:
        if part.room and not any(room.serves(part.room) for room in clinic.rooms):
            return invalid("no_room", "The clinic has no room for this kind of visit.")
        if part.roles and (reason := _nobody(wanted, clinic.practitioners, part.roles, day)):
            code, detail = reason
            return invalid(code, detail)
    if wanted.provider is not None:
        person = next((each for each in clinic.practitioners if each.id == wanted.provider), None)
        if person is None:
            return invalid("provider_unknown", "Nobody who works here has this id.")
        roles = tuple(role for part in wanted.parts for role in part.roles)
        if reason := _nobody(wanted, (person,), roles, day):
            return invalid(f"provider_{reason[0]}", reason[1])
        return invalid(
            "provider_away", "That provider, or whom the visit needs beside them, is not there at that time."
        )
    if wanted.therapist is not None:
        others = replace(wanted, therapist=None, patient_id=None)
        if opening_at(others, clinic, Calendar(zone), start) is not None:
            return invalid("plan_therapist_away", "The therapist of the plan cannot give it then; name another to ask.")
    return outside_hours()


def outside_hours() -> DomainError:
    """Nobody can give it then, whoever else has booked."""
    return invalid("outside_hours", "Nobody who can give this visit, or no room for it, is there at that time.")


def _nobody(
    wanted: Wanted, people: tuple[Practitioner, ...], roles: tuple[PractitionerRole, ...], day: date
) -> tuple[str, str] | None:
    able = [(person, role) for person in people for role in roles if role in person.roles]
    if not able:
        return "not_in_role", "Nobody to choose from acts in a role this visit needs."
    licensed = [(person, role) for person, role in able if person.licensed(role, wanted.state, day)]
    if not licensed:
        return "not_licensed", "Nobody to choose from is licensed in the patient's state on that day."
    if wanted.modality is Modality.VIDEO and not any(person.telehealth for person, _ in licensed):
        return "not_by_video", "Nobody to choose from sees patients by video."
    return None
