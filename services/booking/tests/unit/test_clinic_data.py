"""The numbers and templates that ship: complete, typed, each with where it comes from."""

import json
from dataclasses import fields
from datetime import date, timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

from booking.adapters.clinic_data import POLICY, SHIPPED, booking_policy, visit_templates
from booking.domain.calendar import EXCLUSIVE
from booking.domain.visit_templates import Segment
from booking.domain.visits import Modality, VisitKind
from careflow_domain.errors import DomainError
from careflow_domain.setting import Setting


def test_every_number_names_its_source_and_ships_as_its_default() -> None:
    policy = booking_policy()
    grouped = {"retention", "record_requests", "record_copies"}
    groups = [getattr(policy, name) for name in sorted(grouped)]
    alone = [getattr(policy, f.name) for f in fields(policy) if f.name not in {"version", *grouped}]
    settings = alone + [getattr(group, f.name) for group in groups for f in fields(group)]
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


def test_a_clinic_can_have_numbers_of_its_own(tmp_path: Path) -> None:
    own = json.loads((SHIPPED / "booking_policy.json").read_bytes())
    own["hold_minutes"]["value"] = 20
    (tmp_path / POLICY).write_text(json.dumps(own))
    assert booking_policy(tmp_path).hold_for == timedelta(minutes=20)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"hold_minutes": {"value": 0, "default": 10, "source": "ours"}}, DomainError),
        ({"hold_minutes": {"value": "ten", "default": 10, "source": "ours"}}, ValidationError),
        ({"hold_minutes": {"value": 10, "default": 10}}, ValidationError),
        ({"hold_hours": {"value": 1, "default": 1, "source": "ours"}}, ValidationError),
    ],
    ids=["no time at all", "not a number", "no source", "a number nobody knows"],
)
def test_a_policy_that_cannot_be_right_is_refused(
    tmp_path: Path, change: dict[str, object], error: type[Exception]
) -> None:
    own = json.loads((SHIPPED / "booking_policy.json").read_bytes())
    (tmp_path / POLICY).write_text(json.dumps({**own, **change}))
    with pytest.raises(error):
        booking_policy(tmp_path)


def test_segments_are_whole_quarter_hours() -> None:
    with pytest.raises(DomainError) as refused:
        Segment(0, 50, EXCLUSIVE)
    assert refused.value.code == "template_invalid"
