"""The data billing ships is whole, and wrong numbers do not start."""

import json
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from billing.adapters.clinic_data import is_npi, practice
from billing.domain.visits import FREE_KINDS, VisitKind
from billing.practice import EXIT_CANNOT_START, main
from careflow_service.content import Unusable, usable
from services.billing.tests.builders import POLICY, SCHEDULES

SHIPPED = resources.files("billing") / "data/development_practice.json"
CLINICIANS: list[dict[str, Any]] = json.loads(SHIPPED.read_bytes())["clinicians"]


def a_practice(folder: Path, **changes: object) -> Path:
    document: dict[str, Any] = json.loads(SHIPPED.read_bytes())
    described = folder / "practice.json"
    described.write_text(json.dumps({**document, **changes}))
    return described


@pytest.mark.parametrize(
    ("number", "right"), [("1234567893", True), ("1234567890", False), ("3234567895", False), ("12", False)]
)
def test_an_npi_ends_in_its_check_digit(number: str, right: bool) -> None:
    assert is_npi(number) is right


@pytest.mark.parametrize(
    ("wrong", "places"),
    [
        ({"npi": "1234567890"}, "npi"),
        ({"ein": "00-0000000"}, "ein"),
        ({"ein": "123-45-6789"}, "ein"),
        ({"address": {"line": "1 Way", "city": "Ross", "state": "CA", "postal_code": "9495"}}, "address.postal_code"),
        ({"npi": "12", "ein": "12"}, "npi, ein"),
        ({"clinicians": [{**CLINICIANS[0]}, {**CLINICIANS[1], "npi": "1000000047"}]}, "clinicians.1.npi"),
    ],
)
def test_a_practice_with_a_wrong_number_does_not_start_and_is_told_where_it_stands(
    tmp_path: Path, wrong: dict[str, str], places: str
) -> None:
    with pytest.raises(Unusable, match=f"practice_invalid: These are not numbers that exist: {places}\\.$"), usable():
        practice(a_practice(tmp_path, **wrong))


def test_whether_billing_would_start_with_a_practice_can_be_asked_before(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(a_practice(tmp_path))
    with pytest.raises(SystemExit) as ended:
        main(a_practice(tmp_path, fax="+14155550100"))

    assert ended.value.code == EXIT_CANNOT_START
    assert capsys.readouterr().err == "Practice: fax: Unexpected keyword argument\n"


def test_every_paid_kind_of_visit_with_a_fee_has_a_usual_price() -> None:
    for schedule in SCHEDULES.schedules:
        assert all(schedule.usual_cost(kind) for kind in POLICY.fees.value)
        assert not any(schedule.usual_cost(kind) for kind in FREE_KINDS)


def test_no_fee_is_ever_asked_for_the_free_call() -> None:
    assert VisitKind.INFO_CALL not in POLICY.fees.value
