"""What is asked of who a patient is, where they live and how they are reached, and how it stands on record as typed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from booking.domain.patient_details import PatientDetails, Sex
from booking.domain.patients import Evidence
from careflow_service.http.places import US_STATES
from careflow_service.pages.asking import NO, YES, Field, Kind
from careflow_service.pages.forms import Form
from careflow_service.pages.words import Words

_OWN: Final = ("address", "emergency_contact", "escort")
"""What a patient says of themselves behind a link: not who they are, nor by which the clinic reaches them."""
_FILLED_IN: Final = {
    "address.line": "street-address",
    "address.city": "address-level2",
    "address.state": "address-level1",
    "address.postal_code": "postal-code",
}
"""What a patient's own browser knows of where they live."""


def details_asked(words: Words, details: PatientDetails) -> Sequence[Field]:
    """All of it, for the staff."""
    said = words.groups
    languages = dict.fromkeys(("en", "es", details.language))
    return (
        _text("given_name"),
        _text("family_name"),
        _text("preferred_name"),
        Field(name="birth_date", kind=Kind.DAY),
        Field(name="sex", kind=Kind.CHOICE, options=[(each, said["sexes"][each]) for each in Sex]),
        Field(
            name="evidence",
            kind=Kind.CHOICE,
            options=[(each, said["identity_evidence"][each]) for each in Evidence],
        ),
        Field(name="pregnancy_possible", kind=Kind.YES_NO),
        _text("phone"),
        _text("email"),
        Field(
            name="language",
            kind=Kind.PICK,
            options=[(each, said["frame"].get(f"in_{each}", each)) for each in languages],
        ),
        _state("state", words),
        *_around(words),
    )


def own_asked(words: Words) -> Sequence[Field]:
    """What a patient changes themselves."""
    return [replace(each, autocomplete=_FILLED_IN.get(each.name, "off")) for each in _around(words)]


def _around(words: Words) -> Sequence[Field]:
    """Where a patient lives, and who is beside them."""
    return (
        _text("address.line"),
        _text("address.city"),
        _state("address.state", words),
        _text("address.postal_code"),
        _text("emergency_contact.name"),
        _text("emergency_contact.phone"),
        _text("escort.name"),
        _text("escort.phone"),
    )


def as_typed(details: PatientDetails) -> Form:
    """How it stands, as it would be typed."""
    return Form({name: text for name, text in _flat(_body(details)) if text})


def kept_of(details: PatientDetails, *, own: bool) -> Mapping[str, Any]:
    """What the form does not ask of it, and a change must not lose, as the API takes it."""
    asked_elsewhere = {"timezone", "channels", "delivery_preference"}
    return {
        name: value
        for name, value in _body(details).items()
        if value is not None and (name not in _OWN if own else name in asked_elsewhere)
    }


def label_of(name: str) -> str:
    """The name of the word above a field."""
    return name.replace(".", "_")


def _text(name: str) -> Field:
    return Field(name=name, word=label_of(name))


def _state(name: str, words: Words) -> Field:
    known = words.groups["states"]
    return Field(
        name=name, kind=Kind.PICK, word=label_of(name), options=[(each, known.get(each, each)) for each in US_STATES]
    )


def _body(details: PatientDetails) -> dict[str, Any]:
    address, emergency, escort = details.address, details.emergency_contact, details.escort
    return {
        "given_name": details.given_name,
        "family_name": details.family_name,
        "preferred_name": details.preferred_name,
        "birth_date": details.birth_date.isoformat(),
        "sex": details.sex,
        "pregnancy_possible": details.pregnancy_possible,
        "phone": details.phone,
        "email": details.email,
        "language": details.language,
        "state": details.state,
        "address": address
        and {
            "line": address.line,
            "city": address.city,
            "state": address.state,
            "postal_code": address.postal_code,
        },
        "emergency_contact": emergency and {"name": emergency.name, "phone": emergency.phone},
        "escort": escort and {"name": escort.name, "phone": escort.phone},
        "timezone": details.timezone,
        "channels": sorted(details.channels),
        "delivery_preference": details.delivery_preference,
    }


def _flat(body: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, str]]:
    for name, value in body.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{above}{name}.")
        elif isinstance(value, bool):
            yield f"{above}{name}", YES if value else NO
        elif isinstance(value, str):
            yield f"{above}{name}", str(value)
