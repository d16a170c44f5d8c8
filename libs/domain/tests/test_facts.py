"""Every fact of a domain is found, and none that is only what others have in common."""

import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from careflow_domain.aggregate import Fact
from careflow_domain.facts import facts_of


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitFact(Fact):
    visit_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitOpened(VisitFact):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitClosed(VisitFact):
    pass


def test_the_facts_of_a_module_are_those_that_can_be_recorded() -> None:
    assert facts_of(sys.modules[__name__]) == {VisitOpened, VisitClosed}


def test_the_facts_of_a_package_are_found_in_modules_nobody_has_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "clinic_of_a_test"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "rooms.py").write_text(
        "from careflow_domain.aggregate import Fact\n\n\nclass RoomClosed(Fact):\n    pass\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    import clinic_of_a_test  # type: ignore[import-not-found]

    assert {fact.__name__ for fact in facts_of(clinic_of_a_test)} == {"RoomClosed"}
