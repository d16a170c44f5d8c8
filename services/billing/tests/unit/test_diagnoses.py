"""Diagnoses in time: a bill names those that were in force on the day of service, by the code set of that day."""

import lzma
from datetime import date
from pathlib import Path

import pytest

from billing.adapters.diagnosis_codes import CodeEditions
from billing.domain.superbill_elements import content_of, missing_elements
from careflow_domain.errors import DomainError
from services.billing.tests.builders import (
    CODES,
    TODAY,
    a_charge,
    a_draft,
    a_rendered,
    an_account,
    diagnosed,
)

THE_NINTH, THE_SIXTEENTH, THE_SEVENTEENTH = date(2026, 12, 9), date(2026, 12, 16), date(2026, 12, 17)
RECURRENT = an_account(diagnosed_as=()).with_diagnoses(diagnosed("F33.2", on=THE_NINTH))
ANXIOUS_LATER = RECURRENT.with_diagnoses(diagnosed("F41.1", on=THE_SEVENTEENTH))
WITHHELD_LATER = RECURRENT.with_diagnoses(diagnosed(on=THE_SEVENTEENTH))


@pytest.mark.parametrize("account", [RECURRENT, ANXIOUS_LATER, WITHHELD_LATER])
@pytest.mark.parametrize("day", [THE_NINTH, THE_SIXTEENTH])
def test_what_is_recorded_later_changes_no_earlier_day(account: object, day: date) -> None:
    assert account.diagnosed_on(day) == ("F33.2",)  # type: ignore[attr-defined]  # an account


def test_from_the_day_of_its_evaluation_on_the_newest_holds() -> None:
    assert ANXIOUS_LATER.diagnosed_on(THE_SEVENTEENTH) == ("F41.1",)
    assert WITHHELD_LATER.diagnosed_on(THE_SEVENTEENTH) == ()


def test_before_anything_was_determined_there_is_no_diagnosis() -> None:
    assert RECURRENT.diagnosed_on(date(2026, 12, 8)) == ()


def test_the_order_in_which_recordings_are_heard_does_not_matter() -> None:
    first, second = diagnosed("F33.2", on=THE_NINTH), diagnosed("F41.1", on=THE_SEVENTEENTH)
    nobody = an_account(diagnosed_as=())
    assert nobody.with_diagnoses(second).with_diagnoses(first).diagnoses == (first, second)
    assert nobody.with_diagnoses(first).with_diagnoses(first).diagnoses == (first,)


def test_each_line_points_to_what_was_in_force_on_its_day() -> None:
    charges = [a_charge(a_rendered(day=day, cause_id=day.isoformat())) for day in (THE_NINTH, THE_SEVENTEENTH)]
    content = content_of(a_draft(*charges, account=ANXIOUS_LATER))
    assert [(each.letter, each.code) for each in content.diagnoses] == [("A", "F33.2"), ("B", "F41.1")]
    assert [line.diagnosis_pointers for line in content.lines] == [("A",), ("B",)]


@pytest.mark.parametrize("code", ["F33.20", "F33", "F32.A1", "U99.9", "A", "F33.2 ", "f33.2", "Z99.99"])
def test_a_text_that_is_no_billable_code_of_the_day_is_named_as_missing(code: str) -> None:
    assert CODES.description(code, TODAY) is None
    draft = a_draft(account=an_account(diagnosed_as=(code,)))
    assert [missing.code for missing in missing_elements(draft)] == ["diagnosis_code"]


@pytest.mark.parametrize(
    ("code", "described"),
    [
        ("F33.2", "Major depressive disorder, recurrent severe without psychotic features"),
        ("U07.1", "COVID-19"),
        ("U09.9", "Post COVID-19 condition, unspecified"),
        ("T43.205A", "Adverse effect of unspecified antidepressants, initial encounter"),
        ("F32.A", "Depression, unspecified"),
    ],
)
def test_a_code_is_called_what_its_edition_calls_it(code: str, described: str) -> None:
    assert CODES.description(code, TODAY) == described


def an_edition(folder: Path, *tables: tuple[str, str, bytes]) -> Path:
    listed = ",".join(
        f'{{"release": "r", "source": "s", "effective_from": "{begins}", "table": "{name}"}}'
        for begins, name, _ in tables
    )
    (folder / "editions.json").write_text(f'{{"editions": [{listed}]}}')
    for _, name, text in tables:
        (folder / name).write_bytes(lzma.compress(text))
    return folder


def test_the_edition_of_the_day_counts(tmp_path: Path) -> None:
    codes = CodeEditions(
        an_edition(tmp_path, ("2025-10-01", "old", b"F99.1\tOld\n"), ("2026-10-01", "new", b"F99.2\tNew\n"))
    )
    assert codes.description("F99.1", date(2026, 9, 30)) == "Old"
    assert codes.description("F99.1", date(2026, 10, 1)) is None
    assert codes.description("F99.2", date(2026, 10, 1)) == "New"
    assert codes.description("F99.1", date(2020, 1, 1)) == "Old"


@pytest.mark.parametrize("begins", [("2026-10-01", "2025-10-01"), ("2026-10-01", "2026-10-01"), ()])
def test_editions_that_are_in_no_order_do_not_start(tmp_path: Path, begins: tuple[str, ...]) -> None:
    with pytest.raises(DomainError, match="diagnosis_codes_invalid"):
        CodeEditions(an_edition(tmp_path, *((each, each, b"") for each in begins)))


def test_an_edition_without_its_table_does_not_start(tmp_path: Path) -> None:
    folder = an_edition(tmp_path, ("2026-10-01", "new", b""))
    (folder / "new").unlink()
    with pytest.raises(DomainError, match="diagnosis_codes_invalid"):
        CodeEditions(folder)
