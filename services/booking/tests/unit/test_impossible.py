"""Why a time is impossible: the first reason that is true."""

from datetime import date

import pytest

from booking.domain.availability import Clinic, Wanted
from booking.domain.calendar import Calendar
from booking.domain.ids import PractitionerId
from booking.domain.impossible import required_opening
from booking.domain.visits import Modality, PractitionerRole, VisitKind
from careflow_domain.errors import DomainError
from services.booking.tests.builders import TEMPLATES, TODAY, ZONE, a_clinic, a_practitioner, a_room, local

THERAPIST, NURSE = PractitionerRole.THERAPIST, PractitionerRole.NURSE
KIM = a_practitioner("kim", THERAPIST)


@pytest.mark.parametrize(
    ("clinic", "modality", "hour", "code"),
    [
        (a_clinic(KIM), Modality.IN_PERSON, 10, "no_room"),
        (a_clinic(a_practitioner("joy", NURSE)), Modality.VIDEO, 10, "not_in_role"),
        (a_clinic(a_practitioner("kim", THERAPIST, state="OR")), Modality.VIDEO, 10, "not_licensed"),
        (a_clinic(a_practitioner("kim", THERAPIST, valid_until=TODAY)), Modality.VIDEO, 10, "not_licensed"),
        (a_clinic(a_practitioner("kim", THERAPIST, telehealth=False)), Modality.VIDEO, 10, "not_by_video"),
        (a_clinic(KIM), Modality.VIDEO, 20, "outside_hours"),
        (a_clinic(KIM, a_room()), Modality.IN_PERSON, 20, "outside_hours"),
    ],
)
def test_of_an_integration(clinic: Clinic, modality: Modality, hour: int, code: str) -> None:
    assert reason(clinic, modality, hour) == code


@pytest.mark.parametrize(
    ("other", "code"),
    [
        (a_practitioner("lou", THERAPIST, state="OR"), "provider_not_licensed"),
        (a_practitioner("lou", THERAPIST, valid_until=date(2026, 11, 1)), "provider_not_licensed"),
        (a_practitioner("lou", THERAPIST, telehealth=False), "provider_not_by_video"),
        (a_practitioner("lou", NURSE), "provider_not_in_role"),
    ],
)
def test_of_an_integration_with_somebody(other: object, code: str) -> None:
    assert reason(a_clinic(KIM, other), Modality.VIDEO, 10, provider="lou") == code  # type: ignore[arg-type]


def reason(clinic: Clinic, modality: Modality, hour: int, provider: str | None = None) -> str:
    wanted = Wanted(
        template=TEMPLATES.of(VisitKind.INTEGRATION),
        modality=modality,
        state="CA",
        provider=PractitionerId(provider) if provider else None,
    )
    with pytest.raises(DomainError) as refused:
        required_opening(wanted, clinic, Calendar(ZONE), local(24, hour))
    return refused.value.code
