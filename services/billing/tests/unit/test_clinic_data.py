"""The data billing ships is whole, and wrong numbers do not start."""

import json
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from billing.adapters.clinic_data import is_npi, practice
from billing.domain.visits import FREE_KINDS, VisitKind
from careflow_domain.errors import DomainError
from services.billing.tests.builders import POLICY, SCHEDULES


def a_practice(folder: Path, **changes: object) -> Path:
    document: dict[str, Any] = json.loads((resources.files("billing") / "data/development_practice.json").read_bytes())
    described = folder / "practice.json"
    described.write_text(json.dumps({**document, **changes}))
    return described


@pytest.mark.parametrize(
    ("number", "right"), [("1234567893", True), ("1234567890", False), ("3234567895", False), ("12", False)]
)
def test_an_npi_ends_in_its_check_digit(number: str, right: bool) -> None:
    assert is_npi(number) is right


@pytest.mark.parametrize("wrong", [{"npi": "1234567890"}, {"ein": "00-0000000"}, {"ein": "123-45-6789"}])
def test_a_practice_with_a_wrong_number_does_not_start(tmp_path: Path, wrong: dict[str, str]) -> None:
    with pytest.raises(DomainError, match="practice_invalid"):
        practice(a_practice(tmp_path, **wrong))


def test_every_paid_kind_of_visit_with_a_fee_has_a_usual_price() -> None:
    for schedule in SCHEDULES.schedules:
        assert all(schedule.usual_cost(kind) for kind in POLICY.fees.value)
        assert not any(schedule.usual_cost(kind) for kind in FREE_KINDS)


def test_no_fee_is_ever_asked_for_the_free_call() -> None:
    assert VisitKind.INFO_CALL not in POLICY.fees.value
