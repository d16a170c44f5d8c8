"""The numbers and templates that ship: complete, typed, each with where it comes from."""

from dataclasses import fields
from datetime import date

import pytest

from booking.adapters.clinic_data import booking_policy, visit_templates
from booking.domain.calendar import EXCLUSIVE
from booking.domain.errors import DomainError
from booking.domain.policy import Setting
from booking.domain.visit_templates import Segment
from booking.domain.visits import Modality, VisitKind


def test_every_number_names_its_source_and_ships_as_its_default() -> None:
    policy = booking_policy()
    settings = [getattr(policy, f.name) for f in fields(policy) if f.name != "version"]
    assert all(isinstance(each, Setting) and each.source and each.value == each.default for each in settings)


def test_there_is_a_template_for_every_kind_with_its_source() -> None:
    templates = visit_templates()
    assert {template.kind for template in templates.templates} == set(VisitKind)
    assert all(template.source and rule.source for template in templates.templates for rule in template.modalities)


@pytest.mark.parametrize(
    ("kind", "modality", "allowed"),
    [
        (VisitKind.INFO_CALL, Modality.PHONE, True),
        (VisitKind.INFO_CALL, Modality.VIDEO, True),
        (VisitKind.INFO_CALL, Modality.IN_PERSON, False),
        (VisitKind.EVALUATION, Modality.IN_PERSON, True),
        (VisitKind.EVALUATION, Modality.VIDEO, False),
        (VisitKind.PREPARATION, Modality.VIDEO, True),
        (VisitKind.INTEGRATION, Modality.VIDEO, True),
        (VisitKind.DOSING, Modality.VIDEO, False),
    ],
)
def test_how_each_kind_of_visit_may_be_held(kind: VisitKind, modality: Modality, allowed: bool) -> None:
    template = visit_templates().of(kind)
    if allowed:
        template.check_modality(modality, date(2026, 11, 23))
        return
    with pytest.raises(DomainError) as refused:
        template.check_modality(modality, date(2026, 11, 23))
    assert refused.value.code == "modality_not_allowed"


def test_segments_are_whole_quarter_hours() -> None:
    with pytest.raises(DomainError) as refused:
        Segment(0, 50, EXCLUSIVE)
    assert refused.value.code == "template_invalid"
